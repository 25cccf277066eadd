"""The list of all keys: in the window, and in docs/keys.md, which is written from the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.shell.key_list import Section, listed, page
from gui.shell.keys_dialog import Keys
from gui.shell.window import Window
from tests.gui_tests.journeys.test_first_minute_by_keys import in_dialog, press

PAGE = Path(__file__).parents[3] / "docs" / "keys.md"
Key = Qt.Key
Format = QKeySequence.SequenceFormat


def sections(window: Window, form: Format = Format.NativeText) -> list[Section]:
    return listed(window.menuBar(), window.board.commands.values(), form)


@pytest.mark.skipif(sys.platform != "linux", reason="the page has the keys of this system")
def test_the_page_has_all_keys(window: Window) -> None:
    text = page(sections(window, Format.PortableText))
    if os.environ.get("NEUROWIRE_GOLDEN"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


def test_every_action_with_a_key_is_in_the_list(window: Window) -> None:
    told = ", ".join(keys for section in sections(window) for keys, _ in section.rows)
    for action in (*window.acts.values(), *window.board.commands.values()):
        ways = action.property("all_ways")
        for key in action.shortcuts():
            name = ways or key.toString(Format.NativeText)
            assert name in told, action.text()


def test_no_key_has_two_meanings(window: Window) -> None:
    taken: dict[str, str] = {}
    for action in (*window.acts.values(), *window.board.commands.values()):
        for key in action.shortcuts():
            assert taken.setdefault(key.toString(), action.text()) == action.text()


def test_f1_shows_them_and_a_word_narrows_them(window: Window) -> None:
    window.activateWindow()
    window.board.setFocus()
    QApplication.processEvents()
    before = QApplication.focusWidget()
    met: list[list[str]] = []

    def look_up(dialog: object) -> None:
        assert isinstance(dialog, Keys)
        assert QApplication.focusWidget() is dialog.search
        QTest.keyClicks(dialog.search, "dupl")
        tops = map(dialog.list.topLevelItem, range(dialog.list.topLevelItemCount()))
        rows = [one.child(index) for one in tops if one for index in range(one.childCount())]
        met.append([row.text(1) for row in rows if not row.isHidden()])
        press(Key.Key_Down)
        assert dialog.list.hasFocus()
        press(Key.Key_Escape)

    in_dialog(lambda: QTest.keyClick(window, Key.Key_F1), look_up)
    QTest.qWait(20)
    assert met == [["Duplicate", "Linked duplicate"]]
    assert QApplication.focusWidget() is before
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    assert not any(isinstance(one, Keys) for one in shown)
