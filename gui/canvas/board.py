"""The board on screen: one sheet of a document, drawn and edited."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QCursor, QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph import events
from graph.declare import REGISTRY, Declaration
from graph.document import Document
from graph.sheet import BOARD, End, LinkKey, Node, Sheet
from gui import look
from gui.canvas import selection
from gui.canvas.commands import Commands
from gui.canvas.drawing import Drawing
from gui.canvas.gestures import Gestures, in_order
from gui.canvas.menus import Menus
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.rename import RenameField
from gui.canvas.search import SearchPopup
from gui.canvas.toolkit import IN, OUT
from gui.canvas.trained import stripes
from gui.canvas.viewer import Viewer
from gui.canvas.wire_item import Wire
from gui.canvas.words import tooltip

if TYPE_CHECKING:
    from graph.infer import Inference


class Board(QWidget):
    """Shows and edits one sheet of a document.

    Attributes:
        document: The document shown.
        inference: Its types and problems.
        sheet_name: The sheet shown.
        commands: Every action of the canvas, as `QAction`s by name, for menus.
    """

    selection_changed = Signal(list)
    message = Signal(str)
    node_activated = Signal(str)
    sheet_shown = Signal(str)

    def __init__(
        self, document: Document, inference: "Inference", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.inference = inference
        self.sheet_name = BOARD
        self.viewer = Viewer(self)
        self.drawing = Drawing(self.viewer.scene(), self.viewer.far_picture)
        self.gestures = Gestures(self.viewer, lambda: self.document, self.complain, self)
        self.search = SearchPopup(self)
        self.rename_field = RenameField(self.viewer.viewport())
        self.commands = Commands(self)
        self.menus = Menus(self)
        self._chosen: list[str] = []
        self._pending: tuple[Socket | None, QPointF, Wire | None] = (None, QPointF(), None)
        self._training = False
        self._changed_nodes: set[str] = set()
        self._stop: Callable[[], None] = _nothing
        self._generation = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
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
        viewer.wire_dropped.connect(lambda start, at: self.open_search(at, start=start))
        viewer.node_dropped.connect(lambda kind, at, wire: self.add(kind, at, wire=wire))
        viewer.text_dropped.connect(lambda text, at: self.paste(text, at))
        viewer.empty_double_clicked.connect(lambda at: self.open_search(at))
        viewer.item_double_clicked.connect(self._on_item_double_clicked)
        viewer.menu_wanted.connect(self.menus.open)
        self.search.chosen.connect(self._on_search_chosen)
        self.search.closed.connect(self.viewer.setFocus)
        self.rename_field.renamed.connect(self._on_renamed)
        look.changed.connect(self._on_theme)

    # -- what is shown

    @property
    def sheet(self) -> Sheet:
        """The sheet shown."""
        return self.document.sheet(self.sheet_name)

    def set_document(self, document: Document, inference: "Inference") -> None:
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
        self.show_sheet(BOARD)

    def show_sheet(self, name: str) -> None:
        """Show the board or a network."""
        self.sheet_name = name
        self.drawing.show(self.document, self.inference, self.sheet)
        self._on_selection()
        self.sheet_shown.emit(name)
        QTimer.singleShot(0, self, self.fit)
        self.fit()

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

    # -- following the document

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Settled):
            self._settle()
        elif isinstance(event, events.NetworkRemoved):
            if event.name == self.sheet_name:
                self.show_sheet(BOARD)
        elif getattr(event, "sheet", None) == self.sheet_name:
            self.drawing.follow(event)

    def _settle(self) -> None:
        self.drawing.settle()
        self._update_stripes()
        self._on_selection()
        self.viewer.viewport().update()

    def _on_types(self, nodes: set[str]) -> None:
        self.drawing.retype(nodes)
        self.viewer.viewport().update()

    def _on_theme(self) -> None:
        self.drawing.restyle()
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

    def _on_selection(self) -> None:
        chosen = self.selected()
        if chosen != self._chosen:
            self._chosen = chosen
            self.selection_changed.emit(chosen)
        self.commands.enable(bool(chosen), bool(self.selected_wires()))
        self.viewer.viewport().update()

    def walk(self, direction: str) -> None:
        """Select the node that lies along the wires in a direction."""
        found = selection.walk(self.sheet, self.selected(), direction)
        if found is not None:
            self.select([found])
            self.reveal(found)

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
        self.viewer.show_rect(self.bounds(self.selected() or None), closest=1.0)

    def home(self) -> None:
        """Show the whole sheet."""
        self.viewer.show_rect(self.bounds(), closest=1.0)

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
        if item is not None and not self.viewer._scene_range.contains(item.sceneBoundingRect()):
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

    def set_training(self, training: bool) -> None:
        """While training, nodes carry the colour of the optimizer that trains them."""
        self._training = training
        self._update_stripes()

    def _update_stripes(self) -> None:
        found = stripes(self.inference, self.sheet) if self._training else {}
        self.drawing.show_stripes(found)

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
        self.viewer.say(text[:1].upper() + text[1:])
        self._quiet.start(3000)
        self.message.emit(text)

    def tooltip(self, node: str, port: Socket | None) -> str:
        """What to say about a node, or about one of its ports."""
        return tooltip(self.document, self.inference, node, port)

    # -- search, drops, names

    def refusal(self, start: Socket, end: Socket) -> str | None:
        """Why no wire can join two ports, or None."""
        source, target = in_order((start, end))
        reason = self.document.can_link(source.end, target.end, replace=True)
        return reason[:1].upper() + reason[1:] if reason else None

    def open_search(
        self, at: QPointF | None = None, *, start: Socket | None = None, wire: Wire | None = None
    ) -> None:
        """Open the search; what is chosen comes to `at`, wired to `start` or into `wire`."""
        if at is None:
            at = self.viewer.mapToScene(self._pointer())
        self._pending = (start, at, wire)
        hint, allowed = "Search nodes", None
        if start is not None:
            hint = f"Nodes that fit {start.parentItem().face.name}"
            allowed = self._fits(start)
        elif wire is not None:
            hint = "Insert into this wire"
            allowed = _passes
        point = self.viewer.mapTo(self, self.viewer.mapFromScene(at))
        self.search.open(point, allowed=allowed, hint=hint)

    def open_search_here(self) -> None:
        """Open the search at the pointer."""
        self.open_search()

    def _pointer(self) -> QPoint:
        port: QWidget = self.viewer.viewport()
        pointer = port.mapFromGlobal(QCursor.pos())
        return pointer if port.rect().contains(pointer) else port.rect().center()

    def _fits(self, start: Socket) -> Callable[[Declaration], bool]:
        port, input_side = start.face.port, start.takes_input

        def allowed(declaration: Declaration) -> bool:
            ports = declaration.ports
            if input_side:
                return any(port.accepts(output) for output in ports.outputs)
            return any(other.accepts(port) for other in ports.inputs)

        return allowed

    def _on_search_chosen(self, node_type: str) -> None:
        start, at, wire = self._pending
        self.add(node_type, at, start=start, wire=wire)

    def add(
        self,
        node_type: str,
        at: QPointF,
        *,
        start: Socket | None = None,
        wire: Wire | None = None,
    ) -> Node | None:
        """Put a new node on the sheet, wired to a port or into a wire, as one step."""
        made: list[Node] = []

        def change() -> None:
            declaration = REGISTRY.find(node_type)
            title = declaration.title if declaration else node_type
            with self.document.group(f"Add {title}"):
                node = self.document.add_node(
                    node_type, sheet=self.sheet_name, position=(round(at.x()), round(at.y()))
                )
                made.append(node)
                if wire is not None and _passes(REGISTRY.find(node_type)):
                    self.document.splice(node.id, wire.link)
                elif start is not None:
                    self._join(start, node)

        if not self.gestures.attempt(change):
            return None
        self.select([made[0].id])
        self.viewer.setFocus()
        return made[0]

    def _join(self, start: Socket, node: Node) -> None:
        """Wire a port to the first port of a new node that takes it; stand clear of it."""
        ports = self.document.ports(node)
        ends = ports.outputs if start.takes_input else ports.inputs
        for port in ends:
            there = End(node.id, port.name)
            pair = (there, start.end) if start.takes_input else (start.end, there)
            if self.document.can_link(*pair, replace=True) is None:
                self.document.link(*pair, replace=True)
                item = self.drawing.nodes.get(node.id)
                socket = item.socket(OUT if start.takes_input else IN, port.name) if item else None
                if item is not None and socket is not None:
                    x, y = item.x() - socket.face.at.x(), item.y() - socket.face.at.y()
                    self.document.move({node.id: (round(x), round(y))})
                return

    def paste(self, text: str, at: QPointF | None = None) -> list[Node]:
        """Put copied nodes on the sheet and select them."""
        made: list[Node] = []
        place = (round(at.x()), round(at.y())) if at is not None else None

        def change() -> None:
            made.extend(self.document.paste(text, sheet=self.sheet_name, at=place))

        if self.gestures.attempt(change):
            self.select([node.id for node in made])
        return made

    def _on_item_double_clicked(self, node: str, header: bool) -> None:
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


def _passes(declaration: Declaration | None) -> bool:
    """Has this type an input and an output, so that a wire can pass through?"""
    return declaration is not None and bool(declaration.ports.inputs and declaration.ports.outputs)
