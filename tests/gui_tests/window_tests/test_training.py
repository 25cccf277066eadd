"""The real worker in the real window: train, watch, pause, resume, stop, die, go on."""

from __future__ import annotations

import os
import signal

from pytestqt.qtbot import QtBot

from graph.document import Document
from gui.runs import RUN
from gui.window import Window
from runtime.messages import Started, Stopped
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow

LONG = 90_000


def until(qtbot: QtBot, state: str, window: Window) -> None:
    qtbot.waitUntil(lambda: window.trainer.state == state, timeout=LONG)


def ready_board(epochs: int) -> Document:
    document = small_board()
    logits = next(n for n in document.board.nodes.values() if n.name == "logits")
    document.set_params(logits.id, units=10)
    document.set_settings(epochs=epochs, threads=1)
    document.forget_history()
    return document


def points(window: Window) -> int:
    name = "loss/cross_entropy"
    return window.losses.chart.series(name).count if name in window.losses.chart else 0


def test_train_pause_step_resume_stop(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(ready_board(epochs=10_000), live=True)
    qtbot.waitUntil(lambda: window.trainer.warm is not None, timeout=LONG)
    assert "Ready" in window.status.run.text()
    digits = node(window, "digits").id
    qtbot.waitUntil(lambda: window.board.node_items()[digits].image is not None, timeout=LONG)
    window.acts["train"].trigger()
    until(qtbot, "running", window)
    assert not window.acts["train"].isEnabled()
    qtbot.waitUntil(lambda: points(window) > 50, timeout=LONG)
    qtbot.waitUntil(lambda: "samples/s" in window.status.run.text(), timeout=LONG)
    assert "1 thread" in window.status.run.text()

    window.acts["pause"].trigger()
    until(qtbot, "paused", window)
    qtbot.wait(400)  # what was under way arrives
    count = points(window)
    window.acts["step"].trigger()
    qtbot.waitUntil(lambda: points(window) == count + 1, timeout=LONG)
    until(qtbot, "paused", window)
    assert window.topbar.train.text() == "Resume"
    window.trainer.set_rate("adam", 0.5)
    window.acts["train"].trigger()
    until(qtbot, "running", window)
    qtbot.waitUntil(lambda: "0.5" in window.status.run.text(), timeout=LONG)
    qtbot.waitUntil(lambda: points(window) > count + 20, timeout=LONG)

    window.acts["stop"].trigger()
    until(qtbot, "idle", window)
    assert "Stopped after" in window.status._ended
    item = window.history.table.topLevelItem(0)
    assert item is not None
    assert item.data(0, RUN).state == "stopped"


def test_a_run_to_its_end_shows_validation_and_is_recorded(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(ready_board(epochs=2), live=True)
    ended: list[Stopped] = []
    window.trainer.received.connect(
        lambda message: ended.append(message) if isinstance(message, Stopped) else None
    )
    window.acts["train"].trigger()  # at once: the worker is still loading
    assert window.trainer.state == "starting"
    qtbot.waitUntil(lambda: bool(ended), timeout=LONG)
    assert ended[0].reason == "finished"
    window.losses.draw()
    assert window.losses.chart.series("val/cross_entropy").count == 2
    assert points(window) == ended[0].step
    assert window.losses.epoch.text() == "2 of 2"


def test_a_killed_worker_is_reported_and_the_run_resumed(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(ready_board(epochs=10_000), live=True)
    started: list[Started] = []
    window.trainer.received.connect(
        lambda message: started.append(message) if isinstance(message, Started) else None
    )
    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: points(window) > 50, timeout=LONG)
    process = window.trainer.client.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    qtbot.waitUntil(lambda: "SIGKILL" in window.notice.text, timeout=LONG)
    assert window.trainer.state == "idle"
    assert window.isVisible()
    assert window.acts["resume_last"].isEnabled()
    window.notice.answer("Resume")
    until(qtbot, "running", window)
    assert started[1].run == started[0].run
    count = points(window)
    qtbot.waitUntil(lambda: points(window) > count, timeout=LONG)
    series = window.losses.chart.series("loss/cross_entropy")
    steps = series.x[: series.count].tolist()
    assert steps == list(range(1, series.count + 1))
    window.acts["stop"].trigger()
    until(qtbot, "idle", window)
