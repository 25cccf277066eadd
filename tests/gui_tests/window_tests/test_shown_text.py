"""What looks like HTML is shown letter by letter, wherever a window shows text of a person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from graph.format.file import load, save_text
from gui.shell.window import Window
from gui.widgets import dialogs
from gui.widgets.common import shown
from tests.gui_tests.window_tests.boards import small_board
from tests.gui_tests.window_tests.conftest import MakeWindow

TEXT = "<img src=x><b>bold</b>&amp;"


def test_every_label_of_the_window_takes_text_as_it_is(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / f"{TEXT.replace('/', '')}.neurowire"
    document = small_board()
    document.add_frame(TEXT, 0, 0, 300, 200)
    path.write_text(save_text(document), encoding="utf-8")
    window = make_window(load(path).document, path)
    window.notice.show_message(TEXT, TEXT)
    qtbot.wait(50)
    labels = window.findChildren(QLabel)
    assert len(labels) > 20
    rich = [one.text() for one in labels if one.textFormat() != Qt.TextFormat.PlainText]
    assert not [one for one in rich if "<" in one or one.strip().isidentifier()]
    tips = [one.toolTip() for one in window.findChildren(QWidget)]
    assert not [tip for tip in tips if "<img" in tip or "<b>" in tip]
    assert any("&lt;img" in tip for tip in tips)


def test_questions_take_text_as_it_is(window: Window) -> None:
    box = dialogs._box(window)
    assert isinstance(box, QMessageBox)
    assert box.textFormat() == Qt.TextFormat.PlainText
    box.deleteLater()


def test_a_tooltip_shows_what_looks_like_html() -> None:
    assert shown("plain words") == "plain words"
    assert shown(TEXT) == "<p>&lt;img src=x&gt;&lt;b&gt;bold&lt;/b&gt;&amp;amp;</p>"
