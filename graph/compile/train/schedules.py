"""The schedules of learning rates in train.py: made once, moved on at their pace."""

from graph.compile.plan import Plan
from graph.compile.program import Step
from graph.compile.scope import flat
from graph.compile.source import Writer
from graph.compile.train.members import Members
from graph.model.sheet import End, Node
from graph.nodes.optimizers.schedule import Rate, Wired


def write(writer: Writer, members: Members) -> None:
    """Make a schedule for every optimizer that has one wired to it."""
    plan, pairs = members.plan, []
    for step in plan.steps:
        node = _node(plan, step)
        if node is not None:
            attribute = members.schedule(step)
            writer.add(f"self.{attribute} = {_made(members, step, node)}", (node.id,), level=2)
            pairs.append(f'"{step.optimizer.name}": self.{attribute}')
    kind = "" if pairs else ": dict[str, torch.optim.lr_scheduler.LRScheduler]"
    writer.add(f"self.schedules{kind} = {{{', '.join(pairs)}}}", level=2)


def at_pace(members: Members, pace: str) -> list[tuple[Step, str]]:
    """The steps whose schedules move on per `step`, `epoch` or `validation`, with their source."""
    found = []
    for step in members.plan.steps:
        node = _node(members.plan, step)
        if node is not None and members.plan.scope.bound(node.id).per() == pace:
            found.append((step, f"self.{members.schedule(step)}"))
    return found


def _made(members: Members, step: Step, node: Node) -> str:
    plan = members.plan
    optimizer = plan.scope.bound(step.optimizer.id)
    every = optimizer.every
    per_epoch, total = "self.steps_per_epoch", "epochs * self.steps_per_epoch"
    if every > 1:  # the first of so many steps is taken, and what is left over begins anew
        per_epoch = f"math.ceil({per_epoch} / {every})"
        total = f"math.ceil({total} / {every})"
    wired = _wired(plan, node.id)
    if wired.bound.per() != "step":
        per_epoch, total = "1", "epochs"
    name, rate = f"self.{plan.member(step.optimizer)}", Rate(optimizer.lr)
    if members.slower(step):
        rate = Rate.of_groups(rate, f'[group["lr"] for group in {name}.param_groups]')
    return wired.schedule(name, total, per_epoch, rate)


def _wired(plan: Plan, node: str) -> Wired:
    """A schedule with those that it is made of."""
    inner = [end.node for end in flat(plan.scope.operands(node))]
    return Wired(plan.scope.bound(node), tuple(_wired(plan, one) for one in inner))


def _node(plan: Plan, step: Step) -> Node | None:
    operands = plan.scope.operands(step.optimizer.id)
    wired = operands[1] if len(operands) > 1 else None
    return plan.board.nodes[wired.node] if isinstance(wired, End) else None
