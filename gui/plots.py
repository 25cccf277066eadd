"""Curves over training steps: the only module that imports pyqtgraph."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import look

Array = np.ndarray[tuple[int], np.dtype[np.float64]]

MARKED = 60
"""Up to how many points of an epoch curve are marked one by one."""
SMALLEST = 1e-12
"""What a logarithmic axis shows in place of zero and below."""


@dataclass
class Series:
    """All points of one curve, in arrays that double when they are full."""

    x: Array = field(default_factory=lambda: np.empty(256))
    y: Array = field(default_factory=lambda: np.empty(256))
    count: int = 0

    def extend(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Add points; a point left of the last one (a resumed run) takes its successors' place."""
        if not len(xs):
            return
        if self.count and xs[0] <= self.x[self.count - 1]:
            self.count = int(np.searchsorted(self.x[: self.count], xs[0]))
        end = self.count + len(xs)
        while end > len(self.x):
            self.x = np.concatenate([self.x, np.empty(len(self.x))])
            self.y = np.concatenate([self.y, np.empty(len(self.y))])
        self.x[self.count : end] = xs
        self.y[self.count : end] = ys
        self.count = end

    @property
    def last(self) -> float | None:
        """The latest value, None before the first."""
        return float(self.y[self.count - 1]) if self.count else None


class Smoothing:
    """Exponential moving average with a correction for its start (Kingma and Ba 2014, 3).

    It goes on where it stopped, so that a growing curve costs only its new points.
    """

    def __init__(self, weight: float) -> None:
        """Keep `weight` of the past: 0 keeps nothing, 1 would keep all."""
        self.weight = weight
        self.average = 0.0
        self.rest = 1.0

    def extend(self, values: Sequence[float]) -> list[float]:
        """The smoothed values; those that are not finite pass as they are and leave no trace."""
        smoothed = []
        for value in values:
            if math.isfinite(value):
                self.average = self.average * self.weight + (1 - self.weight) * value
                self.rest *= self.weight
                smoothed.append(self.average / (1 - self.rest))
            else:
                smoothed.append(value)
        return smoothed


@dataclass
class Curve:
    """One named series and the plot items that draw it."""

    series: Series
    line: pg.PlotDataItem
    faint: pg.PlotDataItem | None
    smoothed: Series
    smoothing: Smoothing

    def smooth(self, weight: float) -> None:
        """Smooth all points anew."""
        self.smoothing, self.smoothed = Smoothing(weight), Series()
        ys = self.series.y[: self.series.count].tolist()
        self.smoothed.extend(self.series.x[: self.series.count].tolist(), self.smoothing.extend(ys))


class Chart(QWidget):
    """Curves that grow: items are made once and given their points by `setData`."""

    def __init__(self, *, label: str = "step", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Curves")
        self._plot = pg.PlotWidget(parent=self, background=look.colours().panel)
        self._plot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.getPlotItem().setLabel("bottom", label)
        self._curves: dict[str, Curve] = {}
        self._stale: set[str] = set()
        self._weight = 0.0
        self._log = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)

    def set_colours(self, text: QColor, line: QColor, ground: QColor, font: QFont) -> None:
        """Draw axes and grid in the theme's colours."""
        self._plot.setBackground(ground)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(pg.mkPen(line))
            axis.setTextPen(pg.mkPen(text))
            axis.setTickFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=8)
            axis.label.setFont(font)
            axis.labelStyle = {"color": text.name()}
            axis.setTickPen(pg.mkPen(text))
        self._plot.getAxis("left").setPen(pg.mkPen(None))
        self._plot.getAxis("left").setWidth(56)
        self._plot.showGrid(x=False, y=True, alpha=0.22)

    def add(self, name: str, colour: QColor, *, faint: bool = False, points: bool = False) -> None:
        """Make the curve `name`.

        Args:
            name: Its key.
            colour: Of its line.
            faint: Draw the raw values thin behind the smoothed line.
            points: Mark each value (for a curve with one value an epoch).
        """
        options = {"autoDownsample": True, "clipToView": True, "downsampleMethod": "peak"}
        behind = None
        if faint:
            pale = QColor(colour)
            pale.setAlpha(80)
            behind = pg.PlotDataItem(pen=pg.mkPen(pale, width=1), **options)
            self._plot.addItem(behind)
        marks = {"symbol": "o", "symbolSize": 4, "symbolPen": None, "symbolBrush": colour}
        line = pg.PlotDataItem(
            pen=pg.mkPen(colour, width=2), **(marks if points else {}), **(options if faint else {})
        )
        self._plot.addItem(line)
        for item in (behind, line):
            if item is not None:
                item.setLogMode(False, self._log)
        self._curves[name] = Curve(Series(), line, behind, Series(), Smoothing(self._weight))

    def __contains__(self, name: str) -> bool:
        return name in self._curves

    def names(self) -> Iterable[str]:
        """The curves there are."""
        return self._curves.keys()

    def series(self, name: str) -> Series:
        """All points of one curve."""
        return self._curves[name].series

    def extend(self, name: str, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Add points to a curve; they are drawn at the next `draw`."""
        if not len(xs):
            return
        curve = self._curves[name]
        count = curve.series.count
        curve.series.extend(xs, ys)
        self._stale.add(name)
        if curve.series.count == count + len(xs):
            curve.smoothed.extend(xs, curve.smoothing.extend(ys))
        else:
            curve.smooth(self._weight)

    def draw(self) -> None:
        """Give the curves that changed their points."""
        for name in self._stale:
            curve = self._curves[name]
            if curve.faint is None:
                if curve.series.count > MARKED:
                    curve.line.setSymbol(None)
                curve.line.setData(*self._points(curve.series))
            else:
                curve.faint.setData(*self._points(curve.series))
                curve.line.setData(*self._points(curve.smoothed))
        self._stale.clear()

    def _points(self, series: Series) -> tuple[Array, Array]:
        x, y = series.x[: series.count], series.y[: series.count]
        return x, np.maximum(y, SMALLEST) if self._log else y

    def clear(self) -> None:
        """Take every curve away."""
        for curve in self._curves.values():
            self._plot.removeItem(curve.line)
            if curve.faint is not None:
                self._plot.removeItem(curve.faint)
        self._curves.clear()
        self._stale.clear()
        self._plot.enableAutoRange()

    def set_shown(self, name: str, shown: bool) -> None:
        """Show or hide one curve."""
        curve = self._curves[name]
        curve.line.setVisible(shown)
        if curve.faint is not None:
            curve.faint.setVisible(shown)

    def set_log(self, log: bool) -> None:
        """Draw values on a logarithmic axis."""
        self._log = log
        self._plot.getPlotItem().setLogMode(False, log)
        self._stale.update(self._curves)
        self.draw()

    def set_smoothing(self, weight: float) -> None:
        """Smooth the curves that have a faint twin, by 0 (not at all) to below 1."""
        self._weight = min(max(weight, 0.0), 0.999)
        for curve in self._curves.values():
            curve.smooth(self._weight)
        self._stale.update(self._curves)
        self.draw()

    def fit(self) -> None:
        """Show all points again after a zoom."""
        self._plot.enableAutoRange()
