"""Where the keys go: Tab, F6, Enter and Escape, rings that show it, and menus that keep theirs."""

from __future__ import annotations

import string

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QTabBar,
    QWidget,
)

from graph.format.file import save_text
from graph.format.templates import open_template
from gui import look
from gui.canvas.viewer import Viewer
from gui.shell import actions
from gui.shell.edit_actions import EditActions
from gui.shell.file_actions import FileActions
from gui.shell.focus import in_order, in_sight, takes_keys
from gui.shell.gallery import Gallery
from gui.shell.help_actions import HelpActions
from gui.shell.run_actions import RunActions
from gui.shell.view_actions import ViewActions
from gui.widgets.common import Card, holds_keys
from tests.gui_tests.journeys.user import User
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_number_format import STARTED, steps

Key, ALT, SHIFT = Qt.Key, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def user(make_window: MakeWindow, qtbot: object) -> User:
    window = make_window(small_board())
    window.activateWindow()
    window.board.setFocus()
    QApplication.processEvents()
    return User(window, qtbot)  # type: ignore[arg-type]


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def seen(widget: QWidget) -> bool:
    """Can a widget be seen, or would be where its list is scrolled to it?"""
    one: QWidget | None = widget.parentWidget()
    while one is not None and not isinstance(one, QScrollArea):
        one = one.parentWidget()
    return in_sight(widget) or (one is not None and in_sight(one))


@pytest.mark.parametrize("tab", ["Losses", "Previews", "Problems", "Code", "Runs"])
def test_tab_stops_only_at_what_can_be_seen(user: User, tab: str) -> None:
    window = user.window
    window.losses.receive(STARTED)
    window.losses.receive(steps(1, [2.0, 1.0]))
    window.losses.draw()
    user.tab(tab)
    chain = [one for one in in_order(window) if takes_keys(one)]
    assert chain
    assert [one for one in chain if not seen(one)] == []
    window.palette_panel.search.setFocus()
    met: list[QWidget] = []
    while focused() not in met and not isinstance(focused(), Viewer):
        met.append(focused())
        assert seen(focused()), focused()
        user.key(Key.Key_Tab)
    assert len(met) > 3


def test_f6_goes_through_the_parts_and_back(user: User) -> None:
    window = user.window
    user.key(Key.Key_Tab)
    user.key(Key.Key_Escape)
    order = [type(focused()).__name__]
    for _ in range(8):
        user.key(Key.Key_F6)
        order.append(type(focused()).__name__)
        assert seen(focused())
    places: tuple[QWidget, ...] = (window.topbar, window.palette_panel)
    places += (window.board, window.inspector)
    met: set[QWidget] = set()
    for _ in range(8):
        user.key(Key.Key_F6, SHIFT)
        met |= {part for part in places if holds_keys(part)}
        if isinstance(focused(), QTabBar):
            met.add(focused())
    assert len(met) == 5, "bar, palette, board, inspector, tabs"
    window.docks["inspector"].hide()
    window.board.setFocus()
    for _ in range(6):
        user.key(Key.Key_F6)
        assert seen(focused())


def test_enter_goes_into_a_nodes_first_field_and_escape_back(user: User) -> None:
    user.select("logits")
    user.key(Key.Key_Return)
    field = focused()
    assert field is user.field("units")
    user.key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    user.type("many\r")
    assert field.property("look") == "wrong"
    user.key(Key.Key_Escape)
    assert isinstance(focused(), Viewer)
    assert isinstance(field, QLineEdit)
    assert field.text() == "3"
    assert not field.property("look")
    assert node(user.window, "logits").params["units"] == 3


def fixes(user: User) -> list[QPushButton]:
    """The buttons of the problems; they come when the edits pause."""
    found: list[QPushButton] = []

    def seen() -> bool:
        cards = user.window.problems.findChildren(Card)
        buttons = (button for card in cards for button in card.findChildren(QPushButton))
        found[:] = [one for one in buttons if one.isVisible()]
        return bool(found)

    user.until(seen)
    return found


