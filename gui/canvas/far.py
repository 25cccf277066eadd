"""The board from afar: every node a block, every wire a line, in a few batched calls."""

from collections import defaultdict
from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import look
from gui.canvas.brushes import palette
from gui.canvas.node_item import NodeItem
from gui.canvas.wire_item import Wire


class FarPicture:
    """Blocks and lines by colour, kept until the board changes."""

    def __init__(self) -> None:
        self.bounds = QRectF()
        self._blocks: dict[str, list[QRectF]] = {}
        self._lines: dict[str, list[QLineF]] = {}
        self._stale = True

    def forget(self) -> None:
        """Something moved, came or went."""
        self._stale = True

    def update(self, items: Iterable[NodeItem], wires: Iterable[Wire]) -> None:
        """Gather blocks and lines, if anything changed since the last time."""
        if not self._stale:
            return
        self._stale = False
        blocks: dict[str, list[QRectF]] = defaultdict(list)
        lines: dict[str, list[QLineF]] = defaultdict(list)
        bounds = QRectF()
        for item in items:
            x, y = item.x(), item.y()
            rect = item.face.rect.translated(x, y)
            blocks[item.face.group].append(rect)
            bounds |= rect
        for wire in wires:
            start, end = wire.output_port, wire.input_port
            a, b = start.parentItem(), end.parentItem()
            lines[wire.colour.name()].append(
                QLineF(
                    a.x() + start.face.at.x(),
                    a.y() + start.face.at.y(),
                    b.x() + end.face.at.x(),
                    b.y() + end.face.at.y(),
                )
            )
        self._blocks, self._lines, self.bounds = dict(blocks), dict(lines), bounds

    def paint(self, painter: QPainter, items: dict[str, NodeItem], scale: float) -> None:
        """Draw it all; antialiasing is off, since blocks this small gain nothing by it."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        ground = palette().colours.canvas
        for name, lines in self._lines.items():
            pen = QPen(look.mix(ground, QColor(name), 0.6), 1)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for group, rects in self._blocks.items():
            painter.setBrush(look.family_colour(group))
            painter.drawRects(rects)
        self._paint_marks(painter, items, scale)

    def _paint_marks(self, painter: QPainter, items: dict[str, NodeItem], scale: float) -> None:
        colours = palette()
        chosen = [i.face.rect.translated(i.pos()) for i in items.values() if i.isSelected()]
        wrong = [i.face.rect.translated(i.pos()) for i in items.values() if i.face.severity]
        marked = [i.face.rect.translated(i.pos()) for i in items.values() if i.marked]
        grow = 3 / scale
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rects, brush in (
            (wrong, colours.error.color()),
            (marked, colours.highlighted.color()),
            (chosen, colours.selected.color()),
        ):
            if rects:
                pen = QPen(brush, 2)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawRects([rect.adjusted(-grow, -grow, grow, grow) for rect in rects])
