"""The viewer: mouse, keys and drops, on top of NodeGraphQt's.

NodeGraphQt's viewer keeps the mouse's state: pressing, moving and selecting nodes, the
selection band, panning, the knife.
"""

from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, Signal
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
    QPen,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip

from gui import look
from gui.canvas.graph_view import Host
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.sizing import Sizing
from gui.canvas.wire_item import Wire
from gui.canvas.wiring import Wiring
from gui.widgets.common import shown

MIME_NODE = "application/x-neurowire-node"

KEYS = (
    ("Enter", "Into the selected network, or into the first field of the node"),
    ("Escape", "Nothing selected; out of the network; the message above the board closed"),
    ("Menu, Shift+F10", "The menu of the node or wire the keys are at, or of the board"),
)
"""What keys do that are no action's, for people."""
MOUSE = (
    ("Double-click on the board", "Search a node to add there"),
    ("Double-click on a node", "Into its network, to its name, or to its fields"),
    ("Drag from a port", "Draw a wire; dropped on nothing it asks what could follow"),
    ("Shift+click, Ctrl+click", "Select more, or less"),
    ("Drag on the board", "Select what is inside"),
    ("Alt+Shift+drag", "Cut wires"),
    ("Middle button", "Move the board"),
    ("Wheel", "Zoom"),
    ("Right click", "The menu of what is there"),
)
"""What the mouse does on the board, for people."""


