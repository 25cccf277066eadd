"""The data in train.py: read into two sets, gone through in batches."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from graph.compile.avoided import free
from graph.compile.plan import Plan
from graph.compile.scope import local_names
from graph.compile.source import Writer
from graph.core import names
from graph.core.run_plan import Sets
from graph.declare import Value, literal
from graph.model.sheet import End, Node

TRAIN, VALIDATION = 0, 1


def sets(plan: Plan, node: Node) -> tuple[str, str]:
    """What the sets of a data node are called: for training, for validation."""
    if len(plan.data) == 1:
        return "train_set", "validation_set"
    others = plan.board.names()
    return free(f"{node.name}_train", others), free(f"{node.name}_validation", others)


def row_sets(plan: Plan) -> tuple[Sets, ...]:
    """Where the training holds the rows of each data node."""
    return tuple(Sets(node.id, *sets(plan, node)) for node in plan.data)


def batch_values(plan: Plan) -> dict[End, Value]:
    """What the tensors of a batch are called."""
    return local_names(plan.scope, plan.batch)


def write_read(writer: Writer, plan: Plan, node: Node) -> None:
    """Read what a data node gives and put it on the device."""
    bound = plan.scope.bound(node.id)
    read = str(bound.read(plan.inference.facts.get(node.id)))
    fixed = plan.scope.declaration(node.id).has("fixed_split") and bool(bound.fixed_split())
    if not fixed:
        read = f"split({read}, validation={literal(bound.validation)}, seed=seed)"
    train, validation = sets(plan, node)
    writer.add(f"{train}, {validation} = {read}", (node.id,), level=2)
    if scale := plan.scope.scales.get(node.id):
        ports = [end.port for end in plan.outputs(node)]
        named = bound.standardised(plan.inference.facts.get(node.id))
        given = ["" if ports[-1:] == [*named] else f", {ports.index(port)}" for port in named]
        sources = f"{train}, {validation}{''.join(given)}"
        made = f"{train}, {validation}, self.{scale} = standardised({sources})"
        writer.add(made, (node.id,), level=2)
    for name in (train, validation):
        text = f"self.{name} = tuple(t.to(self.device) for t in {name})"
        writer.add(text, (node.id,), level=2)


def write_checks(writer: Writer, plan: Plan) -> None:
    """Refuse sets that go row by row but have different lengths."""
    for group in plan.groups:
        for which in (TRAIN, VALIDATION) if len(group) > 1 else ():
            given = ", ".join(f"{node.name}=self.{sets(plan, node)[which]}" for node in group)
            writer.add(f"check_rows({given})", [node.id for node in group], level=2)


def write_weights(writer: Writer, plan: Plan) -> None:
    """Keep the weights of losses that balance the classes of the training rows."""
    for node, end in plan.balancing.items():
        home = plan.board.nodes[end.node]
        place = [one.port for one in plan.outputs(home)].index(end.port)
        labels = f"self.{sets(plan, home)[TRAIN]}[{place}]"
        found = plan.inference.result(node)
        made = plan.scope.bound(node).balance(labels, *((found and found.inputs) or ()))
        writer.add(f"self.{plan.scope.balanced[node]} = {made}", (node,), level=2)


def write_steps_per_epoch(writer: Writer, plan: Plan) -> None:
    """The number of batches that the longest set gives."""
    writer.add()
    writer.add("@property", level=1)
    writer.add("def steps_per_epoch(self) -> int:", level=1)
    writer.add(f"return batch_count({rows(plan, TRAIN)}, self.batch_size)", level=2)


def rows(plan: Plan, which: int) -> str:
    """Source of the number of rows that are gone through, of `TRAIN` or of `VALIDATION`."""
    return _rows(plan, which) or f"len(self.{sets(plan, plan.data[0])[which]}[0])"


def _rows(plan: Plan, which: int, owner: str = "self") -> str:
    """How many rows the longest set has, where several are drawn independently."""
    if len(plan.groups) == 1:
        return ""
    firsts = (f"{owner}.{sets(plan, group[0])[which]}" for group in plan.groups)
    return f"longest({', '.join(firsts)})"


@dataclass(frozen=True)
class Stream:
    """What is gone through in one order: data nodes that go row by row, and their partners.

    Attributes:
        targets: Names of what a batch gives.
        call: Source of the call that gives the batches.
        ids: The nodes it stands for.
    """

    targets: tuple[str, ...]
    call: str
    ids: tuple[str, ...]

    @property
    def target(self) -> str:
        """Source of what a batch is unpacked to."""
        return ", ".join(self.targets) + ("," if len(self.targets) == 1 else "")


class Drawing:
    """Source that goes through batches: lines before the loop, its streams, lines within.

    Args:
        plan: What is written.
        which: `TRAIN` or `VALIDATION`.
        used: The outputs that are read; others get no name.
        size: Source of the size of a batch.
        seed: Source of the seed of the order; nothing for rows as they stand.
        start: Source of the batch to begin with, if it is not the first.
        owner: Source of what holds the sets.
    """

    def __init__(
        self,
        plan: Plan,
        which: int,
        used: Collection[End],
        size: str,
        *,
        seed: str = "",
        start: str = "",
        owner: str = "self",
    ) -> None:
        self._plan, self._which, self._used = plan, which, used
        self._size, self._seed, self._start, self._owner = size, seed, start, owner
        self._values = batch_values(plan)
        self._taken = {str(value) for value in self._values.values()}
        self.before: list[tuple[str, tuple[str, ...]]] = []
        self.within: list[tuple[str, tuple[str, ...]]] = []
        found = [self._stream(place, group) for place, group in enumerate(plan.groups)]
        named = [one for one in found if set(one.targets) != {"_"}]
        self.streams = named or found[:1]

    def _stream(self, place: int, group: Sequence[Node]) -> Stream:
        """A group in one order; each but the first has an order of its own."""
        parts: list[tuple[str, list[str]]] = []
        for node in group:
            tensors = f"{self._owner}.{sets(self._plan, node)[self._which]}"
            named = [self._name(end) for end in self._plan.outputs(node)]
            parts.append((tensors, named))
        drawn = [one for one in self._plan.pairs if self._plan.partner_of[one.id] in group]
        for pairs in drawn:
            parts += self._partners(pairs)
        if not drawn and len(group) > 1:
            parts = [one for one in parts if set(one[1]) != {"_"}] or parts[:1]
        sources = [self._shortened(tensors, named) for tensors, named in parts]
        targets = tuple(name for _, named in parts for name in named)
        given = sources[0] if len(parts) == 1 else f"({', '.join(f'*{one}' for one in sources)})"
        arguments = [given, self._size]
        if self._seed or place:
            arguments.append(f"seed={self._seed or 0}")
        if place:
            arguments.append(f"stream={place}")
        if self._start:
            arguments.append(f"start={self._start}")
        if rows := _rows(self._plan, self._which, self._owner):
            arguments.append(f"rows={rows}")
        ids = (*(node.id for node in group), *(one.id for one in drawn))
        return Stream(targets, f"batches({', '.join(arguments)})", ids)

    def _name(self, end: End) -> str:
        return str(self._values[end]) if end in self._used else "_"

    def _shortened(self, tensors: str, named: list[str]) -> str:
        """Picking rows of what nobody reads costs time: what comes last is left out."""
        if named[-1] != "_" or len(named) == 1:
            return tensors
        while named[-1] == "_" and len(named) > 1:
            named.pop()
        return f"{tensors}[:{len(named)}]"

    def _partners(self, node: Node) -> list[tuple[str, list[str]]]:
        """Rows of partners are drawn before the loop, and looked up within."""
        plan, ends = self._plan, self._plan.outputs(node)
        if not any(end in self._used for end in ends):
            return []
        home = plan.partner_of[node.id]
        tensors = f"{self._owner}.{sets(plan, home)[self._which]}"
        x, label = (
            f"{tensors}[{[e.port for e in plan.outputs(home)].index(end.port)}]"
            for end in plan.scope.reads(node.id)
        )
        bound = plan.scope.bound(node.id)
        drawn = self._free(f"{node.name}_rows")
        self.before.append((f"{drawn} = {bound.rows(label, self._seed)}", (node.id,)))
        named = []
        for end in ends:
            name = self._name(end)
            if name != "_" and end.port in bound.partners():
                row = self._free(f"{end.port}_row")
                self.within.append((f"{name} = {x}.index_select(0, {row})", (node.id,)))
                name = row
            named.append(name)
        return [(drawn, named)]

    def _free(self, name: str) -> str:
        found = names.unique(name, self._taken)
        self._taken.add(found)
        return found

    def write(self, writer: Writer, *, level: int) -> None:
        """Write the head of the loop, and what its body begins with."""
        for text, ids in self.before:
            writer.add(text, ids, level=level)
        nodes = [node for stream in self.streams for node in stream.ids]
        if len(self.streams) == 1:
            (stream,) = self.streams
            target = f"({stream.target})" if len(stream.targets) == 1 else stream.target
            writer.add(f"for {target} in {stream.call}:", nodes, level=level)
        else:
            target = ", ".join(f"({stream.target})" for stream in self.streams)
            calls = ", ".join(stream.call for stream in self.streams)
            writer.add(f"for {target} in zip({calls}, strict=True):", nodes, level=level)
        for text, ids in self.within:
            writer.add(text, ids, level=level + 1)


def write_batches(
    writer: Writer, plan: Plan, which: int, used: Collection[End], size: str, *, level: int
) -> None:
    """The head of a loop over batches, in a new order each epoch for training.

    Args:
        writer: Where to.
        plan: What is written.
        which: `TRAIN` or `VALIDATION`.
        used: The outputs of data that the loop reads; others get no name.
        size: Source of the size of a batch.
        level: Indentation.
    """
    more = {"seed": "self.seed + self.epoch", "start": "self.batch"} if which == TRAIN else {}
    Drawing(plan, which, used, size, **more).write(writer, level=level)
