"""A step in train.py: a loss is computed and one optimizer takes its step."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graph.compile.avoided import reserved
from graph.compile.body import Body
from graph.compile.program import Op, Step
from graph.compile.scope import Scope
from graph.compile.source import Writer
from graph.compile.train import data, schedules
from graph.compile.train.members import Members
from graph.core import names
from graph.declare import Value, literal
from graph.model.sheet import End, Node
from graph.nodes.shared.axes_of_shapes import operand


class StepMethod:
    """Writes the method that takes a step."""

    def __init__(self, members: Members, step: Step) -> None:
        self._members, self._step = members, step
        self._name, self._ids = members.plan.member(step.optimizer), (step.optimizer.id,)
        self._own, self._takes = members.flow.own(step), members.flow.takes(step)

    def write(self, writer: Writer) -> None:
        """Write it."""
        values = self._given()
        self._head(writer, values)
        flow = self._members.flow
        frozen = [path for unit in flow.frozen(self._step) for path in flow.warm(unit)]
        for path in frozen:
            writer.add(f"{path}.requires_grad_(False)", self._ids, level=2)
        values = self._compute(writer, values)
        self._learn(writer, str(values[self._step.loss]))
        for path in frozen:
            writer.add(f"{path}.requires_grad_(True)", self._ids, level=2)
        self._measure(writer, values)
        self._give(writer, values)

    def _given(self) -> dict[End, Value]:
        """What is called how in the method: the batch, and what several steps share."""
        values = data.batch_values(self._members.plan)
        taken = {*reserved(), "self", "loss", *map(str, values.values())}
        for item in (one.op.item for one in self._members.flow.shared_for(self._step)):
            for end, kind in item.writes:
                base = item.name if len(item.writes) == 1 else f"{item.name}_{end.port}"
                values[end] = Value(names.unique(base, taken), kind)
                taken.add(values[end])
        return values

    def _head(self, writer: Writer, values: dict[End, Value]) -> None:
        arguments = "".join(f", {values[end]}: Tensor" for end in self._takes)
        gives = "dict[str, Tensor]" if self._members.tells_several(self._step) else "Tensor"
        writer.add()
        method = self._members.method(self._step)
        writer.add(f"def {method}(self{arguments}) -> {gives}:", self._ids, level=1)

    def _compute(self, writer: Writer, values: dict[End, Value]) -> dict[End, Value]:
        """Compute the loss, what takes no gradient apart from the rest; the new values."""
        step, flow = self._step, self._members.flow
        plain = [op for op in self._own if not flow.learns(step, op.item.writes[0][0])]
        apart = any(op.unit is not None for op in plain)
        rest = [op for op in self._own if op not in plain or not apart]
        measured = self._members.measured(step)
        told = [
            *step.parts,
            *(end for one in measured for end in self._members.plan.scope.reads(one.id)),
        ]
        if apart:
            writer.add("with torch.no_grad(), self.autocast:", self._ids, level=2)
            ahead = [*told, *(end for op in rest for end in op.item.reads)]
            body = self._body(plain, ahead, values)
            body.write(writer, level=3, give=False)
            values = body.values
        body = self._body(rest, [step.loss, *told], values)
        if rest:
            writer.add("with self.autocast:", self._ids, level=2)
            _call_last(body, "loss")
            body.write(writer, level=3, give=False)
        return body.values

    def _body(self, ops: Sequence[Op], wanted: list[End], values: dict[End, Value]) -> Body:
        taken = {str(values[end]) for end in self._takes} | {"loss"}
        return Body([op.item for op in ops], wanted, dict(values), taken, short=False)

    def _learn(self, writer: Writer, loss: str) -> None:
        """Go back through the loss; move the weights, their running means and the schedule."""
        plan, name, ids = self._members.plan, self._name, self._ids
        writer.add(f"self.{name}.zero_grad()", ids, level=2)
        writer.add(f"{loss}.backward()", ids, level=2)
        clip = plan.scope.bound(self._step.optimizer.id).clip
        if clip:
            parameters = self._members.parameters(self._step)
            writer.add(f"nn.utils.clip_grad_norm_({parameters}, {literal(clip)})", ids, level=2)
        writer.add(f"self.{name}.step()", ids, level=2)
        for mean in plan.averages:
            if mean.optimizer is self._step.optimizer:
                text = f"self.{mean.attribute}.update_parameters(self.{mean.unit.attribute})"
                writer.add(text, ids, level=2)
        for follower in plan.followers:
            if follower.source.weights & self._step.trains:
                average, source = follower.unit.attribute, follower.source.attribute
                text = f"follow(self.{average}, self.{source}, {literal(follower.keeps)})"
                writer.add(text, follower.unit.nodes, level=2)
        for one, schedule in schedules.at_pace(self._members, "step"):
            if one is self._step:
                writer.add(f"{schedule}.step()", ids, level=2)

    def _measure(self, writer: Writer, values: dict[End, Value]) -> None:
        """The metrics of the batch, from what was computed for the loss."""
        scope = self._members.plan.scope
        measured = self._members.measured(self._step)
        if measured:
            writer.add("with torch.no_grad():", [one.id for one in measured], level=2)
        for node in measured:
            figure = _of_batch(scope, node, scope.given(node.id, values))
            writer.add(f"{self._local(node, values)} = {figure}", (node.id,), level=3)

    def _local(self, node: Node, values: dict[End, Value]) -> str:
        """What a variable for a metric is called."""
        return names.unique(node.name, {*reserved(), "self", "loss", *map(str, values.values())})

    def _give(self, writer: Writer, values: dict[End, Value]) -> None:
        step, measured = self._step, self._members.measured(self._step)
        if not self._members.tells_several(step):
            writer.add(f"return {values[step.loss]}.detach()", self._ids, level=2)
            return
        known = {*self._takes, *(end for op in self._own for end, _ in op.item.writes)}
        told = {step.loss: step.loss_name, **{e: n for e, n in step.parts.items() if e in known}}
        pairs = [f'"loss/{name}": {values[end]}.detach()' for end, name in told.items()]
        pairs += [f'"train/{one.name}": {self._local(one, values)}' for one in measured]
        writer.add(f"return {{{', '.join(pairs)}}}", self._ids, level=2)


def _of_batch(scope: Scope, node: Node, given: Sequence[Any]) -> str:
    """Source of what a metric measures on the rows of one batch."""
    metric, declaration = scope.bound(node.id), scope.declaration(node.id)
    if declaration.has("of_batch"):
        return str(metric.of_batch(*given))
    total, count = metric.total(*given)
    mean = f"{operand(total)} / {operand(count)}"
    return str(metric.figure(mean, "torch")) if declaration.has("figure") else mean


def _call_last(body: Body, name: str) -> None:
    """Have the last value of a body called so, whatever its node is called."""
    body.taken.discard(name)
    body.items = [*body.items[:-1], replace(body.items[-1], name=name)]
