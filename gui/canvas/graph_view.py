"""The view: zoom, background, levels of detail, and what lies under the pointer."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QLabel

from gui import look
from gui.canvas.node_item import NodeItem
from gui.canvas.nodegraphqt import NO_GRID, NodeViewer
from gui.canvas.overview import FarPicture
from gui.canvas.port_item import Socket
from gui.canvas.wire_item import Knife, LiveWire, Wire

FAR = 0.26
CROWD = 350
LEAST, MOST = 0.02, 3.0
GRID = 24.0
PICTURES_KB = 96 * 1024
"""Room for pictures of the nodes in sight; those of others make way."""


class View(NamedTuple):
    """A part of the scene that was seen.

    Attributes:
        scale: Scene units to pixels.
        corner: The upper left corner, in scene units.
        size: Of the viewport, in pixels.
        fitted: What is fitted again at each size, unless the view was moved by hand.
    """

    scale: float
    corner: QPointF
    size: QSize
    fitted: Callable[[], QRectF] | None


class Host(Protocol):
    """What the view asks of the board it belongs to."""

    def select(self, ids: Iterable[str]) -> None:
        """Select exactly these nodes."""

    def refusal(self, start: Socket, end: Socket) -> str | None:
        """Why no wire can join two ports, or None."""

    def node_items(self) -> dict[str, NodeItem]:
        """Node items of the sheet by id."""

    def marked_items(self) -> list[NodeItem]:
        """The nodes marked from outside, as by the pointer in their code."""

    def items_moved(self, items: list[NodeItem]) -> None:
        """Nodes follow the pointer; their wires follow them."""

    def sizing(self, item: NodeItem, size: QSizeF) -> None:
        """The corner of a node is dragged: its picture would be that large."""

    def sized(self, item: NodeItem, size: QSizeF | None) -> None:
        """It was let go there; None for the usual size."""

    def unsized(self, item: NodeItem) -> None:
        """It is given up: the node is as it was."""

    def tooltip(self, node: str, port: Socket | None) -> str:
        """What to say about what lies under the pointer."""

    def wire_words(self, wire: Wire) -> str:
        """What to say about a wire."""

    def ringed(self) -> Socket | None:
        """The port the keys are at."""

    def keyed_item(self) -> NodeItem | Wire | None:
        """The node or wire the keys are at."""


class Sight(NodeViewer):
    """NodeGraphQt's viewer, seen our way: exact zoom, dots, the board in a few calls from afar."""

    zoomed = Signal()

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.far_picture = FarPicture()
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), PICTURES_KB))
        self._fitted: Callable[[], QRectF] | None = None
        self._ground_made: tuple[tuple[object, ...], QPixmap] | None = None
        self._scene_range: QRectF
        self._previous_pos: QPoint
        self._search_widget.setParent(self)
        self._search_widget.hide()
        self._cursor_text.setVisible(False)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.scene().grid_mode = NO_GRID
        self.scene().setBackgroundBrush(Qt.BrushStyle.NoBrush)  # the ground is ours: drawBackground
        for stock in (self._LIVE_PIPE, self._SLICER_PIPE):
            self.scene().removeItem(stock)
        self._LIVE_PIPE: LiveWire = LiveWire()
        self._SLICER_PIPE: Knife = Knife()
        for item in (self._LIVE_PIPE, self._SLICER_PIPE):
            item.setVisible(False)
            self.scene().addItem(item)
        self._bubble = QLabel(self.viewport())
        self._bubble.setTextFormat(Qt.TextFormat.PlainText)
        self._bubble.hide()
        self._bubble.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    # -- zoom and place

    def zoom(self) -> float:
        """Scene units to pixels."""
        return float(self.transform().m11())

    @property
    def view(self) -> "View":
        """What is seen now, to look at again."""
        return View(self.zoom(), self._scene_range.topLeft(), self.viewport().size(), self._fitted)

    def look_at(self, view: "View") -> None:
        """Show again what was seen: the same scale and corner, or fitted at another size."""
        size = self.viewport().size()
        if view.fitted is not None and view.size != size:
            self.fit_to(view.fitted)
            return
        self._fitted = view.fitted
        self._scene_range = QRectF(view.corner, size.toSizeF() / view.scale)
        self._update_scene()
        self.zoomed.emit()

    @property
    def far(self) -> bool:
        """Is the board so far away, or so crowded, that items give way to blocks?"""
        scale = self.zoom()
        if scale < FAR:
            return True
        items = self.host.node_items()
        if scale >= 0.5 or len(items) < CROWD:
            return False
        seen, whole = self._scene_range, self.far_picture.bounds
        area = max(whole.width() * whole.height(), 1.0)
        inside = seen.intersected(whole)
        return len(items) * inside.width() * inside.height() / area > CROWD

    def _update_scene(self) -> None:
        """Bring the view to `_scene_range`, exactly, whatever the viewport's proportions."""
        port = self.viewport().rect()
        wanted = self._scene_range
        if wanted.isEmpty() or port.isEmpty():
            return
        scale = min(port.width() / wanted.width(), port.height() / wanted.height())
        scale = max(LEAST, min(MOST, scale))
        if abs(scale - 1.0) < 0.015:
            scale = 1.0
        centre = wanted.center()
        size = QRectF(0, 0, port.width() / scale, port.height() / scale)
        size.moveCenter(centre)
        self._scene_range = size
        self.setSceneRect(size.adjusted(-1, -1, 1, 1))
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(centre)
        self.viewport().update()

    def show_rect(self, rect: QRectF, *, closest: float = 1.0, margin: float = 24.0) -> None:
        """Show a part of the scene as large as it fits, but no larger than `closest`."""
        port = self.viewport().rect()
        scale = min(
            closest,
            max(port.width() - 2 * margin, 40) / max(rect.width(), 1),
            max(port.height() - 2 * margin, 40) / max(rect.height(), 1),
        )
        seen = QRectF(0, 0, port.width() / scale, port.height() / scale)
        seen.moveCenter(rect.center())
        self._fitted = None
        self._scene_range = seen
        self._update_scene()
        self.zoomed.emit()

    def fit_to(self, bounds: Callable[[], QRectF]) -> None:
        """Show a part of the scene, and again at each new size until the view is moved by hand."""
        self.show_rect(bounds())
        self._fitted = bounds

    def _set_viewer_pan(self, pos_x: float, pos_y: float) -> None:
        """NodeGraphQt's name for a move by so much of the scene; by hand, so nothing is fitted."""
        self._fitted = None
        super()._set_viewer_pan(pos_x, pos_y)

    def shows(self, rect: QRectF) -> bool:
        """Is all of this part of the scene in sight?"""
        return bool(self._scene_range.contains(rect))

    def centre_at(self, point: QPointF) -> None:
        """Bring a point of the scene to the middle."""
        self._fitted = None
        self._scene_range.moveCenter(point)
        self._update_scene()

    def scale(self, sx: float, sy: float, pos: QPointF | None = None) -> None:
        """Zoom about a point of the scene, within bounds."""
        now = self.zoom()
        factor = max(LEAST, min(MOST, now * sx)) / now
        centre = pos if pos is not None else self._scene_range.center()
        seen = self._scene_range
        self._fitted = None
        self._scene_range = QRectF(
            centre.x() - (centre.x() - seen.left()) / factor,
            centre.y() - (centre.y() - seen.top()) / factor,
            seen.width() / factor,
            seen.height() / factor,
        )
        self._update_scene()
        self.zoomed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again what was fitted before; else keep the scale and the upper left corner."""
        scale, corner = self.zoom(), self._scene_range.topLeft()
        QGraphicsView.resizeEvent(self, event)
        if self._fitted is not None:
            self._last_size = self.size()
            self.fit_to(self._fitted)
            return
        port = self.viewport().size()
        self._scene_range = QRectF(corner, QSize(port.width(), port.height()).toSizeF() / scale)
        self._last_size = self.size()
        self._update_scene()
        self.zoomed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; scrolling sideways or with a touchpad's fine steps pans."""
        self.say("")
        fine, coarse = event.pixelDelta(), event.angleDelta()
        if not fine.isNull() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._set_viewer_pan(-fine.x() / self.zoom(), -fine.y() / self.zoom())
            return
        delta = coarse.y() or coarse.x()
        factor = 1.0015**delta
        self.scale(factor, factor, self.mapToScene(event.position().toPoint()))

    # -- painting

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """The canvas and its dots, which thin out as the board goes away.

        They are kept as a picture a little larger than the view, which a pan only shifts.
        """
        transform = painter.worldTransform()
        gap = GRID * transform.m11()
        while gap < 18:
            gap *= 2
        start = QPointF(transform.dx() % gap - gap, transform.dy() % gap - gap).toPoint()
        ratio = painter.device().devicePixelRatioF()
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(start, self._ground(self.viewport().size(), gap, ratio))
        painter.restore()

    def _ground(self, size: QSize, gap: float, ratio: float) -> QPixmap:
        """A picture of canvas and dots that covers a size and one gap more."""
        key = look.colours().name, size, gap, ratio
        if self._ground_made is None or self._ground_made[0] != key:
            self._ground_made = key, self._paint_ground(size, gap, ratio)
        return self._ground_made[1]

    def _paint_ground(self, size: QSize, gap: float, ratio: float) -> QPixmap:
        colours = look.colours()
        width, height = size.width() + int(gap) + 2, size.height() + int(gap) + 2
        ground = QPixmap(round(width * ratio), round(height * ratio))
        ground.setDevicePixelRatio(ratio)
        ground.fill(colours.canvas)
        painter = QPainter(ground)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.dots)
        xs = [round(gap * i) - 1 for i in range(int(width / gap) + 2)]
        ys = [round(gap * i) - 1 for i in range(int(height / gap) + 2)]
        painter.drawRects([QRect(x, y, 2, 2) for x in xs for y in ys])
        painter.end()
        return ground

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the items, or the whole board in a few calls where it is far."""
        if not self.host.node_items():
            self._paint_welcome()
            return
        if not self.far:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setTransform(self.viewportTransform())
        self.far_picture.paint(
            painter,
            lambda ground: self.drawBackground(ground, self._scene_range),
            self.selected_nodes(),
            self.host.marked_items(),
        )
        if self._LIVE_PIPE.isVisible():
            self._LIVE_PIPE.paint(painter, None, None)
        if self._SLICER_PIPE.isVisible():
            self._SLICER_PIPE.paint(painter, None, None)
        painter.end()

    def _paint_welcome(self) -> None:
        """An empty sheet says how to begin."""
        painter = QPainter(self.viewport())
        painter.setTransform(self.viewportTransform())
        self.drawBackground(painter, self._scene_range)
        painter.resetTransform()
        middle = self.viewport().rect()
        centred = Qt.AlignmentFlag.AlignCenter
        painter.setPen(look.colours().dim)
        painter.setFont(look.icon_font(30))
        painter.drawText(middle.translated(0, -44), centred, look.glyph("plus-circle-light"))
        painter.setFont(look.ui_font(15, 500))
        painter.drawText(middle, centred, "Press Tab or double-click to add a node")
        painter.setFont(look.ui_font(13))
        painter.drawText(middle.translated(0, 26), centred, "or drag one here from the palette")
        painter.end()

    # -- what lies under the pointer

    def _items_near(
        self, pos: QPointF, item_type: Any = None, width: int = 20, height: int = 20
    ) -> list[Any]:
        """What a press hits: ports and nodes before wires (NodeGraphQt looks 20 units around)."""
        reach = 3.0 / max(self.zoom(), 0.2)
        found = self.scene().items(QRectF(pos.x() - reach, pos.y() - reach, 2 * reach, 2 * reach))
        kinds = item_type or (Socket, NodeItem, Wire)
        return [item for item in found if isinstance(item, kinds) and item.isVisible()]

    def node_at(self, pos: QPointF) -> NodeItem | None:
        """The node under a point of the scene."""
        return next((i for i in self.scene().items(pos) if isinstance(i, NodeItem)), None)

    def corner_at(self, pos: QPointF) -> NodeItem | None:
        """The node whose picture a press at a point of the scene makes larger."""
        item = None if self.far else self.node_at(pos)
        return item if item is not None and item.corner(pos, 9 / self.zoom()) else None

    def socket_at(self, pos: QPointF) -> Socket | None:
        """The port nearest a point of the scene, if one is in reach."""
        near = [i for i in self._items_near(pos, Socket) if i.face is not None]
        return min(
            near,
            key=lambda s: (s.scenePos() - pos).manhattanLength(),
            default=None,
        )

    def wire_at(self, pos: QPointF) -> Wire | None:
        """The wire under a point of the scene."""
        return next(iter(self._items_near(pos, Wire)), None)

    # -- the bubble

    def say(self, text: str) -> None:
        """Show a refusal's reason near the pointer; nothing takes it away."""
        if not text:
            self._bubble.hide()
            return
        colours = look.colours()
        ground = look.mix(colours.node, colours.error, 0.16)
        self._bubble.setStyleSheet(
            f"background: {ground.name()}; color: {colours.text.name()};"
            f"border: 1px solid {colours.error.name()}; border-radius: 6px; padding: 5px 9px;"
        )
        self._bubble.setText(text)
        self._bubble.adjustSize()
        at = self._place_of_words() + QPoint(16, 18)
        room = self.viewport().rect().size() - self._bubble.size()
        self._bubble.move(max(0, min(at.x(), room.width())), max(0, min(at.y(), room.height())))
        self._bubble.raise_()
        self._bubble.show()

    def _place_of_words(self) -> QPoint:
        return self._previous_pos

    @property
    def said(self) -> str:
        """The reason shown near the pointer, if any."""
        return self._bubble.text() if self._bubble.isVisible() else ""
