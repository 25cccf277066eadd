"""The board from afar: every node a block, every wire a line, in a few batched calls."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import look
from gui.canvas.brushes import palette
from gui.canvas.node_item import NodeItem
from gui.canvas.wire_item import Wire


class FarPicture:
    """Blocks by family and lines by colour, kept in step with the items."""

    def __init__(self) -> None:
        self.bounds = QRectF()
        self._blocks: dict[str, list[QRectF]] = {}
        self._lines: dict[str, list[QLineF]] = {}
        self._block_of: dict[NodeItem, tuple[str, int]] = {}
        self._line_of: dict[Wire, tuple[str, int]] = {}
        self._wrong: list[NodeItem] = []
        self._stale = True

    def forget(self) -> None:
        """Something came, went or changed its colour: gather anew before the next painting."""
        self._stale = True

    def update(self, items: Iterable[NodeItem], wires: Iterable[Wire]) -> None:
        """Gather blocks and lines, if that is needed."""
        if not self._stale:
            return
        self._stale = False
        self._blocks, self._lines = {}, {}
        self._block_of, self._line_of = {}, {}
        self._wrong = []
        bounds = QRectF()
        for item in items:
            blocks = self._blocks.setdefault(item.face.group, [])
            self._block_of[item] = item.face.group, len(blocks)
            rect = _block(item)
            blocks.append(rect)
            bounds |= rect
            if item.face.severity:
                self._wrong.append(item)
        for wire in wires:
            name = wire.colour.name()
            lines = self._lines.setdefault(name, [])
            self._line_of[wire] = name, len(lines)
            lines.append(_line(wire))
        self.bounds = bounds

    def move(self, items: Iterable[NodeItem], wires: Iterable[Wire]) -> None:
        """Items moved and wires with them: put just these in their new places."""
        if self._stale:
            return
        for item in items:
            group, index = self._block_of[item]
            self._blocks[group][index] = rect = _block(item)
            self.bounds |= rect
        for wire in wires:
            name, index = self._line_of[wire]
            self._lines[name][index] = _line(wire)

    def paint(
        self, painter: QPainter, chosen: Iterable[NodeItem], marked: Iterable[NodeItem]
    ) -> None:
        """Draw it all; antialiasing is off, since blocks this small gain nothing by it."""
        colours = palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for name, lines in self._lines.items():
            painter.setPen(_pen(look.mix(colours.colours.canvas, QColor(name), 0.6), 1))
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for group, rects in self._blocks.items():
            painter.setBrush(look.family_colour(group))
            painter.drawRects(rects)
        grow = 3 / painter.transform().m11()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for items, colour in (
            (self._wrong, colours.error.color()),
            (marked, colours.highlighted.color()),
            (chosen, colours.selected.color()),
        ):
            painter.setPen(_pen(colour, 2))
            painter.drawRects([_block(item).adjusted(-grow, -grow, grow, grow) for item in items])


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _block(item: NodeItem) -> QRectF:
    return item.face.rect.translated(item.pos())


def _line(wire: Wire) -> QLineF:
    start, end = wire.output_port, wire.input_port
    return QLineF(
        start.parentItem().pos() + start.face.at,
        end.parentItem().pos() + end.face.at,
    )
