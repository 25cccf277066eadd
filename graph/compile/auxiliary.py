"""What metrics, views and draws of noise compute, with modules that the units hold."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from graph.compile.body import Item, Owner, Values
from graph.compile.network_classes import COMPUTES
from graph.compile.program import needed
from graph.core import names
from graph.declare import Value
from graph.diagnose import diffusion
from graph.model.order import topological, upstream
from graph.model.sheet import End
from graph.nodes.shared.axes_of_shapes import operand
from graph.problems.problem import CompileError, Problem

if TYPE_CHECKING:
    from graph.compile.plan import Plan


def extra_items(plan: "Plan", sinks: Iterable[str]) -> list[Item]:
    """Items that only metrics or views need, in order; their modules are the units'.

    Raises:
        CompileError: If one has weights that no optimizer's loss reaches.
    """
    sinks = list(sinks)
    wanted = upstream(plan.board, sinks) - plan.live
    found = []
    for node in topological(plan.board, wanted):
        if plan.scope.passes(node) or plan.scope.role(node) not in COMPUTES | {"loss", "noise"}:
            continue
        if plan.scope.role(node) == "noise":
            found.append(drawn(plan, node))
            continue
        found.append(_item(plan, node))
    return needed(found, (end for sink in sinks for end in plan.scope.reads(sink)))


def drawn(plan: "Plan", node: str, rows: str = "") -> Item:
    """A draw for as many examples as the batch has, or as asked for.

    Args:
        plan: The plan.
        node: A node that draws numbers, or makes something of drawn ones.
        rows: Source of the number of examples, where there is no batch.
    """
    bound, first = plan.scope.bound(node), plan.batch[0]
    ahead, inner, make = _walk(plan, node) if hasattr(bound, "walk") else ((), (), None)

    def source(values: Values, owner: Owner) -> str:
        place = rows or f"len({values[first]})", owner.device
        return make(values, owner, place) if make else str(bound.sample(*place))

    name = plan.board.nodes[node].name
    reads = (*ahead, *(() if rows else (first,)))
    return Item(name, (node, *inner), reads, plan.scope.writes(node), source)


def _walk(
    plan: "Plan", node: str
) -> tuple[tuple[End, ...], tuple[str, ...], Callable[[Values, Owner, tuple[str, str]], str]]:
    """What a walk reads from outside, its nodes, and its source."""
    start, inside = diffusion.between(plan.board, node)
    items = [_item(plan, one) for one in inside if not plan.scope.passes(one)]
    taken = plan.scope.writes(start)
    made = {end for end, _ in taken} | {end for item in items for end, _ in item.writes}
    ahead = dict.fromkeys(end for item in items for end in item.reads if end not in made)
    (goal,) = plan.scope.reads(node)

    def source(values: Values, owner: Owner, place: tuple[str, str]) -> str:
        outer = {str(values[end]) for end in ahead}
        known = dict(values)
        for end, kind in taken:
            known[end] = Value(names.unique(end.port, outer), kind)
        arguments = ", ".join(known[end] for end, _ in taken)
        for item in items:
            ((end, kind),) = item.writes
            text = item.source(known, owner)
            known[end] = Value(text if end == goal else operand(text), kind)
        function, given = known[goal].partition("(")[::2]
        plain = given == f"{arguments})" and all(map(str.isidentifier, function.split(".")))
        predict = function if plain else f"lambda {arguments}: {known[goal]}"
        return str(plan.scope.bound(node).walk(predict, plan.scope.bound(start).noise(*place)))

    return tuple(ahead), (start, *inside), source


def _item(plan: "Plan", node: str) -> Item:
    item = plan.scope.item(node)
    return _borrowed(plan, node) if item.modules else item


def _borrowed(plan: "Plan", node: str) -> Item:
    home = plan.owner(node)
    if home is None:
        raise CompileError([_untrained(plan, node)])
    unit, attribute = home
    return plan.scope.item(node, unit.attribute if attribute else "")


def _untrained(plan: "Plan", node: str) -> Problem:
    return Problem(
        node,
        plan.board.name,
        "is shown or measured, but no optimizer's loss depends on it.",
        name=plan.board.nodes[node].name,
        advice="link it to the node that is trained (Alt+D), or wire it to a loss",
    )
