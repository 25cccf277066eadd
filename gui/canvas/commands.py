"""Every action of the canvas, with its key; the window puts them into its menus."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence

from graph.format import clipboard
from graph.model.sheet import BOARD
from gui import look
from gui.canvas import replace_search
from gui.canvas.adding import Adding
from gui.canvas.arrange import Box, arrange, clear_of
from gui.canvas.arrange import Wire as Strand
from gui.canvas.graph_view import GRID
from gui.canvas.network_actions import Networks
from gui.canvas.port_keys import Standing
from gui.canvas.selection import Way
from gui.canvas.sheet_view import SheetView

NEEDS_NODES = (
    "duplicate",
    "duplicate_linked",
    "copy",
    "cut",
    "delete_reconnect",
    "rename",
    "replace",
    "mute",
    "group",
)
NEEDS_NETWORK = ("enter", "ungroup")
WAYS: dict[Way, tuple[int, int]] = {
    "left": (-1, 0),
    "right": (1, 0),
    "up": (0, -1),
    "down": (0, 1),
}
STEP, SMALL_STEP = round(GRID), round(GRID / 8)
"""How far an arrow moves nodes."""
ZOOM = 1.25


class Commands(dict[str, QAction]):
    """Actions by name, living on the board: their keys work while the canvas has the focus."""

    def __init__(
        self,
        board: SheetView,
        adding: Adding,
        standing: Standing,
        networks: Networks,
        start_rename: Callable[[str], object],
    ) -> None:
        super().__init__()
        self.board, self.adding, self.standing = board, adding, standing
        self._start_rename = start_rename
        add = self._add
        add("search", "A&dd node…", "Tab", "plus", self.search)
        add("rename", "Ren&ame", "F2", "pencil-simple", self.rename)
        add("replace", "Replace &with…", "R", "swap", self.replace)
        add("mute", "&Mute", "M", "speaker-slash", self.mute)
        add(
            "duplicate",
            "Dup&licate",
            ["Shift+D", "Ctrl+D"],
            "copy",
            lambda: self.duplicate(twins=False),
        )
        add(
            "duplicate_linked",
            "Lin&ked duplicate",
            "Alt+D",
            "link-simple",
            lambda: self.duplicate(twins=True),
        )
        add("cut", "Cu&t", QKeySequence.StandardKey.Cut, "scissors", self.cut)
        add("copy", "Cop&y", QKeySequence.StandardKey.Copy, "copy-simple", self.copy_nodes)
        add("paste", "&Paste", QKeySequence.StandardKey.Paste, "clipboard-text", self.paste)
        add("delete", "D&elete", ["Delete", "Backspace"], "trash", self.delete)
        add(
            "delete_reconnect",
            "Delete and reco&nnect",
            "Ctrl+Delete",
            "arrows-in-line-horizontal",
            lambda: self.delete(reconnect=True),
        )
        add("group", "Group &into a network…", "Ctrl+G", "bounding-box", networks.group)
        add("ungroup", "Ungr&oup", "Ctrl+Shift+G", "selection-slash", networks.ungroup)
        add("enter", "Ente&r network", "Alt+Down", "sign-in", networks.enter_selected)
        add("leave", "Lea&ve network", "Alt+Up", "sign-out", networks.leave)
        add("select_all", "&Select all", "Ctrl+A", "selection-all", self.select_all)
        add("fit", "&Fit", "F", "corners-out", board.fit)
        add("home", "Whole &board", "Home", "frame-corners", board.home)
        add("arrange", "Arran&ge", "L", "tree-structure", self.arrange)
        add("ports", "&Wire its ports", "W", "plugs", standing.enter)
        add(
            "zoom_in",
            "&Zoom in",
            ["+", "=", "Ctrl++", "Ctrl+="],
            "magnifying-glass-plus",
            partial(board.zoom, ZOOM),
        )
        add(
            "zoom_out",
            "Zoo&m out",
            ["-", "Ctrl+-"],
            "magnifying-glass-minus",
            partial(board.zoom, 1 / ZOOM),
        )
        add("actual_size", "A&ctual size", "Ctrl+0", "", board.show_actual_size)
        self._add_ways()

    def _add_ways(self) -> None:
        """Arrows go, with Shift they select more, with Ctrl they move what is selected."""
        board, add = self.board, self._add
        for way, (across, down) in WAYS.items():
            for name, text, keys, run in (
                ("walk", "Go to the nearest node", "", partial(self.walk, way)),
                ("more", "Select more", "Shift+", partial(self.walk, way, more=True)),
                ("move", "Move", "Ctrl+", partial(board.nudge, across * STEP, down * STEP)),
                (
                    "shift",
                    "Move a little",
                    "Ctrl+Shift+",
                    partial(board.nudge, across * SMALL_STEP, down * SMALL_STEP),
                ),
            ):
                add(f"{name}_{way}", f"{text} {way}", f"{keys}{way.title()}", "", run)
                self[f"{name}_{way}"].setProperty("title", text)
                self[f"{name}_{way}"].setProperty("all_ways", f"{keys}Arrows")

    def _add(
        self,
        name: str,
        text: str,
        keys: str | list[str] | QKeySequence.StandardKey,
        icon: str,
        run: Callable[[], object],
    ) -> None:
        action = QAction(text, self.board)
        action.setProperty("title", text)
        if isinstance(keys, QKeySequence.StandardKey):
            action.setShortcuts(keys)
        else:
            action.setShortcuts(
                [QKeySequence(k) for k in ([keys] if isinstance(keys, str) else keys)]
            )
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if icon:
            action.setIcon(look.icon(icon, "dim"))
        action.triggered.connect(run)
        self.board.addAction(action)
        self[name] = action

    def enable(self, nodes: bool, wires: bool, networks: bool) -> None:
        """Enable what the selection, and the sheet shown, allow."""
        for name in NEEDS_NODES:
            self[name].setEnabled(nodes)
        for name in NEEDS_NETWORK:
            self[name].setEnabled(networks)
        self["leave"].setEnabled(self.board.sheet_name != BOARD)
        self["delete"].setEnabled(nodes or wires)

    # -- what they do

    def search(self) -> None:
        """Open the search for the port or wire the keys are at, or for a node that stands alone."""
        if not self.standing.search():
            self.adding.open_search_here()

    def replace(self) -> None:
        """Open the search for what the selected nodes become."""
        replace_search.open_search(self.board, self.adding)

    def walk(self, way: Way, *, more: bool = False) -> None:
        """Go on in a direction by keys: to the next node, port or wire.

        Args:
            way: The direction.
            more: Whether what is selected stays so, beside the next node.
        """
        self.board.viewer.pointed = False
        if not more and self.standing.walk(way):
            return
        if self.board.walk(way, more=more):
            self.standing.tell()

    def rename(self) -> None:
        """Edit the name of the first selected node."""
        if chosen := self.board.selected():
            self._start_rename(chosen[0])

    def mute(self) -> None:
        """Mute the selected nodes, or unmute them if all are muted."""
        board = self.board
        chosen = board.selected()
        if chosen:
            muted = not all(board.document.node(node).muted for node in chosen)
            board.gestures.attempt(lambda: board.document.set_muted(chosen, muted))

    def duplicate(self, *, twins: bool) -> None:
        """Place the selected nodes a second time and select those."""
        board = self.board
        chosen = board.selected()
        made: list[str] = []

        def change() -> None:
            made.extend(node.id for node in board.document.duplicate(chosen, twins=twins))

        if chosen and board.gestures.attempt(change):
            board.select(made)

    def copy_nodes(self) -> None:
        """Put the selected nodes on the clipboard as text."""
        if chosen := self.board.selected():
            QGuiApplication.clipboard().setText(clipboard.copy(self.board.document, chosen))

    def cut(self) -> None:
        """Copy, then delete."""
        self.copy_nodes()
        self.delete()

    def paste(self) -> None:
        """Put the clipboard's nodes beside their originals, or in sight if those are not."""
        board = self.board
        text = QGuiApplication.clipboard().text()
        if text:
            at = board.viewer.mapToScene(board.viewer.viewport().rect().center())
            seen = any(board.viewer.shows(i.sceneBoundingRect()) for i in board.selected_items())
            self.adding.paste(text, None if seen else at)

    def delete(self, *, reconnect: bool = False) -> None:
        """Delete the selected nodes and wires as one step."""
        board = self.board
        if not reconnect and self.standing.delete():
            return
        chosen, wires = board.selected(), [wire.link for wire in board.selected_wires()]
        if not chosen and not wires:
            return

        def change() -> None:
            name = "Delete" if chosen else "Disconnect"
            with board.document.group(name):
                for link in wires:
                    board.document.unlink(link)
                board.document.remove(chosen, reconnect=reconnect)

        board.gestures.attempt(change)

    def select_all(self) -> None:
        """Select every node of the sheet."""
        self.board.select(self.board.sheet.nodes)

    def arrange(self) -> None:
        """Lay the selected nodes out, or all if fewer than two are selected."""
        board = self.board
        chosen = set(board.selected())
        if len(chosen) < 2:
            chosen = set(board.sheet.nodes)
        if not chosen:
            return
        items = board.node_items()
        boxes = {
            node: Box(
                items[node].boundingRect().width() - 22, items[node].boundingRect().height() - 22
            )
            for node in sorted(chosen, key=lambda one: int(one[1:]))
        }
        strands = [
            Strand(
                key.source.node,
                key.target.node,
                wire.output_port.face.at.y(),
                wire.input_port.face.at.y(),
            )
            for key, wire in board.wire_items().items()
        ]
        middle = board.bounds(chosen).center()
        port = board.viewer.viewport().rect()
        whole = len(chosen) == len(items)
        view = Box(max(port.width() - 64, 40), max(port.height() - 64, 40)) if whole else None
        found = arrange(boxes, strands, view)
        taken = [
            (one.x(), one.y(), Box(one.face.rect.width(), one.face.rect.height()))
            for node, one in items.items()
            if node not in chosen
        ]
        down = clear_of(found, boxes, taken, (middle.x(), middle.y()))
        places = {
            node: (round(x + middle.x()), round(y + middle.y() + down))
            for node, (x, y) in found.items()
        }

        def change() -> None:
            with board.document.group("Arrange"):
                board.document.move(places)

        board.gestures.attempt(change)
        if not taken:
            board.fit()
