"""A wire between two ports."""

from math import sqrt
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsSceneHoverEvent

from graph.model.sheet import Link
from gui import look
from gui.canvas.nodegraphqt import LivePipeItem, PipeItem, SlicerPipeItem
from gui.canvas.paint_cache import palette
from gui.canvas.port_item import Socket
from gui.canvas.wire_routes import Obstacles, free_way, way

WIDTH = 2.0
Z_WIRE = -1.0

_pens: dict[tuple[int, float, int], QPen] = {}


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    key = (colour.rgba(), width, style.value)
    if key not in _pens:
        _pens[key] = QPen(colour, width, style, Qt.PenCapStyle.RoundCap)
    return _pens[key]


def _place(item: Any) -> QRectF:
    return QRectF(item.face.rect.translated(item.pos()))


class Wire(PipeItem):
    """NodeGraphQt's pipe, drawn and coloured our way.

    Its own `__init__` makes an arrow item and three pens for each pipe, which doubles the time
    a large board takes to open; what the viewer relies on is set up here instead.
    """

    def __init__(self, link: Link, source: Socket, target: Socket) -> None:
        QGraphicsPathItem.__init__(self)
        self._input_port, self._output_port = target, source
        self._active = self._highlight = False
        self._color, self._style = (0, 0, 0, 255), 0
        self.link = link
        self.colour = look.wire_colour("features")
        self.weight: float | None = None
        self.passing = False
        self.setZValue(Z_WIRE)
        self.setAcceptHoverEvents(True)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        source.add_pipe(self)
        target.add_pipe(self)

    def show_weight(self, weight: float | None) -> None:
        """Show a neuron's weight: colour by sign, width by size; -1 to 1, None for none."""
        if weight != self.weight:
            self.weight = weight
            self.style_up()

    def style_up(self) -> None:
        """Take a pen for what flows, its weight and mutes."""
        colour, width = self.colour, WIDTH
        if self.weight is not None:
            colours = palette().colours
            sign = colours.positive if self.weight >= 0 else colours.negative
            size = min(1.0, sqrt(abs(self.weight)))
            colour = look.mix(colours.node_line, sign, 0.25 + 0.75 * size)
            width = 1.0 + 4.0 * size
        style = Qt.PenStyle.DashLine if self.passing else Qt.PenStyle.SolidLine
        self.setPen(_pen(colour, width, style))

    def route(
        self, obstacles: Obstacles | None = None, *, free: bool = False, track: int = 0
    ) -> None:
        """Draw the way from port to port anew, around what `obstacles` finds on a long one.

        A `free` one goes around all nodes, wherever it runs, beside `track` others.
        """
        start, end = self._output_port.scenePos(), self._input_port.scenePos()
        first, last = self._output_port.parentItem(), self._input_port.parentItem()
        places = _place(first), _place(last)
        if free and obstacles is not None:
            self.setPath(free_way(start, end, *places, obstacles, self.link.again, track))
        else:
            self.setPath(way(start, end, *places, obstacles, self.link.again))

    def draw_path(self, start_port: Any, end_port: Any = None, cursor_pos: Any = None) -> None:
        """NodeGraphQt's name for `route`."""
        self.route()

    def shape(self) -> QPainterPath:
        """What a click hits: a band along the wire, not the area it bends around."""
        stroker = QPainterPathStroker()
        stroker.setWidth(max(9.0, self.pen().widthF() + 4))
        return stroker.createStroke(self.path())

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Draw the wire, over a wider one where it is selected or under the pointer."""
        pen = self.pen()
        if self.isSelected():
            painter.setPen(_pen(palette().colours.accent, pen.widthF() + 1.5))
        elif self._active:
            painter.setPen(_pen(look.mix(pen.color(), palette().colours.text, 0.45), 3.0))
        else:
            painter.setPen(pen)
        painter.drawPath(self.path())

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._active = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._active = False
        self.update()

    # Qt calls this for every change of every wire; NodeGraphQt restyles in it, we don't.
    itemChange = QGraphicsPathItem.itemChange  # noqa: N815

    def activate(self) -> None:
        """NodeGraphQt's hover; ours is in `paint`."""

    def highlight(self) -> None:
        """NodeGraphQt's mark on wires of selected nodes; we leave them be."""

    def reset(self) -> None:
        """NodeGraphQt's undoing of those."""


class LiveWire(LivePipeItem):
    """The wire that hangs at the pointer while one is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self._idx_pointer.setVisible(False)
        self._idx_text.setVisible(False)
        self.refused = False
        self.colour = look.wire_colour("features")

    def hang(self, fixed: QPointF, loose: QPointF, *, from_input: bool) -> None:
        """Draw it from a port to the pointer."""
        start, end = (loose, fixed) if from_input else (fixed, loose)
        self.prepareGeometryChange()
        self.setPath(way(start, end))
        self._end = loose

    def draw_index_pointer(self, *args: Any, **kwargs: Any) -> None:
        """NodeGraphQt's arrow at the pointer; we draw none."""

    def reset_path(self) -> None:
        self.setPath(QPainterPath())

    def boundingRect(self) -> QRectF:
        return QRectF(self.path().boundingRect()).adjusted(-8, -8, 8, 8)

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Draw the wire and its loose end."""
        if self.path().isEmpty():
            return
        colour = palette().colours.error if self.refused else self.colour
        painter.setPen(_pen(colour, 2.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path())
        painter.setBrush(colour)
        painter.drawEllipse(self._end, 3.5, 3.5)


class Knife(SlicerPipeItem):
    """The line drawn to cut wires."""

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """A thin dashed red line."""
        painter.setPen(_pen(palette().colours.error, 1.6, Qt.PenStyle.DashLine))
        painter.drawPath(self.path())
