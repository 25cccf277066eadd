"""Opening another board while one trains: asked, stopped, saved, and never drawn on the other."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from graph.format.templates import open_template
from gui.shell.app import settle
from gui.shell.window import Window
from runtime.store.runs import Runs, database
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_generate import LONG, board, preview

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def training(make_window: MakeWindow, qtbot: QtBot) -> Window:
    """A window whose board trains and has shown what it draws."""
    window = make_window(board(epochs=100_000), live=True)
    window.acts["train"].trigger()
    window.show_tab("previews")
    qtbot.waitUntil(lambda: "moved" in shown(window), timeout=LONG)
    assert window.trainer.state == "running"
    return window


def shown(window: Window) -> set[str]:
    return {one.name for one in window.previews.previews.values() if one.isVisible()}


def answer(text: str) -> None:
    """Click on a button of the question that will come."""

    def click() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, click)
            return
        wanted = [one for one in box.findChildren(QPushButton) if one.text() == text]
        if "is training" in box.text() and wanted:
            QTest.mouseClick(wanted[0], LEFT)
        else:
            box.reject()

    QTimer.singleShot(0, click)


def test_another_board_is_opened_once_the_run_was_stopped(training: Window, qtbot: QtBot) -> None:
    window, name = training, training.session.document.name
    answer("Cancel")
    window.documents.open_template("digits_gan")
    assert window.session.document.name == name
    assert window.trainer.state == "running"

    answer("Stop training")
    window.documents.open_template("digits_gan")
    assert window.session.document.name != name
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    settle(300)
    assert "was stopped and saved" in window.status.run.text()
    assert not window.previews.previews
    nodes = window.session.document.board.nodes
    drawn = {nodes[one].type for one, picture in window.board.drawing.pictures.items() if picture}
    assert drawn <= {"data.digits"}, "examples of its own data"
    assert not window.acts["generate"].isEnabled()
    assert "loss" not in " ".join(window.losses.chart.names())
    with Runs(database()) as runs:
        [run] = runs.all()
        assert run.state == "stopped"

    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: "samples" in shown(window), timeout=LONG)
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    assert window.acts["generate"].isEnabled()


def test_a_run_of_another_board_goes_on_in_its_own(training: Window, qtbot: QtBot) -> None:
    window = training
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    window.documents.open_template("digits_mlp")
    window.file.modified = False
    window.show_tab("runs")
    window.history.select(0)
    QTest.mouseClick(window.history._resume, LEFT)
    qtbot.waitUntil(lambda: window.trainer.state == "running", timeout=LONG)
    assert "moved" in {node.name for node in window.session.document.board.nodes.values()}
    window.show_tab("previews")
    qtbot.waitUntil(lambda: "moved" in shown(window), timeout=LONG)
    assert preview(window, "moved").shown.step > 1


def test_what_is_known_of_the_next_board_comes_while_the_run_still_stops(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    document = open_template("digits_mlp")
    hidden = next(node for node in document.board.nodes.values() if node.name == "hidden")
    document.set_params(hidden.id, units=4000)
    document.insert("layer.linear", document.board.out_of(hidden.id)[0], units=4000)
    document.set_settings(batch_size=1024, threads=1)  # a step takes seconds, and so does Stop
    window = make_window(document, live=True)
    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: window.trainer.state == "running", timeout=LONG)
    answer("Stop training")
    window.documents.open_template("tabular")
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    qtbot.waitUntil(lambda: window.facts.answered, timeout=LONG)
    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: window.trainer.training, timeout=LONG)


def test_a_worker_that_dies_with_a_run_that_was_left_offers_no_dead_button(
    training: Window, qtbot: QtBot
) -> None:
    window = training
    worker = window.trainer.client.process_id
    assert worker is not None
    os.kill(worker, signal.SIGSTOP)
    answer("Stop training")
    window.documents.open_template("digits_gan")
    os.kill(worker, signal.SIGKILL)
    qtbot.waitUntil(lambda: "worker process ended" in window.notice.text, timeout=LONG)
    assert "Resume it in Runs" in window.notice.text
    shown = [one for one in window.notice.findChildren(QPushButton) if one.isVisible()]
    assert "Resume" not in [one.text() for one in shown]


def test_a_run_that_was_left_and_whose_folder_is_blocked_says_where_it_is(
    training: Window, qtbot: QtBot
) -> None:
    window = training
    started = window.trainer.started
    assert started is not None
    checkpoints = Path(started.folder, "checkpoints")
    shutil.rmtree(checkpoints)
    checkpoints.write_text("no folder")
    answer("Stop training")
    window.documents.open_template("digits_gan")
    qtbot.waitUntil(lambda: "was stopped and saved" in window.status.run.text(), timeout=LONG)
    saved = Path(window.status.run.text().removesuffix(" was stopped and saved."))
    assert saved != Path(started.folder)
    assert (saved / "checkpoints" / "last.safetensors").exists()
    shutil.rmtree(saved.parent)


def test_the_board_of_a_run_is_a_copy(training: Window, qtbot: QtBot) -> None:
    window = training
    window.trainer.stop()
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    window.show_tab("runs")
    window.history.select(0)
    [button] = [
        one for one in window.history.findChildren(QPushButton) if one.text() == "Open its board"
    ]
    QTest.mouseClick(button, LEFT)
    assert window.file.path is None, "saving asks for a place"
