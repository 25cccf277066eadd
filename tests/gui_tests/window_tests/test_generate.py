"""Going on after training: pictures from a checkpoint, new samples, latents under the mouse."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from graph.edit.document import Document
from graph.format.file import save
from gui.previews.card import Preview
from gui.previews.sliders import MOST, LatentSliders
from gui.shell.status import MESSAGE_MS
from gui.shell.window import Window
from gui.widgets import dialogs
from runtime.store.runs import last_checkpoint
from tests.gui_tests.window_tests.boards import node
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.runtime_tests.steered import steered

LONG = 60_000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def board(epochs: int, size: int = 4) -> Document:
    document, _ = steered(size)
    document.set_settings(epochs=epochs, threads=1)
    document.forget_history()
    return document


def click(widget: QWidget, at: QPoint | None = None) -> None:
    end = time.monotonic() + 20
    while not widget.isVisible() and time.monotonic() < end:
        QTest.qWait(20)  # a new panel is shown with the next turn of the event loop
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, LEFT, NONE, at or widget.rect().center())


def preview(window: Window, name: str) -> Preview:
    return window.previews.previews[node(window, name).id]


def sliders(window: Window) -> LatentSliders:
    [found] = preview(window, "moved").sliders.values()
    return found


def picture(widget: QWidget) -> QImage:
    return QImage(widget.grab().toImage())


def bar_button(window: Window, text: str) -> QToolButton:
    [found] = [one for one in window.previews.bar.findChildren(QToolButton) if one.text() == text]
    return found


def says(window: Window, qtbot: QtBot, words: str) -> None:
    """Wait for words in the status bar, for less than what was said before them stays."""
    qtbot.waitUntil(lambda: words in window.status.run.text(), timeout=MESSAGE_MS // 2)


def train(window: Window, qtbot: QtBot) -> None:
    window.acts["train"].trigger()
    window.show_tab("previews")
    qtbot.waitUntil(lambda: window.trainer.checkpoint is not None, timeout=LONG)
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)


def test_after_training_new_samples_and_latents_go_on(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(board(epochs=2), live=True)
    qtbot.waitUntil(lambda: not window.acts["generate"].isEnabled())
    train(window, qtbot)
    looks = len(preview(window, "seen").looks)
    shown = preview(window, "seen").sheet
    before = preview(window, "seen").shown.payload

    click(bar_button(window, "Generate"))
    qtbot.waitUntil(lambda: window.trainer.generating is not None, timeout=LONG)
    qtbot.waitUntil(lambda: preview(window, "seen").shown.generated, timeout=LONG)
    assert "Generating" in window.status.run.text()
    assert "last checkpoint of noise-" in window.status.run.text()
    assert preview(window, "seen").shown.payload == before
    same = picture(shown)
    click(bar_button(window, "New samples"))
    qtbot.waitUntil(lambda: picture(shown) != same, timeout=LONG)
    assert len(preview(window, "seen").looks) == looks

    moved, still = preview(window, "moved").sheet, preview(window, "swept").sheet
    middle, swept = picture(moved), picture(still)
    first = sliders(window).sliders[0]
    click(first, QPoint(first.width() - 4, first.height() // 2))
    for _ in range(20):
        QTest.keyClick(first, Qt.Key.Key_Right)
    qtbot.waitUntil(
        lambda: preview(window, "moved").shown.at == {sliders(window).node: sliders(window).at},
        timeout=LONG,
    )
    assert sliders(window).at[0] > 1.9
    assert picture(moved) != middle
    assert picture(still) == swept
    click(sliders(window).reset)
    qtbot.waitUntil(lambda: picture(moved) == middle, timeout=LONG)

    window.acts["stop"].trigger()
    qtbot.waitUntil(lambda: window.trainer.generating is None, timeout=LONG)
    assert window.trainer.state == "idle"
    assert "Trained 2 epochs" in window.status.run.text()
    sliders(window).random.setFocus()
    QTest.keyClick(sliders(window).random, Qt.Key.Key_Space)  # the worker begins by itself
    qtbot.waitUntil(lambda: window.trainer.generating is not None, timeout=LONG)
    qtbot.waitUntil(lambda: picture(moved) != middle, timeout=LONG)
    train(window, qtbot)
    assert window.trainer.generating is None
    assert not preview(window, "moved").shown.generated


def test_news_of_a_run_takes_the_place_of_what_was_said_before(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(board(epochs=1), live=True)
    train(window, qtbot)
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: tmp_path / "seen.png")
    for act, words in (("generate", "Generating"), ("stop", "Trained 1 epoch")):
        click(preview(window, "seen").save_picture)
        assert f"Saved {tmp_path / 'seen.png'}" in window.status.run.text()
        window.acts[act].trigger()
        says(window, qtbot, words)


def test_latents_move_while_the_board_trains(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(board(epochs=100_000), live=True)
    window.acts["train"].trigger()
    window.show_tab("previews")
    moved = node(window, "moved").id
    qtbot.waitUntil(lambda: moved in window.previews.previews, timeout=LONG)
    click(sliders(window).random)
    there = sliders(window).at
    assert any(there)
    qtbot.waitUntil(lambda: list(preview(window, "moved").shown.at.values()) == [there])
    assert window.trainer.state == "running"
    window.acts["stop"].trigger()
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: window.trainer.state == "running", timeout=LONG)
    qtbot.waitUntil(lambda: list(preview(window, "moved").shown.at.values()) == [there])
    assert sliders(window).at == there, "they stay over a new run"
    window.acts["stop"].trigger()
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)


def test_a_run_in_the_list_opens_its_board_and_draws(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(board(epochs=1), live=True)
    train(window, qtbot)
    assert window.trainer.started is not None
    folder = window.trainer.started.folder
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")

    other = tmp_path / "other.neurowire"
    save(board(epochs=1, size=6), other)
    window.documents.open_path(other)
    assert window.trainer.checkpoint is None
    monkeypatch.setattr(dialogs, "ask_open", lambda *_: last_checkpoint(str(folder)))
    window.acts["load_checkpoint"].trigger()
    qtbot.waitUntil(lambda: "does not fit this board" in window.notice.text, timeout=LONG)
    assert "expected [6" in window.notice.text
    assert "received [4" in window.notice.text
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)

    window.show_tab("runs")
    window.history.select(0)
    [button] = [one for one in window.history.findChildren(QPushButton) if one.text() == "Generate"]
    click(button)
    qtbot.waitUntil(lambda: window.trainer.generating is not None, timeout=LONG)
    assert window.file.path is None, "a copy: the run's own stays what it trained"
    assert window.docks["previews"].isVisible()
    opened = window.session.document
    qtbot.waitUntil(lambda: "moved" in [one.name for one in opened.board.nodes.values()])
    qtbot.waitUntil(lambda: len(window.previews.previews) == 3, timeout=LONG)
    assert all(one.shown.generated for one in window.previews.previews.values())
    window.show_tab("runs")
    click(button)
    assert window.session.document is opened, "the board is what was trained"
    window.documents.open_path(other)
    qtbot.waitUntil(lambda: window.trainer.generating is None, timeout=LONG)


def test_no_more_sliders_than_can_be_used(qtbot: QtBot) -> None:
    box = LatentSliders("n1", "latents", (0.0,) * 33)
    qtbot.addWidget(box)
    box.show()
    assert len(box.sliders) == MOST
    assert "13 more" in " ".join(one.text() for one in box.findChildren(QLabel))
    with qtbot.waitSignal(box.moved) as moved:
        click(box.random)
    node_id, at = moved.args
    assert (node_id, len(at)) == ("n1", 33)
    assert len(set(at)) > 20
    with qtbot.waitSignal(box.moved) as moved:
        for _ in range(30):
            QTest.keyClick(box.sliders[3], Qt.Key.Key_Left)
        QTest.keyClick(box.sliders[3], Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: box.at[3] == -3.0)
    assert box.heading.text() == "3:  -3.00"
    click(box.reset)
    assert box.heading.text() == "3:  0.00"
    for place in (0, MOST - 1):  # all are in sight, where a click raises them
        assert box.rect().contains(box.sliders[place].geometry())
        click(box.sliders[place], QPoint(box.sliders[place].width() // 2, 4))
        assert box.at[place] == 0.5
        assert box.heading.text() == f"{place}:  0.50"


def test_latents_of_another_count_begin_anew_and_a_move_shows_what_is_drawn_now(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(board(epochs=1), live=True)
    train(window, qtbot)
    click(sliders(window).random)
    qtbot.waitUntil(lambda: preview(window, "moved").shown.generated, timeout=LONG)
    window.acts["stop"].trigger()
    qtbot.waitUntil(lambda: window.trainer.generating is None, timeout=LONG)
    document = window.session.document
    wider, _ = steered(6)
    for one in wider.board.nodes.values():
        document.set_params(one.id, **dict(one.params))
    train(window, qtbot)
    assert sliders(window).at == (0.0,) * 6
    assert not window.notice.isVisible(), window.notice.text

    past = preview(window, "moved")
    past.slider.setValue(0)
    assert past.shown is past.looks[0]
    click(sliders(window).random)
    qtbot.waitUntil(lambda: past.shown.at == {sliders(window).node: sliders(window).at})
    assert past.slider.value() == past.slider.maximum()
