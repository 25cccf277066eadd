"""What a board means as a program: units, what each step computes, what it trains.

A *unit* is a module the training holds: an instance of a drawn network, or the loose layers of
the board gathered into one class. Loose layers are gathered by level and by which optimizers
train them. The level rises where a value comes back from a unit or a loss, so that a unit can be
computed in one call; the colour keeps apart what is trained by different steps.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph import names, walks
from graph.checks import learns, loss_names, trained
from graph.compile.body import Item, Values
from graph.compile.model import Classes, safe_class_name
from graph.compile.networks import COMPUTES, Networks
from graph.compile.scope import Scope, local_names
from graph.declare import Value
from graph.errors import CompileError
from graph.nodes._shapes import operand
from graph.order import topological, upstream
from graph.problems import Problem
from graph.sheet import End, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph.infer import Inference, Result

AVERAGING = {"AveragedModel", "get_ema_multi_avg_fn"}
LOOSE = {"layer", "neuron"}


@dataclass(frozen=True)
class Unit:
    """A module the training holds.

    Attributes:
        attribute: Its name there.
        constructor: Source of its constructor.
        weights: Ids of its nodes that learn, their leaders' for linked ones.
        home: For each node inside that is a leader, its attribute within the unit.
        nodes: Ids of the board's nodes it stands for.
    """

    attribute: str
    constructor: str
    weights: frozenset[str]
    home: dict[str, str]
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Op:
    """One computation of a step: a call of a unit, or a stateless node or loss."""

    item: Item
    unit: Unit | None = None


@dataclass(frozen=True)
class Step:
    """One optimizer: what it computes, which nodes it trains.

    Attributes:
        optimizer: Its node.
        loss: What it minimises.
        loss_name: What figures call it, behind `loss/`.
        parts: The losses it is made of, by the names that figures have behind `loss/`.
        ops: What it computes.
        trains: Ids of the nodes it trains, their leaders' for linked ones.
    """

    optimizer: Node
    loss: End
    loss_name: str
    parts: dict[End, str]
    ops: tuple[Op, ...]
    trains: frozenset[str]


@dataclass(frozen=True)
class Average:
    """A running mean of a unit's weights.

    Attributes:
        attribute: Its name in the training.
        unit: What it is the mean of.
        optimizer: The optimizer that says so.
        decay: Share of the mean that stays at each step.
    """

    attribute: str
    unit: Unit
    optimizer: Node
    decay: float


class Apart(Exception):
    """Linked layers lie in parts that can't be one class: they are to be units of their own."""

    def __init__(self, nodes: Iterable[str]) -> None:
        super().__init__("linked layers lie in parts that differ")
        self.nodes = frozenset(nodes)


