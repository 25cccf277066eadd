"""What evaluates while the rest trains: what no step trains, and what is to evaluate only.

A unit that nothing trains evaluates as a whole. Of one that is trained in part, a frozen layer
that does something else in training (batch norm moves its averages) evaluates, and so does what
learns nothing (dropout) between frozen layers; before or behind a trained one it is part of that.
"""

from collections.abc import Callable, Iterable, Iterator

from graph.compile.flow import Flow
from graph.compile.network_classes import HeldModule
from graph.compile.plan import Plan
from graph.compile.program import Unit
from graph.declare import REGISTRY
from graph.diagnose.board_checks import learns
from graph.diagnose.moving_averages import share
from graph.model.roles import role
from graph.model.sheet import Node, Sheet

Standing = Callable[[str], bool | None]
"""Of a node: is it trained, frozen, or does it learn nothing (None)?"""


def rests(plan: Plan, flow: Flow, unit: Unit) -> bool:
    """Does a whole unit evaluate at all times?"""
    node = plan.board.nodes[unit.nodes[0]]
    switched = role(node.type) == "instance" and bool(node.params.get("evaluate") or share(node))
    return switched or (bool(unit.weights) and flow.cold(unit) == [unit.attribute])


def resting(plan: Plan, flow: Flow, unit: Unit) -> list[str]:
    """The modules within a unit that evaluate while it trains, by the names torch gives them."""
    node = plan.board.nodes[unit.nodes[0]]
    if role(node.type) == "instance":
        return list(dict.fromkeys(_inside(plan, flow, unit, node)))
    found = {}
    for one, attribute in unit.home.items():
        inner = plan.board.nodes.get(one)
        if attribute and inner is not None and _has_modes(inner):
            found[attribute] = _is_frozen(plan.board, inner.id, _on_board(plan, flow))
    return [attribute for attribute, frozen in found.items() if frozen]


def _on_board(plan: Plan, flow: Flow) -> Standing:
    def standing(node: str) -> bool | None:
        if not learns(plan.inference, plan.board.nodes[node]):
            return None
        return bool(plan.leaders([node]) & flow.trained)

    return standing


def _inside(plan: Plan, flow: Flow, unit: Unit, node: Node) -> Iterator[str]:
    result = plan.inference.result(node.id)
    if result is None or result.inputs is None or not result.inner:
        return  # a muted one, whose linked copies are used
    held = list(plan.networks.held(node, result))
    switched = [one.module for one in held if one.node.params.get("evaluate")]
    yield from switched
    split = bool(plan.modules(node.id))
    for one in held:
        within = any(
            one.module == other or one.module.startswith(f"{other}.") for other in switched
        )
        if within or not split or role(one.node.type) == "instance" or not _has_modes(one.node):
            continue
        sheet = plan.document.sheet_of(one.node.id)
        if _is_frozen(sheet, one.node.id, _in_network(plan, flow, unit, one, held)):
            yield one.module


def _in_network(
    plan: Plan, flow: Flow, unit: Unit, here: HeldModule, held: Iterable[HeldModule]
) -> Standing:
    leader = next(iter(unit.home))
    several = list(held)

    def standing(node: str) -> bool | None:
        record = plan.document.node(node)
        path = (*here.path[:-1], record.twin or node)
        atoms = {f"{leader}:{one.module}" for one in several if one.path[: len(path)] == path}
        atoms &= unit.weights
        return bool(atoms & flow.trained) if atoms else None

    return standing


def _has_modes(node: Node) -> bool:
    declaration = REGISTRY.find(node.type)
    return (
        declaration is not None
        and declaration.has("modes")
        and bool(declaration.bind(node.params).modes())
    )


def _is_frozen(sheet: Sheet, node: str, standing: Standing) -> bool:
    mine = standing(node)
    if mine is not None:
        return not mine
    around = {*_nearest(sheet, node, standing, up=True), *_nearest(sheet, node, standing, up=False)}
    return bool(around) and not any(standing(one) for one in around)


def _nearest(sheet: Sheet, node: str, standing: Standing, *, up: bool) -> set[str]:
    """The nearest nodes before or behind one that learn."""
    found, seen, ahead = set(), {node}, [node]
    while ahead:
        one = ahead.pop()
        links = sheet.links_into(one) if up else sheet.out_of(one)
        for other in (link.source.node if up else link.target.node for link in links):
            if other in seen:
                continue
            seen.add(other)
            if standing(other) is None:
                ahead.append(other)
            else:
                found.add(other)
    return found
