"""The latest value of each curve as a table: a row for each figure, a column for each split."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from gui import look
from gui.widgets.common import Elided, empty, label
from gui.widgets.number_format import figure

COLUMNS = {"train": "train", "val": "validation"}
"""Splits, and what people call them."""
NAME = 132
"""Pixels for the name of a figure, at most."""
INSET = 10
"""Pixels that what a loss is the sum of stands in from it."""


class Legend(QWidget):
    """The latest value of each curve; a click hides it or shows it again."""

    toggled = Signal(str, bool)
    """A curve is to be hidden or shown."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self._rows: dict[str, int] = {}
        self._count = 0
        self._values: dict[str, tuple[QPushButton, QColor]] = {}

    def add(
        self, name: str, row: str, title: str, split: str, colour: QColor, *, part: bool = False
    ) -> None:
        """A place for the value of a new curve.

        Args:
            name: The curve's.
            row: What it is a figure of; curves of one row stand beside each other.
            title: What the row is called.
            split: "train" or "val".
            colour: The curve's.
            part: Is it what the loss above is a sum of?
        """
        column = 1 + list(COLUMNS).index(split)
        if row not in self._rows or self._grid.itemAtPosition(self._rows[row], column):
            self._add_row(row, title, part)
        if self._grid.itemAtPosition(0, column) is None:
            right = Qt.AlignmentFlag.AlignRight
            self._grid.addWidget(label(COLUMNS[split], "dim"), 0, column, right)
        value = QPushButton()
        value.setCheckable(True)
        value.setChecked(True)
        value.setFont(look.mono_font(12))
        value.setMinimumWidth(value.fontMetrics().horizontalAdvance("-0.000"))
        value.setAccessibleName(f"Show {COLUMNS[split]} {title}")
        value.setToolTip("Hide or show this curve")
        value.toggled.connect(lambda on: self._toggle(name, on))
        self._values[name] = (value, colour)
        self._grid.addWidget(value, self._rows[row], column)
        self.recolour()

    def refresh(self, values: Mapping[str, float | None]) -> None:
        """Show the latest values."""
        for name, (value, _) in self._values.items():
            value.setText(figure(values.get(name)))

    def clear(self) -> None:
        """No curves."""
        empty(self._grid)
        self._rows.clear()
        self._count = 0
        self._values.clear()

    def recolour(self) -> None:
        """Give each value its curve's colour, in a shade that can be read."""
        for value, colour in self._values.values():
            ink = readable(colour) if value.isChecked() else look.colours().dim
            struck = "none" if value.isChecked() else "line-through"
            value.setStyleSheet(
                "QPushButton { background: transparent; border: 1px solid transparent; padding: 0;"
                f" text-align: right; color: {ink.name()}; text-decoration: {struck}; }}"
                f"QPushButton:hover {{ color: {look.colours().text.name()}; }}"
                f"QPushButton:focus {{ border-color: {look.colours().accent.name()}; }}"
            )

    def _add_row(self, row: str, title: str, part: bool) -> None:
        self._count += 1
        self._rows[row] = self._count
        name = Elided("", Qt.TextElideMode.ElideRight)
        name.setText(title.replace("_", " "))
        name.setToolTip(title)
        name.setMaximumWidth(NAME)
        if part:
            name.setContentsMargins(INSET, 0, 0, 0)
        self._grid.addWidget(name, self._count, 0)

    def _toggle(self, name: str, on: bool) -> None:
        self.recolour()
        self.toggled.emit(name, on)


def readable(colour: QColor) -> QColor:
    """The colour, darker or lighter until text in it can be read on a panel."""
    panel, target = look.colours().panel, look.colours().text
    for share in (0.0, 0.15, 0.3, 0.45, 0.6):
        mixed = look.mix(colour, target, share)
        if look.contrast(mixed, panel) >= 4.5:
            return mixed
    return target
