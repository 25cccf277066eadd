"""`__init__` in train.py: data, networks, optimizers and schedules are made."""

from collections.abc import Mapping

from graph.compile.begins import begins_with
from graph.compile.plan import Plan
from graph.compile.program import Unit
from graph.compile.source import Writer
from graph.compile.train import data, modes, schedules
from graph.compile.train.members import Members
from graph.declare import literal
from graph.model.settings import Settings


def write(writer: Writer, members: Members) -> None:
    """Write the method."""
    plan = members.plan
    _head(writer, plan.document.settings)
    write_networks_and_data(writer, members)
    for step in plan.steps:
        bound = plan.scope.bound(step.optimizer.id)
        made = bound.optimizer(members.groups(step))
        writer.add(f"self.{plan.member(step.optimizer)} = {made}", (step.optimizer.id,), level=2)
    steppers = [step.optimizer for step in plan.steps]
    _table(writer, "optimizers", {one.name: plan.member(one) for one in steppers})
    schedules.write(writer, members)


def write_networks_and_data(writer: Writer, members: Members) -> None:
    """Write what views depend on."""
    plan = members.plan
    for node in plan.data:
        data.write_read(writer, plan, node)
    data.write_checks(writer, plan)
    data.write_weights(writer, plan)
    pause = f"validation_pause({data.rows(plan, data.VALIDATION)}, batch_size)"
    writer.add(f"self.validate_every = validate_every or {pause}", level=2)
    followers = {one.unit.attribute for one in plan.followers}
    for unit in (one for one in plan.units if one.attribute not in followers):
        rests = modes.rests(plan, members.flow, unit)
        _unit(writer, unit, members.flow.cold(unit), begins_with(plan, unit), rests=rests)
    for one in plan.followers:
        copied = f"copy.deepcopy(processes.plain(self.{one.source.attribute}))"
        text = f"self.{one.unit.attribute} = {copied}.requires_grad_(False).eval()"
        writer.add(text, one.unit.nodes, level=2)
    _averages(writer, plan)
    held = [unit.attribute for unit in plan.units]
    held += [mean.attribute for mean in plan.averages]
    _table(writer, "networks", {one: one for one in held})


def _head(writer: Writer, settings: Settings) -> None:
    writer.add()
    writer.add(
        f"def __init__(self, *, epochs: int = {settings.epochs}, "
        f"batch_size: int = {settings.batch_size}, seed: int = {settings.seed}, "
        f"device: str = {literal(settings.device)}, "
        f"precision: str = {literal(settings.precision)}, "
        "data_dir: str | None = None, "
        f"validate_every: int = {settings.validate_every}) -> None:",
        level=1,
    )
    writer.add("torch.manual_seed(seed)", level=2)
    writer.add("self.device = processes.start(device)", level=2)
    writer.add("self.autocast = processes.precision(self.device, precision)", level=2)
    text = "self.epochs, self.batch_size, self.seed = epochs, batch_size, seed"
    writer.add(text, level=2)
    writer.add("self.epoch = self.batch = self.step = 0", level=2)


def _unit(writer: Writer, unit: Unit, cold: list[str], weights: str, *, rests: bool) -> None:
    """The unit; what no step trains takes no gradient from the start, and evaluates."""
    name, made = unit.attribute, unit.constructor
    if weights:
        made = f"load_weights({made}, {literal(weights)}, {literal(name)}, data_dir)"
    made = f"{made}.to(self.device)"
    if cold == [name]:
        made = f"{made}.requires_grad_(False)"
    if rests:
        made = f"{made}.eval()"
    if cold and cold != [name]:
        writer.add(f"{name} = {made}", unit.nodes, level=2)
        for path in cold:
            writer.add(f"{path}.requires_grad_(False)", unit.nodes, level=2)
        made = name
    writer.add(f"self.{name} = processes.parallel({made})", unit.nodes, level=2)


def _averages(writer: Writer, plan: Plan) -> None:
    for one in plan.averages:
        made = f"AveragedModel(processes.plain(self.{one.unit.attribute}), "
        made += f"multi_avg_fn=get_ema_multi_avg_fn({literal(one.decay)})).requires_grad_(False)"
        writer.add(f"self.{one.attribute} = {made}", (one.optimizer.id,), level=2)


def _table(writer: Writer, name: str, attributes: Mapping[str, str]) -> None:
    """A table of attributes by their names."""
    pairs = ", ".join(f'"{one}": self.{held}' for one, held in attributes.items())
    writer.add(f"self.{name} = {{{pairs}}}", level=2)
