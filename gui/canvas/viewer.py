"""The view: zoom, background, levels of detail, and gestures on top of NodeGraphQt's.

NodeGraphQt's viewer keeps the mouse's state: pressing, moving and selecting nodes, the
selection band, panning, the knife. Ours draws wires (from any port; a wire taken off its input
keeps its other end), turns the zoom, and paints the whole board in a few calls when it is far.
"""

from typing import Any, Protocol

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsSceneMouseEvent, QGraphicsView, QLabel, QToolTip

from gui import look
from gui.canvas.far import FarPicture
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.toolkit import NodeViewer
from gui.canvas.wire_item import Knife, LiveWire, Wire

MIME_NODE = "application/x-neurowire-node"
FAR = 0.26
CROWD = 350
LEAST, MOST = 0.02, 3.0
GRID = 24.0


class Host(Protocol):
    """What the view asks of the board it belongs to."""

    def refusal(self, start: Socket, end: Socket) -> str | None:
        """Why no wire can join two ports, or None."""

    def node_items(self) -> dict[str, NodeItem]:
        """Node items of the sheet by id."""

    def marked_items(self) -> list[NodeItem]:
        """The nodes marked from outside, as by the pointer in their code."""

    def items_moved(self, items: list[NodeItem]) -> None:
        """Nodes follow the pointer; their wires follow them."""

    def tooltip(self, node: str, port: Socket | None) -> str:
        """What to say about what lies under the pointer."""


