"""A slider for each latent that a view is drawn at, live while the board trains and after.

They stand side by side like those of an equaliser, so that all are seen at once in little room.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from gui import look
from gui.widgets.common import button, label

MOST = 20
"""Latents with a slider of their own; the others only move by Random."""
FARTHEST = 3.0
"""Sliders end here: 997 of 1,000 numbers of a unit normal lie between."""
PARTS = 100
"""Steps of a slider for each unit."""
SEND_MS = 33
"""While a slider moves, its place is sent this often."""
CLOSEST, USUAL = 11, 15
"""Pixels from one slider to the next: at least, and where there is room."""


class Bank(QWidget):
    """Sliders side by side, with a line through the middle of what is sampled."""

    def __init__(self, sliders: Sequence[QSlider]) -> None:
        super().__init__()
        self._sliders = sliders
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        for place, slider in enumerate(sliders):
            number = label(str(place), "dim")
            number.setFont(look.ui_font(9))
            number.setStyleSheet("font-size: 9px")
            grid.addWidget(slider, 0, place, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(number, 1, place, Qt.AlignmentFlag.AlignHCenter)
            grid.setColumnMinimumWidth(place, CLOSEST)
            grid.setColumnStretch(place, 1)
        grid.setRowStretch(0, 1)

    def sizeHint(self) -> QSize:
        return QSize(USUAL * len(self._sliders), 90)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(look.colours().line)
        middle = self._sliders[0].geometry().center().y()
        painter.drawLine(0, middle, self.width(), middle)


class LatentSliders(QWidget):
    """The point that one node stands for: a slider a latent, a button for zero, one for chance."""

    moved = Signal(str, tuple)
    """The node and its latents, at most some thirty times a second."""

    def __init__(self, node: str, name: str, at: Sequence[float]) -> None:
        """Show a point.

        Args:
            node: The node that stands for it.
            name: What people call it.
            at: Where it is.
        """
        super().__init__()
        self.node, self._at = node, list(at)
        self.sliders = [self._slider(place) for place in range(min(len(at), MOST))]
        self._name = name.replace("_", " ")
        self._told: int | None = None
        self.heading = label(self._name, "heading")
        self.heading.setFixedWidth(self.heading.fontMetrics().horizontalAdvance("00:  -0.00") + 8)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.reset = button("Reset", self.to_zero, icon="arrow-counter-clockwise")
        self.reset.setToolTip("Puts every latent at 0, the middle of what is sampled")
        self.random = button("Random", self.to_chance, icon="shuffle")
        self.random.setToolTip("Draws every latent anew from the unit normal")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.reset)
        head.addWidget(self.random)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(Bank(self.sliders), 1)
        if more := len(at) - len(self.sliders):
            layout.addWidget(label(f"{more} more move by Random and Reset", "dim"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEND_MS)
        self._timer.timeout.connect(lambda: self.moved.emit(self.node, self.at))
        self._show()

    @property
    def at(self) -> tuple[float, ...]:
        """The latents."""
        return tuple(self._at)

    def to_zero(self) -> None:
        """Put every latent at 0."""
        self._put([0.0] * len(self._at))

    def to_chance(self) -> None:
        """Draw every latent anew."""
        self._put([round(random.gauss(0.0, 1.0), 2) for _ in self._at])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell in the heading where the latent is that the pointer or the keys are on."""
        if event.type() in {QEvent.Type.Enter, QEvent.Type.FocusIn} and watched in self.sliders:
            self._tell(self.sliders.index(watched))
        elif event.type() in {QEvent.Type.Leave, QEvent.Type.FocusOut}:
            self._tell(None)
        return super().eventFilter(watched, event)

    def _tell(self, place: int | None) -> None:
        focused = next((i for i, one in enumerate(self.sliders) if one.hasFocus()), None)
        self._told = focused if place is None else place
        self._show()

    def _slider(self, place: int) -> QSlider:
        end = round(FARTHEST * PARTS)
        slider = QSlider(Qt.Orientation.Vertical)
        slider.setRange(-end, end)
        slider.setSingleStep(PARTS // 10)
        slider.setPageStep(PARTS // 2)
        slider.setMinimumHeight(50)
        slider.installEventFilter(self)
        slider.setAccessibleName(f"Latent {place}")
        slider.valueChanged.connect(partial(self._slide, place))
        return slider

    def _slide(self, place: int, value: int) -> None:
        self._at[place] = value / PARTS
        self._tell(place)
        self._changed()

    def _put(self, at: list[float]) -> None:
        self._at = at
        self._changed()

    def _changed(self) -> None:
        self._show()
        if not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        told = self._told
        self.heading.setText(self._name if told is None else f"{told}:  {self._at[told]:.2f}")
        for place, (slider, value) in enumerate(zip(self.sliders, self._at, strict=False)):
            with QSignalBlocker(slider):
                slider.setValue(round(value * PARTS))
            slider.setToolTip(f"Latent {place} is {value:.2f}: arrow keys move it by a tenth")
