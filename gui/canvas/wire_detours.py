"""A way for a wire around all nodes: along lines beside them, short and with few bends."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush

from PySide6.QtCore import QPointF, QRectF

GAP = 15.0
"""How far from nodes a wire runs, and how far it leaves a port straight."""
NARROW = 5.0
"""The same where nodes stand close."""
BEND_COST = 60.0
MOST = 80
"""Among more nodes no way is looked for, as it takes long."""

Cell = tuple[int, int]
Taken = tuple[list[int], list[int]]
"""For each row of the grid, a bit for each piece of line that begins there and meets a node."""


def around(
    start: QPointF, end: QPointF, rects: Sequence[QRectF], gap: float = GAP
) -> list[QPointF] | None:
    """Corners of a way from an output to an input that meets none of the rectangles.

    It is a shortest way on the grid of lines beside the rectangles (Dijkstra 1959), where a bend
    costs as much as a piece of way.

    Args:
        start: Where the output port is.
        end: Where the input port is.
        rects: The nodes, those of the two ports too.
        gap: How far from nodes it is to run.

    Returns:
        The corners, both ends included; None where there is no such way.
    """
    if len(rects) > MOST:
        return None
    first, last = start.x() + gap, end.x() - gap
    xs = sorted({first, last, *(r.left() - gap for r in rects), *(r.right() + gap for r in rects)})
    ys = sorted(
        {start.y(), end.y(), *(r.top() - gap for r in rects), *(r.bottom() + gap for r in rects)}
    )
    begin, goal = (xs.index(first), ys.index(start.y())), (xs.index(last), ys.index(end.y()))
    taken = _taken(xs, ys, rects, gap * 0.4)
    if not _joined(begin, goal, len(xs), len(ys), taken):
        return None
    cells = _shortest(xs, ys, begin, goal, taken)
    if cells is None:
        return None
    corners = [start, *(QPointF(xs[i], ys[j]) for i, j in cells), end]
    return [
        one
        for before, one, after in zip([None, *corners], corners, [*corners[1:], None], strict=False)
        if before is None or after is None or not _straight(before, one, after)
    ]


def _straight(before: QPointF, one: QPointF, after: QPointF) -> bool:
    return before.x() == one.x() == after.x() or before.y() == one.y() == after.y()


def _taken(
    xs: Sequence[float], ys: Sequence[float], rects: Sequence[QRectF], clear: float
) -> Taken:
    """Pieces of lines that meet nodes, by where they begin: those across, and those down."""
    across, down = [0] * len(ys), [0] * len(ys)
    for rect in rects:
        grown = rect.adjusted(-clear, -clear, clear, clear)
        left, right = bisect_right(xs, grown.left()), bisect_left(xs, grown.right())
        top, bottom = bisect_right(ys, grown.top()), bisect_left(ys, grown.bottom())
        wide = (1 << right) - (1 << left - 1)
        for j in range(top, bottom):
            across[j] |= wide
        thin = (1 << right) - (1 << left)
        for j in range(top - 1, bottom):
            down[j] |= thin
    return across, down


def _joined(begin: Cell, goal: Cell, width: int, height: int, taken: Taken) -> bool:
    """Is there any way at all?

    Both ends are flooded in turn, so that one that is shut in by nodes is soon known for it, where
    a search for the shortest way looks through all the rest first.
    """
    floods = [({begin}, [begin]), ({goal}, [goal])]
    while begin != goal:
        (seen, edge), (others, _) = floods
        if not edge:
            return False
        nearby = {near for cell in edge for near in _around(*cell, width, height, taken)}
        if not nearby.isdisjoint(others):
            break
        found = list(nearby - seen)
        seen.update(found)
        floods = [floods[1], (seen, found)]
    return True


def _around(i: int, j: int, width: int, height: int, taken: Taken) -> Iterator[Cell]:
    """The cells that a free piece of line leads to."""
    across, down = taken
    if i + 1 < width and not across[j] >> i & 1:
        yield i + 1, j
    if i and not across[j] >> i - 1 & 1:
        yield i - 1, j
    if j + 1 < height and not down[j] >> i & 1:
        yield i, j + 1
    if j and not down[j - 1] >> i & 1:
        yield i, j - 1


def _shortest(
    xs: Sequence[float],
    ys: Sequence[float],
    start: Cell,
    goal: Cell,
    taken: Taken,
) -> list[Cell] | None:
    """The cells of the cheapest way, which leaves and arrives across.

    A place is a number, `2 * (i * height + j)`, and one more where the way runs across there.
    """
    across, down = taken
    width, height = len(xs), len(ys)
    first, last = (2 * (i * height + j) + 1 for i, j in (start, goal))
    costs = [float("inf")] * (2 * width * height)
    came: dict[int, int] = {}
    costs[first] = 0.0
    heap = [(0.0, first)]
    while heap:
        cost, at = heappop(heap)
        if cost > costs[at]:
            continue
        if at == last:
            return [divmod(place >> 1, height) for place in _back(came, at)]
        i, j = divmod(at >> 1, height)
        steps = [(BEND_COST, at ^ 1)]
        if at & 1:
            if i + 1 < width and not across[j] >> i & 1:
                steps.append((xs[i + 1] - xs[i], at + 2 * height))
            if i and not across[j] >> i - 1 & 1:
                steps.append((xs[i] - xs[i - 1], at - 2 * height))
        else:
            if j + 1 < height and not down[j] >> i & 1:
                steps.append((ys[j + 1] - ys[j], at + 2))
            if j and not down[j - 1] >> i & 1:
                steps.append((ys[j] - ys[j - 1], at - 2))
        for more, other in steps:
            if cost + more < costs[other]:
                costs[other] = cost + more
                came[other] = at
                heappush(heap, (cost + more, other))
    return None


def _back(came: dict[int, int], at: int) -> list[int]:
    """The places to one, each cell once."""
    places = [at]
    while at in came:
        at = came[at]
        if at >> 1 != places[-1] >> 1:
            places.append(at)
    return places[::-1]
