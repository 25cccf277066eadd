"""Opening another board while one trains: asked, stopped, saved, and never drawn on the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import settle
from gui.window import Window
from runtime.runs import Runs, database
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
        [box] = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox)]
        assert "is training" in box.text()
        [wanted] = [one for one in box.findChildren(QPushButton) if one.text() == text]
        QTest.mouseClick(wanted, LEFT)

    QTimer.singleShot(300, click)


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
