"""Where the keys are on a board, once they left its nodes: at a port, on a wire, or drawing one.

W goes from a node to its ports and Escape back. Arrows walk a side's ports, across to the other
side, and outwards onto a port's wires and along them. Enter takes a wire in hand: then arrows
walk what it may end at, and Enter joins. All of it ends where the mouse or another selection
takes over.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QPointF
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

from graph.model.sheet import LinkKey
from gui.canvas.adding import Adding
from gui.canvas.node_item import NodeItem
from gui.canvas.nodegraphqt import IN, OUT
from gui.canvas.port_item import Socket
from gui.canvas.selection import Way, towards
from gui.canvas.sheet_view import SheetView
from gui.canvas.tooltips import port_words
from gui.canvas.wire_item import Wire

BEHIND = 150.0
"""How far from a port a new node's port comes, in scene units."""
AT_NODE = "arrows: next node \N{MIDDLE DOT} W: its ports \N{MIDDLE DOT} Enter: into it"
AT_PORT = (
    "arrows: next port, its wires \N{MIDDLE DOT} Enter: draw a wire \N{MIDDLE DOT} "
    "Tab: new node \N{MIDDLE DOT} Delete: disconnect \N{MIDDLE DOT} Escape: back"
)
ON_WIRE = (
    "arrows: along, next wire \N{MIDDLE DOT} Enter: lead elsewhere \N{MIDDLE DOT} "
    "Tab: node into it \N{MIDDLE DOT} Delete: disconnect \N{MIDDLE DOT} Escape: back"
)
IN_HAND = (
    "arrows: next that fits \N{MIDDLE DOT} Enter: join \N{MIDDLE DOT} "
    "Tab: new node \N{MIDDLE DOT} Escape: leave"
)

KEYS = (
    ("Arrows", "At a port: the next port, its wires; on a wire: along it, the next wire"),
    ("Enter", "Draw a wire from the port, lead the wire elsewhere, join the one in hand"),
    ("Tab", "A new node behind the port, or into the wire"),
    ("Delete", "Disconnect"),
    ("Escape", "Put the wire in hand down; from a wire to its port, from a port to its node"),
)
"""What the keys do there, for people."""


class Spot(NamedTuple):
    """A port as it is found again when items were made anew.

    Attributes:
        node: Id of its node.
        side: `IN` or `OUT`.
        port: Its name.
    """

    node: str
    side: str
    port: str


class Hand(NamedTuple):
    """A wire that is being drawn.

    Attributes:
        start: Where it begins.
        lifted: The wire whose end it is, where it was there before.
    """

    start: Spot
    lifted: LinkKey | None