def test_the_keys_are_the_boards_after_a_fix_new_and_open(user: User, tmp_path: object) -> None:
    window = user.window
    user.tab("Problems")
    search = window.palette_panel.search
    user.click(search)
    user.type("conv")
    before = save_text(window.session.document)
    user.click(fixes(user)[0])
    assert save_text(window.session.document) != before
    assert isinstance(focused(), Viewer)
    user.key(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert save_text(window.session.document) == before
    assert search.text() == "conv"
    user.click(search)
    window.file.modified = False
    user.choose("File", "New")
    assert isinstance(focused(), Viewer)
    user.click(search)
    window.documents.show(open_template("spiral"), None)
    assert isinstance(focused(), Viewer)


def test_the_keys_come_back_where_the_field_that_had_them_goes(user: User) -> None:
    user.select("logits")
    user.click(user.field("units"))
    user.window.session.select([])
    assert isinstance(focused(), Viewer)
    user.window.notice.show_message("Lost", answers=[("Find", lambda: None)])
    user.button("Find").setFocus()
    user.key(Key.Key_Return)
    assert not user.message
    assert isinstance(focused(), Viewer)


def picture(widget: QWidget) -> QImage:
    return QImage(widget.grab().toImage())


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_ring_shows_what_has_the_keys(user: User, scheme: look.Scheme) -> None:
    window = user.window
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    look.apply(app, scheme)
    window.losses.receive(STARTED)
    window.losses.receive(steps(1, [2.0, 1.0]))
    window.losses.draw()
    window.enable_actions()
    window.session.select([node(window, "logits").id])
    looked_at = set()
    for tab in ("Losses", "Previews", "Problems", "Code", "Runs"):
        user.tab(tab)
        for one in [one for one in in_order(window) if takes_keys(one)]:
            if id(one) in looked_at:
                continue
            looked_at.add(id(one))
            window.setFocus()
            one.clearFocus()
            QApplication.processEvents()
            without = picture(one)
            one.setFocus(Qt.FocusReason.TabFocusReason)
            if isinstance(one, QLineEdit):
                one.deselect()
                one.setCursorPosition(0)
            QApplication.processEvents()
            ring = picture(one)
            rim = [(x, y) for x in range(ring.width()) for y in (0, ring.height() // 2)]
            rim += [(x, y) for x in (0, 1) for y in range(ring.height())]
            rim += [(x, ring.height() - 2) for x in range(ring.width())]
            changed = sum(ring.pixel(*at) != without.pixel(*at) for at in rim)
            assert changed > 8, (
                f"{one} {one.accessibleName()} {one.property('text')} {one.parent()}"
            )
    assert len(looked_at) > 20


def test_enter_presses_a_button_as_space_does(user: User) -> None:
    window = user.window
    for key in (Key.Key_Space, Key.Key_Return, Key.Key_Enter):
        window.losses.log.setChecked(False)
        window.losses.log.setFocus()
        user.key(key)
        assert window.losses.log.isChecked(), key
    user.tab("Problems")
    before = save_text(window.session.document)
    fixes(user)[0].setFocus()
    user.key(Key.Key_Return)
    assert save_text(window.session.document) != before


def test_the_gallery_is_used_by_keys(user: User, qtbot: object) -> None:
    gallery = Gallery()
    qtbot.addWidget(gallery)  # type: ignore[attr-defined]
    gallery.show()
    gallery.activateWindow()
    QApplication.processEvents()
    names = list(gallery.buttons)
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Left):
        QTest.keyClick(focused(), key)
    assert focused() is gallery.buttons[names[3]]
    QTest.keyClick(focused(), Key.Key_Return)
    assert gallery.chosen == names[3]


def test_letters_in_an_open_menu_are_the_menus(
    make_window: MakeWindow, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = FileActions, EditActions, RunActions, ViewActions, HelpActions
    for acts, handler in zip(actions.MENUS.values(), handlers, strict=True):
        for name in filter(None, (one.name for one in acts)):
            monkeypatch.setattr(handler, name, lambda self: None)
    window = make_window(small_board())
    window.activateWindow()
    QApplication.processEvents()
    user = User(window, qtbot)  # type: ignore[arg-type]
    ran: list[str] = []
    menus = [one.menu() for one in window.menuBar().actions()]
    assert all(isinstance(menu, QMenu) for menu in menus)
    for action in {id(a): a for menu in menus for a in menu.actions()}.values():  # type: ignore[union-attr]
        action.triggered.connect(lambda _=False, a=action: ran.append(a.text()))
    undone = save_text(window.session.document)
    for menu in menus:
        assert isinstance(menu, QMenu)
        keys = [mnemonic(a.text()) for a in menu.actions() if not a.isSeparator()]
        assert len(set(keys)) == len(keys), f"{menu.title()}: {sorted(keys)}"
        for letter in string.ascii_lowercase:
            window.board.select(list(window.board.node_items())[:1])
            window.board.setFocus()
            ran.clear()
            user.key(getattr(Key, f"Key_{mnemonic(menu.title()).upper()}"), ALT)
            assert menu.isVisible()
            wanted = [
                a.text()
                for a in menu.actions()
                if not a.isSeparator()
                and mnemonic(a.text()) == letter
                and a.isEnabled()
                and a.menu() is None
            ]
            popup = QApplication.activePopupWidget()
            assert popup is menu
            QTest.keyClick(popup, getattr(Key, f"Key_{letter.upper()}"))
            QApplication.processEvents()
            assert ran == wanted, (menu.title(), letter)
            while (open_menu := QApplication.activePopupWidget()) is not None:
                open_menu.close()
            if not wanted:
                assert save_text(window.session.document) == undone
            while window.session.document.can_undo:
                window.session.document.undo()
            window.board.rename_field.hide()


def mnemonic(text: str) -> str:
    """The letter that chooses an entry of a menu."""
    place = text.replace("&&", "__").find("&")
    assert place >= 0, f"{text} has no key"
    return text[place + 1].lower()
