"""Walking from node to node along the wires."""

from collections.abc import Iterable

from graph.sheet import Node, Sheet


def walk(sheet: Sheet, chosen: list[str], direction: str) -> str | None:
    """The node to select next: "left" and "right" follow wires, "up" and "down" stay abreast.

    From nothing, any direction finds the node furthest to the upper left.
    """
    if not chosen:
        start = min(sheet.nodes.values(), key=lambda n: sum(n.position), default=None)
        return start.id if start else None
    here = sheet.nodes[chosen[-1]]
    if direction == "right":
        return _nearest(here, (sheet.nodes[x.target.node] for x in sheet.out_of(here.id)))
    if direction == "left":
        return _nearest(here, (sheet.nodes[x.source.node] for x in sheet.into(here.id)))
    x, y = here.position
    sign = -1 if direction == "up" else 1
    beyond = (n for n in sheet.nodes.values() if sign * (n.position[1] - y) > 1 and n.id != here.id)
    near = min(
        beyond,
        key=lambda n: 2.5 * abs(n.position[0] - x) + abs(n.position[1] - y),
        default=None,
    )
    return near.id if near else None


def _nearest(here: Node, others: Iterable[Node]) -> str | None:
    best = min(others, key=lambda n: abs(n.position[1] - here.position[1]), default=None)
    return best.id if best else None