class Standing:
    """Goes from port to port and from wire to wire, and draws wires, one step of history each.

    Attributes:
        spot: The port the keys are at, or came from to a wire; what a wire in hand would end at.
        wire: The wire they are on.
        hand: The wire that is being drawn.
    """

    def __init__(self, board: SheetView, adding: Adding) -> None:
        self.board, self.adding = board, adding
        self.spot: Spot | None = None
        self.wire: LinkKey | None = None
        self.hand: Hand | None = None
        self._going = False

    # -- what can be seen of it

    @property
    def ringed(self) -> Socket | None:
        """The port that has the ring."""
        return self._socket(self.spot) if self.spot is not None and self.wire is None else None

    def words(self) -> str:
        """Where the keys are and which lead on, for the status line."""
        board = self.board
        if self.spot is None:
            chosen = board.selected_items()
            return f"{chosen[0].face.name}: {AT_NODE}" if len(chosen) == 1 else ""
        if self.wire is not None:
            source, target = self._ends(self.wire)
            return f"Wire from {self._name(source)} to {self._name(target)}: {ON_WIRE}"
        socket = self._socket(self.spot)
        if socket is None:
            return ""
        here = port_words(board.place, socket)
        if self.hand is None:
            return f"{here}: {AT_PORT}"
        before = self._wires(self.spot) if not _takes_many(socket) else []
        instead = f", in place of {self._name(_far_end(before[0], IN))}" if before else ""
        return f"Wire {'to' if socket.takes_input else 'from'} {here}{instead}: {IN_HAND}"

    def tell(self) -> None:
        """Say where the keys are: in the status line, and to a screen reader."""
        words, viewer = self.words(), self.board.viewer
        self.board.guided.emit(words)
        viewer.setAccessibleDescription(words)
        if words and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(viewer, words))
        viewer.viewport().update()

    # -- going

    def enter(self) -> None:
        """Go to the ports of the selected node, first to an output."""
        board = self.board
        item = board.head()
        ports = [*item.outputs, *item.inputs] if item is not None else []
        if item is None:
            board.complain("select a node to go to its ports")
        elif not ports:
            board.complain(f"{item.face.name} has no ports")
        elif self.hand is None and self.wire is None:
            self._to(_spot(ports[0]))

    def walk(self, way: Way) -> bool:
        """Go in a direction, where the keys are at a port, on a wire or have one in hand."""
        self.board.viewer.say("")
        if self.hand is not None:
            self._choose(way)
        elif self.wire is not None:
            self._along(self.wire, way)
        elif self.spot is not None:
            self._among(self.spot, way)
        else:
            return False
        return True

    def _among(self, spot: Spot, way: Way) -> None:
        """From a port: up and down its side, to the other side, or out onto a wire."""
        item = self.board.node_items()[spot.node]
        here = _side(item, spot.side)
        row = [one.face.port.name for one in here].index(spot.port)
        if way in {"up", "down"}:
            row = max(0, min(len(here) - 1, row + (1 if way == "down" else -1)))
            self._to(_spot(here[row]))
        elif way == _outward(spot):
            if wires := self._wires(spot):
                self._onto(wires[0].link.key)
            else:
                self.board.complain(f"no wire is at {self._name(spot)}: Enter draws one")
        elif others := _side(item, OUT if spot.side == IN else IN):
            self._to(_spot(others[min(row, len(others) - 1)]))

    def _along(self, wire: LinkKey, way: Way) -> None:
        """From a wire: to either end, or to another wire of the port it was reached from."""
        assert self.spot is not None
        if way == _outward(self.spot):
            source, target = self._ends(wire)
            self._to(target if self.spot.side == OUT else source)
        elif way in {"left", "right"}:
            self._to(self.spot)
        else:
            keys = [one.link.key for one in self._wires(self.spot)]
            row = keys.index(wire) + (1 if way == "down" else -1)
            self._onto(keys[max(0, min(len(keys) - 1, row))])

    def _to(self, spot: Spot) -> None:
        """Stand at a port; its node is what is selected."""
        with_hand = self.hand is not None
        self.spot, self.wire = spot, None
        if not with_hand:
            self._select(lambda: self.board.select([spot.node]))
        if self.board.viewer.far:
            self.board.centre_on(spot.node)
        self.board.reveal(spot.node)
        self.tell()

    def _onto(self, wire: LinkKey) -> None:
        """Stand on a wire, which is what is selected."""
        self.wire = wire
        self._select(lambda: self.board.select_wire(wire))
        self.tell()

    def _select(self, select: Callable[[], None]) -> None:
        going, self._going = self._going, True
        select()
        self._going = going

    # -- drawing

    def press(self) -> bool:
        """Take Enter: begin a wire, or join the one in hand."""
        self.board.viewer.say("")
        if self.hand is not None:
            self._join(self.hand)
        elif self.wire is not None:
            self._begin(self._ends(self.wire)[0], self.wire)
        elif self.spot is not None:
            self._begin(self.spot, None)
        else:
            return False
        return True

    def _begin(self, start: Spot, lifted: LinkKey | None) -> None:
        """Take a wire in hand; its other end is at the nearest port that fits.

        Those of the start's kind come first, then free ones, then those further on.
        """
        socket = self._socket(start)
        if socket is None:
            return
        ahead = 1 if start.side == OUT else -1

        def rank(one: Socket) -> tuple[bool, bool, bool, float]:
            away = one.scenePos() - socket.scenePos()
            other = one.face.kind != socket.face.kind
            wired = bool(one.connected_pipes)
            return other, wired, away.x() * ahead < 0, away.manhattanLength()

        end = next(self._fitting(socket, lifted, sorted(self._facing(start), key=rank)), None)
        if end is None:
            self.board.complain("nothing on the board fits: choose a new node")
            self._open_search(socket)
            return
        self.hand = Hand(start, lifted)
        self._select(lambda: self.board.viewer.begin_by_keys(socket, self._item(lifted)))
        self._hold(end)

    def _choose(self, way: Way) -> None:
        """Lead the wire in hand to the next port in a direction that fits."""
        assert self.hand is not None
        start, here = self._socket(self.hand.start), self.ringed
        if start is None or here is None:
            self.leave()
            return
        places = {one: one.scenePos().toTuple() for one in self._facing(self.hand.start)}
        near = towards(here.scenePos().toTuple(), places, way)
        if (end := next(self._fitting(start, self.hand.lifted, near), None)) is not None:
            self._hold(end)

    def _hold(self, end: Socket) -> None:
        self._to(_spot(end))
        self.board.viewer.hang_by_keys(end)

    def _facing(self, start: Spot) -> list[Socket]:
        """Every port of the other kind."""
        side = IN if start.side == OUT else OUT
        items = self.board.node_items().values()
        return [one for item in items for one in _side(item, side)]

    def _fitting(
        self, start: Socket, lifted: LinkKey | None, ends: list[Socket]
    ) -> Iterator[Socket]:
        """Those of some ports at which a wire may end, asked for one by one as wanted."""
        for end in ends:
            old = lifted is not None and end.takes_input and end.end == lifted.target
            if not old and self.board.refusal(start, end) is None:
                yield end

    def _join(self, hand: Hand) -> None:
        start, end, spot = self._socket(hand.start), self.ringed, self.spot
        lifted = self._item(hand.lifted)
        self._put_down()
        if start is None or end is None or spot is None:
            self.leave()
            return
        cut = [(lifted.output_port, lifted.input_port)] if lifted is not None else []
        self._going = True
        joined = self.board.gestures.rewire(cut, [(start, end)])
        self._going = False
        self._to(spot if joined else hand.start)

    def _put_down(self) -> None:
        self.hand = None
        self.board.viewer.end_live_connection()

    def delete(self) -> bool:
        """Take the wire the keys are on away, or all wires of the port they are at."""
        if self.spot is None:
            return False
        spot = self.spot
        wires = self._wires(spot)
        if self.wire is not None:
            wires = [one for one in wires if one.link.key == self.wire]
        if self.hand is None and wires:
            self._going = True
            self.board.gestures.rewire([(one.output_port, one.input_port) for one in wires], [])
            self._going = False
            self._to(spot)
        return True

    def search(self) -> bool:
        """Open the search: behind the port, or into the wire, that the keys are at."""
        if self.hand is not None:
            start, lifted = self._socket(self.hand.start), self.hand.lifted
            self.back()
        else:
            start, lifted = self.ringed, self.wire
        if (wire := self._item(lifted)) is not None:
            middle = wire.path().pointAtPercent(0.5)
            self.adding.open_search(middle, wire=wire, clear=True)
        elif start is not None:
            self._open_search(start)
        return start is not None or wire is not None

    def _open_search(self, start: Socket) -> None:
        away = QPointF(-BEHIND if start.takes_input else BEHIND, 0)
        self.adding.open_search(start.scenePos() + away, start=start, clear=True)

    # -- leaving

    def back(self) -> bool:
        """Take Escape: put the wire in hand down, go from a wire to its port, then to the node."""
        if self.hand is not None:
            hand = self.hand
            self._put_down()
            self.spot = hand.start
            if hand.lifted is not None:
                self._onto(hand.lifted)
            else:
                self._to(hand.start)
        elif self.wire is not None and self.spot is not None:
            self._to(self.spot)
        elif self.spot is not None:
            self.spot = None
            self.tell()
        else:
            return False
        return True

    def leave(self) -> None:
        """Forget where the keys were: the mouse, or another selection, says where things go on."""
        if self.hand is not None:
            self._put_down()
        if self.spot is not None:
            self.spot = self.wire = None
        self.board.guided.emit("")
        self.board.viewer.viewport().update()

    def follow(self) -> None:
        """The selection or the sheet changed: stay where one is, if that is what is selected."""
        if self._going or self.spot is None:
            return
        nodes = self.board.selected()
        wires = [one.link.key for one in self.board.selected_wires()]
        if self.hand is not None:  # a wire that is lifted can't be seen, and so not be selected
            wanted = [] if self.hand.lifted else [self.hand.start.node], list[LinkKey]()
        else:
            wanted = ([], [self.wire]) if self.wire is not None else ([self.spot.node], [])
        if (nodes, wires) != wanted or self._socket(self.spot) is None:
            self.leave()

    # -- looking up

    def _socket(self, spot: Spot) -> Socket | None:
        item = self.board.node_items().get(spot.node)
        return item.socket(spot.side, spot.port) if item is not None else None

    def _item(self, wire: LinkKey | None) -> Wire | None:
        return self.board.wire_items().get(wire) if wire is not None else None

    def _wires(self, spot: Spot) -> list[Wire]:
        """The wires of a port, by where they lead, top down."""
        socket = self._socket(spot)

        def place(wire: Wire) -> tuple[float, float, int]:
            end = wire.input_port if spot.side == OUT else wire.output_port
            return end.scenePos().y(), end.scenePos().x(), wire.link.again

        return sorted(socket.connected_pipes, key=place) if socket is not None else []

    def _ends(self, wire: LinkKey) -> tuple[Spot, Spot]:
        source, target = wire.source, wire.target
        return Spot(source.node, OUT, source.port), Spot(target.node, IN, target.port)

    def _name(self, spot: Spot) -> str:
        socket = self._socket(spot)
        item = self.board.node_items().get(spot.node)
        if socket is None or item is None:
            return spot.node
        return f"{item.face.name} {socket.face.port.label}"


def _spot(socket: Socket) -> Spot:
    node, port = socket.end
    return Spot(node, IN if socket.takes_input else OUT, port)


def _far_end(wire: Wire, side: str) -> Spot:
    return _spot(wire.output_port if side == IN else wire.input_port)


def _side(item: NodeItem, side: str) -> list[Socket]:
    return item.inputs if side == IN else item.outputs


def _outward(spot: Spot) -> Way:
    return "right" if spot.side == OUT else "left"


def _takes_many(socket: Socket) -> bool:
    return not socket.takes_input or socket.face.port.variadic
