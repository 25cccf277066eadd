"""Which modules of the training hold the numbers that each node learns, inside networks too."""

from collections.abc import Iterator

from graph.compile.network_classes import joined, repeats
from graph.compile.plan import Plan
from graph.core.run_plan import Learned
from graph.diagnose.board_checks import learns, role
from graph.infer.inference import Inference
from graph.model import instances
from graph.model.address import join
from graph.model.order import upstream
from graph.model.sheet import Node


def learned(plan: Plan) -> tuple[Learned, ...]:
    """Every node that learns by itself, wherever it stands; linked copies name the same modules.

    Neurons are left out: what they learn is seen on their wires.
    """
    found: list[Learned] = []
    for node in sorted(plan.board.nodes.values(), key=lambda one: one.number):
        home = plan.owner(node.id)
        if home is None or not _is_layer(plan.inference, node):
            continue
        unit, attribute = home
        pace = [
            int(plan.scope.bound(step.optimizer.id).every)
            for step in plan.steps
            if plan.leaders([node.id]) & step.trains
        ]
        every = min(pace, default=1)
        for path, modules in _places(plan, node, (attribute,)):
            found.append(Learned(path, unit.attribute, modules, every))
    return tuple(found)


def _places(
    plan: Plan, node: Node, modules: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A node and, where it places a network, all that learns inside: paths and modules."""
    yield node.id, modules
    if role(node) != "instance":
        return
    if plan.networks.is_stacked(node):
        places = range(repeats(node))
        modules = tuple(joined(one, str(place)) for one in modules for place in places)
    sheet = plan.document.placed(node)
    live = upstream(sheet, [one.id for one in instances.ends(sheet, "output")])
    for inner in sorted(sheet.nodes.values(), key=lambda one: one.number):
        if inner.id not in live or not _is_layer(plan.inference, inner):
            continue
        attribute = sheet.nodes[inner.twin or inner.id].name
        held = tuple(joined(one, attribute) for one in modules)
        for path, found in _places(plan, inner, held):
            yield join((node.id, path)), found


def _is_layer(inference: Inference, node: Node) -> bool:
    return role(node) in {"layer", "instance"} and learns(inference, node)
