"""Curves over training steps: the only module that imports pyqtgraph."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import look
from gui.series import Array, Series, Smoothing

MARKED = 60
"""Up to how many points of an epoch curve are marked one by one."""
LEAST = 100
"""How many places side by side a curve is told apart at, at least."""
REDRAW_MS = 15
"""How long after a zoom curves are drawn anew, so that a turn of the wheel draws them once."""
SMALLEST = 1e-12
"""What a logarithmic axis shows in place of zero and below."""


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
        x, y = self.series.x[: self.series.count], self.series.y[: self.series.count]
        self.smoothed.extend(x, self.smoothing.extend_many(y))


class Chart(QWidget):
    """Curves that grow: items are made once and given what can be seen of their points.

    pyqtgraph's own downsampling would look at every point at each drawing, and leave out the
    newest.
    """

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
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self.draw)
        self._plot.getViewBox().sigXRangeChanged.connect(self._on_range)
        self._plot.getViewBox().sigResized.connect(self._redraw)
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
        behind = None
        if faint:
            pale = QColor(colour)
            pale.setAlpha(80)
            behind = pg.PlotDataItem(pen=pg.mkPen(pale, width=1))
            self._plot.addItem(behind)
        marks = {"symbol": "o", "symbolSize": 4, "symbolPen": None, "symbolBrush": colour}
        line = pg.PlotDataItem(pen=pg.mkPen(colour, width=2), **(marks if points else {}))
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
        view = self._plot.getViewBox()
        left, right = -math.inf, math.inf
        if not view.autoRangeEnabled()[0]:
            left, right = view.viewRange()[0]
        x, y = series.outline(left, right, max(int(view.width()), LEAST))
        return x, np.maximum(y, SMALLEST) if self._log else y

    def _on_range(self) -> None:
        """Another part is seen: by a zoom, and not as the curves grow."""
        if not self._plot.getViewBox().autoRangeEnabled()[0]:
            self._redraw()

    def _redraw(self) -> None:
        """Another part is seen, or it has another width."""
        self._stale.update(self._curves)
        self._timer.start()

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
        self._redraw()
