"""`__iter__` in train.py: the one loop, which takes all steps on every batch."""

from graph.compile.body import Body
from graph.compile.flow import within
from graph.compile.program import Step
from graph.compile.source import Writer
from graph.compile.train import data, modes, schedules
from graph.compile.train.members import Members
from graph.declare import Value
from graph.model.sheet import End


def write(writer: Writer, members: Members) -> None:
    """Write the method."""
    plan, flow = members.plan, members.flow
    writer.add()
    writer.add("def __iter__(self) -> Iterator[dict[str, float | Tensor]]:", level=1)
    writer.add("while self.epoch < self.epochs:", level=2)
    _modes(writer, members, level=3)
    computed = [one.op for one in flow.shared]
    computed += [op for step in plan.steps for op in flow.own(step)]
    used = {end for op in computed for end in op.item.reads}.intersection(plan.batch)
    data.write_batches(writer, plan, data.TRAIN, used, "self.batch_size", level=3)
    _steps(writer, members)
    writer.add("self.step += 1", level=4)
    writer.add("self.batch += 1", level=4)
    text = 'yield {"step": self.step, **figures, **self.validate_within_epoch()}'
    writer.add(text, level=4)
    writer.add("self.epoch, self.batch = self.epoch + 1, 0", level=3)
    _end_of_epoch(writer, members)
    _within_epoch(writer, members)


def _modes(writer: Writer, members: Members, *, level: int) -> None:
    """Have all train that does."""
    plan, flow = members.plan, members.flow
    for unit in plan.units:
        if not modes.rests(plan, flow, unit):
            writer.add(f"self.{unit.attribute}.train()", level=level)
        for module in modes.resting(plan, flow, unit):
            text = within(f"processes.plain(self.{unit.attribute})", module)
            writer.add(f"{text}.eval()", unit.nodes, level=level)


def _within_epoch(writer: Writer, members: Members) -> None:
    """A method that validates between two steps; the last of an epoch is followed by it anyway."""
    writer.add()
    writer.add("def validate_within_epoch(self) -> dict[str, float]:", level=1)
    due = "self.batch % self.validate_every or self.batch == self.steps_per_epoch"
    writer.add(f"if {due}:", level=2)
    writer.add("return {}", level=3)
    writer.add("with checkpoint.aside(self.device):", level=2)
    writer.add("figures = self.validate()", level=3)
    _modes(writer, members, level=2)
    writer.add("return figures", level=2)


def _end_of_epoch(writer: Writer, members: Members) -> None:
    for _, schedule in schedules.at_pace(members, "epoch"):
        writer.add(f"{schedule}.step()", level=3)
    plateau = schedules.at_pace(members, "validation")
    if plateau:
        writer.add("figures = self.validate()", level=3)
        for step, schedule in plateau:
            writer.add(f'{schedule}.step(figures["val/{step.loss_name}"])', level=3)
        writer.add('yield {"epoch": self.epoch, **figures}', level=3)
    else:
        writer.add('yield {"epoch": self.epoch, **self.validate()}', level=3)


def _steps(writer: Writer, members: Members) -> None:
    """Call the steps: those that are always taken, one after the other, in one expression."""
    plan, flow = members.plan, members.flow
    steps = plan.steps
    ids = [step.optimizer.id for step in steps]
    periods = [plan.scope.bound(one).every for one in ids]
    later = {one.before for one in flow.shared} - {0}
    apart = [n for n, every in enumerate(periods) if every > 1 or n in later]
    whole = apart[0] if apart else len(steps)
    values = _shared(writer, members, 0, data.batch_values(plan))
    calls = [_call(members, step, values) for step in steps[:whole]]
    found = [
        f"**{call}" if members.tells_several(step) else f'"loss/{step.loss_name}": {call}'
        for step, call in zip(steps, calls, strict=False)
    ]
    alone = whole == 1 and members.tells_several(steps[0])
    text = calls[0] if alone else f"{{{', '.join(found)}}}"
    writer.add(f"figures = {text}", ids[:whole], level=4)
    for number, (step, every) in enumerate(zip(steps, periods, strict=True)):
        if number < whole:
            continue
        if number in later:
            values = _shared(writer, members, number, values)
        if every > 1:
            writer.add(f"if self.step % {every} == 0:", (step.optimizer.id,), level=4)
        several = members.tells_several(step)
        target = "figures |=" if several else f'figures["loss/{step.loss_name}"] ='
        text = f"{target} {_call(members, step, values)}"
        writer.add(text, (step.optimizer.id,), level=5 if every > 1 else 4)


def _shared(
    writer: Writer, members: Members, before: int, values: dict[End, Value]
) -> dict[End, Value]:
    """Write what several steps use and is computed after so many of them; the new values."""
    flow, opened = members.flow, ""
    for one, head in flow.blocks(before):
        frozen = flow.passed(one)
        for path in frozen:
            writer.add(f"{path}.requires_grad_(False)", one.op.item.nodes, level=4)
        if head != opened or frozen:
            writer.add(f"with {head}:", level=4)
            opened = head
        wanted = [end for end, _ in one.op.item.writes if flow.is_read(one, end)]
        cut = {end: Value(f"{values[end]}.detach()", values[end].type) for end in flow.cut(one)}
        body = Body([one.op.item], wanted, {**values, **cut}, short=False)
        body.write(writer, level=5, give=False)
        values = {**body.values, **{end: values[end] for end in cut}}
        for path in frozen:
            writer.add(f"{path}.requires_grad_(True)", one.op.item.nodes, level=4)
            opened = ""
    return values


def _call(members: Members, step: Step, values: dict[End, Value]) -> str:
    takes = members.flow.takes(step)
    arguments = ", ".join(_argument(members, step, end, values) for end in takes)
    return f"self.{members.method(step)}({arguments})"


def _argument(members: Members, step: Step, end: End, values: dict[End, Value]) -> str:
    text, flow = str(values[end]), members.flow
    if end in members.plan.batch or flow.learns(step, end):
        return text
    return f"{text}.detach()" if flow.has_gradient(step, end) else text
