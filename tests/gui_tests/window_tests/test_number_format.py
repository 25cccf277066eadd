"""Curves, readouts, pictures and the history of runs, fed with messages as the worker sends."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from graph.core.run_plan import Figure
from gui.charts.curves_panel import Losses
from gui.charts.series import Series, Smoothing
from gui.previews.painters import draw, natural_size, on_node
from gui.shell.window import Window
from gui.widgets.common import Elided
from gui.widgets.number_format import duration, figure, headline, percent, size
from runtime.protocol.figures import deciding
from runtime.protocol.messages import (
    EpochEnded,
    Points,
    Progress,
    Started,
    Steps,
    Stopped,
    ViewDrawn,
)
from runtime.protocol.payloads import (
    Boundary,
    Histogram,
    Matrix,
    Number,
    Pairs,
    Payload,
    Pictures,
    Table,
)
from runtime.store.runs import Run, Runs, database
from tests.gui_tests.window_tests.boards import node

STARTED = Started("r", "/runs/r", "cpu", "CPU", 2, 10, 650, 640, 160, 3)
PICTURES = Pictures(4, 4, 1, bytes(range(16)) * 6, ("1 97%",) * 6, (True, False, None) * 2)


def steps(first: int, values: list[float]) -> Steps:
    numbers = array("q", range(first, first + len(values)))
    return Steps({"loss/cross_entropy": Points(numbers, array("d", values))})


def test_all_points_are_kept_and_the_readout_shows_the_latest(qtbot: QtBot) -> None:
    losses = Losses()
    qtbot.addWidget(losses)
    losses.receive(STARTED)
    for start in range(0, 5000, 500):
        losses.receive(steps(start + 1, [2.0 / (1 + start + i) for i in range(500)]))
    figures = {"train/cross_entropy": 0.5, "val/cross_entropy": 0.25, "val/accuracy": 0.981}
    losses.receive(EpochEnded(1, 5000, figures))
    losses.receive(Progress(5000, 1, 184000.0, 0.01, 10**9, 4.0))
    losses.draw()
    assert losses.chart.series("loss/cross_entropy").count == 5000
    assert losses.chart.series("val/cross_entropy").last == 0.25
    assert losses.metrics.series("val/accuracy").last == 0.981
    assert losses.readout.headline.text() == "98.1 %"
    assert losses.readout.speed.text() == "184,000"
    assert losses.readout.epoch.text() == "2 of 3 \N{MIDDLE DOT} 4 s left"
    losses.receive(Stopped("finished", "r", "/runs/r", 5000, 3, 9.0))
    assert losses.readout.epoch.text() == "3 of 3"


def test_the_parts_of_a_loss_are_drawn_beside_it(qtbot: QtBot) -> None:
    losses = Losses()
    qtbot.addWidget(losses)
    losses.receive(STARTED)
    names = ("total", "total/kl", "total/reconstruction")
    one = array("q", [1])
    losses.receive(Steps({f"loss/{name}": Points(one, array("d", [2.0])) for name in names}))
    means = {f"train/{name}": 2.0 for name in names}
    held_out = {"val/total/kl": 0.5, "val/total/reconstruction": 0.75, "val/total": 1.25}
    losses.receive(EpochEnded(1, 1, {**means, **held_out}))
    losses.draw()
    assert losses.readout.headline.text() == "1.250"
    assert losses.readout.headline_title.text() == "total, validation"
    shown = [*losses.chart.names()]
    assert set(shown) == {f"loss/{name}" for name in names} | set(held_out)
    assert [losses.chart.series(name).last for name in held_out] == [0.5, 0.75, 1.25]
    assert not [*losses.metrics.names()]
    cells = losses.legend.findChildren(QPushButton)
    assert {one.accessibleName(): one.text() for one in cells} == {
        **{f"Show train {part}": "2.000" for part in ("total", "kl", "reconstruction")},
        "Show validation total": "1.250",
        "Show validation kl": "0.500",
        "Show validation reconstruction": "0.750",
    }
    rows = [one.text() for one in losses.legend.findChildren(Elided)]
    assert rows == ["total", "kl", "reconstruction"]
    headings = [one.text() for one in losses.legend.findChildren(QLabel)]
    assert [one for one in headings if one not in rows] == ["train", "validation"]


def test_a_resumed_run_writes_over_what_came_after_its_checkpoint() -> None:
    series = Series()
    series.extend([1, 2, 3, 4], [1.0, 2.0, 3.0, 4.0])
    series.extend([3, 4, 5], [30.0, 40.0, 50.0])
    assert series.y[: series.count].tolist() == [1.0, 2.0, 30.0, 40.0, 50.0]


def test_smoothing_in_pieces_is_smoothing_in_one_and_skips_nan() -> None:
    values = [3.0, 1.0, math.nan, 2.0, 5.0]
    whole = Smoothing(0.8).extend(values)
    pieces = Smoothing(0.8)
    assert [*pieces.extend(values[:2]), *pieces.extend(values[2:])] == pytest.approx(
        whole, nan_ok=True
    )
    assert whole[0] == pytest.approx(3.0)
    assert math.isnan(whole[2])
    assert Smoothing(0.0).extend([1.0, 2.0]) == [1.0, 2.0]


@pytest.mark.parametrize(
    "payload",
    [
        PICTURES,
        Pairs(PICTURES, PICTURES),
        Boundary(
            2, bytes(range(0, 240, 20)), (-1, 1, -1, 1), ((0, 0), (0.5, 0.5)), (0, 1), ("a", "b")
        ),
        Matrix(("a", "b"), ((5, 1), (0, 7))),
        Table(("x", "y"), (("1", "2"), ("3", "4")), (True, False)),
        Number(0.25, 10),
        Histogram(-1.0, 1.0, (1, 5, 2), 0.0, 0.3),
    ],
    ids=lambda payload: type(payload).__name__,
)
def test_every_payload_is_drawn(payload: Payload, qtbot: QtBot) -> None:
    image = draw(payload, natural_size(payload, 200), 2.0)
    assert image.size() == natural_size(payload, 200) * 2
    painted = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, 60, 5)}
    assert len(painted) > 1
    assert not on_node(payload, QSize(240, 160), 1.0).isNull()
    assert not draw(payload, QSize(30, 20)).isNull()


def test_a_view_is_shown_in_previews_and_on_its_node(window: Window, qtbot: QtBot) -> None:
    digits = node(window, "digits")
    window.show_tab("previews")
    window.previews.receive(ViewDrawn(digits.id, "digits", "predictions", PICTURES, 12))
    qtbot.waitUntil(lambda: window.board.node_items()[digits.id].image is not None)
    assert "97%" in window.previews.previews[digits.id].sheet.accessibleDescription()
    window.previews.clear()
    assert window.board.node_items()[digits.id].image is None


def test_runs_are_listed_and_their_curves_overlaid(window: Window, qtbot: QtBot) -> None:
    with Runs(database()) as runs:
        run = Run("a-1", "a", "/nowhere", "digest", {"epochs": 3, "seed": 1}, "CPU", 650, 1e9)
        runs.add(run)
        points = {"loss/x": Points(array("q", [1, 2]), array("d", [2.0, 1.0]))}
        figures = {"train/x": 2.0, "val/x": 1.5, "val/accuracy": 0.9}
        ended = EpochEnded(1, 2, figures, best=True)
        worse = EpochEnded(2, 4, {"train/x": 1.0, "val/x": 1.8, "val/accuracy": 0.95})
        runs.record("a-1", points, step=4, seconds=3.0, epochs=[ended, worse])
        runs.end("a-1", "finished", 3.0)
    window.show_tab("runs")
    window.history.refresh()
    item = window.history.table.topLevelItem(0)
    assert item is not None
    texts = [item.text(column) for column in (0, 2, 3, 4, 5)]
    assert texts == ["a", "finished", "accuracy 90.0 % (epoch 1)", "2 of 3", "accuracy 95.0 %"]
    assert item.toolTip(3) == "val/accuracy after epoch 1, the best: lowest val/x: 1.5"
    assert item.toolTip(5) == "val/accuracy after epoch 2, the last that ended"
    window.history.select(0)
    window.history.overlay()
    assert window.losses.chart.series("a-1 loss/x").count == 2


def test_numbers_for_people() -> None:
    assert [figure(v) for v in (0.1234, 12.5, 1e-6, math.nan)] == [
        "0.123",
        "12.500",
        "1.00e-06",
        "not a number",
    ]
    assert percent("val/accuracy", 0.5) == "50.0 %"
    assert headline({"val/loss": 1.0, "val/accuracy": 0.5}) == ("val/accuracy", 0.5)
    assert headline({"train/loss": 1.0}) is None
    assert [duration(s) for s in (4, 125, 4300)] == ["4 s", "2 min 5 s", "1 h 11 min"]
    assert size(537e6) == "537 MB"


def test_metrics_of_batches_and_validation_within_an_epoch_are_drawn_at_their_steps(
    qtbot: QtBot,
) -> None:
    losses = Losses()
    qtbot.addWidget(losses)
    losses.receive(STARTED)
    one, two = array("q", [1, 2, 3]), array("q", [2])
    curves = {
        "loss/cross_entropy": Points(one, array("d", [2.0, 1.5, 1.0])),
        "train/accuracy": Points(one, array("d", [0.1, 0.3, 0.5])),
        "val/cross_entropy": Points(two, array("d", [1.75])),
        "val/accuracy": Points(two, array("d", [0.25])),
    }
    losses.receive(Steps(curves))
    losses.draw()
    assert losses.readout.headline.text() == "25.0 %"
    legend = losses.metric_legend
    shown = {one.text() for one in legend.findChildren(QPushButton)}
    assert figure(0.25) in shown, "one figure everywhere"
    figures = {"train/cross_entropy": 1.5, "val/cross_entropy": 0.9, "val/accuracy": 0.6}
    losses.receive(EpochEnded(1, 3, figures))
    losses.draw()
    assert losses.readout.headline.text() == "60.0 %"
    assert figure(0.6) in {one.text() for one in legend.findChildren(QPushButton)}
    assert {*losses.chart.names()} == {"loss/cross_entropy", "val/cross_entropy"}
    assert {*losses.metrics.names()} == {"train/accuracy", "val/accuracy"}
    assert losses.metrics.series("train/accuracy").count == 3
    assert [*losses.metrics.series("val/accuracy").x[:2]] == [2, 3]
    assert [*losses.chart.series("val/cross_entropy").y[:2]] == [1.75, 0.9]


def test_what_figures_are_is_told_and_not_read_off_their_names(qtbot: QtBot) -> None:
    losses = Losses()
    qtbot.addWidget(losses)
    told = (
        Figure("accuracy", kind="loss", better="lower"),
        Figure("hits", kind="metric", better="higher", share=True),
        Figure("top", kind="metric", better="lower"),
    )
    losses.receive(replace(STARTED, figures=told))
    steps = array("q", [1, 2])
    curves = {
        "loss/accuracy": Points(steps, array("d", [2.0, 1.0])),
        "train/hits": Points(steps, array("d", [0.25, 0.75])),
    }
    losses.receive(Steps(curves))
    means = {"train/accuracy": 1.5, "train/hits": 0.5}
    figures = {**means, "val/accuracy": 1.25, "val/hits": 0.625, "val/top": 7.0}
    losses.receive(EpochEnded(1, 2, figures))
    losses.draw()
    assert (losses.readout.headline.text(), losses.readout.headline_title.text()) == (
        "62.5 %",
        "hits, validation",
    )
    assert {*losses.chart.names()} == {"loss/accuracy", "val/accuracy"}
    assert {*losses.metrics.names()} == {"train/hits", "val/hits", "val/top"}
    assert [*losses.metrics.series("train/hits").y[:2]] == [0.25, 0.75], "no mean among batches"
    assert deciding(figures, told) == "val/accuracy"
    assert deciding({**means, "train/top": 7.0}, told) == "train/accuracy"
