"""The real worker in the real window: train, watch, pause, resume, stop, die, go on."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph.edit.document import Document
from graph.format.templates import open_template
from gui.charts.runs_panel import RUN
from gui.core.run_state import RunState
from gui.shell import run_actions
from gui.shell.window import Window
from runtime.client.export import source_of
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Died, Noted, Started, Stopped
from runtime.store.runs import Run, Runs, database, home
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


def table_board(path: Path) -> Document:
    """A board on a table, whose columns nobody knows before the file is read."""
    document = open_template("tabular")
    table = next(n for n in document.board.nodes.values() if n.type == "data.csv")
    document.set_params(table.id, path=str(path), target="kind", features=())
    document.set_settings(epochs=2, threads=1)
    document.forget_history()
    return document


def test_train_at_once_waits_for_the_data(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    table = tmp_path / "flowers.csv"
    rows = "".join(f"{n / 40},{n % 7},{'ab'[n % 2]}\n" for n in range(80))
    table.write_text("width,height,kind\n" + rows)
    window = make_window(table_board(table), live=True)
    qtbot.waitUntil(lambda: window.trainer.client.alive)
    window.acts["train"].trigger()
    assert window.trainer.state == "reading"
    assert window.status.run.text() == "Reading data"
    qtbot.waitUntil(lambda: points(window) > 1, timeout=LONG)
    until(qtbot, "idle", window)
    assert window.status._ended.startswith("Trained 2")


def test_a_run_that_waits_for_data_is_stopped(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window(table_board(tmp_path / "nowhere.csv"), live=True)
    qtbot.waitUntil(lambda: window.trainer.client.alive)
    window.acts["train"].trigger()
    assert window.trainer.state == "reading"
    window.acts["stop"].trigger()
    until(qtbot, "idle", window)
    window.acts["step"].trigger()
    qtbot.waitUntil(lambda: "Not started" in window.status.run.text(), timeout=LONG)
    until(qtbot, "idle", window)


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
    assert window.losses.readout.epoch.text() == "2 of 2"


@pytest.mark.parametrize(("state", "asked", "end"), [("finished", 1, 9), ("interrupted", 0, 5)])
def test_a_run_is_resumed_to_its_own_end_or_to_a_later_one_that_is_asked_for(
    state: str, asked: int, end: int, make_window: MakeWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home() / "mine-1"
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text('{"epochs": 5}')
    window = make_window(ready_board(epochs=777))
    window.source.compile_now()
    project = window.source.project
    assert project is not None
    with Runs(database()) as runs:
        run = Run("mine-1", "mine", str(folder), source_of(project), {"epochs": 5})
        runs.restore(replace(run, state=state, epoch=5 if asked else 2))
    window.show_tab("runs")
    window.history.refresh()
    window.history.select(0)
    questions: list[tuple[object, ...]] = []

    def ask(*words: object) -> int:
        questions.append(words)
        return 9

    monkeypatch.setattr(run_actions, "ask_number", ask)
    given: list[RunConfig] = []
    monkeypatch.setattr(window.trainer.client, "resume_run", lambda _, config: given.append(config))
    [button] = [one for one in window.history.findChildren(QPushButton) if one.text() == "Resume"]
    button.click()
    assert len(questions) == asked
    assert [config.until for config in given] == [end], "not the open board's 777"
    window.trainer._become(RunState())


def test_what_is_noted_of_a_run_stands_above_the_board(window: Window) -> None:
    window.trainer.received.emit(Noted("All 4 epochs are trained already: ask for more to go on."))
    assert "All 4 epochs are trained" in window.notice.text


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


def test_what_a_library_says_in_many_lines_leaves_the_window_its_size(window: Window) -> None:
    before, high = window.size(), window.board.height()
    advice = "It could not be started: " + "\n".join(
        f"line {n} " + 40 * "of it " for n in range(40)
    )
    window.resize(1000, 640)
    window.status.receive(Died(1, "", advice))
    window.notice.show_message("The worker process ended.", advice)
    QTest.qWait(50)
    assert (window.width(), window.height()) == (1000, 640)
    assert "\n" not in window.status.run.text()
    assert "line 39" in window.status.run.toolTip()
    assert "line 9" not in window.notice.text
    window.resize(before)
    QTest.qWait(50)
    assert window.board.height() > high / 2


def test_one_epoch_is_no_epochs(window: Window) -> None:
    window.status.receive(Stopped("finished", "run", "", 1, 1, 1.0))
    assert "Trained 1 epoch \N{MIDDLE DOT} 1 step \N{MIDDLE DOT}" in window.status.run.text()
    window.status.receive(Stopped("finished", "run", "", 1000, 2, 1.0))
    assert "Trained 2 epochs \N{MIDDLE DOT} 1,000 steps" in window.status.run.text()
