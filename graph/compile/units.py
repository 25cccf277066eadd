"""Units and ops: loose layers become classes, and every computation of a board an op."""

import heapq
from collections.abc import Iterable

from graph.compile.auxiliary import drawn
from graph.compile.avoided import avoided
from graph.compile.body import Item, Owner, Values
from graph.compile.layout import Layout
from graph.compile.model import safe_class_name
from graph.compile.parts import Parts
from graph.compile.program import Op, Unit, Units
from graph.compile.scope import local_names
from graph.core import names
from graph.diagnose.board_checks import learns
from graph.model.order import upstream
from graph.model.sheet import End


class StandApart(Exception):
    """Linked layers lie in parts that can't be one class: they are to be units of their own."""

    def __init__(self, nodes: Iterable[str]) -> None:
        super().__init__("linked layers lie in parts that differ")
        self.nodes = frozenset(nodes)


def gather(layout: Layout) -> tuple[Units, list[Op]]:
    """The units, whose classes are written, and all that is computed, in order."""
    written, apart = dict(layout.classes.writers), frozenset[str]()
    while True:
        try:
            gathering = _Gathering(layout)
            return gathering.units, gathering.ops(Parts(layout, apart))
        except StandApart as found:
            apart |= found.nodes
            layout.classes.writers.clear()
            layout.classes.writers.update(written)


class _Gathering:
    def __init__(self, layout: Layout) -> None:
        self._layout, self._scope, self._board = layout, layout.scope, layout.board
        self.units = Units(layout.board)

    def ops(self, parts: Parts) -> list[Op]:
        ops = [op for nodes in parts.gathered() for op in self._group(nodes)]
        ops += [self._single(node) for node in parts.alone()]
        return _in_order(self._layout, ops)

    def _group(self, nodes: list[str]) -> list[Op]:
        """A call of a new unit, or of the one that holds the weights already."""
        items = [self._scope.item(node) for node in nodes]
        if not any(item.modules for item in items):
            return [Op(item) for item in items]
        inside = {node for entry in nodes for node in self._scope.stands_for(entry)}
        reads = [end for item in items for end in item.reads if end.node not in inside]
        inputs = local_names(self._scope, list(dict.fromkeys(reads)))
        outputs = self._leaving(inside)
        taken = {*avoided(), *(unit.attribute for unit in self.units)}
        taken.update(map(self._layout.member, self._board.nodes.values()))
        attribute = names.unique("model", taken)
        named = [(end, self._label(end), self._scope.type_of(end)) for end in outputs]
        leaders = {
            self._board.nodes[node].twin or node: self._scope.attribute(entry)
            for entry, item in zip(nodes, items, strict=True)
            for node in self._scope.stands_for(entry)
            if item.modules
        }
        shared = self._sharing(leaders)
        wanted = shared.constructor[:-2] if shared else safe_class_name(attribute.replace("_", ""))
        name = self._layout.classes.add(wanted, "", items, list(inputs.items()), named)
        if shared is not None:
            if f"{name}()" != shared.constructor:
                both = leaders.keys() & shared.home.keys()
                raise StandApart(
                    n for n, one in self._board.nodes.items() if (one.twin or n) in both
                )
            return [self._call(shared, list(inputs), outputs)]
        weights = self._layout.leaders(node for node in inside if self._learns(node))
        standing = tuple(sorted(inside, key=lambda n: self._board.nodes[n].number))
        unit = Unit(attribute, f"{name}()", weights, leaders, standing)
        self.units.append(unit)
        return [self._call(unit, list(inputs), outputs)]

    def _sharing(self, leaders: Iterable[str]) -> Unit | None:
        """The unit that holds some of these nodes' weights already."""
        return next((u for u in self.units if any(n in u.home for n in leaders)), None)

    def _single(self, node: str) -> Op:
        if self._scope.role(node) == "noise":
            return Op(drawn(self._layout, self.units, node))
        if self._scope.role(node) == "loss":
            return Op(self._scope.loss(node, self._board.nodes[node].name))
        leader = self._board.nodes[node].twin or node
        item = self._scope.item(node)
        ((attribute, constructor, _),) = item.modules
        unit = next((u for u in self.units if u.home.get(leader) == ""), None)
        if unit is None:
            weights = self._layout.leaders([node] if self._learns(node) else [])
            home = {leader: "", **self._layout.modules(leader)}
            unit = Unit(attribute, constructor, weights, home, (leader,))
            self.units.append(unit)
        return Op(item, unit)

    def _learns(self, node: str) -> bool:
        return learns(self._layout.inference, self._board.nodes[node])

    def _call(self, unit: Unit, inputs: list[End], outputs: list[End]) -> Op:
        def source(values: Values, owner: Owner) -> str:
            arguments = ", ".join(str(values[end]) for end in inputs)
            return f"{owner.module(unit.attribute)}({arguments})"

        writes = tuple((end, self._scope.type_of(end)) for end in outputs)
        name = self._label(outputs[0]) if len(outputs) == 1 else unit.attribute
        item = Item(name, unit.nodes, tuple(inputs), writes, source, wrapped=True)
        return Op(item, unit)

    def _leaving(self, inside: set[str]) -> list[End]:
        """Values made inside that something outside reads."""
        sinks = [n.id for n in (*self._layout.metrics, *self._layout.views)]
        shown = upstream(self._board, sinks) - self._layout.live
        outside = [n for n in self._layout.order if not inside & set(self._scope.stands_for(n))]
        outside += sorted(shown, key=lambda n: self._board.nodes[n].number)
        found: dict[End, None] = {}
        for node in outside:
            if not self._scope.passes(node):
                found.update(dict.fromkeys(e for e in self._scope.reads(node) if e.node in inside))
        return list(found)

    def _label(self, end: End) -> str:
        node = self._board.nodes[end.node]
        several = len(self._layout.document.ports(node).outputs) > 1
        return f"{node.name}_{end.port}" if several else node.name


def _in_order(layout: Layout, ops: list[Op]) -> list[Op]:
    """Ops so that each comes after what it reads, else as their nodes are ordered."""
    place = {n: i for i, node in enumerate(layout.order) for n in layout.scope.stands_for(node)}
    made = {end: index for index, op in enumerate(ops) for end, _ in op.item.writes}
    waits = {i: {made[e] for e in op.item.reads if e in made} for i, op in enumerate(ops)}
    feeds: dict[int, list[int]] = {}
    for index, sources in waits.items():
        for source in sources:
            feeds.setdefault(source, []).append(index)

    def key(index: int) -> tuple[int, int]:
        return max(place[n] for n in ops[index].item.nodes), index

    ready = [key(index) for index, sources in waits.items() if not sources]
    heapq.heapify(ready)
    found = []
    while ready:
        _, index = heapq.heappop(ready)
        found.append(ops[index])
        for following in feeds.get(index, ()):
            waits[following].discard(index)
            if not waits[following]:
                heapq.heappush(ready, key(following))
    return found
