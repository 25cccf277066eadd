"""A way for a wire around all nodes: along lines beside them, short and with few bends."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
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
    goal = xs.index(last), ys.index(end.y())
    cells = _shortest(
        xs, ys, (xs.index(first), ys.index(start.y())), goal, _taken(xs, ys, rects, gap * 0.4)
    )
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
) -> tuple[set[Cell], set[Cell]]:
    """Pieces of lines that meet nodes, by where they begin: those across, and those down."""
    across: set[Cell] = set()
    down: set[Cell] = set()
    for rect in rects:
        grown = rect.adjusted(-clear, -clear, clear, clear)
        left, right = bisect_right(xs, grown.left()), bisect_left(xs, grown.right())
        top, bottom = bisect_right(ys, grown.top()), bisect_left(ys, grown.bottom())
        across.update((i, j) for j in range(top, bottom) for i in range(left - 1, right))
        down.update((i, j) for i in range(left, right) for j in range(top - 1, bottom))
    return across, down


def _shortest(
    xs: Sequence[float],
    ys: Sequence[float],
    start: Cell,
    goal: Cell,
    taken: tuple[set[Cell], set[Cell]],
) -> list[Cell] | None:
    """The cells of the cheapest way, which leaves and arrives across."""
    across, down = taken
    heap: list[tuple[float, Cell, bool]] = [(0.0, start, True)]
    costs: dict[tuple[Cell, bool], float] = {(start, True): 0.0}
    came: dict[tuple[Cell, bool], tuple[Cell, bool]] = {}
    while heap:
        cost, cell, flat = heappop(heap)
        if cost > costs[cell, flat]:
            continue
        if cell == goal and flat:
            return _back(came, (cell, flat))
        i, j = cell
        steps: list[tuple[float, Cell, bool]] = [(BEND_COST, cell, not flat)]
        if flat and i + 1 < len(xs) and (i, j) not in across:
            steps.append((xs[i + 1] - xs[i], (i + 1, j), True))
        if flat and i and (i - 1, j) not in across:
            steps.append((xs[i] - xs[i - 1], (i - 1, j), True))
        if not flat and j + 1 < len(ys) and (i, j) not in down:
            steps.append((ys[j + 1] - ys[j], (i, j + 1), False))
        if not flat and j and (i, j - 1) not in down:
            steps.append((ys[j] - ys[j - 1], (i, j - 1), False))
        for more, other, level in steps:
            if cost + more < costs.get((other, level), float("inf")):
                costs[other, level] = cost + more
                came[other, level] = cell, flat
                heappush(heap, (cost + more, other, level))
    return None


def _back(came: dict[tuple[Cell, bool], tuple[Cell, bool]], at: tuple[Cell, bool]) -> list[Cell]:
    cells = [at[0]]
    while at in came:
        at = came[at]
        if at[0] != cells[-1]:
            cells.append(at[0])
    return cells[::-1]
