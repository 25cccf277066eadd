"""What flows between steps: what is computed once for several, and where gradients are needed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.compile.body import Item
from graph.compile.plan import Plan
from graph.compile.program import Op, Step, Unit
from graph.model.sheet import End

GRADIENT, NO_GRADIENT = "self.autocast", "torch.no_grad(), self.autocast"


@dataclass(frozen=True)
class Shared:
    """An op that several steps use, computed once for them.

    Attributes:
        op: What is computed.
        before: The number of steps that are taken before it is computed, the last of which may
            have changed the weights it is computed with.
        users: The numbers of the steps that use it.
        needs_gradient: Does one of them train what it is computed with?
    """

    op: Op
    before: int
    users: tuple[int, ...]
    needs_gradient: bool


def mode(plan: Plan, items: Iterable[Item]) -> str:
    """What turns gradients on again where a loss is made of them."""
    return "torch.enable_grad(), " if plan.has(items, "differentiates") else ""


def within(owner: str, module: str) -> str:
    """Source of a module by the name torch gives it: `0.out` of `part` is `part[0].out`."""
    words = module.split(".") if module else []
    return owner + "".join(f"[{one}]" if one.isdigit() else f".{one}" for one in words)


class Flow:
    """How the steps of a plan follow each other in an iteration.

    Nodes stand for their weights here: linked nodes are one.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.trained = frozenset(node for step in plan.steps for node in step.trains)
        self.shared = self._shared()

    def learns(self, step: Step | None, end: End) -> bool:
        """Does a value depend on what a step (or any step) trains?"""
        return bool(self._above(end) & (step.trains if step else self.trained))

    def shared_for(self, step: Step) -> list[Shared]:
        """What is computed before a step that it uses."""
        number = self._plan.steps.index(step)
        return [one for one in self.shared if number in one.users]

    def own(self, step: Step) -> list[Op]:
        """The ops that a step computes by itself."""
        given = [one.op for one in self.shared_for(step)]
        return [op for op in step.ops if op not in given]

    def takes(self, step: Step) -> list[End]:
        """The values that a step is given: parts of the batch and what is shared."""
        own = self.own(step)
        made = {end for op in own for end, _ in op.item.writes}
        found = dict.fromkeys(end for op in own for end in op.item.reads if end not in made)
        if step.loss not in made:
            found[step.loss] = None
        given = [end for one in self.shared_for(step) for end, _ in one.op.item.writes]
        order = [*self._plan.batch, *given]
        return sorted(found, key=order.index)

    def has_gradient(self, step: Step, end: End) -> bool:
        """Does a value that a step is given carry a gradient?"""
        found = [
            one for one in self.shared_for(step) if any(end == w for w, _ in one.op.item.writes)
        ]
        return any(one.needs_gradient for one in found)

    def passed(self, shared: Shared) -> list[str]:
        """What only passes the gradient of a shared value on: attributes that others train."""
        unit, last = shared.op.unit, self._plan.steps[shared.users[-1]]
        if unit is None or not shared.needs_gradient or unit.weights & last.trains:
            return []
        return self.warm(unit) if unit.weights & self.trained else []

    def cut(self, shared: Shared) -> list[End]:
        """What a shared op reads of others whose gradient is for another step than its own."""
        last = self._plan.steps[shared.users[-1]]
        made = {
            end: one
            for one in self.shared
            if one.needs_gradient and set(shared.users) <= set(one.users)
            for end, _ in one.op.item.writes
        }
        reads = dict.fromkeys(end for end in shared.op.item.reads if end in made)
        return [end for end in reads if shared.needs_gradient and not self.learns(last, end)]

    def is_read(self, shared: Shared, end: End) -> bool:
        """Does a step that uses it, or another shared op, read a value of a shared op?"""
        steps = [self._plan.steps[number] for number in shared.users]
        return any(end == s.loss or any(end in op.item.reads for op in s.ops) for s in steps)

    def frozen(self, step: Step) -> list[Unit]:
        """Units that a gradient passes on its way to what a step trains, trained by others."""
        found: dict[str, Unit] = {}
        for op in self.own(step):
            unit = op.unit
            if unit is None or unit.weights & step.trains or not unit.weights & self.trained:
                continue
            if any(self.learns(step, end) for end in op.item.reads):
                found[unit.attribute] = unit
        return list(found.values())

    def cold(self, unit: Unit) -> list[str]:
        """The attributes of a unit that learn by themselves but that no step trains."""
        return self.holding(unit, unit.weights - self.trained)

    def warm(self, unit: Unit) -> list[str]:
        """Source of the modules of a unit that some step trains."""
        if not self.cold(unit):
            return [f"self.{unit.attribute}"]
        owner = replace(unit, attribute=f"processes.plain(self.{unit.attribute})")
        return self.holding(owner, unit.weights & self.trained)

    def shares(self, unit: Unit, step: Step) -> bool:
        """Do other steps train parts of a unit that a step does not?"""
        return bool(unit.weights & self.trained - step.trains)

    def holding(self, unit: Unit, nodes: frozenset[str]) -> list[str]:
        """The attributes that hold some weights of a unit; itself if these are all."""
        if nodes == unit.weights:
            return [unit.attribute] if nodes else []
        others = {unit.home[node] for node in unit.weights - nodes}
        found = dict.fromkeys(unit.home[node] for node in unit.home if node in nodes)
        return [within(unit.attribute, attribute) for attribute in found if attribute not in others]

    def blocks(self, before: int) -> list[tuple[Shared, str]]:
        """What is computed after so many steps, each with what it is computed under."""
        heads: list[tuple[Shared, str]] = []
        for one in self.shared:
            if one.before != before:
                continue
            if one.needs_gradient:
                head = GRADIENT
            elif self._above(one.op.item.writes[0][0]) & self.trained:
                head = NO_GRADIENT
            else:
                head = heads[-1][1] if heads else ""
            heads.append((one, head))
        first = next((head for _, head in heads if head), GRADIENT)
        return [(one, head or first) for one, head in heads]

    def _shared(self) -> list[Shared]:
        found: list[Shared] = []
        for op in self._plan.ops:
            above = self._above(op.item.writes[0][0])
            before = [one.item for one in self._plan.closure([op.item.writes[0][0]])]
            if self._plan.has(before, "leaf"):
                continue  # detached, it would take no gradient
            users: dict[int, list[int]] = {}
            changed = 0
            for number, step in enumerate(self._plan.steps):
                if op in step.ops:
                    users.setdefault(changed, []).append(number)
                if step.trains & above:
                    changed = number + 1
            for place, numbers in users.items():
                if len(numbers) > 1:
                    last = self._plan.steps[numbers[-1]]
                    needs = bool(last.trains & above) or self._plan.has(before, "differentiates")
                    found.append(Shared(op, place, tuple(numbers), needs))
        return found

    def _above(self, end: End) -> frozenset[str]:
        items = [op.item for op in self._plan.closure([end])]
        return self._plan.leaders(node for item in items for node in item.nodes)
