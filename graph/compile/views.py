"""views.py: what the application looks at while it trains; not part of an export."""

import math
from collections.abc import Iterable
from dataclasses import replace

from graph.compile import vendored
from graph.compile.auxiliary import extra_items
from graph.compile.body import Body, Item, Owner, Values
from graph.compile.flow import mode
from graph.compile.noise import ROWS, counted, in_a_row, of_noise_alone, square, varying
from graph.compile.plan import Plan
from graph.compile.scope import local_names
from graph.compile.source import Writer, import_short, names_used
from graph.compile.train.data import VALIDATION, Drawing, batch_values
from graph.core.run_plan import Sliders, Source, View
from graph.core.tensor import TensorType
from graph.model.sheet import End, Node


def views(plan: Plan) -> tuple[View, ...]:
    """The views of a board, by age."""
    return tuple(_record(plan, node) for node in plan.views)


def _record(plan: Plan, node: Node) -> View:
    places = {end: index for index, end in enumerate(plan.batch)}
    ports = plan.document.ports(node).inputs
    inputs = {
        port.name: places.get(operand)  # type: ignore[arg-type]
        for port, operand in zip(ports, plan.scope.operands(node.id), strict=True)
        if operand is not None
    }
    params, sliders = dict(plan.document.params(node)), _sliders(plan, node)
    items, from_noise = _items(plan, node)
    if sliders and len(varying(plan, node)) == len(sliders):
        params["count"] = 1  # all would be the same picture
    row = in_a_row(plan, node) if "columns" in params else None
    if row == 0 and from_noise:
        params["count"] = square(params["count"])  # the rest would repeat the first
    if row is not None and not params["columns"]:
        params["columns"] = min(row or math.isqrt(params["count"]), params["count"])
    declaration = plan.scope.declaration(node.id)
    kind = str(plan.scope.bound(node.id).kind()) if declaration.has("kind") else declaration.type
    names = _class_names(plan, node)
    name, networks = plan.member(node), _networks(plan, items)
    return View(node.id, name, kind, params, inputs, names, sliders, from_noise, networks)


def _networks(plan: Plan, items: Iterable[Item]) -> tuple[str, ...]:
    """The networks that some items are computed with, or the running means that stand for them."""
    held = (plan.owner(node) for item in items for node in item.nodes)
    means = {one.unit.attribute: one.attribute for one in plan.averages}
    found = dict.fromkeys(one[0].attribute for one in held if one is not None)
    return tuple(means.get(one, one) for one in found)


def _class_names(plan: Plan, view: Node) -> tuple[str, ...]:
    """Names of the classes that a view shows: those that come with what is wired to it.

    Class numbers that are drawn by chance, and scores without labels, come without: they are called
    as the data's are, where all data of as many classes call them alike.
    """
    ends = [one for one in plan.scope.operands(view.id) if isinstance(one, End)]
    types = [one for end in ends if (one := plan.scope.results[end.node].outputs.get(end.port))]
    if named := next((one.names for one in types if one.names), ()):
        return named
    counts = {count for one in types if (count := _class_count(one))}
    data = [one for node in plan.data for one in plan.scope.results[node.id].outputs.values()]
    known = {one.names for one in data if one is not None and len(one.names) in counts}
    return known.pop() if len(known) == 1 else ()


def _class_count(kind: TensorType) -> int:
    """How many classes there are of class numbers, or of scores [N, classes], [N, 1] or [N]."""
    if kind.kind == "labels":
        return kind.classes or 0
    last = kind.dims[-1] if kind.rank == 2 else kind.rank
    return max(last, 2) if isinstance(last, int) and kind.rank in {1, 2} else 0


def _sliders(plan: Plan, view: Node) -> tuple[Sliders, ...]:
    bound = {one: plan.scope.bound(one) for one in varying(plan, view)}
    return tuple(
        Sliders(one, plan.member(plan.board.nodes[one]), sliders.size)
        for one, sliders in bound.items()
        if plan.scope.declaration(one).has("steer")
    )