class Viewer(Wiring):
    """What a user's hand meets."""

    node_dropped = Signal(str, QPointF, object)
    text_dropped = Signal(str, QPointF)
    empty_double_clicked = Signal(QPointF)
    item_double_clicked = Signal(str, bool)
    menu_wanted = Signal(QPoint, object)
    escaped = Signal()
    entered = Signal()
    pressed = Signal()
    focused = Signal(bool)
    """The keys came (True) or went."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._pressed_on: NodeItem | None = None
        self._sizing: Sizing | None = None
        self.pointed = False
        """Was the mouse the last that was used here?"""

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
        self.pointed = True
        self.pressed.emit()
        self.setFocus()
        self.say("")
        pos = self.mapToScene(event.position().toPoint())
        self._pressed_on = None if self.socket_at(pos) else self.node_at(pos)
        if event.button() == Qt.MouseButton.LeftButton and (item := self._corner(pos)):
            self.host.select([item.id])
            self._sizing = Sizing(self.host, item, pos)
            return
        if event.button() == Qt.MouseButton.LeftButton and self.socket_at(pos):
            self._read_modifiers(Qt.KeyboardModifier.NoModifier)
        if event.button() == Qt.MouseButton.LeftButton and (wire := self._more_wire(pos)):
            wire.setSelected(not wire.isSelected())
            return
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

    def _corner(self, pos: QPointF) -> NodeItem | None:
        return None if self.socket_at(pos) else self.corner_at(pos)

    def _more_wire(self, pos: QPointF) -> Wire | None:
        """The wire that a press with shift adds to what is selected, or takes from it."""
        if not self.SHIFT_state or self.ALT_state or self.socket_at(pos) or self._pressed_on:
            return None
        return self.wire_at(pos)

    def _point(self, pos: QPointF) -> None:
        """Show what a press would do where the pointer is."""
        if self._corner(pos) is not None:
            self.viewport().setCursor(Qt.CursorShape.SizeFDiagCursor)
        elif self.viewport().cursor().shape() == Qt.CursorShape.SizeFDiagCursor:
            self.viewport().unsetCursor()

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
        pos = self.mapToScene(event.position().toPoint())
        self.pointed = True
        if self._sizing is not None:
            self._sizing.move(pos)
            return
        if not event.buttons():
            self._point(pos)
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
        if self._sizing is not None and event.button() == Qt.MouseButton.LeftButton:
            sizing, self._sizing = self._sizing, None
            sizing.end()
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self.MMB_state = False
            self.viewport().unsetCursor()
            return
        if event.button() == Qt.MouseButton.RightButton:
            return
        clicked = self._origin_pos == event.position().toPoint() and self._pressed_on is None
        super().mouseReleaseEvent(event)
        self.COLLIDING_state = False
        self._pressed_on = None
        wire = self.wire_at(self.mapToScene(event.position().toPoint())) if clicked else None
        if wire is not None and wire.isSelected() and not self.far:
            at = event.globalPosition().toPoint()
            QToolTip.showText(at, shown(self.host.wire_words(wire)), self.viewport())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On nothing: search. On a node: its name or its parameters."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pos = self.mapToScene(event.position().toPoint())
        self._previous_pos = event.position().toPoint()
        if (corner := self._corner(pos)) is not None:
            self.host.sized(corner, None)
            return
        item = self.node_at(pos)
        if item is not None:
            header = not item.face.round and item.face.header.contains(item.mapFromScene(pos))
            self.item_double_clicked.emit(item.id, header)
        elif self.wire_at(pos) is None and self.socket_at(pos) is None:
            self.empty_double_clicked.emit(pos)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Our own menus; NodeGraphQt's know nothing of the document."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._want_menu_of_keys()
        else:
            pos = self.mapToScene(event.pos())
            self.menu_wanted.emit(event.globalPos(), self.node_at(pos) or self.wire_at(pos))
        event.accept()

    def _place_of_words(self) -> QPoint:
        """At the port or below the node the keys are at, unless the mouse was used last."""
        port, item = self.host.ringed(), self.host.keyed_item()
        if self.pointed or (port is None and not isinstance(item, NodeItem)):
            return super()._place_of_words()
        if port is not None:
            return QPoint(self.mapFromScene(port.scenePos()))
        assert isinstance(item, NodeItem)
        return QPoint(self.mapFromScene(item.pos() + item.face.rect.bottomLeft()))

    def _want_menu_of_keys(self) -> None:
        """The menu of what the keys are at, where that stands."""
        item, port = self.host.keyed_item(), self.viewport()
        place = port.rect().center()
        if isinstance(item, NodeItem):
            place = self.mapFromScene(item.pos())
        elif item is not None:
            place = self.mapFromScene(item.path().pointAtPercent(0.5))
        self.menu_wanted.emit(port.mapToGlobal(place), item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are the board's actions; escape gives a hanging wire up, or goes back.

        Return enters a network. It is no action's key, as fields on the canvas take it too.
        """
        self._read_modifiers(event.modifiers())
        self.pointed = False
        if event.key() == Qt.Key.Key_Escape:
            if self._sizing is not None:
                self._sizing.give_up()
                self._sizing = None
            elif self._LIVE_PIPE.isVisible() and not self.drawn_by_keys:
                self.end_live_connection()
            else:
                self.escaped.emit()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.entered.emit()
            return
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._read_modifiers(event.modifiers())
        event.ignore()

    def focusInEvent(self, event: Any) -> None:
        """Skip NodeGraphQt's hidden menu bar."""
        QGraphicsView.focusInEvent(self, event)
        self.focused.emit(True)
        self.viewport().update()

    def focusOutEvent(self, event: Any) -> None:
        """Skip NodeGraphQt's hidden menu bar."""
        QGraphicsView.focusOutEvent(self, event)
        self.focused.emit(False)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sheet, with a ring while it has the keys."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(look.colours().accent)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            if (port := self.host.ringed()) is not None:
                self._paint_ring(painter, port)
            painter.end()

    def _paint_ring(self, painter: QPainter, port: Socket) -> None:
        """The ring of the keys around a port, set off from whatever is behind."""
        colours = look.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        middle = QPointF(self.mapFromScene(port.scenePos()))
        radius = max(8.0, 9.0 * self.zoom())
        for colour, width in ((colours.canvas, 6.0), (colours.accent, 2.5)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(middle, radius, radius)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tooltips are made when asked for, not kept for each item."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            pos = self.mapToScene(event.pos())
            item, socket = self.node_at(pos), self.socket_at(pos)
            node = socket.parentItem() if socket else item
            wire = self.wire_at(pos) if node is None and not self.far else None
            text = self.host.tooltip(node.id, socket) if node is not None else ""
            if wire is not None:
                text = self.host.wire_words(wire)
            QToolTip.showText(event.globalPos(), shown(text), self.viewport())
            return True
        return bool(super().viewportEvent(event))

    # -- drops

    def _wanted(self, data: QMimeData) -> bool:
        return data.hasFormat(MIME_NODE) or bool(_files(data)) or data.hasText()

    def _accept(self, event: QDropEvent) -> None:
        """Take what is dragged as a copy: one that moves a file would delete it where it was."""
        copy = Qt.DropAction.CopyAction
        if event.possibleActions() & copy:
            event.setDropAction(copy)
            event.accept()
        else:
            event.ignore()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._wanted(event.mimeData()):
            self._accept(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if not self._wanted(event.mimeData()):
            event.ignore()
            return
        self._accept(event)
        wire = self.wire_at(self.mapToScene(event.position().toPoint()))
        for other in self.selected_pipes():
            other.setSelected(other is wire)
        if wire is not None and event.mimeData().hasFormat(MIME_NODE):
            wire.setSelected(True)

    def dropEvent(self, event: QDropEvent) -> None:
        """A node from the palette (on a wire: into it), files, or copied nodes as text."""
        pos = self.mapToScene(event.position().toPoint())
        data = event.mimeData()
        self._accept(event)
        if data.hasFormat(MIME_NODE):
            node_type = bytes(data.data(MIME_NODE).data()).decode()
            self.node_dropped.emit(node_type, pos, self.wire_at(pos))
        elif files := _files(data):
            self.text_dropped.emit("\n".join(files), pos)
        elif data.hasText():
            self.text_dropped.emit(data.text(), pos)


def _files(data: QMimeData) -> list[str]:
    """Files and folders on this computer that are dragged."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
