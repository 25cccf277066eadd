"""What the written class holds for the steps of a plan, and what it calls it."""

from dataclasses import replace

from graph.compile.avoided import avoided
from graph.compile.flow import Flow, within
from graph.compile.plan import Plan
from graph.compile.program import Step, Unit
from graph.core import names
from graph.declare import Raw, call
from graph.model.sheet import Node


class Members:
    """Names of methods and attributes of the written class.

    Attributes:
        plan: What is written.
        flow: How the plan's steps follow each other.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.flow = plan, Flow(plan)
        self._methods: dict[str, str] = {}
        self._schedules: dict[str, str] = {}
        self._measured = self._by_step()
        taken = {unit.attribute for unit in plan.units}
        taken |= {mean.attribute for mean in plan.averages}
        taken |= avoided().union(plan.member(step.optimizer) for step in plan.steps)
        for step in plan.steps:
            name = step.optimizer.name
            for found, wanted in (
                (self._methods, f"step_{name}"),
                (self._schedules, f"{name}_schedule"),
            ):
                found[name] = names.unique(wanted, taken)
                taken.add(found[name])

    def method(self, step: Step) -> str:
        """The method that takes a step."""
        return self._methods[step.optimizer.name]

    def measured(self, step: Step) -> list[Node]:
        """The metrics that a step tells of its batch: those of what it computes anyway."""
        return self._measured[step.optimizer.id]

    def tells_several(self, step: Step) -> bool:
        """Does the method that takes a step give a table of figures, and not a loss alone?"""
        return bool(step.parts or self.measured(step))

    def _by_step(self) -> dict[str, list[Node]]:
        """Each metric goes to the first step that has all it measures."""
        plan, flow = self.plan, self.flow
        left = list(plan.metrics)
        found: dict[str, list[Node]] = {}
        given = set(plan.batch)
        for step in plan.steps:
            made = {end for op in flow.own(step) for end, _ in op.item.writes}
            known = made.union(flow.takes(step))
            ends = {one.id: set(plan.scope.reads(one.id)) for one in left}
            mine = [one for one in left if ends[one.id] <= known and not ends[one.id] <= given]
            found[step.optimizer.id] = mine
            left = [one for one in left if one not in mine]
        return found

    def schedule(self, step: Step) -> str:
        """The attribute for the schedule of a step's optimizer."""
        return self._schedules[step.optimizer.name]

    def parameters(self, step: Step) -> str:
        """Source of the parameters that a step trains."""
        parts = []
        for unit in (unit for unit in self.plan.units if unit.weights & step.trains):
            several = [f"{module}.parameters()" for module in self.modules(unit, step)]
            if self.flow.cold(unit) and not self.flow.shares(unit, step):
                several = [f"(p for p in {several[0]} if p.requires_grad)"]
            parts += several
        return parts[0] if len(parts) == 1 else f"[{', '.join(f'*{part}' for part in parts)}]"

    def modules(self, unit: Unit, step: Step) -> list[str]:
        """Source of the modules of a unit that hold what a step trains."""
        if not self.flow.shares(unit, step):
            return [f"self.{unit.attribute}"]
        owner = replace(unit, attribute=f"processes.plain(self.{unit.attribute})")
        return self.flow.holding(owner, unit.weights & step.trains)

    def groups(self, step: Step) -> str:
        """Source of what a step's optimizer is made with: its parameters, maybe in groups."""
        bound = self.plan.scope.bound(step.optimizer.id)
        slower = self.slower(step)
        if not slower and not bound.spares():
            return self.parameters(step)
        units = [unit for unit in self.plan.units if unit.weights & step.trains]
        networks = [Raw(module) for unit in units for module in self.modules(unit, step)]
        options: dict[str, object] = {}
        if slower:
            rate = float(f"{bound.lr * bound.slower_by:.9g}")  # as a person would write it
            options = {"slower": Raw(f"[{', '.join(slower)}]"), "lr": rate}
        if bound.spares():
            options["decay_biases"] = False
        return call("weight_groups", *networks, **options)

    def slower(self, step: Step) -> list[str]:
        """Source of the modules that a step trains at a rate of their own."""
        named = self.plan.meant(step.optimizer, "slower")
        found: dict[str, None] = {}
        for node in sorted(named & step.trains):
            owner = self.plan.owner(node)
            if owner is not None:
                unit, attribute = owner
                path = within(f"processes.plain(self.{unit.attribute})", attribute)
                found[path if attribute else f"self.{unit.attribute}"] = None
        return list(found)
