"""A slider for each latent that a view is drawn at, live while the board trains and after."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gui.widgets import button, label

MOST = 20
"""Latents with a slider of their own; the others only move by Random."""
FARTHEST = 3.0
"""Sliders end here: 997 of 1,000 numbers of a unit normal lie between."""
PARTS = 100
"""Steps of a slider for each unit."""
SEND_MS = 33
"""While a slider moves, its place is sent this often."""


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
        self.sliders: list[QSlider] = []
        self._figures: list[QLabel] = []
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.reset = button("Reset", self.to_zero, icon="arrow-counter-clockwise")
        self.reset.setToolTip("Puts every latent at 0, the middle of what is sampled")
        self.random = button("Random", self.to_chance, icon="shuffle")
        self.random.setToolTip("Draws every latent anew from the unit normal")
        head = QHBoxLayout()
        head.addWidget(label(name.replace("_", " "), "heading"))
        head.addStretch(1)
        head.addWidget(self.reset)
        head.addWidget(self.random)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._area(), 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
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

    def sizeHint(self) -> QSize:
        return QSize(230, 150)

    def _area(self) -> QScrollArea:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        for place in range(min(len(self._at), MOST)):
            slider, figure = self._slider(place), label("", "mono")
            figure.setMinimumWidth(figure.fontMetrics().horizontalAdvance("-0.00") + 4)
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label(str(place), "dim"), place, 0)
            grid.addWidget(slider, place, 1)
            grid.addWidget(figure, place, 2)
            self.sliders.append(slider)
            self._figures.append(figure)
        more = len(self._at) - len(self.sliders)
        if more:
            text = f"{more} more move by Random and Reset alone."
            grid.addWidget(label(text, "dim", wrap=True), MOST, 0, 1, 3)
        grid.setRowStretch(MOST + 1, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(holder)
        return area

    def _slider(self, place: int) -> QSlider:
        end = round(FARTHEST * PARTS)
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(-end, end)
        slider.setSingleStep(PARTS // 10)
        slider.setPageStep(PARTS // 2)
        slider.setMinimumWidth(90)
        slider.setProperty("look", "centred")
        slider.setAccessibleName(f"Latent {place}")
        slider.setToolTip(f"Latent {place}: arrow keys move it by a tenth")
        slider.valueChanged.connect(partial(self._slide, place))
        return slider

    def _slide(self, place: int, value: int) -> None:
        self._at[place] = value / PARTS
        self._changed()

    def _put(self, at: list[float]) -> None:
        self._at = at
        self._changed()

    def _changed(self) -> None:
        self._show()
        if not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        for slider, figure, value in zip(self.sliders, self._figures, self._at, strict=False):
            with QSignalBlocker(slider):
                slider.setValue(round(value * PARTS))
            figure.setText(f"{value:.2f}")