def views_source(plan: Plan) -> Source:
    """The whole file."""
    body = Writer()
    _examples(body, plan)
    for node in plan.views:
        body.add()
        body.add()
        _view(body, plan, node)
    used = names_used(body.text)
    carried = [
        f"from {home} import {name}"
        for name in used
        if name != "Training" and (home := vendored.home(name))
    ]
    if "Sequence" in used:
        carried.append("from collections.abc import Sequence")
    top = Writer()
    top.add('"""What the application shows while this project trains."""')
    top.add()
    lines = ["from torch import Tensor", "from train import Training", *carried]
    top.imports([*import_short(used), *lines])
    top.add()
    top.add()
    top.extend(body)
    return top.source


def _examples(writer: Writer, plan: Plan) -> None:
    writer.add("def examples(training: Training, count: int) -> tuple[Tensor, ...]:")
    writer.add('"""Held-out examples, always the same ones."""', level=1)
    if len(plan.data) == 1 and not plan.pairs:
        writer.add("return tuple(t[:count] for t in training.validation_set)", level=1)
        return
    Drawing(plan, VALIDATION, plan.batch, "count", owner="training").write(writer, level=1)
    values = batch_values(plan)
    writer.add(f"return {', '.join(str(values[end]) for end in plan.batch)}", level=2)
    writer.add('raise ValueError("There are no rows to look at.")', level=1)


def _view(writer: Writer, plan: Plan, node: Node) -> None:
    ids = (node.id,)
    sliders = _sliders(plan, node)
    reads = list(plan.scope.reads(node.id))
    items, from_noise = _items(plan, node)
    given = f"{ROWS}: int" if from_noise else "batch: tuple[Tensor, ...]"
    arguments = f"training: Training, {given}"
    if sliders:
        at = (f"{one.name}: Sequence[float] = (0.0,) * {one.size}" for one in sliders)
        arguments += f", *, {', '.join(at)}"
    writer.add(f"def {plan.member(node)}({arguments}) -> dict[str, Tensor]:", ids)
    items = [_steered(plan, item, sliders) for item in items]
    values = local_names(plan.scope, plan.batch)
    used = {end for item in items for end in item.reads} | set(reads)
    targets = [str(values[end]) if end in used else "_" for end in plan.batch]
    if any(end in used for end in plan.batch):
        comma = "," if len(targets) == 1 else ""
        writer.add(f"{', '.join(targets)}{comma} = batch", ids, level=1)
    taken = {"training", ROWS if from_noise else "batch", node.name, *(one.name for one in sliders)}
    means = {one.unit.attribute: one.attribute for one in plan.averages}
    owner = Owner("training.", means, many=False)  # one process alone is watched
    body = Body(items, reads, values, taken, short=False, owner=owner)
    inner = Writer()
    body.write(inner, level=2, give=False)
    if inner.lines:
        writer.add(f"with {mode(plan, items)}training.autocast:", ids, level=1)
        writer.extend(inner)
    ports = plan.document.ports(node).inputs
    shown = plan.scope.given(node.id, body.values, "training")
    pairs = [
        f'"{port.name}": {one}' for port, one in zip(ports, shown, strict=True) if one is not None
    ]
    writer.add(f"return {{{', '.join(pairs)}}}", ids, level=1)


def _items(plan: Plan, node: Node) -> tuple[list[Item], bool]:
    """What a view's values are computed from, and whether that is noise alone."""
    reads = plan.scope.reads(node.id)
    extra = extra_items(plan, plan.units, [node.id])
    ahead = [end for item in extra for end in item.reads]
    items = [op.item for op in plan.closure([*reads, *ahead])] + extra
    drawn = counted(plan, items)
    from_noise = of_noise_alone(plan, drawn, reads)
    return (drawn if from_noise else items), from_noise


def _steered(plan: Plan, item: Item, sliders: tuple[Sliders, ...]) -> Item:
    """The same item, where it is a point that is moved by hand."""
    found = next((one for one in sliders if one.node in item.nodes), None)
    if found is None:
        return item
    bound = plan.scope.bound(found.node)

    def source(values: Values, owner: Owner) -> str:
        rows = f"len({values[item.reads[0]]})" if item.reads else ROWS
        return str(bound.steer(rows, found.name, owner.device))

    return replace(item, name="latents", source=source)
