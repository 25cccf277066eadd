"""The plot in hand: zoomed, read, drawn over epochs and time, saved, with earlier runs beside."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from gui import look
from gui.charts.curves_panel import Losses
from gui.charts.pace import TITLES, Pace
from gui.charts.runs_panel import History
from gui.look.colours import curve_of
from gui.shell.window import Window
from gui.widgets import dialogs
from runtime.protocol.messages import EpochEnded, Points, Progress, Started, Steps
from runtime.store.runs import Run, Runs, database

STARTED = Started("r", "/runs/r", "cpu", "CPU", 2, 100, 650, 640, 160, 6)


@pytest.fixture
def losses(qapp: QApplication) -> Iterator[Losses]:
    shown = Losses()
    shown.resize(1100, 320)
    shown.show()
    shown.receive(STARTED)
    values = [1 / step for step in range(1, 601)]
    shown.receive(Steps({"loss/mse": Points(array("q", range(1, 601)), array("d", values))}))
    for epoch in range(1, 7):
        figures = {"train/mse": 0.5, "val/mse": 1 / epoch, "val/accuracy": epoch / 10}
        shown.receive(EpochEnded(epoch, 100 * epoch, figures))
    shown.draw()
    QApplication.processEvents()
    yield shown
    shown.close()
    shown.deleteLater()


def span(losses: Losses) -> tuple[float, float]:
    left, right = losses.chart._plot.getViewBox().viewRange()[0]
    return float(left), float(right)


def port(losses: Losses) -> QPoint:
    view = losses.chart._plot
    return QPoint(view.mapFromScene(view.getViewBox().sceneBoundingRect().center()))


def wheel(losses: Losses, turns: int) -> None:
    view = losses.chart._plot.viewport()
    at = QPointF(port(losses))
    for _ in range(abs(turns)):
        delta = QPoint(0, 120 if turns > 0 else -120)
        keys, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        place = QPointF(view.mapToGlobal(at.toPoint()))
        buttons = Qt.MouseButton.NoButton
        event = QWheelEvent(at, place, QPoint(), delta, buttons, keys, phase, False)
        QApplication.sendEvent(view, event)
        QApplication.processEvents()


def test_the_wheel_zooms_along_the_steps_and_a_double_click_shows_all(losses: Losses) -> None:
    before = span(losses)
    wheel(losses, 12)
    near = span(losses)
    assert near[1] - near[0] < (before[1] - before[0]) / 2
    assert before[0] <= near[0]
    assert near[1] <= before[1]
    low, high = losses.chart._plot.getViewBox().viewRange()[1]
    seen = [1 / step for step in range(1, 601) if near[0] <= step <= near[1]]
    assert low <= min(seen)
    assert high >= max(seen), "what is seen of the curve fits"
    wheel(losses, -60)
    far = span(losses)
    assert far[0] >= -60
    assert far[1] <= 660, "no turn of the wheel leads to an empty grid"
    wheel(losses, 12)
    QTest.mouseDClick(losses.chart._plot.viewport(), Qt.MouseButton.LeftButton, pos=port(losses))
    losses.chart.draw()
    QApplication.processEvents()
    assert span(losses)[0] <= 1
    assert span(losses)[1] >= 600


def test_the_pointer_reads_all_curves(losses: Losses) -> None:
    view = losses.chart._plot
    place = view.mapFromScene(view.getViewBox().mapViewToScene(QPointF(300, 0)))
    at = QPoint(int(place.x()), port(losses).y())
    QTest.mouseMove(view.viewport(), at)
    QApplication.processEvents()
    text = losses.chart.reading
    assert text.startswith("step ")
    found = {name: (step, value) for name, step, value in losses.chart.read(300)}
    assert found["loss/mse"][0] == 300
    smooth = losses.chart._curves["loss/mse"].smoothed
    assert found["loss/mse"][1] == smooth.y[299]
    assert found["val/mse"][0] == 300
    assert found["val/mse"][1] == pytest.approx(1 / 3)
    assert {line.split(" ")[0] for line in text.splitlines()[1:]} == {"loss/mse", "val/mse"}
    losses.chart.set_shown("val/mse", False)
    assert [name for name, _, _ in losses.chart.read(300)] == ["loss/mse"]


def test_the_legends_figure_is_a_point_of_the_bold_line(losses: Losses) -> None:
    smoothed = losses.chart._curves["loss/mse"].smoothed.last
    assert losses.chart.latest("loss/mse") == smoothed
    assert smoothed != losses.chart.series("loss/mse").last
    assert losses.chart.latest("val/mse") == pytest.approx(1 / 6)


def test_curves_over_epochs_and_over_time(losses: Losses) -> None:
    losses.receive(Progress(300, 3, 1000.0, 0.0, 10**6, 4.0, {}, 30.0))
    losses.receive(Progress(600, 6, 1000.0, 0.0, 10**6, 0.0, {}, 90.0))
    for along, end in (("epochs", 6), ("time", 90), ("steps", 600)):
        losses.along.setCurrentIndex(losses.along.findData(along))
        losses.along.activated.emit(losses.along.currentIndex())
        QApplication.processEvents()
        x, _ = losses.chart._curves["val/mse"].line.getData()
        assert x[-1] == pytest.approx(end), along
        assert span(losses)[1] == pytest.approx(end, rel=0.1)
    assert losses.chart.read(300)[0][1] == 300


def test_a_pace_goes_both_ways() -> None:
    pace = Pace(100.0)
    pace.look(300, 30.0)
    pace.look(600, 90.0)
    for along in TITLES:
        for step in (0.0, 150.0, 450.0, 600.0, 800.0):
            place = pace.place(np.array([step]), along)
            assert pace.step(float(place[0]), along) == pytest.approx(step)
    pace.look(400, 50.0)
    assert pace.steps == [0.0, 300, 400]


@pytest.mark.parametrize("ending", ["png", "svg", "csv"])
def test_the_curves_are_saved(
    losses: Losses, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"curves.{ending}"
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: path)
    QTest.mouseClick(losses.save, Qt.MouseButton.LeftButton)
    if ending == "csv":
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [int(row["step"]) for row in rows] == list(range(1, 601))
        assert float(rows[9]["loss/mse"]) == 1 / 10
        assert rows[9]["val/mse"] == ""
        assert float(rows[99]["val/mse"]) == 1.0
    elif ending == "png":
        assert not QImage(str(path)).isNull()
    else:
        assert "<path" in path.read_text()
    told: list[str] = []
    monkeypatch.setattr(dialogs, "tell", lambda _, __, text, *___: told.append(text))
    path = tmp_path / "no such folder" / f"curves.{ending}"
    QTest.mouseClick(losses.save, Qt.MouseButton.LeftButton)
    assert told
    assert "could not be written" in told[0]


def record(name: str, figures: dict[str, float], losses: tuple[str, ...] = ("mse",)) -> None:
    with Runs(database()) as runs:
        run = Run(name, name, "/nowhere", "digest", {"epochs": 1, "seed": 1}, "CPU", 65, 1e9)
        runs.add(run)
        points = {
            f"loss/{loss}": Points(array("q", [1, 2]), array("d", [2.0, 1.0])) for loss in losses
        }
        ended = EpochEnded(1, 2, figures, best=True)
        runs.record(name, points, step=2, seconds=3.0, epochs=[ended])
        runs.end(name, "finished", 3.0)


def test_each_earlier_run_has_a_colour_validation_and_a_legend(window: Window) -> None:
    figures = {"train/mse": 1.5, "val/mse": 1.25, "val/accuracy": 0.5}
    record("one", figures)
    record("two", figures)
    window.history.refresh()
    for row in (0, 1):
        window.history.select(row)
        window.history.overlay()
    shown = window.losses
    chart = shown.chart
    assert set(chart.names()) == {
        f"{r} {n}" for r in ("one", "two") for n in ("loss/mse", "val/mse")
    }
    assert set(shown.metrics.names()) == {"one val/accuracy", "two val/accuracy"}
    colours = {name: chart._curves[name].colour.name() for name in chart.names()}
    assert colours["one loss/mse"] == colours["one val/mse"] != colours["two loss/mse"]
    rows = {one.text() for one in shown.legend.findChildren(QLabel)}
    assert {"one mse", "two mse", "train", "validation"} <= rows
    for theme in (look.DARK, look.LIGHT):
        seen = {curve_of(one, theme).name() for one in look.EARLIER}
        assert len(seen) == len(look.EARLIER)


def test_best_names_its_metric_and_is_empty_where_none_judges(window: Window) -> None:
    record("classifier", {"train/mse": 1.5, "val/mse": 1.25, "val/accuracy": 0.5})
    record("gan", {"train/d": 1.0, "train/g": 1.0, "val/d": 0.1, "val/g": 3.0}, ("d", "g"))
    history: History = window.history
    history.refresh()
    rows = [history.table.topLevelItem(row) for row in range(2)]
    best = {row.text(0): row.text(3) for row in rows if row is not None}
    assert best == {"classifier": "accuracy 50.0 % (epoch 1)", "gan": "\N{EN DASH}"}
