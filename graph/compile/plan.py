"""What a board means as a program: units, what each step computes, what it trains.

A *unit* is a module the training holds: an instance of a drawn network, or loose layers of the
board gathered into one class. An *op* is one computation. A *step* is one optimizer with the ops
that its loss needs. `parts` says which layers are gathered, `units` makes units and ops of them,
`borrowed` computes beside the steps what is shown or measured.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph.compile.avoided import avoided, free
from graph.compile.body import Item
from graph.compile.model import Classes
from graph.compile.network_classes import Networks
from graph.compile.program import Average, Follower, Op, Step, Unit, needed
from graph.compile.scope import Scope
from graph.compile.units import gather
from graph.core import names
from graph.diagnose import class_weights, data_rows, moving_averages
from graph.diagnose.board_checks import above, loss_names, trained
from graph.edit import trained_names
from graph.infer import training_plan
from graph.model.order import topological
from graph.model.sheet import End, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph.infer.inference import Inference
    from graph.infer.node_inference import Result


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
        live = above(inference, [n.id for n in self.optimizers])
        order = [n for n in topological(self.board, live) if not self.scope.passes(n)]
        self.live = set(order)
        self.order = self.scope.gather(order)
        shown = above(inference, [n.id for n in (*self.metrics, *self.views)])
        nodes = sorted((self.board.nodes[n] for n in self.live | shown), key=lambda n: n.number)
        placed = [node for node in nodes if self._is_placed(node)]
        self.networks = Networks(self.document, classes, placed, results)
        self._atoms = self._parts()
        self.trained = {o.id: self._trained(o) for o in self.optimizers}
        self.data = [node for node in nodes if self.scope.role(node.id) == "data"]
        self.groups = data_rows.groups(self.board, self.data)
        self.pairs = [node for node in nodes if self.scope.role(node.id) == "pairs"]
        self.partner_of = {one.id: self._home(one) for one in self.pairs}
        self.units: list[Unit] = []
        self.ops = gather(self)
        self.scope.scales = self._scales()
        self.balancing = {
            node.id: end for node in nodes if (end := class_weights.labels(self.document, node))
        }
        """By loss that weighs classes as the data has them: the output that has the labels."""
        self.scope.balanced = self._balanced()
        self.loss_names = loss_names(self.document)
        self.steps = [self._step(optimizer) for optimizer in self.optimizers]
        self.averages = self._averages()
        self.followers = self._followers()

    # -- asking

    @property
    def batch(self) -> list[End]:
        """The outputs of all data nodes, then of all that draw partners, in order."""
        return [end for node in (*self.data, *self.pairs) for end in self.outputs(node)]

    def outputs(self, node: Node) -> list[End]:
        """The outputs of a data node."""
        return [End(node.id, port.name) for port in self.document.ports(node).outputs]

    def leaders(self, nodes: Iterable[str]) -> frozenset[str]:
        """What stands for some nodes' weights: linked ones have one leader.

        An instance of which some optimizer names parts stands for each module in it.
        """
        found = dict.fromkeys(self.board.nodes[node].twin or node for node in nodes)
        return frozenset(part for one in found for part in self._atoms.get(one, {one: ()}))

    def meant(self, optimizer: Node, param: str) -> frozenset[str]:
        """What stands for the weights of the nodes, or nodes in networks, that one names."""
        found = trained_names.named(self.document, optimizer, param)
        parts = {n: path for one in self._atoms.values() for n, path in one.items()}
        return frozenset(
            [one[0] for one in found if len(one) == 1 and one[0] not in self._atoms]
            + [name for name, path in parts.items() if trained_names.covers(found, path)]
        )

    def modules(self, leader: str) -> dict[str, str]:
        """For an instance of which parts are named, the module of each part."""
        return {part: part.partition(":")[2] for part in self._atoms.get(leader, {})}

    def closure(self, goals: Iterable[End]) -> list[Op]:
        """The ops needed for some values, in order."""
        found = {id(item) for item in needed([op.item for op in self.ops], goals)}
        return [op for op in self.ops if id(op.item) in found]

    def has(self, items: Iterable[Item], hook: str) -> bool:
        """Does a node of the board that some items come from have a hook?"""
        nodes = {node for item in items for node in item.nodes}
        return any(self.scope.declaration(node).has(hook) for node in nodes)

    def owner(self, node: str) -> tuple[Unit, str] | None:
        """The unit that holds a node's weights and the attribute there."""
        leader = (self.board.nodes[node].twin or node) if node in self.board.nodes else node
        for unit in self.units:
            if leader in unit.home:
                return unit, unit.home[leader]
        return None

    def member(self, node: Node) -> str:
        """What a node is called as an attribute of the training, or as a function of its own."""
        return free(node.name, self.board.names())

    # -- making

    def _parts(self) -> dict[str, dict[str, trained_names.Path]]:
        """For each instance of which an optimizer names parts: what learns there, with its path."""
        several = (
            path
            for node in self.optimizers
            for param in trained_names.naming(node)
            for path in trained_names.named(self.document, node, param)
            if len(path) > 1
        )
        found: dict[str, dict[str, trained_names.Path]] = {}
        for leader in dict.fromkeys(path[0] for path in several):
            node, result = self.board.nodes[leader], self.inference.result(leader)
            if result is None or result.inputs is None or node.muted:
                continue
            learning = set(training_plan.learning(self.document, node, result.inner, (leader,)))
            held = ((one, (leader, *one.path)) for one in self.networks.held(node, result))
            found[leader] = {f"{leader}:{one.module}": p for one, p in held if p in learning}
        return found

    def _trained(self, optimizer: Node) -> frozenset[str]:
        found = self.leaders(trained(self.inference, optimizer))
        return found & self.meant(optimizer, "trains") if optimizer.params.get("trains") else found

    def _sinks(self, role: str) -> list[Node]:
        from graph.infer.inference import live_nodes  # noqa: PLC0415 - inference imports the checks

        return [self.board.nodes[n] for n in live_nodes(self.inference, [role])]

    def _home(self, pairs: Node) -> Node:
        """The data node whose rows are paired."""
        return self.board.nodes[self.scope.reads(pairs.id)[0].node]

    def _constructor(self, node: Node, results: "Mapping[str, Result]") -> str:
        return self.networks.constructor(node, results)

    def _is_placed(self, node: Node) -> bool:
        found = self.inference.result(node.id)
        known = found is not None and found.inputs is not None
        return known and not node.muted and self.scope.role(node.id) == "instance"

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

    def _scales(self) -> dict[str, str]:
        """What is kept of the mean and deviation of each data node that standardises a target."""
        found: dict[str, str] = {}
        taken = {unit.attribute for unit in self.units} | {o.name for o in self.optimizers}
        for node in self.data:
            if self.scope.bound(node.id).standardised(self.inference.facts.get(node.id)):
                name = "target_scale" if len(self.data) == 1 else f"{node.name}_scale"
                found[node.id] = names.unique(name, taken)
                taken.add(found[node.id])
        return found

    def _balanced(self) -> dict[str, str]:
        """What is kept of the weights of each loss that is balanced."""
        found: dict[str, str] = {}
        taken = {unit.attribute for unit in self.units} | {o.name for o in self.optimizers}
        taken |= {*avoided(), *self.scope.scales.values()}
        for node in self.balancing:
            alone = len(self.balancing) == 1
            wanted = "class_weights" if alone else f"{self.board.nodes[node].name}_weights"
            found[node] = names.unique(wanted, taken)
            taken.add(found[node])
        return found

    def _followers(self) -> list[Follower]:
        """Instances that are the moving average of another."""
        found = []
        for unit in self.units:
            node = self.board.nodes[unit.nodes[0]]
            for source in (
                moving_averages.followed(self.board, node) if moving_averages.share(node) else ()
            ):
                if owner := self.owner(source.id):
                    found.append(Follower(unit, owner[0], moving_averages.share(node)))
        return found

    def _averages(self) -> list[Average]:
        """The first optimizer that asks for the mean of a unit's weights keeps it."""
        found: dict[str, Average] = {}
        taken = {*avoided(), *(unit.attribute for unit in self.units)}
        taken.update(map(self.member, self.optimizers))
        for step in self.steps:
            decay = self.scope.bound(step.optimizer.id).ema
            for unit in self.units:
                if decay and unit.weights & step.trains and unit.attribute not in found:
                    name = names.unique(f"{unit.attribute}_ema", taken)
                    taken.add(name)
                    found[unit.attribute] = Average(name, unit, step.optimizer, decay)
        return list(found.values())
