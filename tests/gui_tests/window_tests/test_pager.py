"""Predictions in the window: balanced, all held-out examples to page through, mistakes first."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from graph.format.templates import open_template
from gui.previews.card import Preview
from runtime.protocol.payloads import Predictions
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_generate import LONG, click, picture, preview, train


def words(shown: Preview) -> str:
    return " ".join(one.text() for one in shown.findChildren(QLabel) if one.isVisible())


def test_all_held_out_examples_are_paged_through_mistakes_first(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    document = open_template("digits_mlp")
    document.set_settings(epochs=1, threads=1)
    document.forget_history()
    window = make_window(document, live=True)
    train(window, qtbot)
    view = next(one for one in document.board.nodes.values() if one.type == "view.predictions")
    qtbot.waitUntil(lambda: view.id in window.previews.previews, timeout=LONG)
    shown = preview(window, view.name)
    qtbot.waitUntil(shown.pager.isVisible, timeout=LONG)
    whole = shown.shown.payload
    assert isinstance(whole, Predictions)
    assert whole.count == whole.judged == 359  # all that is held out
    assert whole.page == 12
    truths = {text.rpartition("is ")[2] if ", is " in text else text.split()[0]
              for text in whole.at(0).captions}  # fmt: skip
    assert truths == {str(number) for number in range(10)}  # classes take turns
    assert whole.share in words(shown)
    assert "1 to 12 of 359" in words(shown)
    assert not shown.pager.back.isEnabled()

    first = picture(shown.sheet)
    click(shown.pager.on)
    assert "13 to 24 of 359" in words(shown)
    assert picture(shown.sheet) != first
    click(shown.pager.back)
    assert picture(shown.sheet) == first
    box = shown.pager.mistakes
    click(box, QPoint(10, box.height() // 2))
    assert shown.sheet.payload is not None
    wrong = whole.count - (whole.good or 0)
    assert wrong > 12
    assert getattr(shown.sheet.payload, "right", ()) == (False,) * 12
    for _ in range(whole.pages - 1):
        click(shown.pager.on)
    assert not shown.pager.on.isEnabled()
    assert "to 359 of 359" in words(shown)
