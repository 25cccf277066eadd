"""The ways wires take: curves, around nodes where that reads better."""

from collections.abc import Callable
from itertools import pairwise
from math import copysign

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from gui.canvas.wire_detours import GAP, NARROW, around
from gui.canvas.wire_tracks import TRACK

Obstacles = Callable[[QRectF], list[QRectF]]

BEND = 14.0
LONG = 180.0
REACH = 170.0
FAR = 500.0
"""How far beside a wire nodes are looked at that it may have to go around."""
LANE = 20.0
"""How far the middles of wires between the same two ports are apart, more or less."""


def way(
    start: QPointF,
    end: QPointF,
    source: QRectF | None = None,
    target: QRectF | None = None,
    obstacles: Obstacles | None = None,
    lane: int = 0,
    track: int = 0,
) -> QPainterPath:
    """A wire's path: one curve forward; around the nodes where it has to go back.

    Args:
        start: Where the output port is.
        end: Where the input port is.
        source: The node the wire comes from; None for a wire that hangs at the pointer.
        target: The node it goes to.
        obstacles: Finds the nodes in a rectangle; a long wire then passes over or under them.
        lane: How many wires between the same two ports this one runs beside.
        track: How many others it would lie on, and gives way to.
    """
    path, aside = QPainterPath(start), lane * LANE + track * TRACK
    across, down = end.x() - start.x(), end.y() - start.y()
    if across >= 0 or source is None or target is None:
        tangent = max(abs(across) * 0.5, min(36.0, abs(down) * 0.5 + 8))
        first = QPointF(start.x() + tangent, start.y() + aside)
        path.cubicTo(first, QPointF(end.x() - tangent, end.y() + aside), end)
        if obstacles is not None and across > LONG:
            return _clear(path, start, end, obstacles, aside)
        return path
    middle = _between(source, target) + aside
    beside = 1.6 * BEND + track * TRACK
    right, left = start.x() + beside, end.x() - beside
    corners = [
        start,
        QPointF(right, start.y()),
        QPointF(right, middle),
        QPointF(left, middle),
        QPointF(left, end.y()),
        end,
    ]
    return _rounded(corners)


def free_way(
    start: QPointF,
    end: QPointF,
    source: QRectF,
    target: QRectF,
    obstacles: Obstacles,
    lane: int = 0,
    track: int = 0,
) -> QPainterPath:
    """As `way`, but around all nodes where it would run behind one and there is a way around.

    It takes longer to find.
    """
    path = way(start, end, source, target, obstacles, lane, track)
    rects = obstacles(path.boundingRect().adjusted(-FAR, -FAR, FAR, FAR))
    others = [rect for rect in rects if rect not in (source, target)]
    if not any(crosses(path, rect) for rect in others):
        return path
    aside = 4.0 * (lane + int(start.y() - source.top()) // 22 % 3) + track * TRACK
    for gap in (GAP + aside, GAP, NARROW):
        if (corners := around(start, end, rects, gap)) is not None:
            return _rounded(corners)
    return path


def _between(source: QRectF, target: QRectF) -> float:
    """The height at which a wire runs back: between two nodes, or under both."""
    upper, lower = sorted((source, target), key=QRectF.top)
    if lower.top() - upper.bottom() > 2 * BEND:
        return (upper.bottom() + lower.top()) / 2
    return max(upper.bottom(), lower.bottom()) + 1.6 * BEND


def _clear(
    path: QPainterPath, start: QPointF, end: QPointF, obstacles: Obstacles, aside: float
) -> QPainterPath:
    """The path, or one over or under the nodes it would run behind, whichever is nearer."""
    band = path.boundingRect().adjusted(BEND, -REACH, -BEND, REACH)
    rects = [rect for rect in obstacles(band) if rect.left() > start.x() and rect.right() < end.x()]
    middle = (start.y() + end.y()) / 2
    found, best = path, 0.0
    if not any(crosses(path, rect) for rect in rects):
        return path
    for down in (True, False):
        level = middle
        for _ in range(6):
            other = _detour(start, end, level + aside)
            hit = [rect for rect in rects if crosses(other, rect.adjusted(0, -6, 0, 6))]
            if not hit:
                if found is path or abs(level - middle) < best:
                    found, best = other, abs(level - middle)
                break
            edges = [rect.bottom() + BEND if down else rect.top() - BEND for rect in hit]
            level = max(edges) if down else min(edges)
    return found


def crosses(path: QPainterPath, rect: QRectF) -> bool:
    """Does the line of a path meet a rectangle?

    `QPainterPath.intersects` closes the path and takes the area within.
    """
    room = path.controlPointRect()  # a curve stays within its control points
    if (
        room.right() < rect.left()
        or room.left() > rect.right()
        or room.bottom() < rect.top()
        or room.top() > rect.bottom()
    ):
        return False
    for polygon in path.toSubpathPolygons():
        points = polygon.toList()
        if any(_meets(a, b, rect) for a, b in pairwise(points)):
            return True
    return False


def _meets(a: QPointF, b: QPointF, rect: QRectF) -> bool:
    """Clip the segment to the rectangle, side by side (Liang and Barsky 1984)."""
    left, top, right, bottom = rect.getCoords()
    ax, ay, bx, by = a.x(), a.y(), b.x(), b.y()
    if max(ax, bx) < left or min(ax, bx) > right or max(ay, by) < top or min(ay, by) > bottom:
        return False
    enter, leave = 0.0, 1.0
    across, down = bx - ax, by - ay
    for delta, gap in (
        (-across, ax - left),
        (across, right - ax),
        (-down, ay - top),
        (down, bottom - ay),
    ):
        if delta == 0.0:
            if gap < 0.0:
                return False
        elif delta < 0.0:
            enter = max(enter, gap / delta)
        else:
            leave = min(leave, gap / delta)
    return enter <= leave


def _detour(start: QPointF, end: QPointF, level: float) -> QPainterPath:
    """Out of the port, along at a height, and into the other port."""
    path = QPainterPath(start)
    down, up = (
        max(22.0, min(38.0, abs(level - start.y()))),
        max(22.0, min(38.0, abs(level - end.y()))),
    )
    path.cubicTo(
        start.x() + down * 0.6, start.y(), start.x() + down * 0.4, level, start.x() + down, level
    )
    path.lineTo(end.x() - up, level)
    path.cubicTo(end.x() - up * 0.4, level, end.x() - up * 0.6, end.y(), end.x(), end.y())
    return path


def _rounded(corners: list[QPointF]) -> QPainterPath:
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        room_in = abs(corner.x() - before.x()) + abs(corner.y() - before.y())
        room_out = abs(after.x() - corner.x()) + abs(after.y() - corner.y())
        radius = min(BEND, room_in / 2, room_out / 2)
        path.lineTo(_toward(corner, before, radius))
        path.quadTo(corner, _toward(corner, after, radius))
    path.lineTo(corners[-1])
    return path


def _toward(point: QPointF, other: QPointF, distance: float) -> QPointF:
    across, down = other.x() - point.x(), other.y() - point.y()
    if abs(across) > abs(down):
        return QPointF(point.x() + copysign(distance, across), point.y())
    return QPointF(point.x(), point.y() + (copysign(distance, down) if down else 0.0))
