"""Curves of any length: what reaches the painter is what a screen can show, and all of that."""

import math
from array import array
from collections.abc import Iterator

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from gui.charts.curves_panel import Losses
from gui.charts.series import BLOCK, Series, Smoothing
from runtime.protocol.messages import EpochEnded, Points, Steps

MANY = 200_000
MOST = 12_000
"""Points of a curve on a plot about a thousand pixels wide."""


def _painted(losses: Losses) -> list[int]:
    """How many points each item of the curves gives to the painter."""
    items = losses.chart._plot.scene().items()
    curves = [one for one in items if isinstance(one, pg.PlotCurveItem) and one.isVisible()]
    marks = [one for one in items if isinstance(one, pg.ScatterPlotItem) and one.isVisible()]
    drawn = [one.getPath().elementCount() for one in curves]
    assert all(len(one.getData()[0]) <= MOST for one in curves)
    return [one for one in [*drawn, *(len(mark.data) for mark in marks)] if one]


@pytest.fixture
def losses(qapp: QApplication) -> Iterator[Losses]:
    shown = Losses()
    shown.resize(1100, 300)
    shown.show()
    shown.chart.show()
    QApplication.processEvents()
    yield shown
    shown.close()
    shown.deleteLater()


def _follow(losses: Losses, name: str, count: int) -> None:
    values = [1 / step for step in range(1, count + 1)]
    values[count // 3] = 7.0
    losses.receive(Steps({name: Points(array("q", range(1, count + 1)), array("d", values))}))


def test_what_is_painted_does_not_grow_with_the_steps(losses: Losses) -> None:
    _follow(losses, "loss/mse", MANY)
    losses.draw()
    QApplication.processEvents()
    assert len(_painted(losses)) == 2, "the raw curve and the smoothed one"
    assert max(_painted(losses)) < MOST
    losses.log.setChecked(True)
    losses.smoothing.setValue(20)
    QApplication.processEvents()
    assert max(_painted(losses)) < MOST


def test_every_curve_is_thinned_out(losses: Losses) -> None:
    _follow(losses, "loss/mse", MANY)
    for key in ("val/mse", "val/accuracy"):
        losses.receive(_epoch(1, key))
        chart = losses.chart if key in losses.chart else losses.metrics
        steps = list(range(2, MANY))
        chart.extend(key, steps, [0.5] * len(steps))
    earlier = [float(step) for step in range(1, MANY)]
    losses.show_curves({"loss/mse": (earlier, [0.1] * len(earlier))}, title="earlier")
    losses.draw()
    QApplication.processEvents()
    assert len(_painted(losses)) == 5, "two raw, two smoothed, one of the epochs"
    assert max(_painted(losses)) < MOST
    epochs = [one for one in losses.metrics._plot.scene().items() if hasattr(one, "getPath")]
    assert all(one.getPath().elementCount() < MOST for one in epochs)


def _epoch(step: int, key: str) -> EpochEnded:
    return EpochEnded(epoch=1, step=step, figures={key: 0.5})


def test_a_zoom_shows_every_point_of_what_is_seen(losses: Losses) -> None:
    _follow(losses, "loss/mse", MANY)
    losses.draw()
    curve = losses.chart._curves["loss/mse"]
    assert curve.faint is not None
    losses.chart._plot.setXRange(MANY // 3 - 20, MANY // 3 + 20, padding=0)
    losses.chart.draw()
    x, y = curve.faint.curve.getData()
    seen = (x >= MANY // 3 - 20) & (x <= MANY // 3 + 20)
    assert x[seen].tolist() == list(range(MANY // 3 - 20, MANY // 3 + 21))
    assert y.max() == 7.0
    losses.chart.fit()
    losses.chart.draw()
    assert curve.faint.curve.getData()[0][-1] == MANY, "the newest point is drawn"
    assert curve.faint.curve.getData()[1].max() == 7.0, "no spike is lost"


FINITE = st.floats(-1e6, 1e6)
NUMBERS = st.one_of(FINITE, FINITE, FINITE, st.sampled_from([math.nan, math.inf]))


@given(
    st.lists(st.lists(NUMBERS, max_size=300), max_size=5),
    st.integers(1, 6),
    st.floats(0, 1),
    st.floats(0, 1),
)
@settings(max_examples=150, deadline=None)
def test_an_outline_keeps_extremes_ends_and_order(
    pieces: list[list[float]], buckets: int, left: float, right: float
) -> None:
    series = Series()
    for piece in pieces:
        series.extend(range(series.count, series.count + len(piece)), piece)
    left, right = sorted([left * series.count, right * series.count])
    x, y = series.outline(left, right, buckets)
    assert len(x) == len(y) <= 12 * buckets + 12
    assert (np.diff(x) >= 0).all()
    whole = series.y[: series.count]
    inside = whole[math.ceil(left) : math.floor(right) + 1]
    inside, shown = inside[np.isfinite(inside)], y[np.isfinite(y)]
    if len(inside):
        assert shown.max() >= inside.max()
        assert shown.min() <= inside.min()
        assert {*shown} <= {*whole}
    if series.count and right >= series.count - 1:
        assert x[-1] == series.count - 1


@given(st.lists(NUMBERS, max_size=4 * BLOCK), st.integers(0, 4 * BLOCK), st.floats(0, 0.999))
@settings(max_examples=60, deadline=None)
def test_smoothing_many_at_once_is_smoothing_one_by_one(
    values: list[float], cut: int, weight: float
) -> None:
    expected = Smoothing(weight).extend(values)
    at_once = Smoothing(weight)
    found = [*at_once.extend_many(np.array(values[:cut])), *at_once.extend(values[cut:])]
    assert found == pytest.approx(expected, nan_ok=True, rel=1e-6, abs=1e-6)
