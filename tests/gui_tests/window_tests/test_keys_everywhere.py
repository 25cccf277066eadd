"""Keys everywhere: every dialog, panel, field, list and menu there is, found from the window.

Nothing is listed by hand but how an argument is made: what the window can open, it opens here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QMenu,
    QMessageBox,
    QPushButton,
    QWidget,
)

from graph.edit.document import Document
from gui.canvas.viewer import Viewer
from gui.shell.command_palette import plain
from gui.shell.focus import in_order, in_sight, takes_keys
from gui.shell.window import Window
from gui.widgets import dialogs
from gui.widgets.common import holds_keys
from runtime.store.runs import Run, Runs, database
from tests.gui_tests.journeys.test_first_minute_by_keys import in_dialog, press
from tests.gui_tests.journeys.user import User
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_keys import focused, picture, seen
from tests.gui_tests.window_tests.test_number_format import STARTED, steps

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier
MOST = 60
"""So many presses of Tab go around any dialog."""
STARTS = {"train", "step", "generate", "shuffle", "resume_last", "quit"}
"""Actions that need the worker, or end the window."""
TABS = ("Losses", "Previews", "Problems", "Code", "Runs")


@pytest.fixture
def user(make_window: MakeWindow, qtbot: object) -> User:
    """A window with everything in it: a run, curves, problems, a selected node."""
    with Runs(database()) as runs:
        for number in range(3):
            runs.add(Run(f"r-{number}", "r", "/nowhere", "digest", {"epochs": 3}, "CPU", 650, 1e9))
            runs.end(f"r-{number}", "finished", 3.0)
    window = make_window(small_board())
    window.losses.receive(STARTED)
    window.losses.receive(steps(1, [2.0, 1.0]))
    window.losses.draw()
    window.session.select([node(window, "logits").id])
    window.activateWindow()
    window.board.setFocus()
    QApplication.processEvents()
    return User(window, qtbot)  # type: ignore[arg-type]


def walked(dialog: QWidget) -> list[QWidget]:
    """Go around a dialog by Tab, and back: what had the keys. Each can be seen, and has a ring."""
    met: list[QWidget] = []
    while focused() not in met and len(met) < MOST:
        assert dialog.isAncestorOf(focused()), f"the keys left the dialog for {focused()}"
        assert seen(focused()), f"{focused()} has the keys and can't be seen"
        met.append(focused())
        press(Key.Key_Tab)
    assert focused() is met[0], f"Tab ends at {focused()} and goes around no more"
    press(Key.Key_Backtab, SHIFT)
    assert focused() is met[-1]
    press(Key.Key_Tab)
    for one in in_order(dialog):
        if takes_keys(one) and isinstance(one, QAbstractButton) and in_sight(one):
            group = one.group() if one.isCheckable() else None
            assert one in met or group is not None, f"Tab does not come to {one.text()}"
    for place, one in enumerate(met):
        assert_ring(one, met[place - 1])
    met[0].setFocus(Qt.FocusReason.TabFocusReason)
    return met


def assert_ring(one: QWidget, other: QWidget) -> None:
    """What has the keys looks otherwise than while another has them, if there is one."""
    one.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    ring = picture(one)
    one.clearFocus()
    if other is not one:
        other.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert picture(one) != ring, f"{one} {one.accessibleName()} looks the same with the keys"


def given(name: str, window: Window, tmp_path: Path) -> Any:
    """An argument of a question."""
    known = {"parent": window, "start": tmp_path, "folder": tmp_path, "new": True}
    listed = {"names": ["model.py"], "choices": ["Reload", "Save beside", "Overwrite"]}
    return {**known, **listed}.get(name, name.title())


QUESTIONS = {
    name: one
    for name, one in vars(dialogs).items()
    if inspect.isfunction(one) and one.__module__ == dialogs.__name__ and not name.startswith("_")
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_walked_and_left_by_keys(name: str, user: User, tmp_path: Path) -> None:
    ask = QUESTIONS[name]
    wanted = {
        one.name: given(one.name, user.window, tmp_path)
        for one in inspect.signature(ask).parameters.values()
        if one.default is inspect.Parameter.empty
    }
    before, answers = focused(), []

    def answer(dialog: QWidget) -> None:
        assert walked(dialog)
        press(Key.Key_Escape)

    in_dialog(lambda: answers.append(ask(**wanted)), answer)
    assert answers[0] in {None, False, "", "cancel"}, "Escape says no"
    QTest.qWait(20)
    assert focused() is before


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Space], ids=["Enter", "Space"])
def test_every_answer_of_a_question_is_given_by_keys(key: Qt.Key, user: User) -> None:
    def chosen(window: Window) -> str:
        return dialogs.choose(window, "Save?", "It was changed.", "Choose.", choices)

    choices = ["Reload", "Save beside", "Overwrite"]
    for wanted in (*choices, ""):

        def answer(dialog: QWidget, wanted: str = wanted) -> None:
            for _ in range(MOST):
                button = focused()
                assert isinstance(button, QPushButton)
                if plain(button.text()) == (wanted or "Cancel"):
                    break
                press(Key.Key_Tab)
            press(key)

        found: list[str] = []
        in_dialog(lambda found=found: found.append(chosen(user.window)), answer)  # type: ignore[misc]
        assert found == [wanted]


def opened() -> QWidget | None:
    """The dialog or list that is open now."""
    return QApplication.activeModalWidget() or QApplication.activePopupWidget()


def when_opened(act: Callable[[QWidget], None], ask: Callable[[], object]) -> None:
    """Ask for something, and do something with what opens then, if anything does."""
    watching = QTimer()
    watching.setInterval(10)

    def look() -> None:
        dialog = opened()
        if dialog is not None and holds_keys(dialog):
            watching.stop()
            act(dialog)

    watching.timeout.connect(look)
    watching.start()
    ask()
    QTest.qWait(50)
    watching.stop()


def asked(window: Window, action: QAction) -> None:
    """Press an action's keys; one that has none is chosen."""
    if action.shortcut().isEmpty():
        action.trigger()
    else:
        chord = action.shortcut()[0]
        QTest.keyClick(window, chord.key(), chord.keyboardModifiers())


