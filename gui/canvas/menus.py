"""The menus a right click opens."""

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QMenu

from gui import look
from gui.canvas.adding import Adding
from gui.canvas.commands import NEEDS_NETWORK, Commands
from gui.canvas.network_actions import Networks
from gui.canvas.node_item import NodeItem
from gui.canvas.sheet_view import SheetView
from gui.canvas.wire_item import Wire
from gui.widgets.menu import Menu

NODE = (
    "rename",
    "replace",
    "mute",
    "",
    "duplicate",
    "duplicate_linked",
    "copy",
    "cut",
    "",
    "group",
    "ungroup",
    "enter",
    "",
    "delete",
    "delete_reconnect",
)
SHEET = ("paste", "select_all", "", "fit", "home", "arrange")


class Menus:
    """Builds a menu for what lies under the pointer."""

    def __init__(
        self, board: SheetView, adding: Adding, networks: Networks, commands: Commands
    ) -> None:
        self.board, self.adding = board, adding
        self.networks, self.commands = networks, commands

    def open(self, at: QPoint, item: object) -> None:
        """Open the menu of a node, a wire or the sheet at a point of the screen."""
        menu = self.build(item, at)
        menu.popup(at)

    def build(self, item: object, at: QPoint) -> QMenu:
        """The menu for an item, or for the sheet where there is none."""
        board = self.board
        menu = Menu(board)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place = board.viewer.mapToScene(board.viewer.viewport().mapFromGlobal(at))
        if isinstance(item, NodeItem):
            hidden = () if self.networks.placed(item.id) else NEEDS_NETWORK
            self._actions(menu, tuple(name for name in NODE if name not in hidden))
            muted = all(board.document.node(node).muted for node in board.selected())
            self.commands["mute"].setText("Un&mute" if muted else "&Mute")
        elif isinstance(item, Wire):
            self._wire(menu, item, place)
        else:
            add = menu.addAction(look.icon("plus", "dim"), "A&dd node…")
            add.setShortcut(self.commands["search"].shortcut())
            add.triggered.connect(lambda: self.adding.open_search(place))
            self._actions(menu, SHEET)
        return menu

    def _actions(self, menu: QMenu, names: tuple[str, ...]) -> None:
        for name in names:
            if name:
                menu.addAction(self.commands[name])
            else:
                menu.addSeparator()

    def _wire(self, menu: QMenu, wire: Wire, place: QPointF) -> None:
        board = self.board
        insert = menu.addAction(look.icon("plus", "dim"), "&Insert node…")
        insert.triggered.connect(lambda: self.adding.open_search(place, wire=wire))
        cut = menu.addAction(look.icon("scissors", "dim"), "&Disconnect")
        cut.triggered.connect(lambda: board.document.unlink(wire.link))