class Plan:
    """The program of a board. Needs a board without errors."""

    def __init__(self, inference: "Inference", classes: Classes) -> None:
        self.inference, self.document = inference, inference.document
        self.board = self.document.board
        self.classes = classes
        results = {n: r for n in self.board.nodes if (r := inference.result(n)) is not None}
        self.scope = Scope(self.document, self.board, results, self._constructor)
        self.optimizers = self._sinks("optimizer")
        self.optimizers.sort(key=lambda n: (n.params.get("order", 0), n.number))
        self.metrics, self.views = self._sinks("metric"), self._sinks("view")
        self.trained = {o.id: self.leaders(trained(inference, o)) for o in self.optimizers}
        live = upstream(self.board, [n.id for n in self.optimizers])
        order = [n for n in topological(self.board, live) if not self.scope.passes(n)]
        self.live = set(order)
        self.order = self.scope.gather(order)
        shown = upstream(self.board, [n.id for n in (*self.metrics, *self.views)])
        needed = self.live | shown
        placed = [n for n in self._by_age(needed) if self._is_placed(n)]
        self.networks = Networks(self.document, classes, placed, results)
        self.data = [n for n in self._by_age(needed) if self.scope.role(n.id) == "data"]
        self.units: list[Unit] = []
        self.apart: frozenset[str] = frozenset()
        self.ops = self._ops()
        self.loss_names = loss_names(self.document)
        self.steps = [self._step(optimizer) for optimizer in self.optimizers]
        self.averages = self._averages()

    def _averages(self) -> list[Average]:
        """The first optimizer that asks for the mean of a unit's weights keeps it."""
        found: dict[str, Average] = {}
        taken = {unit.attribute for unit in self.units} | {o.name for o in self.optimizers}
        for step in self.steps:
            decay = self.scope.bound(step.optimizer.id).ema
            for unit in self.units:
                if decay and unit.weights & step.trains and unit.attribute not in found:
                    name = names.unique(f"{unit.attribute}_ema", taken)
                    taken.add(name)
                    found[unit.attribute] = Average(name, unit, step.optimizer, decay)
        return list(found.values())

    # -- asking

    @property
    def batch(self) -> list[End]:
        """The outputs of all data nodes, in order."""
        return [end for node in self.data for end in self.outputs(node)]

    def outputs(self, node: Node) -> list[End]:
        """The outputs of a data node."""
        return [End(node.id, port.name) for port in self.document.ports(node).outputs]

    def leaders(self, nodes: Iterable[str]) -> frozenset[str]:
        """The nodes that stand for some nodes' weights: linked ones have one leader."""
        return frozenset(self.board.nodes[node].twin or node for node in nodes)

    def closure(self, goals: Iterable[End]) -> list[Op]:
        """The ops needed for some values, in order."""
        needed = {id(item) for item in _needed([op.item for op in self.ops], goals)}
        return [op for op in self.ops if id(op.item) in needed]

    def has(self, items: Iterable[Item], hook: str) -> bool:
        """Does a node of the board that some items come from have a hook?"""
        nodes = {node for item in items for node in item.nodes}
        return any(self.scope.declaration(node).has(hook) for node in nodes)

    def owner(self, node: str) -> tuple[Unit, str] | None:
        """The unit that holds a node's weights and the attribute there."""
        leader = self.board.nodes[node].twin or node
        for unit in self.units:
            if leader in unit.home:
                return unit, unit.home[leader]
        return None

    def extra_items(self, sinks: Iterable[str], owner: str = "self") -> list[Item]:
        """Items that only metrics or views need, in order; their modules are the units'.

        Raises:
            CompileError: If one has weights that no optimizer's loss reaches.
        """
        sinks = list(sinks)
        wanted = upstream(self.board, sinks) - self.live
        found = []
        for node in topological(self.board, wanted):
            if self.scope.passes(node) or self.scope.role(node) not in COMPUTES | {"loss", "noise"}:
                continue
            if self.scope.role(node) == "noise":
                found.append(self.drawn(node, owner))
                continue
            found.append(self._item(node, owner))
        return _needed(found, (end for sink in sinks for end in self.scope.reads(sink)))

    def drawn(self, node: str, owner: str = "self", rows: str = "") -> Item:
        """A draw for as many examples as the batch has, or as asked for.

        Args:
            node: A node that draws numbers, or makes something of drawn ones.
            owner: Source of what knows the device and holds the modules.
            rows: Source of the number of examples, where there is no batch.
        """
        bound, first = self.scope.bound(node), self.batch[0]
        ahead, inner, make = self._walk(node, owner) if hasattr(bound, "walk") else ((), (), None)

        def source(values: Values) -> str:
            place = rows or f"len({values[first]})", f"{owner}.device"
            return make(values, place) if make else str(bound.sample(*place))

        name = self.board.nodes[node].name
        reads = (*ahead, *(() if rows else (first,)))
        return Item(name, (node, *inner), reads, self.scope.writes(node), source)

    def _walk(
        self, node: str, owner: str
    ) -> tuple[tuple[End, ...], tuple[str, ...], Callable[[Values, tuple[str, str]], str]]:
        """What a walk reads from outside, its nodes, and its source."""
        start, inside = walks.between(self.board, node)
        items = [self._item(one, owner) for one in inside if not self.scope.passes(one)]
        taken = self.scope.writes(start)
        made = {end for end, _ in taken} | {end for item in items for end, _ in item.writes}
        ahead = dict.fromkeys(end for item in items for end in item.reads if end not in made)
        (goal,) = self.scope.reads(node)

        def source(values: Values, place: tuple[str, str]) -> str:
            outer = {str(values[end]) for end in ahead}
            known = dict(values)
            for end, kind in taken:
                known[end] = Value(names.unique(end.port, outer), kind)
            arguments = ", ".join(known[end] for end, _ in taken)
            for item in items:
                ((end, kind),) = item.writes
                text = item.source(known)
                known[end] = Value(text if end == goal else operand(text), kind)
            function, given = known[goal].partition("(")[::2]
            plain = given == f"{arguments})" and all(map(str.isidentifier, function.split(".")))
            predict = function if plain else f"lambda {arguments}: {known[goal]}"
            return str(self.scope.bound(node).walk(predict, self.scope.bound(start).noise(*place)))

        return tuple(ahead), (start, *inside), source

    def _item(self, node: str, owner: str) -> Item:
        item = self.scope.item(node, owner)
        return self._borrowed(node, owner) if item.modules else item

    def _borrowed(self, node: str, owner: str) -> Item:
        home = self.owner(node)
        if home is None:
            raise CompileError([self._untrained(node)])
        unit, attribute = home
        if not attribute:
            return self.scope.item(node, owner)
        path = f"{owner}.{unit.attribute}"
        # views are drawn where one process trains; what is measured may be measured in many
        return self.scope.item(node, f"processes.plain({path})" if owner == "self" else path)

    def _untrained(self, node: str) -> Problem:
        return Problem(
            node,
            self.board.name,
            "is shown or measured, but no optimizer's loss depends on it.",
            name=self.board.nodes[node].name,
            advice="link it to the node that is trained (Alt+D), or wire it to a loss",
        )

    # -- units

    def _constructor(self, node: Node, results: "Mapping[str, Result]") -> str:
        return self.networks.constructor(node, results)

    def _is_placed(self, node: Node) -> bool:
        found = self.inference.result(node.id)
        known = found is not None and found.inputs is not None
        return known and not node.muted and self.scope.role(node.id) == "instance"

    def _ops(self) -> list[Op]:
        """All that is computed, in order; fills the units."""
        written = dict(self.classes.writers)
        while True:
            try:
                return self._gathered()
            except Apart as found:
                self.apart |= found.nodes
                self.units.clear()
                self.classes.writers.clear()
                self.classes.writers.update(written)

    def _gathered(self) -> list[Op]:
        groups: dict[tuple[int, frozenset[str]], list[str]] = {}
        single: list[str] = []
        levels, colours = self._levels()
        for node in self.order:
            if self._is_loose(node):
                groups.setdefault((levels[node], colours[node]), []).append(node)
            elif self._is_alone(node) or self.scope.role(node) == "noise":
                single.append(node)
        ops = []
        for key in sorted(groups, key=lambda k: (k[0], sorted(k[1]))):
            for nodes in self._parts(groups[key]):
                ops += self._group(nodes)
        for node in single:
            ops.append(self._single(node))
        return self._sorted(ops)

    def _parts(self, nodes: list[str]) -> list[list[str]]:
        """Nodes of one group, apart where nothing connects them and not every step uses all."""
        if len(self.optimizers) < 2:
            return [nodes]
        made = {node: {end for end, _ in self.scope.writes(node)} for node in nodes}
        inside = set().union(*made.values())
        parts: list[tuple[set[End], list[str]]] = []
        for node in nodes:
            ends = made[node] | inside.intersection(self.scope.reads(node))
            joined = [part for part in parts if part[0] & ends]
            parts = [part for part in parts if part not in joined]
            parts.append((ends.union(*(one[0] for one in joined)), []))
            parts[-1][1].extend([*(one for part in joined for one in part[1]), node])
        return [sorted(part, key=nodes.index) for _, part in parts]

    def _is_loose(self, node: str) -> bool:
        """Does it lie on the board itself, to be gathered with others?"""
        return self.scope.role(node) in LOOSE and node not in self.apart

    def _is_alone(self, node: str) -> bool:
        """Is it an op of its own, so that what follows can't be gathered with what is before?"""
        return self.scope.role(node) in {"instance", "loss"} or node in self.apart

    def _group(self, nodes: list[str]) -> list[Op]:
        items = [self.scope.item(node) for node in nodes]
        if not any(item.modules for item in items):
            return [Op(item) for item in items]
        inside = {node for entry in nodes for node in self.scope.stands_for(entry)}
        reads = [end for item in items for end in item.reads if end.node not in inside]
        inputs = local_names(self.scope, list(dict.fromkeys(reads)))
        outputs = self._leaving(inside)
        taken = {unit.attribute for unit in self.units} | {o.name for o in self.optimizers}
        attribute = names.unique("model", taken)
        named = [(end, self._label(end), self.scope.type_of(end)) for end in outputs]
        leaders = {
            self.board.nodes[node].twin or node: self.scope.attribute(entry)
            for entry, item in zip(nodes, items, strict=True)
            for node in self.scope.stands_for(entry)
            if item.modules
        }
        shared = self._sharing(leaders)
        wanted = shared.constructor[:-2] if shared else safe_class_name(attribute.replace("_", ""))
        name = self.classes.add(wanted, "", items, list(inputs.items()), named)
        if shared is not None:
            if f"{name}()" != shared.constructor:
                both = leaders.keys() & shared.home.keys()
                raise Apart(n for n, one in self.board.nodes.items() if (one.twin or n) in both)
            return [self._call(shared, list(inputs), outputs)]
        unit = Unit(
            attribute,
            f"{name}()",
            self.leaders(n for n in inside if learns(self.inference, self.board.nodes[n])),
            leaders,
            tuple(sorted(inside, key=lambda n: self.board.nodes[n].number)),
        )
        self.units.append(unit)
        return [self._call(unit, list(inputs), outputs)]

    def _sharing(self, leaders: Iterable[str]) -> Unit | None:
        """The unit that holds some of these nodes' weights already."""
        return next((u for u in self.units if any(n in u.home for n in leaders)), None)

    def _single(self, node: str) -> Op:
        if self.scope.role(node) == "noise":
            return Op(self.drawn(node))
        if self.scope.role(node) == "loss":
            return Op(self.scope.loss(node, self.board.nodes[node].name))
        leader = self.board.nodes[node].twin or node
        item = self.scope.item(node)
        ((attribute, constructor, _),) = item.modules
        unit = next((u for u in self.units if u.attribute == attribute), None)
        if unit is None:
            learning = learns(self.inference, self.board.nodes[node])
            weights = frozenset([leader] if learning else [])
            unit = Unit(attribute, constructor, weights, {leader: ""}, (leader,))
            self.units.append(unit)
        return Op(item, unit)

    def _call(self, unit: Unit, inputs: list[End], outputs: list[End]) -> Op:
        def source(values: Values) -> str:
            arguments = ", ".join(str(values[end]) for end in inputs)
            return f"self.{unit.attribute}({arguments})"

        writes = tuple((end, self.scope.type_of(end)) for end in outputs)
        name = self._label(outputs[0]) if len(outputs) == 1 else unit.attribute
        item = Item(name, unit.nodes, tuple(inputs), writes, source, wrapped=True)
        return Op(item, unit)

    def _leaving(self, inside: set[str]) -> list[End]:
        """Values made inside that something outside reads."""
        sinks = [n.id for n in (*self.metrics, *self.views)]
        shown = upstream(self.board, sinks) - self.live
        outside = [n for n in self.order if not inside & set(self.scope.stands_for(n))]
        outside += sorted(shown, key=lambda n: self.board.nodes[n].number)
        found: dict[End, None] = {}
        for node in outside:
            if not self.scope.passes(node):
                found.update(dict.fromkeys(e for e in self.scope.reads(node) if e.node in inside))
        return list(found)

    def _label(self, end: End) -> str:
        node = self.board.nodes[end.node]
        several = len(self.document.ports(node).outputs) > 1
        return f"{node.name}_{end.port}" if several else node.name

    def _levels(self) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
        levels: dict[str, int] = {}
        colours: dict[str, frozenset[str]] = {}
        nothing: frozenset[str] = frozenset()
        several = len(self.optimizers) > 1
        for node in self.order:
            loose = self._is_loose(node)
            above = [end.node for end in self.scope.reads(node)]
            level, colour = 0, nothing
            if several and loose and learns(self.inference, self.board.nodes[node]):
                (leader,) = self.leaders([node])
                colour = frozenset(o for o, nodes in self.trained.items() if leader in nodes)
            for one in above:
                far = loose and self._is_alone(one)
                change = bool(colour and colours[one] and colour != colours[one])
                level = max(level, levels[one] + (far or change))
            if not colour and loose:
                colour = max((colours[one] for one in above), key=len, default=nothing)
            levels[node], colours[node] = level, colour
        for node in reversed(self.order):
            if colours[node] or not self._is_loose(node):
                continue
            below = [n for n in self.board.neighbours(node) if n in levels]
            kinds = {(levels[n], colours[n]) for n in below if self._is_loose(n)}
            if len(kinds) == 1 and len(below) == 1:
                levels[node], colours[node] = next(iter(kinds))
        return levels, colours

    def _sorted(self, ops: list[Op]) -> list[Op]:
        """Ops so that each comes after what it reads, else as their nodes are ordered."""
        place = {n: i for i, node in enumerate(self.order) for n in self.scope.stands_for(node)}
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

    # -- steps

    def _step(self, optimizer: Node) -> Step:
        loss = self.scope.operands(optimizer.id)[0]
        assert isinstance(loss, End), "an optimizer without a loss is an error before this"
        name = self.loss_names[optimizer.id]
        ops = tuple(self.closure([loss]))
        made = [end for op in ops[:-1] for end, _ in op.item.writes]
        ends = dict.fromkeys([*(e for e in ops[-1].item.reads if e in made), *made])
        parts = {
            end: f"{name}/{self.board.nodes[end.node].name}"
            for end in ends
            if self.scope.role(end.node) == "loss"
        }
        return Step(optimizer, loss, name, parts, ops, self.trained[optimizer.id])

    def _sinks(self, role: str) -> list[Node]:
        from graph.infer import live_nodes  # noqa: PLC0415 - inference imports the checks

        return [self.board.nodes[n] for n in live_nodes(self.inference, [role])]

    def _by_age(self, nodes: Iterable[str]) -> list[Node]:
        return sorted((self.board.nodes[n] for n in nodes), key=lambda n: n.number)


def _needed(items: list[Item], goals: Iterable[End]) -> list[Item]:
    """Those items that some values are computed from."""
    wanted, found = set(goals), []
    for item in reversed(items):
        if any(end in wanted for end, _ in item.writes):
            found.append(item)
            wanted.update(item.reads)
    return found[::-1]
