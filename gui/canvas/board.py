"""The board on screen: one sheet of a document, drawn and edited."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph.diagnose.context import Place
from graph.edit.document import Document
from graph.model import events
from graph.model.sheet import BOARD, LinkKey, Node, Sheet
from gui import look
from gui.canvas import selection
from gui.canvas.adding import Adding
from gui.canvas.commands import Commands
from gui.canvas.drawing import Drawing
from gui.canvas.gestures import Gestures, in_order
from gui.canvas.graph_view import View
from gui.canvas.menus import Menus
from gui.canvas.network_actions import Networks
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.port_keys import Standing
from gui.canvas.rename import RenameField
from gui.canvas.tooltips import tooltip, wire_words
from gui.canvas.trained_colours import optimizers, stripes
from gui.canvas.viewer import Viewer
from gui.canvas.wire_item import Wire
from gui.widgets.common import words

if TYPE_CHECKING:
    from graph.diagnose.diagnosis import Diagnosis


class Board(QWidget):
    """Shows and edits one sheet of a document.

    Attributes:
        document: The document shown.
        inference: Its types and problems.
        sheet_name: The sheet shown.
        place: The place of it that was entered.
        commands: Every action of the canvas, as `QAction`s by name, for menus.
    """

    selection_changed = Signal(list)
    wires_selected = Signal(tuple)
    """The keys of the wires that are all that is selected."""
    message = Signal(str)
    guided = Signal(str)
    """Where the keys are on the board and which lead on; empty where that is no matter."""
    entered = Signal()
    """Enter was pressed where it draws no wire."""
    nothing_to_leave = Signal()
    """Escape was pressed where nothing of the board is left by it."""
    node_activated = Signal(str)
    sheet_shown = Signal(str)
    data_arrived = Signal(str)
    """A data node was made for a file or folder that came onto the board."""
    file_wanted = Signal(str)
    """A board's file came onto the board."""

    def __init__(
        self, document: Document, inference: "Diagnosis", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.inference = inference
        self.sheet_name = BOARD
        self.place = Place(inference)
        self._left: dict[tuple[str, ...], View] = {}  # views by the instances that lead there
        self.viewer = Viewer(self)
        self.drawing = Drawing(self.viewer.scene(), self.viewer.far_picture)
        self.gestures = Gestures(self.viewer, lambda: self.document, self.complain, self)
        self.standing = Standing(self)
        self.adding = Adding(self)
        self.search = self.adding.search
        self.rename_field = RenameField(self.viewer.viewport())
        self.networks = Networks(self)
        self.commands = Commands(self)
        self.menus = Menus(self)
        self._chosen: list[str] = []
        self._head = ""  # where the arrows came to
        self._chosen_wires: tuple[LinkKey, ...] = ()
        self._training = False
        self._changed_nodes: set[str] = set()
        self._stop: Callable[[], None] = _nothing
        self._generation = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.networks.bar)
        layout.addWidget(self.viewer)
        self.setFocusProxy(self.viewer)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(lambda: self.viewer.say(""))
        self._connect()
        self.set_document(document, inference)

    def _connect(self) -> None:
        viewer = self.viewer
        viewer.scene().selectionChanged.connect(self._on_selection)
        viewer.wire_dropped.connect(lambda start, at: self.adding.open_search(at, start=start))
        viewer.node_dropped.connect(lambda kind, at, wire: self.add(kind, at, wire=wire))
        viewer.text_dropped.connect(lambda text, at: self.paste(text, at))
        viewer.empty_double_clicked.connect(lambda at: self.adding.open_search(at))
        viewer.item_double_clicked.connect(self._on_item_double_clicked)
        viewer.menu_wanted.connect(self.menus.open)
        viewer.escaped.connect(self._on_escape)
        viewer.entered.connect(self._on_enter)
        viewer.pressed.connect(self.standing.leave)
        viewer.focused.connect(self._on_focus)
        self.rename_field.renamed.connect(self._on_renamed)
        look.changed.connect(self._on_theme)

    # -- what is shown

    @property
    def sheet(self) -> Sheet:
        """The sheet shown."""
        return self.document.sheet(self.sheet_name)

    def set_document(self, document: Document, inference: "Diagnosis") -> None:
        """Show another document's board."""
        self._stop()
        self.document, self.inference = document, inference
        self._generation += 1
        generation = self._generation

        def on_types(nodes: set[str]) -> None:
            if generation == self._generation:
                self._on_types(nodes)

        inference.on_change(on_types)
        self._stop = document.subscribe(self._on_event)
        self._left.clear()
        self.sheet_name = BOARD
        self._show(BOARD)

    def show_sheet(self, name: str, select: Iterable[str] = ()) -> None:
        """Show the board or a network, with these of its nodes selected.

        A place that was seen before is seen as it was left.
        """
        self._left[self.place.path] = self.viewer.view
        self._show(name, select)

    def _show(self, name: str, select: Iterable[str] = ()) -> None:
        self.standing.leave()
        self.viewer.end_live_connection()
        self.rename_field.hide()
        self.sheet_name = name
        self.networks.show_way()
        if (layout := self.layout()) is not None:
            layout.activate()  # the path above comes or goes: the view has its size from here on
        self.place = place = Place(self.inference, self.networks.through)
        self.drawing.show(self.place, self.sheet)
        self._update_stripes()
        self.select(select)
        self.sheet_shown.emit(name)
        if view := self._left.get(self.place.path):
            self.viewer.look_at(view)
            return
        self.fit()

        def fit_again() -> None:
            if self.place is place:
                self.fit()

        QTimer.singleShot(0, self, fit_again)  # at the size it gets when all is laid out

    def close_board(self) -> None:
        """Stop following the document; for whoever takes the board down."""
        self._stop()
        self._generation += 1

    def node_items(self) -> dict[str, NodeItem]:
        """Node items of the sheet by id."""
        return self.drawing.nodes

    def marked_items(self) -> list[NodeItem]:
        """The nodes marked by `highlight`."""
        return self.drawing.marked

    def wire_items(self) -> dict[LinkKey, Wire]:
        """Wire items of the sheet by the link they show."""
        return self.drawing.wires

    def items_moved(self, items: list[NodeItem]) -> None:
        """Nodes follow the pointer; their wires follow them."""
        self.drawing.move(items)

    def sizing(self, item: NodeItem, size: QSizeF) -> None:
        """The corner of a node is dragged: its picture would be that large."""
        self.drawing.resize(item, size.toTuple())

    def sized(self, item: NodeItem, size: QSizeF | None) -> None:
        """A node's picture takes another size, or the usual one, as one edit."""
        wanted = None if size is None else size.toTuple()
        self.drawing.resize(item, wanted)
        place = item.x(), item.y()
        self.drawing.restore(item)
        self.gestures.attempt(lambda: self.document.resize(item.id, wanted, place))

    def unsized(self, item: NodeItem) -> None:
        """Its size is left as it was."""
        self.drawing.restore(item)

    # -- following the document

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Settled):
            self._settle()
        elif isinstance(event, events.NetworkRemoved | events.NetworkRenamed):
            self.networks.follow(event)
        elif getattr(event, "sheet", None) == self.sheet_name:
            self.drawing.follow(event)
        else:
            self.drawing.networks_changed = True

    def _settle(self) -> None:
        self.drawing.settle(self.sheet)
        self.networks.name_way()
        self._update_stripes()
        self._on_selection()
        self.viewer.viewport().update()

    def _on_types(self, nodes: set[str]) -> None:
        # what flows inside a network follows from the place it is put
        inside = self.sheet_name != BOARD and bool(nodes)
        self.drawing.retype(set(self.drawing.nodes) if inside else nodes)
        self.viewer.viewport().update()

    def _on_theme(self) -> None:
        self.drawing.restyle()
        self.networks.bar.restyle()
        self.viewer.viewport().update()

    # -- selection

    def selected(self) -> list[str]:
        """Ids of the selected nodes, oldest first."""
        items = self.viewer.selected_nodes()
        return sorted((item.id for item in items), key=lambda one: int(one[1:]))

    def selected_items(self) -> list[NodeItem]:
        """The selected nodes' items."""
        return list(self.viewer.selected_nodes())

    def selected_wires(self) -> list[Wire]:
        """The selected wires."""
        return [i for i in self.viewer.scene().selectedItems() if isinstance(i, Wire)]

    def select(self, ids: Iterable[str]) -> None:
        """Select exactly these nodes."""
        wanted = set(ids)
        scene = self.viewer.scene()
        scene.blockSignals(True)
        scene.clearSelection()
        for node in wanted:
            if (item := self.drawing.nodes.get(node)) is not None:
                item.setSelected(True)
        scene.blockSignals(False)
        self._on_selection()
        self.viewer.viewport().update()

    def select_wire(self, key: LinkKey) -> None:
        """Select exactly this wire."""
        scene = self.viewer.scene()
        scene.blockSignals(True)
        scene.clearSelection()
        self.drawing.wires[key].setSelected(True)
        scene.blockSignals(False)
        self._on_selection()

    def _on_selection(self) -> None:
        chosen = self.selected()
        if chosen != self._chosen:
            self._chosen = chosen
            self._update_stripes()
            self.selection_changed.emit(chosen)
        wires = self.selected_wires()
        keys = tuple(sorted(one.link.key for one in wires)) if not chosen else ()
        if keys != self._chosen_wires:
            self._chosen_wires = keys
            self.wires_selected.emit(keys)
        placed = any(self.networks.placed(node) is not None for node in chosen)
        self.commands.enable(bool(chosen), bool(wires), placed)
        self.standing.follow()
        self.viewer.viewport().update()

    def head(self) -> NodeItem | None:
        """The selected node the keys are at: where the arrows came to, or the newest."""
        chosen = self.selected()
        head = self._head if self._head in chosen else chosen[-1] if chosen else ""
        return self.drawing.nodes.get(head)

    def ringed(self) -> Socket | None:
        """The port the keys are at."""
        return self.standing.ringed

    def keyed_item(self) -> NodeItem | Wire | None:
        """The node or wire the keys are at."""
        return self.head() or next(iter(self.selected_wires()), None)

    def walk(self, way: selection.Way, *, more: bool = False) -> None:
        """Go on in a direction by keys: to the next node, port or wire.

        Args:
            way: The direction.
            more: Whether what is selected stays so, beside the next node.
        """
        self.viewer.pointed = False
        if not more and self.standing.walk(way):
            return
        head = self.head()
        found = selection.walk(self.sheet, head.id if head is not None else None, way)
        self._head = found or (head.id if head is not None else "")
        if self._head:
            self.select([*(self.selected() if more else ()), self._head])
            self.reveal(self._head)
            self.standing.tell()

    def nudge(self, across: int, down: int) -> None:
        """Move the selected nodes by so much, as one edit."""
        nodes = [self.document.node(one) for one in self.selected()]
        places = {one.id: (one.position[0] + across, one.position[1] + down) for one in nodes}
        if places and self.gestures.attempt(lambda: self.document.move(places)):
            self.reveal(next(iter(places)))

    # -- moving the view

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around nodes, or around all."""
        rect = QRectF()
        items = self.drawing.nodes
        for item in items.values() if ids is None else (items[i] for i in ids if i in items):
            rect |= item.face.rect.translated(item.pos())
        return rect

    def fit(self) -> None:
        """Show the selected nodes, or the whole sheet if none is."""
        chosen = self.selected()

        def around() -> QRectF:
            there = [node for node in chosen if node in self.drawing.nodes]
            return self.bounds(there or None)

        self.viewer.fit_to(around)

    def home(self) -> None:
        """Show the whole sheet."""
        self.viewer.fit_to(self.bounds)

    def zoom(self, factor: float) -> None:
        """Come nearer, or go away with a factor below 1, about the node the keys are at."""
        item = self.head()
        seen = item is not None and self.viewer.shows(item.sceneBoundingRect())
        self.viewer.scale(factor, factor, item.pos() if item is not None and seen else None)

    def show_actual_size(self) -> None:
        """Show the board as large as it was drawn, about the node the keys are at."""
        self.zoom(1 / self.viewer.zoom())

    def centre_on(self, node: str) -> None:
        """Bring a node to the middle, near enough to be read."""
        item = self.drawing.nodes.get(node)
        if item is None:
            return
        if self.viewer.zoom() < 0.6:
            self.viewer.show_rect(
                QRectF(item.pos() - QPointF(500, 320), item.pos() + QPointF(500, 320))
            )
        self.viewer.centre_at(item.pos())

    def reveal(self, node: str) -> None:
        """Bring a node into sight, if it is not."""
        item = self.drawing.nodes.get(node)
        if item is not None and not self.viewer.shows(item.sceneBoundingRect()):
            self.viewer.centre_at(item.pos())

    # -- what the window feeds in

    def set_picture(self, node: str, picture: QImage | None) -> None:
        """Show a picture on a node: a data node's examples, a view's output."""
        item = self.drawing.nodes.get(node)
        self.drawing.pictures[node] = picture
        if item is not None:
            item.image = picture
            item.update()

    def set_wire_weights(self, weights: Mapping[LinkKey, float]) -> None:
        """Show weights on wires: colour by sign, width by size; an empty mapping ends it."""
        self.drawing.show_weights(weights)
        self.viewer.viewport().update()

    def set_gradients(self, gradients: Mapping[str, float]) -> None:
        """Show norms of gradients on nodes of the sheet; an empty mapping ends it."""
        self.drawing.show_gradients(gradients)

    def set_training(self, training: bool) -> None:
        """While training, nodes carry the colour of the optimizer that trains them.

        A selected optimizer shows its nodes at all times.
        """
        self._training = training
        self._update_stripes()

    def _update_stripes(self) -> None:
        chosen = {one.id for one in optimizers(self.document)} & set(self._chosen)
        active = None if self._training and not chosen else chosen
        self.drawing.show_stripes(stripes(self.inference, self.sheet, active))

    def highlight(self, ids: Iterable[str]) -> None:
        """Mark nodes, as when the pointer is on their lines of code."""
        self.drawing.mark(set(ids))
        self.viewer.viewport().update()

    def image(self, size: QSize) -> QImage:
        """The whole sheet as a picture, every detail drawn."""
        picture = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        picture.fill(look.colours().canvas)
        rect = self.bounds().adjusted(-40, -40, 40, 40)
        scale = min(size.width() / rect.width(), size.height() / rect.height(), 2.0)
        seen = QRectF(0, 0, size.width() / scale, size.height() / scale)
        seen.moveCenter(rect.center())
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.viewer.scene().render(painter, QRectF(0, 0, size.width(), size.height()), seen)
        painter.end()
        return picture

    # -- messages

    def complain(self, text: str) -> None:
        """Say why something was refused: near the pointer for a moment, and as a message."""
        text = words(text)
        self.viewer.say(text[:1].upper() + text[1:])
        self._quiet.start(3000)
        self.message.emit(text)

    def tooltip(self, node: str, port: Socket | None) -> str:
        """What to say about a node, or about one of its ports."""
        return tooltip(self.place, node, port, self.drawing.gradients.get(node))

    def wire_words(self, wire: Wire) -> str:
        """What to say about a wire: its ends, what flows, and its weight while it trains."""
        return wire_words(self.place, wire.link, self.drawing.weights.get(wire.link.key))

    # -- adding

    def refusal(self, start: Socket, end: Socket) -> str | None:
        """Why no wire can join two ports, or None."""
        source, target = in_order((start, end))
        reason = self.document.can_link(source.end, target.end, replace=True)
        return reason[:1].upper() + reason[1:] if reason else None

    def add(
        self, node_type: str, at: QPointF, *, start: Socket | None = None, wire: Wire | None = None
    ) -> Node | None:
        """Put a new node on the sheet, wired to a port or into a wire, as one step."""
        return self.adding.add(node_type, at, start=start, wire=wire)

    def paste(self, text: str, at: QPointF | None = None) -> list[Node]:
        """Put copied nodes on the sheet and select them."""
        return self.adding.paste(text, at)

    # -- names

    def _on_enter(self) -> None:
        if not self.standing.press():
            self.networks.enter_selected()
            self.entered.emit()

    def _on_focus(self, here: bool) -> None:
        """The keys came or went: a wire in hand is put down, and the status line is free."""
        if here and self.standing.spot is not None:
            self.standing.tell()
        elif not here:
            if self.standing.hand is not None:
                self.standing.back()
            self.guided.emit("")

    def _on_escape(self) -> None:
        if self.standing.back():
            return
        if self.selected() or self.selected_wires():
            self.select([])
        elif self.sheet_name != BOARD:
            self.networks.leave()
        else:
            self.nothing_to_leave.emit()

    def _on_item_double_clicked(self, node: str, header: bool) -> None:
        if self.networks.enter(node):
            return
        if header:
            self.start_rename(node)
        else:
            self.node_activated.emit(node)

    def start_rename(self, node: str) -> None:
        """Edit a node's name where it stands."""
        item = self.drawing.nodes.get(node)
        if item is None:
            return
        if self.viewer.zoom() < 0.4:
            self.centre_on(node)
        self.rename_field.open(item, self.viewer)

    def _on_renamed(self, node: str, name: str) -> None:
        self.gestures._on_node_name_changed(node, name)
        self.viewer.setFocus()


def _nothing() -> None:
    """There is no document to stop following yet."""