def test_whatever_an_action_opens_is_walked_and_left_by_keys(user: User) -> None:
    window = user.window
    window.file.modified = False
    opening = []
    for name, action in window.acts.items():
        if name in STARTS or not action.isEnabled():
            continue
        window.board.setFocus()
        QApplication.processEvents()
        failed: list[str] = []
        met: list[str] = []

        def walk(dialog: QWidget, failed: list[str] = failed, met: list[str] = met) -> None:
            met.append(type(dialog).__name__)
            try:
                assert walked(dialog)
            except AssertionError as error:
                failed.append(str(error))
            QTest.keyClick(QApplication.focusWidget() or dialog, Key.Key_Escape)
            if dialog.isVisible():
                failed.append(f"Escape leaves {dialog} open")
                dialog.close()

        when_opened(walk, lambda action=action: asked(window, action))  # type: ignore[misc]
        assert not failed, f"{name}: {failed}"
        if met:
            opening.append(name)
            user.until(lambda: isinstance(focused(), Viewer), timeout=2000)
        window.file.modified = False
        assert opened() is None, name
    assert {"open", "templates", "save_as", "find_node", "commands"} <= {*opening}
    assert {"keys", "about", "data_folder", "load_checkpoint"} <= {*opening}


@pytest.mark.parametrize("tab", TABS)
def test_nothing_keeps_the_keys(user: User, tab: str) -> None:
    """From all that takes them Tab goes on, Shift+Tab back, and Escape to the board."""
    window = user.window
    user.tab(tab)
    chain = [one for one in in_order(window) if takes_keys(one) and not isinstance(one, Viewer)]
    assert len(chain) > 10
    for one in chain:
        for key, keys in ((Key.Key_Tab, Qt.KeyboardModifier.NoModifier), (Key.Key_Backtab, SHIFT)):
            one.setFocus(Qt.FocusReason.TabFocusReason)
            if focused() is not one:
                continue  # a group of which another is chosen
            QTest.keyClick(one, key, keys)
            assert focused() is not one, f"{one} {one.accessibleName()} keeps {key}"
        one.setFocus(Qt.FocusReason.TabFocusReason)
        user.key(Key.Key_Escape)
        assert isinstance(focused(), Viewer), f"{one} {one.accessibleName()} keeps Escape"


def lists(window: Window) -> Iterator[QAbstractItemView]:
    for one in window.findChildren(QAbstractItemView):
        model = one.model()
        if takes_keys(one) and model is not None and model.rowCount() > 1:
            yield one


def test_every_list_is_walked_by_arrows(user: User) -> None:
    met = set[str]()
    for tab in TABS:
        user.tab(tab)
        for one in lists(user.window):
            met.add(one.accessibleName())
            one.setFocus(Qt.FocusReason.TabFocusReason)
            user.key(Key.Key_Home)
            first = one.currentIndex()
            assert first.isValid(), one.accessibleName()
            user.key(Key.Key_Down)
            assert one.currentIndex() != first, one.accessibleName()
            assert one.selectionModel().isSelected(one.currentIndex())
            user.key(Key.Key_Up)
            assert one.currentIndex() == first
            user.key(Key.Key_End)
            assert one.currentIndex() != first
    assert "Runs" in met
    assert len(met) > 1


