"""Nodes as items, with drawn neurons gathered into layers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from graph.compile.body import Item, Values
from graph.compile.scope import Scope
from graph.declare import Value
from graph.neurons import Gathered, LayerCall, Rows
from graph.sheet import End


def items(scope: Scope, gathered: Gathered, leaving: Iterable[End] = ()) -> list[Item]:
    """The steps of a gathered sheet as items.

    Args:
        scope: The sheet.
        gathered: Its neurons in layers.
        leaving: Outputs read from outside, which get a name where they are a column.
    """
    found = []
    for step in gathered.order:
        if isinstance(step, str):
            found.append(_through(gathered, scope.item(step)))
        elif isinstance(step, LayerCall):
            layer = step.layer
            modules = ((layer.name, layer.constructor, layer.comment),)
            found.append(_item(layer.name, step.neurons, step, modules))
        else:
            found.append(_item(scope.sheet.nodes[step.node].name, (step.node,), step))
    return [*found, *_columns(scope, gathered, leaving)]


def _item(
    name: str,
    nodes: tuple[str, ...],
    step: LayerCall | Rows,
    modules: tuple[tuple[str, str, str], ...] = (),
) -> Item:
    writes = ((step.result, step.type),)
    return Item(name, nodes, step.reads, writes, step.source, modules)


def _through(gathered: Gathered, item: Item) -> Item:
    """An item that finds its neurons in the layers they are rows of."""
    reads = tuple(gathered.column(end).end for end in item.reads)
    if reads == item.reads and all(gathered.column(end).place is None for end in reads):
        return item
    return replace(item, reads=reads, source=lambda values: item.source(_Columns(gathered, values)))


def _columns(scope: Scope, gathered: Gathered, leaving: Iterable[End]) -> Iterator[Item]:
    for end in leaving:
        column = gathered.column(end)
        if column.end == end:
            continue

        def source(values: Values, end: End = end) -> str:
            return str(gathered.value(end, values))

        node = scope.sheet.nodes[end.node]
        writes = ((end, scope.type_of(end)),)
        yield Item(node.name, (node.id,), (column.end,), writes, source)


class _Columns(Mapping[End, Value]):
    """Values, the columns of gathered layers among them."""

    def __init__(self, gathered: Gathered, values: Values) -> None:
        self._gathered, self._values = gathered, values

    def __getitem__(self, end: End) -> Value:
        return self._gathered.value(end, self._values)

    def __iter__(self) -> Iterator[End]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
