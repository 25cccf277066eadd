"""What metrics, views and draws of noise compute, with modules that the units hold."""

from collections.abc import Iterable

from graph.compile.body import Item, Owner, Values
from graph.compile.layout import Layout
from graph.compile.network_classes import COMPUTES
from graph.compile.program import Units, needed
from graph.compile.region import RegionStep
from graph.model.order import topological, upstream
from graph.model.regions import Region, region
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
    first = layout.batch[0]
    if layout.scope.declaration(node).has("walk"):
        return _walked(layout, units, node, rows)
    bound = layout.scope.bound(node)

    def source(values: Values, owner: Owner) -> str:
        return str(bound.sample(rows or f"len({values[first]})", owner.device))

    name, reads = layout.board.nodes[node].name, () if rows else (first,)
    return Item(name, (node,), reads, layout.scope.writes(node), source)


def _walked(layout: Layout, units: Units, node: str, rows: str) -> Item:
    """What the end of a region gives, computed step by step from the noise of its start."""
    found, first = region(layout.board, node), layout.batch[0]
    step = _step(layout, units, found)
    start, end = layout.scope.bound(found.start), layout.scope.bound(node)

    def source(values: Values, owner: Owner) -> str:
        noise = start.draws_noise(rows or f"len({values[first]})", owner.device)
        return str(end.walk(step.function(values, owner), noise))

    reads = (*step.ahead, *(() if rows else (first,)))
    nodes = (node, found.start, *found.body)
    return Item(layout.board.nodes[node].name, nodes, reads, layout.scope.writes(node), source)


def _step(layout: Layout, units: Units, found: Region) -> RegionStep:
    items = [_item(layout, units, one) for one in found.body if not layout.scope.passes(one)]
    (goal,) = layout.scope.reads(found.end)
    return RegionStep(layout.scope.writes(found.start), tuple(items), goal)


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
