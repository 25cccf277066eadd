"""From a sheet to layers: the steps in order, with every number's column."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from graph.core import names
from graph.declare import REGISTRY
from graph.model.order import upstream
from graph.model.sheet import End, Sheet
from graph.neurons.blocks import Block, blocks, form, kind
from graph.neurons.clusters import Cluster, faster
from graph.neurons.columns import Column
from graph.neurons.layers import Gathered, LayerCall, NeuronLayer, Rows
from graph.neurons.listing import common
from graph.neurons.turns import Circle, Place, turn_of
from graph.neurons.wired import WiredCall, WiredLayer
from graph.neurons.wiring import Wiring

Key = tuple[Column, int]
Step = str | LayerCall | Rows


def gather(
    sheet: Sheet, order: Iterable[str], *, direct: Callable[[End], End] | None = None
) -> Gathered:
    """Put the neurons of a sheet into layers.

    Args:
        sheet: Where the neurons are.
        order: The nodes to compute, each after what it reads; others are left out.
        direct: Gives the output a value really comes from, past nodes that only pass it on;
            past muted nodes, if left out.

    Raises:
        CompileError: If linked neurons have different numbers of wires.
    """
    wiring = Wiring(sheet, list(order), direct)
    found = list(blocks(wiring))
    layers = _Builder(wiring, found).build()
    chosen = faster(wiring, layers.calls)
    if not chosen:
        return layers
    gone = {neuron for cluster in chosen for neuron in cluster.neurons}
    rest = [[[n for n in use if n not in gone] for use in block] for block in found]
    try:
        return _Builder(wiring, [block for block in rest if block[0]], chosen).build()
    except Circle:  # a layer would lie on both sides of a cluster
        return layers


class _Builder:
    """Makes layers of blocks, shallow ones first."""

    def __init__(
        self, wiring: Wiring, blocks: list[Block], clusters: Sequence[Cluster] = ()
    ) -> None:
        self._wiring = wiring
        self._blocks, self._clusters = blocks, clusters
        self._nodes = wiring.sheet.nodes
        self._columns: dict[End, Column] = {}
        self._widths: dict[End, int] = {}
        gone = {"neuron", "split", "join"}
        self._taken = {n.name for n in self._nodes.values() if wiring.kind(n) not in gone}
        inside = {n: number for number, one in enumerate(clusters) for n in one.neurons}
        ends = [n.id for n in self._nodes.values() if clusters and not wiring.gives(n)]
        self._alive = {*wiring.order, *upstream(wiring.sheet, ends)}
        """Nodes that are computed here, and those that are shown or measured besides."""
        self._in_rows: set[str] = set()
        every = (*wiring.reads.items(), *wiring.joins.items())
        for home, one in {(inside.get(node), one) for node, one in every}:
            sources = {column.end.node for column in one.columns}
            self._in_rows |= {n for n in sources if home is None or inside.get(n) != home}

    def build(self) -> Gathered:
        """All layers, and the order in which everything is computed."""
        wiring = self._wiring
        uses = [(use, number) for number, block in enumerate(self._blocks) for use in block]
        uses.sort(key=lambda one: (wiring.depth[one[0][0]], wiring.position[one[0][0]]))
        together = [*(use for use, _ in uses), *(one.neurons for one in self._clusters)]
        key = turn_of(wiring, together) if self._clusters else self._by_depth
        steps: list[tuple[Place, Step]] = [(key(node, 1), node) for node in wiring.others]
        layers: dict[int, NeuronLayer] = {}
        turns: dict[int, list[int]] = {}
        calls = [(key(use[0], 0), use, number) for use, number in uses]
        calls += [(key(c.neurons[0], 0), c.neurons, -1 - n) for n, c in enumerate(self._clusters)]
        for place, use, number in sorted(calls, key=itemgetter(0)):
            if number < 0:
                call = self._wired(use)
                layers[number] = call.layer
                steps.append((place, call))
                continue
            first = self._by_appearance(use)
            if number not in layers:
                turns[number] = _natural(first)
                layers[number] = self._layer(self._blocks[number], use, first, turns[number])
            step = self._use(layers[number], use, [first[turn][0] for turn in turns[number]])
            steps.append((place, step))
        self._split_columns()
        for node in wiring.joins:
            rows = self._join(node)
            if rows is not None:
                steps.append((key(node, 1), rows))
        self._muted_columns()
        order = tuple(step for _, step in sorted(steps, key=itemgetter(0)))
        return Gathered(tuple(layers.values()), order, self._columns, wiring.links)

    def _by_depth(self, node: str, after: int) -> Place:
        """Layers come as their first neurons do, before other nodes of their depth."""
        return self._wiring.depth[node], after, self._wiring.position[node]

    def _wired(self, neurons: Sequence[str]) -> WiredCall:
        """A cluster as one module; what comes in are the columns that it reads, each once."""
        inside, reads = set(neurons), self._wiring.reads
        outer = dict.fromkeys(
            self._key((column, 0))
            for neuron in neurons
            for column in reads[neuron].columns
            if column.end.node not in inside
        )
        keys = list(outer)
        columns = tuple(keys[turn][0] for turn in _natural(keys))
        place = {column: number for number, column in enumerate(columns)}
        place.update((Column(End(n, "y")), len(columns) + row) for row, n in enumerate(neurons))
        rows = tuple(
            tuple(
                place[c if c.end.node in inside else self._key((c, 0))[0]]
                for c in reads[neuron].columns
            )
            for neuron in neurons
        )
        given = self._leaving(inside, neurons)
        by_age = sorted((self._nodes[neuron] for neuron in neurons), key=lambda one: one.number)
        called = tuple(one.name for one in by_age)
        layer = WiredLayer(
            name=self._name(called),
            neurons=tuple(neurons),
            names=called,
            inputs=len(columns),
            rows=rows,
            bias=False,
            forms=tuple((kind(self._nodes[n]), form(self._nodes[n])[1]) for n in neurons),
            gives=tuple(row for row, neuron in enumerate(neurons) if neuron in given),
        )
        scalar = len(given) == 1 and given[0] not in self._in_rows
        step = WiredCall(layer, tuple(neurons), columns, "{}", scalar, tuple(given))
        self._widths[step.result] = len(given)
        for row, neuron in enumerate(given):
            self._columns[End(neuron, "y")] = Column(step.result, None if scalar else row)
        return step

    def _leaving(self, inside: set[str], neurons: Sequence[str]) -> list[str]:
        """Neurons of a cluster that something outside reads, or nothing at all."""
        wiring, sheet = self._wiring, self._wiring.sheet
        found: set[str] = set()
        for neuron in neurons:
            ahead, alone = [neuron], True
            while ahead:
                for link in sheet.out_of(ahead.pop()):
                    node = sheet.nodes[link.target.node]
                    alone = False
                    if wiring.passes(node) and any(sheet.out_of(node.id)):
                        ahead.append(node.id)
                    elif node.id not in inside and node.id in self._alive:
                        found.add(neuron)
            if alone:
                found.add(neuron)
        return [neuron for neuron in neurons if neuron in found]

    def _use(self, layer: NeuronLayer, use: Sequence[str], columns: Sequence[Column]) -> LayerCall:
        scalar = len(use) == 1 and use[0] not in self._in_rows
        activation, _ = form(self._nodes[use[0]])
        step = LayerCall(layer, tuple(use), tuple(columns), activation, scalar)
        self._widths[step.result] = len(use)
        for row, neuron in enumerate(use):
            self._columns[End(neuron, "y")] = Column(step.result, None if scalar else row)
        return step

    def _layer(
        self, block: Block, use: Sequence[str], first: Sequence[Key], turns: Sequence[int]
    ) -> NeuronLayer:
        place = {first[turn]: column for column, turn in enumerate(turns)}
        wired = {}
        for reads in {self._wiring.reads[neuron] for neuron in use}:
            wired[reads] = tuple([place[self._key(key)] for key in reads.keys])
        rows = [self._nodes[neuron].twin or neuron for neuron in block[0]]
        called = tuple(self._nodes[row].name for row in rows)
        return NeuronLayer(
            name=self._name(called),
            neurons=tuple(rows),
            names=called,
            inputs=len(turns),
            rows=tuple(wired[self._wiring.reads[neuron]] for neuron in use),
            bias=form(self._nodes[use[0]])[1],
        )

    def _name(self, called: Sequence[str]) -> str:
        base = common(called)
        if len(called) > 1 and base in {"", "neuron"}:
            base = "neurons"
        base = base if names.is_name(base) else names.to_name(base)
        name = names.unique(base, self._taken)
        self._taken.add(name)
        return name

    def _key(self, key: Key) -> Key:
        column, times = key
        return self._columns.get(column.end, column) if column.place is None else column, times

    def _by_appearance(self, use: Sequence[str]) -> list[Key]:
        """The columns some neurons read, in the order their wires come by them."""
        found: dict[Key, None] = {}
        for reads in dict.fromkeys(self._wiring.reads[neuron] for neuron in use):
            found.update(dict.fromkeys(map(self._key, reads.keys)))
        return list(found)

    def _split_columns(self) -> None:
        for node in self._wiring.splits:
            declaration = REGISTRY.find(self._nodes[node].type)
            assert declaration is not None
            outputs = declaration.ports_of(self._nodes[node].params).outputs
            for port in outputs:
                column = self._settle(End(node, port.name))
                if column.place is not None:
                    self._widths.setdefault(column.end, len(outputs))

    def _muted_columns(self) -> None:
        for node in self._wiring.muted:
            declaration = REGISTRY.find(self._nodes[node].type)
            ends = [link.source for link in self._wiring.sheet.out_of(node)]
            if declaration is not None:
                outputs = declaration.ports_of(self._nodes[node].params).outputs
                ends += [End(node, port.name) for port in outputs[:1]]
            for end in dict.fromkeys(ends):
                self._settle(end)

    def _settle(self, end: End) -> Column:
        column = self._columns[end] = self._key((self._wiring.trace(end), 0))[0]
        return column

    def _join(self, node: str) -> Rows | None:
        """Columns put side by side, or None where some value is just that or nobody reads them."""
        sheet, wiring = self._wiring.sheet, self._wiring
        columns = tuple(self._key((column, 0))[0] for column in wiring.joins[node].columns)
        whole = columns[0].end
        width = self._widths.get(whole, -1)
        if columns == tuple(Column(whole, index) for index in range(width)):
            self._columns[End(node, "y")] = Column(whole)
            return None
        readers = list(sheet.neighbours(node))
        if readers and all(reader in wiring.splits for reader in readers):
            return None
        return Rows(node, columns)


def _natural(first: Sequence[Key]) -> list[int]:
    """Where each column stands in `first`, tensor by tensor, columns ascending.

    A column that a neuron reads a second time comes after all that are read once.
    """
    ranks: dict[End, int] = {}
    for column, _ in first:
        ranks.setdefault(column.end, len(ranks))

    def place(turn: int) -> tuple[int, int, int]:
        column, times = first[turn]
        return times, ranks[column.end], column.place or 0

    return sorted(range(len(first)), key=place)
