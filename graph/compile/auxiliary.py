"""What metrics, views and draws of noise compute, with modules that the units hold."""

from collections.abc import Callable, Iterable

from graph.compile.body import Item, Owner, Values
from graph.compile.layout import Layout
from graph.compile.network_classes import COMPUTES
from graph.compile.program import Units, needed
from graph.core import names
from graph.declare import Value
from graph.diagnose import diffusion
from graph.model.order import topological, upstream
from graph.model.sheet import End
from graph.nodes.shared.axes_of_shapes import operand
from graph.problems.problem import CompileError, Problem


def extra_items(layout: Layout, units: Units, sinks: Iterable[str]) -> list[Item]:
    """Items that only metrics or views need, in order; their modules are the units'.

    Raises:
        CompileError: If one has weights that no optimizer's loss reaches.
    """
    sinks = list(sinks)
    wanted = upstream(layout.board, sinks) - layout.live
    found = []
    for node in topological(layout.board, wanted):
        if layout.scope.passes(node) or layout.scope.role(node) not in COMPUTES | {"loss", "noise"}:
            continue
        if layout.scope.role(node) == "noise":
            found.append(drawn(layout, units, node))
            continue
        found.append(_item(layout, units, node))
    return needed(found, (end for sink in sinks for end in layout.scope.reads(sink)))


def drawn(layout: Layout, units: Units, node: str, rows: str = "") -> Item:
    """A draw for as many examples as the batch has, or as asked for.

    Args:
        layout: What there is.
        units: What holds the weights.
        node: A node that draws numbers, or makes something of drawn ones.
        rows: Source of the number of examples, where there is no batch.
    """
    bound, first = layout.scope.bound(node), layout.batch[0]
    walks = layout.scope.declaration(node).has("walk")
    ahead, inner, make = _walk(layout, units, node) if walks else ((), (), None)

    def source(values: Values, owner: Owner) -> str:
        place = rows or f"len({values[first]})", owner.device
        return make(values, owner, place) if make else str(bound.sample(*place))

    name = layout.board.nodes[node].name
    reads = (*ahead, *(() if rows else (first,)))
    return Item(name, (node, *inner), reads, layout.scope.writes(node), source)


def _walk(
    layout: Layout, units: Units, node: str
) -> tuple[tuple[End, ...], tuple[str, ...], Callable[[Values, Owner, tuple[str, str]], str]]:
    """What a walk reads from outside, its nodes, and its source."""
    start, inside = diffusion.between(layout.board, node)
    items = [_item(layout, units, one) for one in inside if not layout.scope.passes(one)]
    taken = layout.scope.writes(start)
    made = {end for end, _ in taken} | {end for item in items for end, _ in item.writes}
    ahead = dict.fromkeys(end for item in items for end in item.reads if end not in made)
    (goal,) = layout.scope.reads(node)

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
        return str(
            layout.scope.bound(node).walk(predict, layout.scope.bound(start).draws_noise(*place))
        )

    return tuple(ahead), (start, *inside), source


def _item(layout: Layout, units: Units, node: str) -> Item:
    item = layout.scope.item(node)
    return _borrowed(layout, units, node) if item.modules else item


def _borrowed(layout: Layout, units: Units, node: str) -> Item:
    home = units.owner(node)
    if home is None:
        raise CompileError([_untrained(layout, node)])
    unit, attribute = home
    return layout.scope.item(node, unit.attribute if attribute else "")


def _untrained(layout: Layout, node: str) -> Problem:
    return Problem(
        node,
        layout.board.name,
        "is shown or measured, but no optimizer's loss depends on it.",
        name=layout.board.nodes[node].name,
        advice="link it to the node that is trained (Alt+D), or wire it to a loss",
    )
