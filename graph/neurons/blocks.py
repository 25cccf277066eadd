"""Which neurons make one layer, and which layers are linked copies of one another."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from graph.declare import REGISTRY
from graph.model.order import upstream
from graph.model.sheet import Node
from graph.neurons.columns import Column
from graph.neurons.wiring import Reads, Wiring
from graph.problems.problem import CompileError, Problem

Block = list[list[str]]
"""The uses of one layer: for each, its neurons, the same row for linked ones."""


def _groups(wiring: Wiring) -> dict[str, int]:
    """A number for every neuron, the same for those that could be one layer."""
    learned = trained(wiring)
    leaders = {node: wiring.sheet.nodes[node].twin or node for node in wiring.neurons}
    by_depth: dict[int, list[str]] = {}
    for neuron in wiring.neurons:
        by_depth.setdefault(wiring.reads[neuron].depth, []).append(neuron)
    groups: dict[str, int] = {}
    numbers: dict[Hashable, int] = {}
    for depth in sorted(by_depth):
        shared = Union()
        keys = {}
        tensors: dict[Reads, list[Hashable]] = {}
        for neuron in by_depth[depth]:
            reads = wiring.reads[neuron]
            if reads not in tensors:
                tensors[reads] = list(_tensors(wiring, reads, groups))
            node = wiring.sheet.nodes[neuron]
            alike = (*form(node), learned.get(leaders[neuron], 0))
            keys[neuron] = [(alike, tensor) for tensor in tensors[reads]]
            shared.join(keys[neuron])
        for neuron, found in keys.items():
            key = (depth, shared.find(found[0]))
            groups[neuron] = numbers.setdefault(key, len(numbers))
    return groups


def _tensors(wiring: Wiring, reads: Reads, groups: Mapping[str, int]) -> set[Hashable]:
    """The tensors some columns come from; numbers that stand alone count as one per data set."""
    found: set[Hashable] = set()
    for column in reads.columns:
        node = column.end.node
        if column.place is not None:
            found.add(column.end)
        elif node in groups:
            found.add(groups[node])
        elif wiring.kind(wiring.sheet.nodes[node]) != "constant":
            found.add(("alone", wiring.origin.get(node, 0)))
    return found or {"constant"}


class Union:
    """Sets that merge."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def find(self, key: Hashable) -> Hashable:
        """What stands for a key's set."""
        root = key
        while (above := self._parent.setdefault(root, root)) != root:
            root = above
        while key != root:
            self._parent[key], key = root, self._parent[key]
        return root

    def join(self, keys: Sequence[Hashable]) -> None:
        """Put keys into one set."""
        for key in keys[1:]:
            self._parent[self.find(key)] = self.find(keys[0])


def trained(wiring: Wiring) -> dict[str, int]:
    """Which optimizers update which neurons, one bit each; what differs can't be one matrix."""
    optimizers = [
        node
        for node in wiring.sheet.nodes.values()
        if (declaration := REGISTRY.find(node.type)) is not None
        and declaration.role == "optimizer"
        and not node.muted
    ]
    found: dict[str, int] = {}
    if len(optimizers) < 2 and not any(node.params.get("trains") for node in optimizers):
        return found
    nodes = wiring.sheet.nodes
    for bit, optimizer in enumerate(optimizers):
        above = {nodes[node].twin or node for node in upstream(wiring.sheet, [optimizer.id])}
        named = {nodes[n].twin or n for n in optimizer.params.get("trains", ()) if n in nodes}
        for node in above & named if named else above:
            found[node] = found.get(node, 0) | 1 << bit
    return found


def form(node: Node) -> tuple[str, bool]:
    """A neuron's activation, with `{}` for what goes in, and whether it has a learned offset."""
    declaration = REGISTRY.find(node.type)
    assert declaration is not None
    bound = declaration.bind(node.params)
    return str(bound.activate("{}")), bool(bound.bias)


def kind(node: Node) -> str:
    """A neuron's activation by name."""
    declaration = REGISTRY.find(node.type)
    assert declaration is not None
    return str(declaration.bind(node.params).activation)


def blocks(wiring: Wiring) -> Iterator[Block]:
    """Neurons that are one layer, with the layer's linked copies.

    Raises:
        CompileError: If linked neurons have different numbers of wires.
    """
    groups = _groups(wiring)
    families: dict[str, list[str]] = {}
    by_age = sorted(wiring.neurons, key=lambda one: wiring.sheet.nodes[one].number)
    for neuron in by_age:
        families.setdefault(wiring.sheet.nodes[neuron].twin or neuron, []).append(neuron)
    alike: dict[tuple[int, ...], list[list[str]]] = {}
    for family in families.values():
        _check_wires(wiring, family)
        alike.setdefault(tuple(groups[neuron] for neuron in family), []).append(family)
    for together in alike.values():
        uses = [list(use) for use in zip(*together, strict=True)]
        if len({_pattern(wiring, use) for use in uses[1:]} | {_pattern(wiring, uses[0])}) == 1:
            yield uses
        else:
            for family in together:
                yield [[neuron] for neuron in family]


def _pattern(wiring: Wiring, use: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """How neurons are wired, whatever they are wired to: columns by first appearance."""
    first: dict[tuple[Column, int], int] = {}
    rows: dict[Reads, tuple[int, ...]] = {}
    for neuron in use:
        reads = wiring.reads[neuron]
        if reads not in rows:
            rows[reads] = tuple([first.setdefault(key, len(first)) for key in reads.keys])
    return tuple(rows[wiring.reads[neuron]] for neuron in use)


def _check_wires(wiring: Wiring, family: Sequence[str]) -> None:
    leader = wiring.sheet.nodes[family[0]]
    expected = len(wiring.links[leader.id])
    for neuron in family[1:]:
        received = len(wiring.links[neuron])
        if received != expected:
            text = f"has {received} wires, but {leader.name}, whose weights it shares, {expected}"
            problem = Problem(
                neuron,
                wiring.sheet.name,
                text,
                name=wiring.sheet.nodes[neuron].name,
                expected=f"{expected} wires",
                received=f"{received} wires",
                advice="wire as many, or make it a neuron of its own",
            )
            raise CompileError([problem])
