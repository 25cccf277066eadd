"""A compiler that fails as it never should: the window says so and goes on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.core import live_source
from gui.shell.window import Window
from gui.widgets.common import Card
from tests.gui_tests.window_tests.boards import LEFT, node
from tests.gui_tests.window_tests.conftest import MakeWindow


def broken(*_: object, **__: object) -> None:
    """As if the compiler tripped over the board."""
    raise KeyError("n7")


def told(window: Window) -> list[str]:
    return [one.accessibleName() for one in window.problems.findChildren(Card)]


def test_an_error_of_the_compiler_is_told_and_ends_with_the_edit(
    make_window: MakeWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window()
    qtbot.waitUntil(lambda: window.code.listing("model.py") is not None)
    assert "no problems" in window.status.board.text()

    with monkeypatch.context() as patch:
        patch.setattr(live_source, "compile_document", broken)
        window.session.document.set_params(node(window, "hidden").id, units=77)
        qtbot.waitUntil(lambda: "1 problem" in window.status.board.text())
        [card] = told(window)
        for words in (
            "This board could not be compiled: KeyError: 'n7' (test_live_source.py, line ",
            "This should not have happened.",
            "Undo the last change",
            "report",
        ):
            assert words in card
        assert "see Problems" in window.code._state.text()

        window.show_tab("losses")
        QTest.mouseClick(window.topbar.train, LEFT)
        assert window.trainer.state == "idle"
        assert "Not started: 1 problem" in window.status.run.text()
        assert window.docks["problems"].isVisible()
        assert told(window) == [card]

    window.board.setFocus()
    QTest.keyClick(window.board, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "no problems" in window.status.board.text())
    qtbot.waitUntil(lambda: not told(window))  # a card goes with the next turn of the event loop
    assert window.source.project is not None
    qtbot.waitUntil(lambda: not window.code._state.text())
