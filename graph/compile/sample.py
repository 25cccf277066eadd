"""sample.py: writes pictures that a trained project makes, without its data."""

from graph.compile import vendored
from graph.compile.auxiliary import extra_items
from graph.compile.avoided import reserved
from graph.compile.body import Body, Item, Owner
from graph.compile.noise import ROWS, counted, in_a_row, of_noise_alone
from graph.compile.plan import Plan
from graph.compile.program import AVERAGING
from graph.compile.source import Writer, import_short, names_used
from graph.core import names
from graph.core.run_plan import Source
from graph.declare import docstring
from graph.model.order import upstream
from graph.model.sheet import End, Node

COUNT = 64
SIGNED = {"0 to 1": False, "-1 to 1": True}


def sample_source(plan: Plan, title: str) -> Source | None:
    """The whole file, or None where no view shows what networks make of noise alone."""
    for node in sorted(plan.views, key=lambda one: _is_steered(plan, one)):
        if not plan.scope.declaration(node.id).has("generates"):
            continue
        image = plan.scope.reads(node.id)[0]
        items = _items(plan, node, image)
        drawn = of_noise_alone(plan, items, [image])
        source = _file(plan, node, image, items, title) if drawn else None
        if source is not None:
            return source
    return None


def _is_steered(plan: Plan, view: Node) -> bool:
    """Does it hang on a point that is moved by hand? Others show more of what can be made."""
    above = upstream(plan.board, [view.id])
    noise = (one for one in above if plan.scope.role(one) == "noise")
    return any(plan.scope.declaration(one).has("steer") for one in noise)


def _items(plan: Plan, node: Node, image: End) -> list[Item]:
    """What a view's pictures are computed from; units stand under their plain names."""
    extra = extra_items(plan, plan.units, [node.id])
    ahead = [end for item in extra for end in item.reads]
    ops = [op.item for op in plan.closure([image, *ahead])]
    wanted, found = {image}, []
    for item in counted(plan, (*ops, *extra))[::-1]:
        if any(end in wanted for end, _ in item.writes):
            found.append(item)
            wanted.update(item.reads)
    return found[::-1]


def _layout(plan: Plan, node: Node) -> str:
    """Arguments that say how the pictures are written, where it is known."""
    params, row = plan.document.params(node), in_a_row(plan, node)
    columns = params["columns"] or row
    if row is None:
        columns = _asked_classes(plan, node) or columns  # one of each a row
    signed = SIGNED.get(params["range"])
    text = f", columns={columns}" if columns else ""
    return text if signed is None else f"{text}, signed={signed}"


def _asked_classes(plan: Plan, node: Node) -> int:
    """How many class numbers a view's pictures are asked for in turn; 0 where none are."""
    for end in plan.scope.reads(node.id)[1:]:
        if plan.scope.role(end.node) == "noise":
            return int(plan.scope.bound(end.node).classes)
    return 0


def _file(plan: Plan, node: Node, image: End, items: list[Item], title: str) -> Source | None:
    units = {unit.attribute: unit for unit in plan.units}
    carried = {node.name} if vendored.home(node.name) else set()
    name = names.unique(node.name, {*reserved(), "sampling", "main", "made", *carried, *units})
    taken = {name, "count", "device", "sampling", *units}
    inner = Writer()
    means = {mean.unit.attribute: mean.attribute for mean in plan.averages}
    owner = Owner("", {unit: unit for unit in means}, many=False)
    Body(items, [image], {}, taken, short=False, owner=owner).write(inner, level=1, give=True)
    made = names_used(f"def {name}():\n{inner.text}")
    used = [unit for attribute, unit in units.items() if attribute in made]
    if not used:
        return None
    given = "".join(f"{unit.attribute}, " for unit in used)
    classes = {unit.attribute: unit.constructor.partition("(")[0] for unit in used}
    classes.update({name: "AveragedModel" for name in classes if name in means})
    modules = "".join(f"{attribute}: {kind}, " for attribute, kind in classes.items())
    body = Writer()
    body.add(f"def {name}({modules}{ROWS}: int, device: torch.device) -> Tensor:", (node.id,))
    if in_a_row(plan, node) == 0:
        body.add(f"{ROWS} = math.isqrt({ROWS}) ** 2", level=1, comment="a full square")
    body.extend(inner)
    body.add()
    body.add()
    body.add("@torch.no_grad()")
    body.add("def main() -> None:")
    body.add(f"options = sampling.options(__doc__, count={COUNT})", level=1)
    for unit in used:
        mean = means.get(unit.attribute)
        new = f"AveragedModel({unit.constructor})" if mean else unit.constructor
        text = f'{unit.attribute} = options.load("{mean or unit.attribute}", {new})'
        body.add(text, unit.nodes, level=1)
    body.add(f"made = {name}({given}options.count, options.device)", level=1)
    body.add(f"options.write(made{_layout(plan, node)})", level=1)
    body.add()
    body.add()
    body.add('if __name__ == "__main__":')
    body.add("main()", level=1)
    found = names_used(body.text) - {"sampling"}
    own = sorted(found & plan.classes.writers.keys())
    lines = ["import sampling", *(f"from model import {kind}" for kind in own)]
    lines += ["import math"] if "math" in found else []
    lines += [f"from {home} import {n}" for n in found if (home := vendored.home(n))]
    lines += [f"from torch.optim.swa_utils import {n}" for n in sorted(found & AVERAGING)]
    top = Writer()
    about = f"Pictures that {title} makes, once trained: `python sample.py --count 100`."
    top.add(docstring(about))
    top.add()
    top.imports(import_short(found, lines))
    top.add()
    top.add()
    top.extend(body)
    return top.source
