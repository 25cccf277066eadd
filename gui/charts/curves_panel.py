"""The Losses tab: curves at the left, the figures that matter at the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.core.run_plan import Figure
from gui import look
from gui.charts.curve_colours import CurveColours
from gui.charts.curve_files import write_csv
from gui.charts.legend import Legend
from gui.charts.pace import TITLES, Pace
from gui.charts.readout import Readout
from gui.widgets import dialogs
from gui.widgets.common import label, tool_button
from gui.widgets.drop_down import DropDown
from gui.widgets.scrolled import Scrolled
from runtime.protocol.figures import FigureTable
from runtime.protocol.messages import EpochEnded, Progress, Started, Steps, Stopped

if TYPE_CHECKING:
    from gui.charts.plots import Chart

DRAW_MS = 60
KINDS = "Pictures (*.png);;Drawings (*.svg);;Tables (*.csv)"

HINTS = (
    "The loss of every step is drawn here while the board trains.",
    "What metrics such as Accuracy measure is drawn here while the board trains.",
)
"""What stands in place of the curves of losses, and of metrics, while there are none."""
NARROW = 480
"""How wide the panel is, in pixels, to have the legend beside the curves."""
LOW = 200
"""How high it is to have room for a legend below the curves."""
CONTROLS, AROUND = 400, 90
"""How wide a narrow panel is to have all that can be chosen above the curves; pixels between the
parts of the panel."""
SPACING = 8
"""Pixels between what stands above the curves."""
WHOLE, SHORT = "Log scale", "Log"


class Losses(QWidget):
    """Follows a run: every loss by step and every figure by epoch, and how fast it goes.

    Attributes:
        readout: The figures that matter, at the right.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Losses")
        self._charts: tuple[Chart, Chart] | None = None
        self.legend, self.metric_legend = Legend(), Legend()
        self.legend.toggled.connect(lambda name, on: self.chart.set_shown(name, on))
        self.metric_legend.toggled.connect(lambda name, on: self.metrics.set_shown(name, on))
        self._log, self._weight = False, 0.7
        self._figures: dict[str, float] = {}
        self._table = FigureTable()
        self._choice = CurveColours()
        self._colours: dict[tuple[Legend, str], QColor] = {}
        """Those chosen, before they are made to be seen in the theme."""
        self._pace = Pace()
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAW_MS)
        self._timer.timeout.connect(self.draw)
        look.changed.connect(self._recolour)
        self._show_kind(0)

    @property
    def chart(self) -> Chart:
        """The losses; made, and pyqtgraph loaded, at the first use."""
        return self.prepare()[0]

    @property
    def metrics(self) -> Chart:
        """The metrics."""
        return self.prepare()[1]

    def prepare(self) -> tuple[Chart, Chart]:
        """Load what draws, so that the first point need not wait for it."""
        if self._charts is None:
            from gui.charts.plots import Chart  # noqa: PLC0415 - half a second that opening can do without

            self._charts = Chart(), Chart()
            for chart in self._charts:
                chart.pace = self._pace
                chart.set_along(self.along.currentData())
                chart.hide()
                self._curves.addWidget(chart, 1)
            for chart in self._charts:
                chart.set_smoothing(self._weight)
            self._charts[0].set_log(self._log)
            self._recolour()
        return self._charts

    def clear(self) -> None:
        """A new run begins: the curves of the last one go."""
        for chart in self._charts or ():
            chart.clear()
        self.legend.clear()
        self.metric_legend.clear()
        self._figures.clear()
        self._table = FigureTable()
        self._choice.clear()
        self._colours.clear()
        self._pace = Pace()
        self.readout.clear()
        self._show_kind(self.kind.checkedId())

    def set_optimizers(self, colours: Mapping[str, QColor]) -> None:
        """The colour of each loss that comes, its optimizer's; empty where there is only one."""
        self._choice.optimizers = colours

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        self.readout.receive(message)
        match message:
            case Started():
                self._table = FigureTable(message.figures)
                self._pace = Pace(float(message.steps_per_epoch))
                for chart in self._charts or ():
                    chart.pace = self._pace
                self._fit()
            case Steps():
                self._end_steps(message)
            case EpochEnded():
                self._end_epoch(message)
            case Progress():
                if message.seconds:
                    self._pace.look(message.step, message.seconds)
            case Stopped():
                self.draw()

    def show_curves(
        self,
        curves: Mapping[str, tuple[list[float], list[float]]],
        *,
        title: str = "",
        pace: Pace | None = None,
        figures: Iterable[Figure] = (),
    ) -> None:
        """Show an earlier run's curves beside the present ones, each run in a colour of its own.

        Args:
            curves: Steps and values by name.
            title: What the run is called.
            pace: How many steps its epochs had, and how long they took.
            figures: What its figures are, where it says so.
        """
        colour = self._choice.of_earlier(title)
        table = FigureTable(figures, curves)
        for name, (xs, ys) in curves.items():
            key, (split, figure) = f"{title} {name}", table.find(name)
            is_loss = figure.kind == "loss"
            chart, legend = (
                (self.chart, self.legend) if is_loss else (self.metrics, self.metric_legend)
            )
            if key not in chart:
                steps, held_out = split != "val", split == "val"
                self._draw_in(
                    chart, legend, key, colour, faint=steps, points=not steps, dashed=held_out,
                    pace=pace or Pace(),
                )  # fmt: skip
                row = f"{title} {figure.part or figure.name}"
                split = "val" if held_out else "train"
                legend.add(key, row, row, split, self._colours[legend, key])
            chart.extend(key, xs, ys)
        self._show_kind(self.kind.checkedId())
        self.draw()

    def _draw_in(
        self, chart: Chart, legend: Legend, name: str, colour: QColor, **style: Any
    ) -> None:
        """Add a curve, in its colour as the theme lets it be seen."""
        self._colours[legend, name] = colour
        chart.add(name, look.curve_colour(colour), **style)

    def draw(self) -> None:
        """Draw what came since the last time."""
        for chart, legend in zip(self.prepare(), (self.legend, self.metric_legend), strict=True):
            chart.draw()
            legend.refresh({name: chart.latest(name) for name in chart.names()})
        self._fit()

    def _build(self) -> None:
        self.kind = QButtonGroup(self)
        kinds = QHBoxLayout()
        kinds.setSpacing(4)
        for index, name in enumerate(("Loss", "Metrics")):
            kind = QToolButton()
            kind.setText(name)
            kind.setCheckable(True)
            kind.setChecked(index == 0)
            kind.setAccessibleName(f"Show {name.lower()}")
            kind.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self.kind.addButton(kind, index)
            kinds.addWidget(kind)
        self.kind.idClicked.connect(self._show_kind)
        self.log = QCheckBox(WHOLE)
        self.log.setAccessibleName("Log scale")
        self.log.toggled.connect(self._set_log)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 99)
        self.smoothing.setMinimumWidth(50)
        self.smoothing.setMaximumWidth(110)
        self._smoothing_title = label("Smoothing", "dim")
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("How much the training curve is smoothed")
        self.smoothing.setValue(70)
        self.smoothing.valueChanged.connect(self._set_smoothing)
        self.along = DropDown()
        self.along.setAccessibleName("Along")
        self.along.setToolTip("What the curves are drawn over")
        for along in TITLES:
            self.along.addItem(along.capitalize(), along)
        self.along.activated.connect(self._set_along)
        self.save = tool_button("download-simple", "Save the curves", self._save)
        controls = QHBoxLayout()
        controls.setSpacing(SPACING)
        controls.addLayout(kinds)
        controls.addStretch(1)
        controls.addWidget(self._smoothing_title)
        controls.addWidget(self.smoothing)
        controls.addWidget(self.log)
        controls.addWidget(self.along)
        controls.addWidget(self.save)
        curves = QVBoxLayout()
        curves.setSpacing(4)
        curves.addLayout(controls)
        self._hint = label(HINTS[0], "dim", wrap=True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        curves.addWidget(self._hint, 1)
        self._curves = curves
        inner = QWidget()
        self._side = Scrolled(inner)
        side = QVBoxLayout(inner)
        side.setContentsMargins(0, 12, 0, 0)
        side.addWidget(self.legend)
        side.addWidget(self.metric_legend)
        side.addStretch(1)
        self._layout = layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        layout.setContentsMargins(14, 8, 20, 10)
        layout.setSpacing(22)
        layout.addLayout(curves, 1)
        layout.addWidget(self._side)
        self.readout = Readout()
        layout.addWidget(self.readout)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out in a narrow window what can be done without."""
        self._fit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Make room anew where words change."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        legend = self.legend if self.kind.checkedId() == 0 else self.metric_legend
        narrow = self.width() < NARROW
        ways = QBoxLayout.Direction
        self._layout.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        if self._layout.spacing() != (gap := 4 if narrow else 22):
            self._layout.setSpacing(gap)  # asks for a new layout, and so for this, each time
        if narrow:
            self.readout.hide()
            room = self.height() - LOW
            self._side.setMaximumHeight(max(room, Scrolled.LEAST))
            self._side.setVisible(room > min(legend.sizeHint().height(), Scrolled.LEAST))
            self._smoothing_title.hide()
            self.smoothing.hide()
            self.along.setVisible(self.width() > CONTROLS)
            self.log.setText(SHORT)
            return
        self._side.setMaximumHeight(self.height())
        self._side.show()
        self._make_room(self.width() - self._side.sizeHint().width() - AROUND)

    def _make_room(self, room: int) -> None:
        """Show beside the legend, whose names stay whole, what there is room for."""
        texts = self.log.fontMetrics()
        longer = texts.horizontalAdvance(WHOLE) - texts.horizontalAdvance(SHORT)
        used = sum(map(_wide, (*self.kind.buttons(), self.log, self.save)))
        used -= longer if self.log.text() == WHOLE else 0
        known = [self.readout] if self.readout.started or self._figures else []
        if not known:
            self.readout.hide()
        for one in (self.along, *known, None, self.smoothing, self._smoothing_title):
            wide = longer if one is None else _wide(one)
            fits = used + wide <= room
            used += wide if fits else 0
            if one is not None:
                one.setVisible(fits)
            else:
                self.log.setText(WHOLE if fits else SHORT)

    def _add_loss(self, name: str, figure: Figure) -> None:
        colour = self._choice.of_loss(figure)
        self._draw_in(self.chart, self.legend, name, colour, faint=True)
        self._add_row(self.legend, name, figure, "train", colour)
        self._show_kind(self.kind.checkedId())

    def _add_row(
        self, legend: Legend, key: str, figure: Figure, split: str, colour: QColor
    ) -> None:
        title = figure.part or figure.name
        legend.add(key, figure.path, title, split, colour, part=bool(figure.part))

    def _end_steps(self, message: Steps) -> None:
        """Losses of steps, metrics of their batches, and what was validated after one of them."""
        for name, points in message.curves.items():
            split, figure = self._table.find(name)
            if split == "loss":
                if name not in self.chart:
                    self._add_loss(name, figure)
                self.chart.extend(name, points.steps, points.values)
            else:
                self._add_figures(name, points.steps, points.values)
        self.readout.show_headline(self._figures, self._table)
        self._later()

    def _end_epoch(self, message: EpochEnded) -> None:
        for key, value in message.figures.items():
            if self._table.find(key)[0] == "val":  # batches are drawn one by one
                self._add_figures(key, [message.step], [value])
        self.readout.show_headline(self._figures, self._table)
        self._later()

    def _add_figures(self, key: str, steps: Sequence[float], values: Sequence[float]) -> None:
        """Points of a validated loss or of a metric; those of batches are smoothed."""
        split, figure = self._table.find(key)
        is_loss = self._choice.has(figure)
        chart, legend = (self.chart, self.legend) if is_loss else (self.metrics, self.metric_legend)
        if split == "val":
            self._figures[key] = values[-1]
        if key not in chart:
            others = dict.fromkeys(self._table.find(one)[1].path for one in chart.names())
            place = [*others, figure.path].index(figure.path)
            colour, again = self._choice.of_metric(place, split)
            if is_loss:
                colour, again = self._choice.held_out(figure), False
            self._draw_in(
                chart, legend, key, colour, faint=split == "train", points=split == "val",
                dashed=again,
            )  # fmt: skip
            self._add_row(legend, key, figure, split, colour)
            self._show_kind(self.kind.checkedId())
        chart.extend(key, steps, values)

    def _show_kind(self, index: int) -> None:
        none = self._charts is None or not list(self._charts[max(index, 0)].names())
        self._hint.setText(HINTS[max(index, 0)])
        self._hint.setVisible(none)
        for place, chart in enumerate(self._charts or ()):
            chart.setVisible(index == place and not none)
        self.legend.setVisible(index == 0)
        self.metric_legend.setVisible(index == 1)
        self._fit()
        self.log.setEnabled(index == 0)

    def _set_along(self, _: int) -> None:
        for chart in self._charts or ():
            chart.set_along(self.along.currentData())

    def _save(self) -> None:
        """Ask for a file and write the curves there, as its ending says."""
        path = dialogs.ask_save(self, "Save the curves", Path.home() / "curves.png", KINDS)
        if path is None:
            return
        chart = (self.chart, self.metrics)[max(self.kind.checkedId(), 0)]
        try:
            if path.suffix.lower() == ".csv":
                write_csv(path, {name: chart.series(name) for name in chart.names()})
            else:
                chart.save_picture(path)
        except OSError as error:
            reason = error.strerror or str(error)
            dialogs.tell(self, "Save the curves", f"{path} could not be written: {reason}")

    def _set_log(self, log: bool) -> None:
        self._log = log
        if self._charts is not None:
            self.chart.set_log(log)

    def _set_smoothing(self, value: int) -> None:
        self._weight = value / 100
        for chart in self._charts or ():
            chart.set_smoothing(self._weight)

    def _later(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _recolour(self) -> None:
        colours = look.colours()
        for legend in (self.legend, self.metric_legend):
            legend.recolour()
        for chart in self._charts or ():
            chart.set_colours(colours.dim, colours.line, colours.panel, look.mono_font(11))
        for legend, chart in zip(
            (self.legend, self.metric_legend), self._charts or (), strict=False
        ):
            for name in chart.names():
                chart.recolour(name, look.curve_colour(self._colours[legend, name]))


def _wide(widget: QWidget) -> int:
    """Pixels that a widget and the gap beside it need."""
    return max(widget.minimumSizeHint().width(), widget.minimumWidth()) + SPACING
