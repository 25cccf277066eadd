"""Curves over training steps: the only module that imports pyqtgraph."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem, QLabel, QVBoxLayout, QWidget

from gui import look
from gui.charts.pace import TITLES, Along, Pace
from gui.charts.series import Array, Series, Smoothing
from gui.widgets.number_format import figure

MARKED = 60
"""Up to how many points of an epoch curve are marked one by one."""
LEAST = 100
"""How many places side by side a curve is told apart at, at least."""
BREADTH = 2
"""Pixels of a curve's line; nothing finer can be seen of it."""
REDRAW_MS = 15
"""How long after a zoom curves are drawn anew, so that a turn of the wheel draws them once."""
MOST_ZOOM = 10_000
"""How many times closer than all of it a curve can be looked at."""
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
    pace: Pace
    colour: QColor

    @property
    def bold(self) -> Series:
        """What the bold line shows."""
        return self.series if self.faint is None else self.smoothed

    def smooth(self, weight: float) -> None:
        """Smooth all points anew."""
        self.smoothing, self.smoothed = Smoothing(weight), Series()
        x, y = self.series.x[: self.series.count], self.series.y[: self.series.count]
        self.smoothed.extend(x, self.smoothing.extend_many(y))


class Reading:
    """A line through the plot where the pointer is, and the values of all curves there."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        self._plot = plot
        self._line = pg.InfiniteLine(angle=90, pen=pg.mkPen(look.colours().dim))
        self._line.setZValue(50)
        self._line.hide()
        plot.addItem(self._line, ignoreBounds=True)
        self._label = QLabel(plot)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label.hide()
        self.text = ""

    def show(
        self,
        place: float,
        along: Along,
        found: Sequence[tuple[str, float, float]],
        colours: Mapping[str, QColor],
    ) -> None:
        """Show values at a place, each with its curve's name, step and colour."""
        if not found:
            self.hide()
            return
        theme = look.colours()
        where = f"{place:,.0f}" if along == "steps" else f"{place:,.2f}"
        rows, texts = [f"<b>{TITLES[along]} {where}</b>"], [f"{TITLES[along]} {where}"]
        for name, _, value in found:
            ink = look.seen_on(colours[name], theme.node, least=4.5).name()
            title = html.escape(name.replace("_", " "))
            rows.append(f'<span style="color: {ink}">{title} {figure(value)}</span>')
            texts.append(f"{name} {figure(value)}")
        self.text = "\n".join(texts)
        self._line.setPen(pg.mkPen(theme.dim))
        self._line.setPos(place)
        self._line.show()
        self._label.setStyleSheet(
            f"background: {theme.node.name()}; color: {theme.text.name()}; padding: 4px 7px;"
            f" border: 1px solid {theme.node_line.name()}; border-radius: 5px; font-size: 11px;"
        )
        self._label.setText("<br>".join(rows))
        self._label.adjustSize()
        view = self._plot.getViewBox()
        at = self._plot.mapFromScene(view.mapViewToScene(pg.Point(place, 0)))
        beside = at.x() + 10
        if beside + self._label.width() > self._plot.width():
            beside = max(at.x() - 10 - self._label.width(), 0)
        self._label.move(int(beside), 4)
        self._label.show()

    def hide(self) -> None:
        """Read nothing."""
        self.text = ""
        self._line.hide()
        self._label.hide()


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
        self._plot.setMouseEnabled(x=True, y=False)
        self._plot.getViewBox().setAutoVisible(y=True)
        self._plot.viewport().installEventFilter(self)
        self._plot.scene().sigMouseMoved.connect(self._on_move)
        self.along: Along = "steps"
        self.pace = Pace()
        self._reading = Reading(self._plot)
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
            axis.setStyle(tickLength=0, tickTextOffset=8, maxTickLevel=0)
            # its words and lines are painted when they change, and not whenever a curve grows
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
            axis.label.setFont(font)
            axis.labelStyle = {"color": text.name()}
            axis.setTickPen(pg.mkPen(text))
        self._plot.getAxis("left").setPen(pg.mkPen(None))
        self._plot.getAxis("left").setWidth(56)
        self._plot.showGrid(x=False, y=True, alpha=0.22)

    def add(
        self,
        name: str,
        colour: QColor,
        *,
        faint: bool = False,
        points: bool = False,
        dashed: bool = False,
        pace: Pace | None = None,
    ) -> None:
        """Make the curve `name`.

        Args:
            name: Its key.
            colour: Of its line.
            faint: Draw the raw values thin behind the smoothed line.
            points: Mark each value (for a curve with one value an epoch).
            dashed: Draw it dashed, as what belongs to an earlier run's validation.
            pace: That of its run; the one that goes, where it is left out.
        """
        behind = None
        if faint:
            pale = QColor(colour)
            pale.setAlpha(80)
            behind = pg.PlotDataItem(pen=pg.mkPen(pale, width=1))
            self._plot.addItem(behind)
        marks = {"symbol": "o", "symbolSize": 4, "symbolPen": None, "symbolBrush": colour}
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        pen = pg.mkPen(colour, width=BREADTH, style=style)
        line = pg.PlotDataItem(pen=pen, **(marks if points else {}))
        self._plot.addItem(line)
        for item in (behind, line):
            if item is not None:
                item.setLogMode(False, self._log)
        smoothing = Smoothing(self._weight)
        made = Curve(Series(), line, behind, Series(), smoothing, pace or self.pace, colour)
        self._curves[name] = made

    def recolour(self, name: str, colour: QColor) -> None:
        """Draw a curve in another colour, as for another theme."""
        curve = self._curves[name]
        curve.colour = colour
        curve.line.setPen(pg.mkPen(curve.line.opts["pen"], color=colour))
        curve.line.setSymbolBrush(colour)
        if curve.faint is not None:
            pale = QColor(colour)
            pale.setAlpha(80)
            curve.faint.setPen(pg.mkPen(pale, width=1))

    def latest(self, name: str) -> float | None:
        """The last point of a curve's bold line."""
        return self._curves[name].bold.last

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
                curve.line.setData(*self._points(curve, curve.series, BREADTH))
            else:
                curve.faint.setData(*self._points(curve, curve.series))
                curve.line.setData(*self._points(curve, curve.smoothed, BREADTH))
        self._stale.clear()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        """No zoom or drag leads where there are no points."""
        ends = [
            curve.pace.place(curve.series.x[[0, curve.series.count - 1]], self.along)
            for curve in self._curves.values()
            if curve.series.count
        ]
        if not ends:
            return
        low, high = float(min(one[0] for one in ends)), float(max(one[1] for one in ends))
        room = max(high - low, 1e-9)
        self._plot.getViewBox().setLimits(
            xMin=low - 0.06 * room, xMax=high + 0.06 * room, minXRange=min(room, room / MOST_ZOOM)
        )

    def _points(self, curve: Curve, series: Series, stroke: int = 1) -> tuple[Array, Array]:
        """What a line of so many pixels' breadth shows of a curve."""
        view = self._plot.getViewBox()
        left, right = -math.inf, math.inf
        if not view.autoRangeEnabled()[0]:
            left, right = (curve.pace.step(one, self.along) for one in view.viewRange()[0])
        x, y = series.outline(left, right, max(int(view.width()) // stroke, LEAST))
        x = curve.pace.place(x, self.along)
        return x, np.maximum(y, SMALLEST) if self._log else y

    def set_along(self, along: Along) -> None:
        """Draw over steps, epochs or time."""
        self.along = along
        self._plot.getPlotItem().setLabel("bottom", TITLES[along])
        self._plot.getViewBox().setLimits(xMin=None, xMax=None, minXRange=None)
        self._stale.update(self._curves)
        self.fit()
        self.draw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double click shows everything again."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self.fit()
            return True
        return super().eventFilter(watched, event)

    def _on_move(self, at: Any) -> None:
        view = self._plot.getViewBox()
        if not view.sceneBoundingRect().contains(at):
            self._reading.hide()
            return
        place = float(view.mapSceneToView(at).x())
        self.read(place)

    def read(self, place: float) -> list[tuple[str, float, float]]:
        """Show the values of all curves at a place of the axis.

        Returns:
            Each curve that is shown, with the step and the value of the point of its bold line.
        """
        found: list[tuple[str, float, float]] = []
        for name, curve in self._curves.items():
            line = curve.bold
            if not line.count or not curve.line.isVisible():
                continue
            wanted = curve.pace.step(place, self.along)
            nearest = line.nearest(wanted)
            found.append((name, float(line.x[nearest]), float(line.y[nearest])))
        colours = {name: self._curves[name].colour for name, _, _ in found}
        self._reading.show(place, self.along, found, colours)
        return found

    @property
    def reading(self) -> str:
        """What stands beside the pointer; empty where nothing is read."""
        return self._reading.text

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is gone: nothing is read."""
        self._reading.hide()
        super().leaveEvent(event)

    def save_picture(self, path: Path) -> None:
        """Write what is seen as PNG or SVG, as the name's ending says.

        Raises:
            OSError: If the file can't be written.
        """
        self._reading.hide()
        path.touch()  # neither tells why it failed
        if path.suffix.lower() == ".svg":
            drawing = QSvgGenerator()
            drawing.setFileName(str(path))
            drawing.setSize(self._plot.size())
            drawing.setViewBox(self._plot.rect())
            painter = QPainter(drawing)
            self._plot.render(painter)
            painter.end()
        elif not self._plot.grab().save(str(path)):
            raise OSError(f"{path.name}: expected an ending such as .png, got {path.suffix}")

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
        self._reading.hide()
        self.pace = Pace()
        self._plot.getViewBox().setLimits(xMin=None, xMax=None, minXRange=None)
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
