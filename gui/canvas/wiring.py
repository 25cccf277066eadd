"""Drawing wires: from any port; a wire taken off its input keeps its other end."""

from typing import Any

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsSceneMouseEvent

from gui import look
from gui.canvas.graph_view import Host, Sight
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.wire_item import Wire


class Wiring(Sight):
    """The part of the viewer that hangs a wire at the pointer and drops it."""

    wire_dropped = Signal(object, QPointF)

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._start_port: Socket | None
        self._lifted: Wire | None = None
        self.drawn_by_keys = False

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
        self._take_in_hand(selected_port, self.mapToScene(self._origin_pos))

    def _take_in_hand(self, start: Socket, loose: QPointF) -> None:
        self._start_port = start
        live = self._LIVE_PIPE
        live.colour = look.wire_colour(start.face.kind)
        live.refused = False
        live.setVisible(True)
        self._hang(loose)
        self.light_ports(start)

    def begin_by_keys(self, start: Socket, lifted: Wire | None) -> None:
        """Hang a wire that the keys lead from port to port; the pointer has no part in it."""
        self.drawn_by_keys = True
        self._lifted = lifted
        if lifted is not None:
            lifted.setVisible(False)
        self._take_in_hand(start, start.scenePos())

    def hang_by_keys(self, end: Socket) -> None:
        """Lead the hanging wire to a port."""
        self._hang(end.scenePos())
        if self._start_port is not None:
            self.light_ports(self._start_port)
        self.viewport().update()

    def _hang(self, loose: QPointF) -> None:
        start = self._start_port
        if start is None:
            return
        self._LIVE_PIPE.hang(start.scenePos(), loose, from_input=start.takes_input)
        if self.far:
            self.viewport().update()

    def sceneMouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Let the hanging wire follow, snap to ports, and say why one is refused."""
        if self._start_port is None or not self._LIVE_PIPE.isVisible() or self.drawn_by_keys:
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
        self.drawn_by_keys = False
        self.light_ports(None)
        self.say("")
        self.viewport().update()

    def light_ports(self, start: Socket | None) -> None:
        """Light the ports in sight that a wire from `start` may end at; None puts all out."""
        if start is None:
            for item in self.host.node_items().values():
                item.light(dict.fromkeys(item.sockets.values()))
        elif not self.far:
            seen = self.scene().items(self._scene_range)
            for item in (one for one in seen if isinstance(one, NodeItem)):
                item.light({one: self._fits(start, one) for one in item.sockets.values()})
        self.viewport().update()

    def _fits(self, start: Socket, socket: Socket) -> bool | None:
        """May a wire from `start` end at a port? None for itself."""
        if socket is start:
            return None
        same = socket.takes_input == start.takes_input
        return not same and self.host.refusal(start, socket) is None

    def establish_connection(self, start_port: Any, end_port: Any) -> None:
        """Only the document draws wires."""
