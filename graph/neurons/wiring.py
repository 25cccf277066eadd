"""What each drawn neuron reads, seen through muted, Split and Join nodes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from graph.declare import REGISTRY
from graph.model.sheet import End, Link, Node, Sheet, remembers
from graph.neurons.columns import Column


@dataclass(frozen=True, eq=False)
class Reads:
    """What neurons with the same wires read.

    Attributes:
        columns: One for each wire; a neuron's column is its output, not yet a layer's row.
        keys: The same, made unique where a neuron reads a column twice.
        depth: Neurons on the longest path up to here.
        origin: Which data it comes from, one bit for each source.
    """

    columns: tuple[Column, ...]
    keys: tuple[tuple[Column, int], ...]
    depth: int
    origin: int


@dataclass
class Wiring:
    """What each node reads, seen through muted, Split and Join nodes."""

    sheet: Sheet
    order: list[str]
    direct: Callable[[End], End] | None = None
    neurons: list[str] = field(default_factory=list)
    joins: dict[str, Reads] = field(default_factory=dict)
    splits: dict[str, None] = field(default_factory=dict)
    muted: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    reads: dict[str, Reads] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    depth: dict[str, int] = field(default_factory=dict)
    origin: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._traced: dict[End, Column] = {}
        self._known: dict[tuple[End, ...], Reads] = {}
        self._kinds: dict[str, str] = {}
        self.position = {node: place for place, node in enumerate(self.order)}
        for place, node in enumerate(self.order):
            self._look(self.sheet.nodes[node], place)

    def _look(self, node: Node, place: int) -> None:
        kind = self.kind(node)
        if kind in {"neuron", "join"}:
            links = self.sheet.into(node.id)
            reads = self._read(tuple([link.source for link in links]))
            self.depth[node.id] = reads.depth + (kind == "neuron")
            self.origin[node.id] = reads.origin
            if kind == "join":
                self.joins[node.id] = reads
            else:
                self.neurons.append(node.id)
                self.links[node.id], self.reads[node.id] = links, reads
            return
        if kind == "split":
            self.splits[node.id] = None
        elif kind == "muted":
            self.muted.append(node.id)
        else:
            self.others.append(node.id)
        depth, origin = 0, 0
        if not remembers(node):
            for link in self.sheet.links_into(node.id):
                source = link.source.node
                if source not in self.depth:
                    source = self.unmuted(link.source).node
                depth = max(depth, self.depth.get(source, 0))
                origin |= self.origin.get(source, 0)
        self.depth[node.id] = depth
        self.origin[node.id] = origin or (kind != "constant") << place

    def _read(self, sources: tuple[End, ...]) -> Reads:
        found = self._known.get(sources)
        if found is None:
            columns = tuple([self.trace(end) for end in sources])
            depth, origin, times = 0, 0, dict.fromkeys(columns, 0)
            keys = []
            for column in columns:
                depth = max(depth, self.depth.get(column.end.node, 0))
                origin |= self.origin.get(column.end.node, 0)
                keys.append((column, times[column]))
                times[column] += 1
            found = self._known[sources] = Reads(columns, tuple(keys), depth, origin)
        return found

    def kind(self, node: Node) -> str:
        """What a node is to the gathering: neuron, split, join, constant, muted or nothing."""
        if node.muted:
            return "muted"
        if node.type not in self._kinds:
            declaration = REGISTRY.find(node.type)
            kind = ""
            if declaration is not None:
                if declaration.role == "neuron":
                    kind = "neuron"
                elif declaration.has("column"):
                    kind = "split"
                elif declaration.has("joins") and declaration.role != "schedule":
                    kind = "join"
                elif declaration.role == "layer" and not declaration.ports.inputs:
                    kind = "constant"
            self._kinds[node.type] = kind
        return self._kinds[node.type]

    def gives(self, node: Node) -> bool:
        """Has a node an output?"""
        declaration = REGISTRY.find(node.type)
        return declaration is not None and bool(declaration.ports_of(node.params).outputs)

    def passes(self, node: Node) -> bool:
        """Does it only hand numbers on?"""
        if node.muted or node.id in self.splits or node.id in self.joins:
            return True
        return any(self.unmuted(one.source) != one.source for one in self.sheet.out_of(node.id))

    def trace(self, end: End) -> Column:
        """Where a number really comes from."""
        found = self._traced.get(end)
        if found is None:
            found = self._traced[end] = self._trace(end)
        return found

    def _trace(self, end: End) -> Column:
        while True:
            end = self.unmuted(end)
            node = self.sheet.nodes[end.node]
            if self.kind(node) != "split" or node.id not in self.position:
                return Column(end)
            wires = self.sheet.into(node.id)
            declaration = REGISTRY.find(node.type)
            assert declaration is not None
            index = declaration.bind(node.params).column(end.port)
            if not wires:
                return Column(end)
            rows = self.unmuted(wires[0].source)
            join = self.kind(self.sheet.nodes[rows.node]) == "join"
            if not join or rows.node not in self.position:
                return Column(rows, index)
            end = self.sheet.into(rows.node)[index].source

    def unmuted(self, end: End) -> End:
        """The end itself, or what passes through the muted node it belongs to."""
        if self.direct is not None:
            return self.direct(end)
        while (node := self.sheet.nodes[end.node]).muted:
            declaration = REGISTRY.find(node.type)
            inputs = declaration.ports_of(node.params).inputs if declaration is not None else ()
            wires = self.sheet.into(node.id, inputs[0].name if inputs else None)
            if not wires:
                break
            end = wires[0].source
        return end
