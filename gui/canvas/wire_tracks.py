"""Straight pieces of wires that would lie on one another: none could be told from the other."""

from collections.abc import Hashable, Iterator

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

TRACK = 5.0
"""How far wires side by side are apart."""
TRACKS = 4
"""So many places for a wire are tried."""
SHORT = 40.0
"""Shorter pieces on one another are no trouble: the eye follows the rest."""
CLOSE = 3.8
Piece = tuple[bool, float, float, float]
"""Whether it runs across, at which height (or how far right), from where, to where."""


class Tracks:
    """The straight pieces that are taken, each by what the wire carries."""

    def __init__(self) -> None:
        self._taken: dict[tuple[bool, int], list[tuple[float, float, float, Hashable]]] = {}

    def free(self, path: QPainterPath, source: Hashable) -> bool:
        """Would all of a wire be seen? Wires of one output may lie on one another."""
        return not any(self._shared(piece, source) for piece in pieces(path))

    def take(self, path: QPainterPath, source: Hashable) -> None:
        """A wire lies here."""
        for across, place, low, high in pieces(path):
            row = self._taken.setdefault((across, int(place // CLOSE)), [])
            row.append((place, low, high, source))

    def _shared(self, piece: Piece, source: Hashable) -> bool:
        across, place, low, high = piece
        near = int(place // CLOSE)
        return any(
            other != source and abs(at - place) < CLOSE and min(high, end) - max(low, begin) > SHORT
            for row in (near - 1, near, near + 1)
            for at, begin, end, other in self._taken.get((across, row), ())
        )


def pieces(path: QPainterPath) -> Iterator[Piece]:
    """The pieces of a path that run straight across or down, longer than `SHORT`."""
    before = QPointF()
    for number in range(path.elementCount()):
        element = path.elementAt(number)
        point = QPointF(element.x, element.y)
        if number and element.isLineTo():
            wide, tall = abs(point.x() - before.x()), abs(point.y() - before.y())
            if tall < 1.0 and wide > SHORT:
                yield True, point.y(), min(before.x(), point.x()), max(before.x(), point.x())
            elif wide < 1.0 and tall > SHORT:
                yield False, point.x(), min(before.y(), point.y()), max(before.y(), point.y())
        before = point
