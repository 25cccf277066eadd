"""Nodes that are computed again and again, each time from what the time before gave."""

from dataclasses import dataclass

from graph.declare import REGISTRY
from graph.model.order import topological, upstream
from graph.model.sheet import Sheet


@dataclass(frozen=True)
class Region:
    """A loop that is drawn as nodes between two that say where it begins and ends.

    Attributes:
        start: The node whose outputs are carried: its own at first, then what the end makes of
            the values that it takes.
        body: The nodes computed at every step, in order; each needs what is carried.
        end: The node that takes what the body gives, and says how often it is asked.
    """

    start: str
    body: tuple[str, ...]
    end: str


def starts(sheet: Sheet, end: str) -> list[str]:
    """The nodes in which the region that ends at a node may begin."""
    return [one for one in topological(sheet, upstream(sheet, [end])) if _begins(sheet, one)]


def region(sheet: Sheet, end: str) -> Region:
    """What is computed again and again for a node.

    Args:
        sheet: Where.
        end: Id of a node with a `walk`, behind one single start.
    """
    (start,) = starts(sheet, end)
    above = upstream(sheet, [end]) - {start, end}
    inside = {one for one in above if start in upstream(sheet, [one])}
    return Region(start, tuple(topological(sheet, inside)), end)


def _begins(sheet: Sheet, node: str) -> bool:
    found = sheet.nodes[node]
    declaration = REGISTRY.find(found.type)
    return declaration is not None and declaration.has("draws_noise") and not found.muted
