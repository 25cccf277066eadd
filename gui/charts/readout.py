"""The figures that matter of a run: its best-known one, how fast it goes, and how far it is."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gui import look
from gui.widgets.common import label
from gui.widgets.number_format import duration, headline, percent
from runtime.protocol.figures import FigureTable
from runtime.protocol.messages import Progress, Started, Stopped

NONE = "\N{EN DASH}"


class Readout(QWidget):
    """The headline, samples a second and the epoch, in large letters."""

    def __init__(self) -> None:
        super().__init__()
        self._started: Started | None = None
        self._epoch = 0
        self.headline_title, self.headline = label("", "dim"), label(NONE)
        self.headline.setFont(look.ui_font(30, 600))
        self.speed = label(NONE)
        self.speed.setFont(look.ui_font(21, 600))
        self.epoch = label(NONE)
        self.epoch.setFont(look.ui_font(14, 500))
        grid = QGridLayout(self)
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
        self.show_headline({}, FigureTable())

    @property
    def started(self) -> bool:
        """Has a run begun since `clear`?"""
        return self._started is not None

    def clear(self) -> None:
        """A new run begins."""
        self._started, self._epoch = None, 0
        self.headline.setText(NONE)
        self.headline_title.setText("")
        self.show_headline({}, FigureTable())
        self.speed.setText(NONE)
        self.epoch.setText(NONE)

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        match message:
            case Started():
                self._started, self._epoch = message, message.epoch
                self._say_epoch(None)
            case Progress():
                if message.samples_per_second:
                    self.speed.setText(f"{message.samples_per_second:,.0f}")
                self._epoch = message.epoch
                self._say_epoch(message.seconds_left)
            case Stopped():
                self._epoch = message.epoch
                self._say_epoch(None)

    def show_headline(self, figures: dict[str, float], table: FigureTable) -> None:
        """Show that of the newest validated figures which says most, if there is any."""
        chosen = headline(figures, table)
        if chosen is not None:
            self.headline_title.setText(f"{table.find(chosen[0])[1].title}, validation")
            self.headline.setText(percent(*chosen, table))
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
