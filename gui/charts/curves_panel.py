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
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.core.run_plan import Figure
from gui import look
from gui.charts.curve_files import write_csv
from gui.charts.legend import Legend
from gui.charts.pace import TITLES, Pace
from gui.widgets import dialogs
from gui.widgets.common import label, tool_button
from gui.widgets.number_format import duration, headline, percent
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
    """Follows a run: every loss by step and every figure by epoch, and how fast it goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Losses")
        self._charts: tuple[Chart, Chart] | None = None
        self.legend, self.metric_legend = Legend(), Legend()
        self.legend.toggled.connect(lambda name, on: self.chart.set_shown(name, on))
        self.metric_legend.toggled.connect(lambda name, on: self.metrics.set_shown(name, on))
        self._log, self._weight = False, 0.7
        self._steps = self._epoch = 0
        self._started: Started | None = None
        self._figures: dict[str, float] = {}
        self._table = FigureTable()
        self._optimizers: Mapping[str, QColor] = {}
        self._trained: dict[Figure, QColor] = {}
        self._colours: dict[tuple[Legend, str], QColor] = {}
        self._earlier: list[str] = []
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
        self._trained.clear()
        self._colours.clear()
        self._earlier.clear()
        self._pace = Pace()
        self._steps = self._epoch = 0
        self._started = None
        self.headline.setText("\N{EN DASH}")
        self.headline_title.setText("")
        self._say_headline()
        self.speed.setText("\N{EN DASH}")
        self.epoch.setText("\N{EN DASH}")
        self._show_kind(self.kind.checkedId())

    def set_optimizers(self, colours: Mapping[str, QColor]) -> None:
        """The colour of each loss that comes, its optimizer's; empty where there is only one."""
        self._optimizers = colours

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        match message:
            case Started():
                self._started, self._table = message, FigureTable(message.figures)
                self._epoch = message.epoch
                self._pace = Pace(float(message.steps_per_epoch))
                for chart in self._charts or ():
                    chart.pace = self._pace
                self._say_epoch(None)
                self._fit()
            case Steps():
                self._end_steps(message)
            case EpochEnded():
                self._end_epoch(message)
            case Progress():
                if message.samples_per_second:
                    self.speed.setText(f"{message.samples_per_second:,.0f}")
                if message.seconds:
                    self._pace.look(message.step, message.seconds)
                self._epoch = message.epoch
                self._say_epoch(message.seconds_left)
            case Stopped():
                self._epoch = message.epoch
                self._say_epoch(None)
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
        if title not in self._earlier:
            self._earlier.append(title)
        palette = look.EARLIER
        colour = QColor(palette[self._earlier.index(title) % len(palette)])
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
        self.along = QComboBox()
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
        self._readout = self._figures_that_matter()
        layout.addWidget(self._readout)

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
            self._readout.hide()
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
        known = [self._readout] if self._started or self._figures else []
        if not known:
            self._readout.hide()
        for one in (self.along, *known, None, self.smoothing, self._smoothing_title):
            wide = longer if one is None else _wide(one)
            fits = used + wide <= room
            used += wide if fits else 0
            if one is not None:
                one.setVisible(fits)
            else:
                self.log.setText(WHOLE if fits else SHORT)

    def _figures_that_matter(self) -> QWidget:
        self.headline_title, self.headline = label("", "dim"), label("\N{EN DASH}")
        self.headline.setFont(look.ui_font(30, 600))
        self.speed = label("\N{EN DASH}")
        self.speed.setFont(look.ui_font(21, 600))
        self.epoch = label("\N{EN DASH}")
        self.epoch.setFont(look.ui_font(14, 500))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 12, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, 150)
        rows: list[tuple[QLabel, QLabel]] = [
            (self.headline_title, self.headline),
            (label("samples a second", "dim"), self.speed),
            (label("epoch", "dim"), self.epoch),
        ]
        for index, (title, value) in enumerate(rows):
            value.setAccessibleName(title.text())
            grid.addWidget(title, 3 * index, 0)
            grid.addWidget(value, 3 * index + 1, 0)
            grid.setRowMinimumHeight(3 * index + 2, 10)
        grid.setRowStretch(9, 1)
        self._say_headline()
        return holder

    def _add_loss(self, name: str, figure: Figure) -> None:
        free = [one for one in look.CURVES if not self._taken(QColor(one))] or look.CURVES
        others = sum(one.path not in self._optimizers for one in self._trained)
        colour = self._optimizers.get(figure.path, QColor(free[others % len(free)]))
        self._trained[figure] = colour
        self._draw_in(self.chart, self.legend, name, colour, faint=True)
        self._add_row(self.legend, name, figure, "train", colour)
        self._show_kind(self.kind.checkedId())

    def _add_row(
        self, legend: Legend, key: str, figure: Figure, split: str, colour: QColor
    ) -> None:
        title = figure.part or figure.name
        legend.add(key, figure.path, title, split, colour, part=bool(figure.part))

    def _taken(self, colour: QColor) -> bool:
        """Could a colour be mistaken for that of an optimizer?"""
        hues = [one.hue() for one in self._optimizers.values()]
        return any(min((colour.hue() - hue) % 360, (hue - colour.hue()) % 360) < 20 for hue in hues)

    def _held_out(self, loss: Figure) -> QColor:
        """The validation curve's colour: of its own for a loss alone, else its training curve's."""
        whole = [one for one in self._trained if not one.part]
        if whole == [loss]:
            return QColor(look.HELD_OUT[0])
        return look.mix(self._trained[loss], look.colours().text, 0.5)

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
        self._say_headline()
        self._later()

    def _end_epoch(self, message: EpochEnded) -> None:
        for key, value in message.figures.items():
            if self._table.find(key)[0] == "val":  # batches are drawn one by one
                self._add_figures(key, [message.step], [value])
        self._epoch = message.epoch
        self._say_headline()
        self._later()

    def _add_figures(self, key: str, steps: Sequence[float], values: Sequence[float]) -> None:
        """Points of a validated loss or of a metric; those of batches are smoothed."""
        split, figure = self._table.find(key)
        is_loss = figure in self._trained
        chart, legend = (self.chart, self.legend) if is_loss else (self.metrics, self.metric_legend)
        if split == "val":
            self._figures[key] = values[-1]
        if key not in chart:
            others = dict.fromkeys(self._table.find(one)[1].path for one in chart.names())
            place = [*others, figure.path].index(figure.path)
            palette = look.HELD_OUT if split == "val" else look.CURVES
            colour = self._held_out(figure) if is_loss else QColor(palette[place % len(palette)])
            again = not is_loss and place // len(palette) % 2 == 1  # its colour is taken
            self._draw_in(
                chart, legend, key, colour, faint=split == "train", points=split == "val",
                dashed=again,
            )  # fmt: skip
            self._add_row(legend, key, figure, split, colour)
            self._show_kind(self.kind.checkedId())
        chart.extend(key, steps, values)

    def _say_headline(self) -> None:
        chosen = headline(self._figures, self._table)
        if chosen is not None:
            self.headline_title.setText(f"{self._table.find(chosen[0])[1].title}, validation")
            self.headline.setText(percent(*chosen, self._table))
        for one in (self.headline_title, self.headline):
            one.setVisible(chosen is not None)

    def _say_epoch(self, seconds_left: float | None) -> None:
        if self._started is None:
            return
        text = f"{min(self._epoch + (seconds_left is not None), self._started.epochs)}"
        text += f" of {self._started.epochs}"
        if seconds_left is not None:
            text += f" \N{MIDDLE DOT} {duration(seconds_left)} left"
        self.epoch.setText(text)

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
