"""The board: a sheet on screen with all that edits it, by mouse, keys, search and menus."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph.edit.document import Document
from graph.model import events
from graph.model.sheet import BOARD, Node
from gui import look
from gui.canvas.adding import Adding
from gui.canvas.commands import Commands
from gui.canvas.menus import Menus
from gui.canvas.network_actions import Networks
from gui.canvas.port_item import Socket
from gui.canvas.port_keys import Standing
from gui.canvas.rename import RenameField
from gui.canvas.sheet_view import SheetView
from gui.canvas.wire_item import Wire

if TYPE_CHECKING:
    from graph.diagnose.diagnosis import Diagnosis


class Board(SheetView):
    """Shows and edits one sheet of a document.

    Attributes:
        commands: Every action of the canvas, as `QAction`s by name, for menus.
    """

    entered = Signal()
    """Enter was pressed where it draws no wire."""
    nothing_to_leave = Signal()
    """Escape was pressed where nothing of the board is left by it."""
    node_activated = Signal(str)
    data_arrived = Signal(str)
    """A data node was made for a file or folder that came onto the board."""
    file_wanted = Signal(str)
    """A board's file came onto the board."""

    def __init__(
        self, document: Document, inference: "Diagnosis", parent: QWidget | None = None
    ) -> None:
        super().__init__(document, inference, parent)
        self.adding = Adding(self, self.data_arrived.emit, self.file_wanted.emit)
        self.search = self.adding.search
        self.standing = Standing(self, self.adding)
        self.rename_field = RenameField(self.viewer.viewport())
        self.networks = Networks(self, self.show_sheet, self.rename_field)
        self.commands = Commands(self, self.adding, self.standing, self.networks, self.start_rename)
        self.menus = Menus(self, self.adding, self.networks, self.commands)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.networks.bar)
        layout.addWidget(self.viewer)
        self.setFocusProxy(self.viewer)
        self._connect()
        self.set_document(document, inference)

    def _connect(self) -> None:
        viewer = self.viewer
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
        look.changed.connect(self.networks.bar.restyle)

    # -- what is shown

    def set_document(self, document: Document, inference: "Diagnosis") -> None:
        """Show another document's board."""
        self.follow(document, inference)
        self._show(BOARD)

    def show_sheet(self, name: str, select: Iterable[str] = ()) -> None:
        """Show the board or a network, with these of its nodes selected."""
        self.keep_view()
        self._show(name, select)

    def _show(self, name: str, select: Iterable[str] = ()) -> None:
        self.standing.leave()
        self.viewer.end_live_connection()
        self.rename_field.hide()
        self.sheet_name = name
        self.networks.show_way()
        if (layout := self.layout()) is not None:
            layout.activate()  # the path above comes or goes: the view has its size from here on
        self.enter(self.networks.through, select)

    # -- following the document

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.NetworkRemoved | events.NetworkRenamed):
            self.networks.follow(event)
        else:
            super()._on_event(event)

    def _settle(self) -> None:
        super()._settle()
        self.networks.name_way()

    # -- keys

    def _on_selection(self) -> None:
        super()._on_selection()
        chosen, wires = self.selected(), self.selected_wires()
        placed = any(self.networks.placed(node) is not None for node in chosen)
        self.commands.enable(bool(chosen), bool(wires), placed)
        self.standing.follow()

    def ringed(self) -> Socket | None:
        """The port the keys are at."""
        return self.standing.ringed

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

    # -- adding

    def add(
        self, node_type: str, at: QPointF, *, start: Socket | None = None, wire: Wire | None = None
    ) -> Node | None:
        """Put a new node on the sheet, wired to a port or into a wire, as one step."""
        return self.adding.add(node_type, at, start=start, wire=wire)

    def paste(self, text: str, at: QPointF | None = None) -> list[Node]:
        """Put copied nodes on the sheet and select them."""
        return self.adding.paste(text, at)

    # -- names

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
