"""A user of the real window: a mouse, a keyboard, and eyes for what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.canvas.node_item import NodeItem
from gui.canvas.nodegraphqt import IN, OUT
from gui.panels import palette
from gui.shell.window import Window
from gui.widgets import dialogs
from gui.widgets.common import Card
from tests.gui_tests.canvas_tests.conftest import Hands

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PATIENCE = 100_000


class User:
    """Does what a user does with real events, and reads what a user reads."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.hands = Hands(window.board)

    # -- seeing

    @property
    def message(self) -> str:
        """The bar above the board."""
        return self.window.notice.text if self.window.notice.isVisible() else ""

    @property
    def status(self) -> str:
        """The left of the status bar."""
        return self.window.status.run.text()

    @property
    def title(self) -> str:
        """The window's title, with a star for changes."""
        star = "*" if self.window.isWindowModified() else ""
        return self.window.windowTitle().replace("[*]", star)

    def until(self, seen: Callable[[], object], timeout: int = PATIENCE) -> None:
        self.qtbot.waitUntil(lambda: bool(seen()), timeout=timeout)

    def reads(self, *words: str, timeout: int = PATIENCE) -> None:
        """Wait until the message bar shows all these words."""
        try:
            self.until(lambda: all(word in self.message for word in words), timeout)
        except Exception:
            pytest.fail(f"wanted {words} in the message, read {self.message!r}, {self.status!r}")

    def says(self, *words: str, timeout: int = PATIENCE) -> None:
        """Wait until the status bar shows all these words."""
        try:
            self.until(lambda: all(word in self.status for word in words), timeout)
        except Exception:
            pytest.fail(f"wanted {words} in the status bar, read {self.status!r}, {self.message!r}")

    def problems(self) -> list[str]:
        """The cards of the Problems tab, as they are read out."""
        self.tab("Problems")
        cards = self.window.problems.findChildren(Card)
        return [card.accessibleName() for card in cards if card.isVisible()]

    @staticmethod
    def labels(widget: QWidget) -> list[str]:
        """The texts that can be read in a part of the window."""
        return [one.text() for one in widget.findChildren(QLabel) if one.isVisible()]

    @staticmethod
    def picture(widget: QWidget) -> QImage:
        """What a widget looks like now."""
        return QImage(widget.grab().toImage())

    def node_picture(self, name: str) -> QImage:
        """What a node on the canvas looks like now."""
        item = self.item(name)
        corners = [item.mapToScene(p) for p in (item.face.rect.topLeft(), item.face.rect.center())]
        viewport = self.window.board.viewer.viewport()
        return QImage(viewport.grab(QRect(*map(self.hands.at, corners))).toImage())

    def changes(self, widget: QWidget) -> None:
        """Wait until a widget looks different."""
        before = self.picture(widget)
        self.until(lambda: self.picture(widget) != before)

    # -- keys

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, keys)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None, "nothing has the focus"
        QTest.keyClicks(target, text)
        QApplication.processEvents()

    # -- buttons, menus, tabs

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible(), f"{widget} cannot be seen"
        assert widget.isEnabled(), f"{widget} is grey"
        QTest.mouseClick(widget, LEFT, NONE, at or widget.rect().center())
        QApplication.processEvents()

    def button(self, title: str, within: QWidget | None = None) -> QPushButton:
        """The button that shows this text."""
        found = (within or self.window).findChildren(QPushButton)
        shown = [one for one in found if one.text() == title and one.isVisible()]
        assert shown, f"no button {title!r}"
        return shown[0]

    def choose(self, menu: str, item: str) -> None:
        """Open a menu and click on an item."""
        bar = self.window.menuBar()
        top = next(one for one in bar.actions() if one.text().replace("&", "") == menu)
        self.click(bar, bar.actionGeometry(top).center())
        shown = top.menu()
        assert isinstance(shown, QMenu)
        self.until(shown.isVisible)
        [entry] = [
            one
            for one in shown.actions()
            if one.text().replace("&", "").rstrip(".\N{HORIZONTAL ELLIPSIS}") == item
        ]
        assert entry.isEnabled(), f"{menu} > {item} is grey"
        self.click(shown, shown.actionGeometry(entry).center())

    def tab(self, name: str) -> None:
        """Click on one of the tabs below the board."""
        for bar in self.window.findChildren(QTabBar):
            for index in range(bar.count()):
                if bar.isVisible() and bar.tabText(index).startswith(name):
                    self.click(bar, bar.tabRect(index).center())
                    return
        raise LookupError(name)

    @contextmanager
    def picking(self, path: Path) -> Iterator[None]:
        """Pick this file or folder in the dialog that what is done inside opens."""
        asked: list[str] = []

        def answer(_: QWidget, title: str, *rest: object) -> Path:
            asked.append(title)
            return path

        with pytest.MonkeyPatch.context() as patch:
            for name in ("ask_open", "ask_save", "ask_folder"):
                patch.setattr(dialogs, name, answer)
            yield
        assert asked, "nothing was asked"

    # -- files

    def open(self, path: Path) -> None:
        with self.picking(path):
            self.choose("File", "Open")

    def save_as(self, path: Path) -> None:
        with self.picking(path):
            self.choose("File", "Save as")

    # -- the board

    def item(self, name: str) -> NodeItem:
        """The node on the canvas with this name."""
        items = self.window.board.node_items().values()
        return next(item for item in items if item.face.name == name)

    def names(self) -> set[str]:
        """The names of the nodes on the canvas."""
        return {item.face.name for item in self.window.board.node_items().values()}

    def drag_in(self, words: str, at: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> str:
        """Search the palette and drag the best match onto the board; its name comes back.

        Qt's own drag loop reads the screen's pointer, so the drop is brought by hand.
        """
        dragged: list[QMimeData] = []

        class Drag(QDrag):
            def exec(self, *_: object) -> Qt.DropAction:
                data = QMimeData()
                for kind in self.mimeData().formats():
                    data.setData(kind, self.mimeData().data(kind))
                dragged.append(data)
                return Qt.DropAction.CopyAction

        monkeypatch.setattr(palette, "QDrag", Drag)
        side = self.window.palette_panel
        self.click(side.search)
        self.key(Qt.Key.Key_A, CTRL)
        self.type(words)
        row = side.tree.currentItem()
        assert row is not None, f"nothing found for {words!r}"
        side.tree.scrollToItem(row)
        place = side.tree.visualItemRect(row).center()
        self._pull(side.tree.viewport(), place)
        assert dragged, f"{words!r} could not be dragged"
        before = self.names()
        self._drop(dragged[0], QPoint(*at))
        [name] = self.names() - before
        return name

    def _pull(self, widget: QWidget, start: QPoint) -> None:
        QTest.mousePress(widget, LEFT, NONE, start)
        for step in range(1, 5):
            QTest.mouseMove(widget, start + QPoint(12 * step, 4 * step))
            QApplication.processEvents()
        QTest.mouseRelease(widget, LEFT, NONE, start + QPoint(48, 16))
        QApplication.processEvents()

    def _drop(self, data: QMimeData, at: QPoint) -> None:
        viewport = self.window.board.viewer.viewport()
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(at, copy, data, LEFT, NONE)
        QApplication.sendEvent(viewport, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(viewport, QDropEvent(QPointF(at), copy, data, LEFT, NONE))
        QApplication.processEvents()

    def port(self, name: str) -> QPoint:
        """Where a port is seen: "relu", or "digits.label" where a node has several."""
        node, _, port = name.partition(".")
        item = self.item(node)
        sockets = [
            one
            for one in item.sockets.values()
            if not port or port in {one.name, one.face.port.label}
        ]
        assert sockets, f"no port {name}"
        return self.hands.at(sockets[0].scenePos())

    def wire(self, source: str, target: str) -> None:
        """Drag a wire from an output to an input."""
        start, end = self._socket(source, OUT), self._socket(target, IN)
        before = len(self.hands.drawn())
        self.hands.drag(start, end)
        assert len(self.hands.drawn()) == before + 1, f"no wire from {source} to {target}"

    def _socket(self, name: str, side: str) -> QPoint:
        node, _, port = name.partition(".")
        item = self.item(node)
        ports = item.inputs if side == IN else item.outputs
        found = [one for one in ports if not port or one.name == port]
        assert found, f"no port {name} among {[one.name for one in ports]}"
        return self.hands.at(found[0].scenePos())

    def select(self, name: str) -> None:
        """Click on a node's header."""
        self.hands.click(self.hands.node(self.item(name).id, body=self.item(name).face.round))

    # -- the inspector

    def field(self, param: str) -> QWidget:
        """The editor of a parameter that the inspector shows."""
        found = self.window.inspector.findChildren(QWidget, f"param.{param}")
        shown = [one for one in found if one.isVisible()]
        assert shown, f"no field {param}"
        return shown[0]

    def set(self, param: str, text: str) -> None:
        """Type a value into the inspector."""
        field = self.field(param)
        if isinstance(field, QComboBox):
            field.setFocus()
            QTest.keyClicks(field, text)
            return
        line = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
        assert isinstance(line, QLineEdit)
        self.click(line)
        self.key(Qt.Key.Key_A, CTRL)
        self.type(text)
        self.key(Qt.Key.Key_Return)

    def rename(self, text: str) -> None:
        """Rename the selected node in the inspector."""
        page = self.window.inspector.page
        field = page.findChild(QLineEdit, "node-name") if page is not None else None
        assert isinstance(field, QLineEdit)
        self.click(field)
        self.key(Qt.Key.Key_A, CTRL)
        self.type(text)
        self.key(Qt.Key.Key_Return)
