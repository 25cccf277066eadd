"""Walking over the board by arrow keys: to what is nearest in a direction."""

from collections.abc import Mapping
from typing import Literal, TypeVar

from graph.model.sheet import Sheet

Way = Literal["left", "right", "up", "down"]
Point = tuple[float, float]
Key = TypeVar("Key")


def towards(here: Point, others: Mapping[Key, Point], way: Way) -> list[Key]:
    """What lies in a direction, nearest first.

    That is the quarter of the plane around the direction, so that what lies anywhere lies in one
    of the four. Of several in one and the same place, right and down go from each to the one
    after it, left and up back.

    Args:
        here: Where one is; may be among the others.
        others: Where things are, in an order that tells those of one place apart.
        way: The direction.
    """
    forward = way in {"right", "down"}
    found: list[tuple[float, Key]] = []
    for key, (x, y) in list(others.items())[:: 1 if forward else -1]:
        across, down = x - here[0], y - here[1]
        ahead, aside = (across, down) if way in {"left", "right"} else (down, across)
        ahead = ahead if forward else -ahead
        if ahead > 0 and abs(aside) <= ahead:
            found.append((ahead + abs(aside), key))
    return [key for _, key in sorted(found, key=lambda one: one[0])]


def walk(sheet: Sheet, here: str | None, way: Way) -> str | None:
    """The node to go to from another: the nearest in a direction.

    From nothing, any direction finds the node furthest to the upper left.
    """
    nodes = sheet.nodes
    if here is None:
        start = min(nodes.values(), key=lambda one: sum(one.position), default=None)
        return start.id if start else None
    at = nodes[here].position
    places = {one.id: one.position for one in nodes.values()}
    same = [one for one, place in places.items() if place == at]
    beside = same.index(here) + (1 if way in {"right", "down"} else -1)
    if 0 <= beside < len(same):
        return same[beside]
    return next(iter(towards(at, places, way)), None)
