"""Where the keys go: from part to part of the window, into a node's fields, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QTabBar, QWidget

from gui.canvas import Board
from gui.inspector.network import NetworkPage
from gui.inspector.panel import Inspector
from gui.panels.palette import Palette
from gui.widgets.common import holds_keys
from gui.widgets.dock import Panel

REASON = Qt.FocusReason.TabFocusReason


def press_on_enter(event: QEvent) -> bool:
    """Press the button that has the keys, where Enter came; is that what happened?"""
    button = QApplication.focusWidget()
    if (
        isinstance(event, QKeyEvent)
        and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        and isinstance(button, QAbstractButton)
    ):
        button.click()
        return True
    return False


def asks_for_menu(event: QKeyEvent) -> bool:
    """Is this the menu key, or the two that stand for it?"""
    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    keys = {(Qt.Key.Key_Menu, none), (Qt.Key.Key_F10, shift)}
    return (Qt.Key(event.key()), event.modifiers()) in keys


def open_menu() -> None:
    """Open the menu of what has the keys, where the system does not by itself."""
    widget = QApplication.focusWidget()
    if widget is not None:
        at = widget.rect().center()
        reason = QContextMenuEvent.Reason.Keyboard
        event = QContextMenuEvent(reason, at, widget.mapToGlobal(at))
        QApplication.sendEvent(widget, event)


class Parts:
    """The parts of a window that F6 goes through: bar, palette, board, inspector, tabs.

    Args:
        window: The window.
        docks: Its panels by name.
        palette: What the panel at the left holds.
        board: What stands in the middle.
        inspector: What the panel at the right holds.
        above: The bar on top.
        below: The bar at the bottom.
    """

    def __init__(
        self,
        window: QWidget,
        docks: Mapping[str, Panel],
        palette: Palette,
        board: Board,
        inspector: Inspector,
        above: QWidget,
        below: QWidget,
    ) -> None:
        self._window, self._docks = window, docks
        self._palette, self._board, self._inspector = palette, board, inspector
        self._above, self._below = above, below

    def go(self, by: int) -> None:
        """Go to the next part that can be seen, or with -1 to the one before."""
        entries = [(part, door) for part in self._parts() if (door := self._door(part))]
        at = next((i for i, (part, _) in enumerate(entries) if holds_keys(part)), None)
        if at is None:
            self.to_board()
        elif entries:
            entries[(at + by) % len(entries)][1].setFocus(REASON)

    def turn(self, by: int) -> None:
        """Show the next tab, or with -1 the one before; the keys go along.

        It is one of the part that has the keys, if that has tabs, else of those below the board.
        """
        bars = [one for one in self._bars() if one.count() > 1]
        held = [one.windowTitle() for one in self._docks.values() if holds_keys(one)]
        inside = [one for one in bars if one.hasFocus() or set(held) & set(titles(one))]
        below = self._docks["losses"].windowTitle()
        for bar in [*inside, *(one for one in bars if below in titles(one))][:1]:
            bar.setCurrentIndex((bar.currentIndex() + by) % bar.count())
            if inside:
                bar.setFocus(REASON)

    def to_board(self) -> None:
        """Bring the keys to the board."""
        self._board.setFocus(REASON)

    def to_fields(self) -> None:
        """Bring the keys to the first field of what is selected."""
        dock = self._docks["inspector"]
        dock.show()
        dock.raise_()
        page = self._inspector.page
        if page is None:
            return
        fields = [one for one in in_order(page) if takes_keys(one)]
        form = None if isinstance(page, NetworkPage) else page.form
        inside = [one for one in fields if form is not None and form.isAncestorOf(one)]
        for first in (inside or fields)[:1]:
            first.setFocus(REASON)

    def _parts(self) -> Iterator[QWidget]:
        yield self._above
        for name in ("palette", "inspector"):
            if name == "inspector":
                yield self._board
            yield self._docks[name]
        yield from self._bars()
        for name, dock in self._docks.items():
            if name not in {"palette", "inspector"}:
                yield dock
        yield self._below

    def _bars(self) -> Iterator[QTabBar]:
        for bar in self._window.findChildren(QTabBar):
            if bar.parentWidget() is self._window and bar.isVisible():
                yield bar

    def _door(self, part: QWidget) -> QWidget | None:
        """What of a part gets the keys first; none where it can't be seen."""
        if part is self._board:
            return self._board.viewer
        if not in_sight(part):
            return None
        if isinstance(part, QTabBar):
            return part
        if self._palette.isVisible() and part.isAncestorOf(self._palette):
            return self._palette.search
        return next((one for one in in_order(part) if takes_keys(one)), None)


def titles(bar: QTabBar) -> list[str]:
    """What the tabs of a bar say."""
    return [bar.tabText(index) for index in range(bar.count())]


def in_order(part: QWidget) -> Iterator[QWidget]:
    """What lies in a part of a window, as Tab goes through it."""
    yield part
    one = part.nextInFocusChain()
    while one is not None and one is not part:
        if part.isAncestorOf(one):
            yield one
        one = one.nextInFocusChain()


def in_sight(widget: QWidget) -> bool:
    """Does a part of a widget lie inside the window and all that it stands in?"""
    if not widget.isVisible():
        return False
    area, one = widget.rect(), widget
    while not one.isWindow() and (parent := one.parentWidget()) is not None:
        area = area.translated(one.pos()) & parent.rect()
        one = parent
    return not area.isEmpty()


def takes_keys(widget: QWidget) -> bool:
    """Does Tab stop at a widget?"""
    tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tab and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
