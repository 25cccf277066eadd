"""What a board means as a program: units, what each step computes, what it trains.

A *unit* is a module the training holds: an instance of a drawn network, or loose layers of the
board gathered into one class. An *op* is one computation. A *step* is one optimizer with the ops
that its loss needs. `layout` says what there is, `parts` which layers are gathered, `units` makes
units and ops of them, `auxiliary` computes beside the steps what is shown or measured.
"""

from collections.abc import Iterable

from graph.compile.avoided import avoided
from graph.compile.body import Item
from graph.compile.layout import Layout
from graph.compile.model import Classes
from graph.compile.program import Average, Follower, Op, Step, Unit, needed
from graph.compile.units import gather
from graph.core import names
from graph.diagnose import class_weights, moving_averages
from graph.diagnose.board_checks import loss_names
from graph.infer.inference import Inference
from graph.model.sheet import End, Node


class Plan(Layout):
    """The program of a board. Needs a board without errors."""

    def __init__(self, inference: Inference, classes: Classes) -> None:
        super().__init__(inference, classes)
        self.units, self.ops = gather(self)
        self.scope.scales = self._scales()
        self.balancing = {
            node.id: end
            for node in self.nodes
            if (end := class_weights.labels(self.document, node))
        }
        """By loss that weighs classes as the data has them: the output that has the labels."""
        self.scope.balanced = self._balanced()
        self.loss_names = loss_names(self.document)
        self.steps = [self._step(optimizer) for optimizer in self.optimizers]
        self.averages = self._averages()
        self.followers = self._followers()

    # -- asking

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
        return self.units.owner(node)

    # -- making

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