class Viewer(NodeViewer):
    """NodeGraphQt's viewer with our look and our way of drawing wires."""

    wire_dropped = Signal(object, QPointF)
    node_dropped = Signal(str, QPointF, object)
    text_dropped = Signal(str, QPointF)
    empty_double_clicked = Signal(QPointF)
    item_double_clicked = Signal(str, bool)
    menu_wanted = Signal(QPoint, object)
    zoomed = Signal()

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.far_picture = FarPicture()
        self._scene_range: QRectF
        self._start_port: Socket | None
        self._search_widget.setParent(self)
        self._search_widget.hide()
        self._settled_scale = 1.0
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        for stock in (self._LIVE_PIPE, self._SLICER_PIPE):
            self.scene().removeItem(stock)
        self._LIVE_PIPE: LiveWire = LiveWire()
        self._SLICER_PIPE: Knife = Knife()
        for item in (self._LIVE_PIPE, self._SLICER_PIPE):
            item.setVisible(False)
            self.scene().addItem(item)
        self._cursor_text.setVisible(False)
        self._lifted: Wire | None = None
        self._bubble = QLabel(self.viewport())
        self._bubble.hide()
        self._bubble.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._pressed_on: NodeItem | None = None

    # -- zoom and place

    def zoom(self) -> float:
        """Scene units to pixels."""
        return float(self.transform().m11())

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

    def show_rect(self, rect: QRectF, *, closest: float = 1.0, margin: float = 48.0) -> None:
        """Show a part of the scene as large as it fits, but no larger than `closest`."""
        port = self.viewport().rect()
        scale = min(
            closest,
            max(port.width() - 2 * margin, 40) / max(rect.width(), 1),
            max(port.height() - 2 * margin, 40) / max(rect.height(), 1),
        )
        seen = QRectF(0, 0, port.width() / scale, port.height() / scale)
        seen.moveCenter(rect.center())
        self._scene_range = seen
        self._update_scene()
        self.zoomed.emit()

    def centre_at(self, point: QPointF) -> None:
        """Bring a point of the scene to the middle."""
        self._scene_range.moveCenter(point)
        self._update_scene()

    def scale(self, sx: float, sy: float, pos: QPointF | None = None) -> None:
        """Zoom about a point of the scene, within bounds."""
        now = self.zoom()
        factor = max(LEAST, min(MOST, now * sx)) / now
        centre = pos if pos is not None else self._scene_range.center()
        seen = self._scene_range
        self._scene_range = QRectF(
            centre.x() - (centre.x() - seen.left()) / factor,
            centre.y() - (centre.y() - seen.top()) / factor,
            seen.width() / factor,
            seen.height() / factor,
        )
        self._update_scene()
        self.zoomed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scale and the upper left corner."""
        scale, corner = self.zoom(), self._scene_range.topLeft()
        QGraphicsView.resizeEvent(self, event)
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
        """The canvas and its dots, which thin out as the board goes away."""
        colours = look.colours()
        painter.fillRect(rect, colours.canvas)
        transform = painter.worldTransform()
        scale = transform.m11()
        step = GRID
        while step * scale < 18:
            step *= 2
        left, top = rect.left() - rect.left() % step, rect.top() - rect.top() % step
        start, gap = transform.map(QPointF(left, top)), step * scale
        xs = [round(start.x() + gap * i) - 1 for i in range(int(rect.width() / step) + 2)]
        ys = [round(start.y() + gap * i) - 1 for i in range(int(rect.height() / step) + 2)]
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.dots)
        painter.drawRects([QRect(x, y, 2, 2) for x in xs for y in ys])
        painter.restore()

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
        self.drawBackground(painter, self._scene_range)
        self.far_picture.paint(painter, self.selected_nodes(), self.host.marked_items())
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

    # -- mouse

    def _read_modifiers(self, modifiers: Qt.KeyboardModifier) -> None:
        """Set NodeGraphQt's key state from the event at hand; its own can be stale."""
        keys = Qt.KeyboardModifier
        shift = bool(modifiers & keys.ShiftModifier)
        control = bool(modifiers & (keys.ControlModifier | keys.MetaModifier))
        self.ALT_state = bool(modifiers & keys.AltModifier)
        self.SHIFT_state = shift or (control and not self.ALT_state)
        self.CTRL_state = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture; control adds to the selection as shift does."""
        self._read_modifiers(event.modifiers())
        self.setFocus()
        self.say("")
        pos = self.mapToScene(event.position().toPoint())
        self._pressed_on = None if self.socket_at(pos) else self.node_at(pos)
        if event.button() == Qt.MouseButton.LeftButton and self.socket_at(pos):
            self._read_modifiers(Qt.KeyboardModifier.NoModifier)
        if event.button() == Qt.MouseButton.MiddleButton:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.MMB_state = True
            self._origin_pos = self._previous_pos = event.position().toPoint()
            return
        if event.button() == Qt.MouseButton.RightButton:
            self._previous_pos = event.position().toPoint()
            self._select_for_menu(pos)
            return
        lone = self._pressed_on
        self.pipe_collision = lone is not None and self.can_splice(lone)
        super().mousePressEvent(event)
        self._take_positions()

    def can_splice(self, item: NodeItem) -> bool:
        """May dropping this node on a wire put it in? Only if it has ports and no wires."""
        free = not any(socket.connected_pipes for socket in item.sockets.values())
        return free and bool(item.inputs) and bool(item.outputs)

    def _take_positions(self) -> None:
        """Remember where all selected nodes were, the one just pressed included."""
        if self._LIVE_PIPE.isVisible() or self._pressed_on is None:
            return
        for item in self.selected_nodes():
            self._node_positions.setdefault(item, item.xy_pos)

    def _select_for_menu(self, pos: QPointF) -> None:
        item = self.node_at(pos) or self.wire_at(pos)
        if item is None or not item.isSelected():
            self.scene().clearSelection()
        if item is not None:
            item.setSelected(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture, then let the wires follow."""
        if self.MMB_state and not self.ALT_state:
            now = event.position().toPoint()
            delta = self.mapToScene(self._previous_pos) - self.mapToScene(now)
            self._previous_pos = now
            self._set_viewer_pan(delta.x(), delta.y())
            return
        super().mouseMoveEvent(event)
        if self.LMB_state and self._pressed_on is not None:
            self.host.items_moved(self.selected_nodes())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture; a wire that hangs is dropped wherever the pointer is."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self.MMB_state = False
            self.viewport().unsetCursor()
            return
        if event.button() == Qt.MouseButton.RightButton:
            return
        super().mouseReleaseEvent(event)
        self.COLLIDING_state = False
        self._pressed_on = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On nothing: search. On a node: its name or its parameters."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pos = self.mapToScene(event.position().toPoint())
        self._previous_pos = event.position().toPoint()
        item = self.node_at(pos)
        if item is not None:
            header = not item.face.round and item.face.header.contains(item.mapFromScene(pos))
            self.item_double_clicked.emit(item.id, header)
        elif self.wire_at(pos) is None and self.socket_at(pos) is None:
            self.empty_double_clicked.emit(pos)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Our own menus; NodeGraphQt's know nothing of the document."""
        pos = self.mapToScene(event.pos())
        self.menu_wanted.emit(event.globalPos(), self.node_at(pos) or self.wire_at(pos))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are the board's actions; escape gives a hanging wire up."""
        self._read_modifiers(event.modifiers())
        if event.key() == Qt.Key.Key_Escape and self._LIVE_PIPE.isVisible():
            self.end_live_connection()
            return
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._read_modifiers(event.modifiers())
        event.ignore()

    def focusInEvent(self, event: Any) -> None:
        """Skip NodeGraphQt's hidden menu bar."""
        QGraphicsView.focusInEvent(self, event)

    def focusOutEvent(self, event: Any) -> None:
        """Skip NodeGraphQt's hidden menu bar."""
        QGraphicsView.focusOutEvent(self, event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tooltips are made when asked for, not kept for each item."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            pos = self.mapToScene(event.pos())
            item, socket = self.node_at(pos), self.socket_at(pos)
            node = socket.parentItem() if socket else item
            text = self.host.tooltip(node.id, socket) if node is not None else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return bool(super().viewportEvent(event))

    # -- drawing wires

    def sceneMousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """A press on a port starts a wire; all else is Qt's and NodeGraphQt's."""
        if event.button() != Qt.MouseButton.LeftButton or self.ALT_state:
            return
        socket = self.socket_at(event.scenePos())
        if socket is not None:
            self.start_live_connection(socket)
            return
        item = self.node_at(event.scenePos())
        if item is not None:
            self._node_positions[item] = item.xy_pos
            self.node_selected.emit(item.id)

    def start_live_connection(self, selected_port: Socket) -> None:
        """Hang a wire at the pointer, from this port or, off an input, from its other end."""
        self._lifted = None
        if selected_port.takes_input and selected_port.connected_pipes:
            single = not selected_port.face.port.variadic
            if single:
                self._lifted = selected_port.connected_pipes[-1]
                self._lifted.setVisible(False)
                selected_port = self._lifted.output_port
        self._start_port = selected_port
        live = self._LIVE_PIPE
        live.colour = look.wire_colour(selected_port.face.kind)
        live.refused = False
        live.setVisible(True)
        self._hang(self.mapToScene(self._origin_pos))
        self.light_ports(selected_port)

    def _hang(self, loose: QPointF) -> None:
        start = self._start_port
        if start is None:
            return
        self._LIVE_PIPE.hang(start.scenePos(), loose, from_input=start.takes_input)
        if self.far:
            self.viewport().update()

    def sceneMouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Let the hanging wire follow, snap to ports, and say why one is refused."""
        if self._start_port is None or not self._LIVE_PIPE.isVisible():
            return
        end = self.socket_at(event.scenePos())
        reason = None
        if end is not None and end is not self._start_port:
            reason = self.refusal(self._start_port, end)
        self._LIVE_PIPE.refused = reason is not None
        snapped = end is not None and end is not self._start_port and reason is None
        self._hang(end.scenePos() if snapped and end else event.scenePos())
        self.say(reason or "")

    def refusal(self, start: Socket, end: Socket) -> str | None:
        """Why no wire can join two ports, or None."""
        if start.takes_input == end.takes_input:
            kind = "inputs" if start.takes_input else "outputs"
            return f"Both are {kind}: wire an output to an input"
        return self.host.refusal(start, end)

    def apply_live_connection(self, event: QGraphicsSceneMouseEvent) -> None:
        """Drop the hanging wire: on a port, or on nothing."""
        if self._start_port is None or not self._LIVE_PIPE.isVisible():
            return
        start, lifted = self._start_port, self._lifted
        end = self.socket_at(event.scenePos())
        moved = self._previous_pos - self._origin_pos
        self.end_live_connection()
        if end is start or (lifted is not None and end is lifted.input_port):
            return
        detached = [(lifted.output_port, lifted.input_port)] if lifted is not None else []
        if end is not None:
            self.connection_changed.emit(detached, [(start, end)])
        elif lifted is not None:
            self.connection_changed.emit(detached, [])
        elif moved.manhattanLength() > 12:
            self.wire_dropped.emit(start, event.scenePos())

    def end_live_connection(self) -> None:
        """Take the hanging wire away and put the ports' lights out."""
        if self._lifted is not None:
            self._lifted.setVisible(True)
            self._lifted = None
        self._LIVE_PIPE.reset_path()
        self._LIVE_PIPE.setVisible(False)
        self._start_port = None
        self.light_ports(None)
        self.say("")
        self.viewport().update()

    def light_ports(self, start: Socket | None) -> None:
        """Light the ports in sight that a wire from `start` may end at; None puts all out."""
        if start is None:
            for item in self.host.node_items().values():
                for socket in item.sockets.values():
                    socket.lit = None
        elif not self.far:
            seen = self.scene().items(self._scene_range)
            for item in (one for one in seen if isinstance(one, NodeItem)):
                for socket in item.sockets.values():
                    if socket is not start:
                        same = socket.takes_input == start.takes_input
                        socket.lit = not same and self.host.refusal(start, socket) is None
        self.viewport().update()

    def establish_connection(self, start_port: Any, end_port: Any) -> None:
        """Only the document draws wires."""

    # -- drops

    def _wanted(self, data: QMimeData) -> bool:
        return data.hasFormat(MIME_NODE) or data.hasText()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._wanted(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not self._wanted(event.mimeData()):
            event.ignore()
            return
        event.acceptProposedAction()
        wire = self.wire_at(self.mapToScene(event.position().toPoint()))
        for other in self.selected_pipes():
            other.setSelected(other is wire)
        if wire is not None and event.mimeData().hasFormat(MIME_NODE):
            wire.setSelected(True)

    def dropEvent(self, event: QDropEvent) -> None:
        """A node from the palette (on a wire: into it), or copied nodes as text."""
        pos = self.mapToScene(event.position().toPoint())
        data = event.mimeData()
        event.acceptProposedAction()
        if data.hasFormat(MIME_NODE):
            node_type = bytes(data.data(MIME_NODE).data()).decode()
            self.node_dropped.emit(node_type, pos, self.wire_at(pos))
        elif data.hasText():
            self.text_dropped.emit(data.text(), pos)

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
        at = self._previous_pos + QPoint(16, 18)
        room = self.viewport().rect().size() - self._bubble.size()
        self._bubble.move(max(0, min(at.x(), room.width())), max(0, min(at.y(), room.height())))
        self._bubble.raise_()
        self._bubble.show()

    @property
    def said(self) -> str:
        """The reason shown near the pointer, if any."""
        return self._bubble.text() if self._bubble.isVisible() else ""

    def select_band(self) -> QRect:
        """The selection band's rectangle, in the viewport."""
        return QRect(self._rubber_band.geometry())
