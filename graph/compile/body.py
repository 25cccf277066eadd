"""Statements from items: what calls what, under which name, on which line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph.compile.avoided import reserved
from graph.compile.source import Writer
from graph.core import names
from graph.core.tensor import TensorType
from graph.declare import Value
from graph.model.sheet import End

Values = Mapping[End, Value]
MARK = "called_within"


@dataclass(frozen=True)
class Owner:
    """What holds the modules where a piece of source stands, and knows the device.

    Attributes:
        prefix: Its source, with a dot behind; nothing where modules are plain variables.
        means: By the attributes of units, those of the running means that stand for them.
        many: Units may be wrapped for many processes.
    """

    prefix: str = "self."
    means: Mapping[str, str] = field(default_factory=dict)
    many: bool = True

    @property
    def device(self) -> str:
        """Source of the device."""
        return f"{self.prefix}device"

    def module(self, attribute: str) -> str:
        """Source of a module it holds, to be called."""
        return f"{self.prefix}{self.means.get(attribute, attribute)}"

    def inside(self, attribute: str) -> str:
        """Source of a module it holds, to ask for what is inside, past all that wraps it."""
        if attribute in self.means:
            return f"{self.module(attribute)}.module"
        return f"processes.plain({self.module(attribute)})" if self.many else self.module(attribute)


SELF = Owner()


@dataclass(frozen=True)
class Item:
    """One computation: a node, a layer of gathered neurons, or a call of a whole network.

    Attributes:
        name: What its result is called, where it needs a name of its own.
        nodes: Ids of the nodes it comes from.
        reads: Values it takes.
        writes: Values it gives, with their types.
        source: Makes its expression from the expressions of what it reads and what holds modules.
        modules: Attributes it needs: name, source of the constructor, comment.
        wraps: It may be written around the call that feeds it, as `F.relu(self.conv(x))`.
        wrapped: It is a call that may be wrapped so.
    """

    name: str
    nodes: tuple[str, ...]
    reads: tuple[End, ...]
    writes: tuple[tuple[End, TensorType], ...]
    source: Callable[[Values, Owner], str]
    modules: tuple[tuple[str, str, str], ...] = ()
    wraps: bool = False
    wrapped: bool = False


@dataclass
class Body:
    """Writes items one after the other and keeps the book of names.

    Attributes:
        values: The expression that stands for each value at this point.
        types: What comments say of values, where it is not their own type.
        owner: What holds the modules.
    """

    items: Sequence[Item]
    wanted: Sequence[End]
    values: dict[End, Value]
    taken: set[str] = field(default_factory=set)
    short: bool = True
    types: Mapping[End, TensorType] = field(default_factory=dict)
    owner: Owner = SELF

    def write(self, writer: Writer, *, level: int, give: bool, comments: bool = True) -> None:
        """Write all statements.

        Args:
            writer: Where to.
            level: Indentation.
            give: End with a return of what is wanted.
            comments: Put the types of values behind them.
        """
        self._left = _count([end for item in self.items for end in item.reads] + [*self.wanted])
        self._holder: End | None = None
        self.taken |= reserved() | {str(value) for value in self.values.values()}
        self.taken |= {"self", *(["x"] if self.short else [])}
        pending: tuple[str, ...] = ()
        last = len(self.items) - 1
        for index, item in enumerate(self.items):
            expression = item.source(self.values, self.owner)
            ids = (*pending, *item.nodes)
            pending = ()
            for end in item.reads:
                self._left[end] -= 1
            if index < last and self._goes_into(item, self.items[index + 1]):
                end, kind = item.writes[0]
                self.values[end] = Value(expression, kind)
                pending = ids
                continue
            comment = self._comment(item) if comments else ""
            only = [end for end, _ in item.writes]
            if give and index == last and list(self.wanted) == only:
                writer.add(f"return {expression}", ids, level=level, comment=comment)
                return
            if len(item.writes) == 1 and expression.isidentifier():
                end, kind = item.writes[0]
                self.values[end] = Value(expression, kind)
                continue
            writer.add(f"{self._targets(item)} = {expression}", ids, level=level, comment=comment)
        if give and self.wanted:
            found = ", ".join(str(self.values[end]) for end in self.wanted)
            writer.add(f"return {found}", level=level)

    def _comment(self, item: Item) -> str:
        if len(item.writes) != 1:
            return ""
        ((end, kind),) = item.writes
        text = str(self.types.get(end, kind))
        return text if text != "scalar" else ""

    def _goes_into(self, item: Item, following: Item) -> bool:
        if not (item.wrapped and following.wraps and len(item.writes) == 1):
            return False
        end = item.writes[0][0]
        if self._left[end] != 1 or following.reads.count(end) != 1 or end in self.wanted:
            return False
        marked = {**self.values, end: Value(MARK, item.writes[0][1])}
        return following.source(marked, self.owner).count(MARK) == 1  # else it would run twice

    def _targets(self, item: Item) -> str:
        targets = []
        for end, kind in item.writes:
            if self._left.get(end, 0) == 0:
                targets.append("_")
                continue
            name = self._name(item, end)
            self.values[end] = Value(name, kind)
            targets.append(name)
        return ", ".join(targets) if len(targets) > 1 else targets[0]

    def _name(self, item: Item, end: End) -> str:
        free = self._holder is None or self._left[self._holder] == 0
        if self.short and free and self._left[end] == 1 and end not in self.wanted:
            self._holder = end
            return "x"
        base = item.name if len(item.writes) == 1 else f"{item.name}_{end.port}"
        name = names.unique(base, self.taken)
        self.taken.add(name)
        return name


def _count(ends: Iterable[End]) -> dict[End, int]:
    found: dict[End, int] = {}
    for end in ends:
        found[end] = found.get(end, 0) + 1
    return found
