"""Which neurons are computed as one module, step by step, because that is faster."""

from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from graph.model.sheet import remembers
from graph.neurons.blocks import Union, trained
from graph.neurons.blocks import kind as kind_of
from graph.neurons.columns import Column
from graph.neurons.layers import LayerCall
from graph.neurons.wiring import Wiring

MARGIN = 0.8
"""A cluster is taken where it costs at most so much of its layers."""


@dataclass
class Cluster:
    """Neurons that feed one another, in the order in which they are computed.

    Attributes:
        neurons: Their ids, step by step, those of one activation side by side.
        steps: For each step, how many neurons of how many activations.
    """

    neurons: list[str] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)

    def cost(self, columns: int) -> float:
        """What training it costs on a batch, in operations."""
        rest = len(self.neurons)
        found, numbers = OVERHEAD, columns * rest
        for width, kinds in self.steps:
            rest -= width
            numbers += width * rest
            found += STEP + kinds * PART
        return found + numbers / NUMBERS


# Costs in operations of a tanh on a small batch, forward and back, measured on a processor.
OVERHEAD, STEP, PART = 17.0, 1.4, 0.4
BEND, JOIN, PRODUCT, MASK, SLICE = 1.0, 1.2, 2.0, 1.2, 1.5
NUMBERS = 1500
"""So many numbers of a matrix cost as much as an operation."""


def cost_of_layers(calls: Iterable[LayerCall]) -> float:
    """What it costs to train neurons as layers, in operations."""
    found = 0.0
    for one in calls:
        pieces = _pieces(one.columns)
        found += PRODUCT + BEND + (JOIN if pieces > 1 else 0) + pieces * SLICE * (pieces > 1)
        found += one.scalar + (0 if one.layer.complete else MASK)
        found += one.layer.inputs * len(one.neurons) / NUMBERS
    return found


def _pieces(columns: Sequence[Column]) -> int:
    return sum(
        place == 0 or column.end != columns[place - 1].end for place, column in enumerate(columns)
    )


def faster(wiring: Wiring, calls: Sequence[LayerCall]) -> list[Cluster]:
    """The clusters that are faster than the layers their neurons would be."""
    depths = {wiring.depth[call.neurons[0]] for call in calls}
    wires = sum(len(row) for call in calls for row in call.layer.rows)
    least = OVERHEAD + len(depths) * (STEP + PART) + wires / NUMBERS
    if least >= MARGIN * cost_of_layers(calls):
        return []
    found = []
    for cluster in clusters(wiring):
        inside = set(cluster.neurons)
        own = [call for call in calls if inside.issuperset(call.neurons)]
        columns = {c for n in inside for c in wiring.reads[n].columns if c.end.node not in inside}
        if cluster.cost(len(columns)) < MARGIN * cost_of_layers(own):
            found.append(cluster)
    return found


def clusters(wiring: Wiring) -> Iterator[Cluster]:
    """Neurons between which nothing but neurons lies; linked ones are left to layers.

    All that a cluster reads can be computed before all of it: it ends where a wire goes through
    another node, or to a neuron that other optimizers train.
    """
    nodes = wiring.sheet.nodes
    leaders = {node.twin for node in nodes.values() if node.twin}
    free = {n: None for n in wiring.neurons if not nodes[n].twin and n not in leaders}
    keys = _keys(wiring, free)
    joined = Union()
    for node in free:
        alike: list[Hashable] = [node]
        for column in wiring.reads[node].columns:
            source = column.end.node
            if keys.get(source) == keys[node]:
                alike.append(source)
            elif wiring.kind(nodes[source]) != "constant":
                alike.append((keys[node], source if source in free else column.end))
        joined.join(alike)
    found: dict[Hashable, list[str]] = {}
    for node in free:
        found.setdefault(joined.find(node), []).append(node)
    for members in found.values():
        yield _schedule(wiring, members)


def _keys(wiring: Wiring, free: Container[str]) -> dict[str, tuple[int, int]]:
    """For each free neuron the level it is computed at, and which optimizers train it."""
    learned = trained(wiring)
    levels: dict[str, int] = {}
    keys: dict[str, tuple[int, int]] = {}
    for node in wiring.order:
        bits = learned.get(node, 0)
        level = 0
        for source in _sources(wiring, node):
            apart = source in keys and (node not in free or keys[source][1] != bits)
            level = max(level, levels.get(source, 0) + apart)
        levels[node] = level
        if node in free:
            keys[node] = level, bits
    return keys


def _sources(wiring: Wiring, node: str) -> Iterator[str]:
    """The nodes whose numbers a node reads, seen through Split and Join nodes."""
    if node in wiring.reads:
        yield from (column.end.node for column in wiring.reads[node].columns)
        return
    if node in wiring.joins or node in wiring.splits or remembers(wiring.sheet.nodes[node]):
        return
    for link in wiring.sheet.links_into(node):
        end = wiring.trace(link.source).end
        if end.node in wiring.joins:
            yield from (column.end.node for column in wiring.joins[end.node].columns)
        else:
            yield end.node


def _schedule(wiring: Wiring, members: Sequence[str]) -> Cluster:
    """Neurons in steps, as few as there can be.

    A neuron that no other waits for yet is put off until a step has others of its activation.
    """
    inside = set(members)
    reads = {n: {c.end.node for c in wiring.reads[n].columns} & inside for n in members}
    feeds: dict[str, list[str]] = {node: [] for node in members}
    for node in members:
        for source in reads[node]:
            feeds[source].append(node)
    height: dict[str, int] = {}
    for node in reversed(members):  # in the order of computation
        height[node] = 1 + max((height[one] for one in feeds[node]), default=0)
    waits = {node: len(reads[node]) for node in members}
    ready: dict[str, list[str]] = {}
    for node in members:
        if not waits[node]:
            ready.setdefault(kind_of(wiring.sheet.nodes[node]), []).append(node)
    found, left = Cluster(), max(height.values(), default=0)
    last: set[str] = set()
    while ready:
        due = [kind for kind, group in ready.items() if max(height[n] for n in group) >= left]
        done = _opened([ready.pop(kind) for kind in sorted(due)], reads, last)
        last = {node for group in done for node in group}
        for node in (node for group in done for node in group):
            found.neurons.append(node)
            for following in feeds[node]:
                waits[following] -= 1
                if not waits[following]:
                    kind = kind_of(wiring.sheet.nodes[following])
                    ready.setdefault(kind, []).append(following)
        if done:
            found.steps.append((sum(map(len, done)), len(done)))
        left -= 1
    return found


def _opened(
    groups: list[list[str]], reads: Mapping[str, set[str]], last: Set[str]
) -> list[list[str]]:
    """The groups of a step, first a neuron that reads the last step: it tells that one begins."""
    for place, group in enumerate(groups):
        for node in group:
            if not reads[node].isdisjoint(last):
                first = [node, *(one for one in group if one != node)]
                return [first, *groups[:place], *groups[place + 1 :]]
    return groups