def letters(menu: QMenu) -> list[str]:
    found = []
    for action in menu.actions():
        place = action.text().replace("&&", "__").find("&")
        if place >= 0:
            found.append(action.text().replace("&&", "__")[place + 1].lower())
    return found


def test_no_menu_has_a_letter_twice(user: User) -> None:
    window, board = user.window, user.window.board
    menus = [one.menu() for one in window.menuBar().actions()]
    menus += [one for one in window.findChildren(QMenu) if one not in menus]
    found = [one for one in menus if isinstance(one, QMenu)]
    logits = node(window, "logits")
    board.select([logits.id])
    board.networks.group()
    board.rename_field.setText("inner")
    user.key(Key.Key_Return)
    instance = next(
        one for one in board.node_items().values() if board.networks.placed(one.id) is not None
    )
    board.select([instance.id])
    wire = next(iter(board.wire_items().values()))
    for item in (instance, board.node_items()[node(window, "flatten").id], wire, None):
        menu = board.menus.build(item, QPoint(200, 200))
        named = [one for one in menu.actions() if not one.isSeparator()]
        assert len(letters(menu)) == len(named), f"{[one.text() for one in named]}"
        found.append(menu)
    assert len(found) > 8
    for menu in found:
        menu.aboutToShow.emit()
        keys = letters(menu)
        assert len(set(keys)) == len(keys), (menu.title(), sorted(keys))


def test_shift_f10_opens_the_menu_of_the_node_and_arrows_choose(user: User) -> None:
    window = user.window
    user.select("logits")
    for key, keys in ((Key.Key_F10, SHIFT), (Key.Key_Menu, Qt.KeyboardModifier.NoModifier)):
        user.key(key, keys)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert window.board.commands["rename"] in menu.actions()
        place = window.board.viewer.mapFromGlobal(menu.pos())
        assert window.board.viewer.rect().contains(place)
        QTest.keyClick(menu, Key.Key_Escape)
        assert QApplication.activePopupWidget() is None
        assert isinstance(focused(), Viewer)
    user.key(Key.Key_F10, SHIFT)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    QTest.keyClick(menu, Key.Key_M)
    assert node(window, "logits").muted


def test_what_people_expect_of_keys(user: User) -> None:
    """Each key does what it does in other editors of nodes."""
    window = user.window
    board, document = window.board, window.session.document
    control = Qt.KeyboardModifier.ControlModifier
    user.key(Key.Key_A, control)
    assert len(board.selected()) == 5
    user.key(Key.Key_Escape)
    user.select("logits")
    user.key(Key.Key_D, control)
    assert len(document.board.nodes) == 6
    user.key(Key.Key_Z, control)
    before = node(window, "logits").position
    user.select("logits")
    user.key(Key.Key_Right, control)
    large = node(window, "logits").position[0] - before[0]
    user.key(Key.Key_Right, control | SHIFT)
    small = node(window, "logits").position[0] - before[0] - large
    assert 0 < small < large
    zoom = board.viewer.zoom()
    user.key(Key.Key_Plus)
    assert board.viewer.zoom() > zoom
    user.key(Key.Key_Minus)
    assert board.viewer.zoom() == pytest.approx(zoom)
    user.key(Key.Key_0, control)
    assert board.viewer.zoom() == pytest.approx(1.0)
    user.key(Key.Key_Backspace)
    assert "logits" not in user.names()
    window.notice.show_message("Something went wrong.")
    user.key(Key.Key_Escape)
    assert not user.message


def test_control_tab_turns_the_tabs_and_the_keys_stay(user: User) -> None:
    window, control = user.window, Qt.KeyboardModifier.ControlModifier
    user.tab("Losses")
    window.board.setFocus()
    user.key(Key.Key_Tab, control)
    assert window.previews.isVisible()
    assert isinstance(focused(), Viewer)
    user.key(Key.Key_Backtab, control | SHIFT)
    user.key(Key.Key_Backtab, control | SHIFT)
    assert window.history.isVisible()
    window.history.table.setFocus()
    user.key(Key.Key_Tab, control)
    assert window.losses.isVisible()
    assert seen(focused())
    assert not isinstance(focused(), Viewer)


def test_control_w_closes_the_board_and_asks_first(user: User) -> None:
    window, control = user.window, Qt.KeyboardModifier.ControlModifier
    user.select("logits")
    user.key(Key.Key_Delete)
    assert window.file.modified

    def stay(dialog: QWidget) -> None:
        assert isinstance(dialog, QMessageBox | QDialog)
        press(Key.Key_Escape)

    in_dialog(lambda: user.key(Key.Key_W, control), stay)
    assert len(window.session.document.board.nodes) == 4
    window.file.modified = False
    user.key(Key.Key_W, control)
    assert window.isVisible()
    assert window.session.document.board.nodes == Document().board.nodes
    assert isinstance(focused(), Viewer)
