"""The live source follows the board; lines and nodes find each other."""

from __future__ import annotations

from pygments.token import Token
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import look
from gui.panels.code import Listing
from gui.panels.highlight import DARK_INKS, LIGHT_INKS
from gui.shell.window import Window
from tests.gui_tests.window_tests.boards import LEFT, NO_KEYS, node
from tests.gui_tests.window_tests.conftest import MakeWindow


def test_the_source_follows_edits_after_a_pause(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    window.source.compile_now()
    listing = window.code.listing("model.py")
    assert listing is not None
    assert "nn.Linear(64, " in listing.toPlainText()
    window.session.document.set_params(node(window, "hidden").id, units=77)
    qtbot.waitUntil(lambda: "nn.Linear(64, 77)" in listing.toPlainText())


def test_selecting_a_node_marks_its_lines_and_a_click_selects(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window()
    window.show_tab("code")
    window.source.compile_now()
    listing = window.code.listing("model.py")
    assert listing is not None
    window.session.select([node(window, "hidden").id])
    lines = listing.toPlainText().split("\n")
    assert listing.marked
    assert all("hidden" in lines[number] for number in listing.marked)
    [line] = [number for number, text in enumerate(lines) if "self.logits = " in text]
    block = listing.document().findBlockByNumber(line)
    listing.setTextCursor(QTextCursor(block))
    listing.centerCursor()
    place = listing.cursorRect(QTextCursor(block)).center()
    QTest.mouseClick(listing.viewport(), LEFT, NO_KEYS, place)
    assert window.session.selection == (node(window, "logits").id,)


def test_a_board_that_cannot_be_compiled_says_so(window: Window) -> None:
    window.source.compile_now()
    assert window.source.project is None
    assert "Problems" in window.code._state.text()


def _inks(listing: Listing) -> set[str]:
    """The colours that its text is written in, but for the plain one."""
    blocks = [listing.document().findBlockByNumber(n) for n in range(listing.blockCount())]
    spans = [span for block in blocks for span in block.layout().formats()]
    return {span.format.foreground().color().name() for span in spans}


def test_a_file_is_coloured_once_it_is_seen(make_window: MakeWindow, qapp: QApplication) -> None:
    window = make_window()
    window.show_tab("code")
    window.source.compile_now()
    model, train = window.code.listing("model.py"), window.code.listing("train.py")
    assert model is not None
    assert train is not None
    assert DARK_INKS[Token.Keyword] in _inks(model)
    assert _inks(train) == set()
    window.code.tabs.setCurrentWidget(train)
    assert _inks(train) > {DARK_INKS[Token.Keyword], DARK_INKS[Token.Literal.Number]}
    look.apply(qapp, "light")
    assert LIGHT_INKS[Token.Keyword] in _inks(train)
    window.code.tabs.setCurrentWidget(model)
    assert LIGHT_INKS[Token.Keyword] in _inks(model)
    assert not _inks(model) & (set(DARK_INKS.values()) - set(LIGHT_INKS.values()))
