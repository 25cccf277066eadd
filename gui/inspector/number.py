"""A field for numbers: typed, stepped with arrows, keys or wheel, optionally empty."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from graph.core.arithmetic import evaluate
from graph.declare import Param

Number = int | float

KEYS = (
    ("Up, Down", "One step more or less; with Ctrl ten"),
    ("Enter", "Take what is typed, such as 8*8 or 1e-3"),
    ("Escape", "Take back what was typed, then to the board"),
)
"""What keys do in a field for a number, for people."""
TAKEN_BACK = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
WORDS = {"inf": math.inf, "-inf": -math.inf, "+inf": math.inf}


def write(value: Number | None) -> str:
    """A number as people write it: 0.001, 1e-08, 3; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def read(text: str, *, whole: bool) -> Number | None:
    """The number in a text or what a sum such as 8*8 comes to; None for an empty one.

    Raises:
        ValueError: If it is no number, or not a whole one where that is asked.
    """
    text = text.strip().lower().replace(",", "").replace("_", "")
    if not text:
        return None
    if not whole:
        return WORDS[text] if text in WORDS else _number(text)
    number = _number(text)
    if not number.is_integer():
        raise ValueError(text)
    return int(number)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float(evaluate(text))


def step_size(value: float, *, down: bool) -> float:
    """One in the leading digit: 0.001 goes to 0.002 and to 0.0009."""
    if value == 0:
        return 0.1
    magnitude = math.floor(math.log10(abs(value)) + 1e-9)
    toward_zero = down == (value > 0)
    at_power = math.isclose(abs(value), 10.0**magnitude)
    return float(10.0 ** (magnitude - 1 if toward_zero and at_power else magnitude))


class Line(QLineEdit):
    """A line of text whose Ctrl+Z is its own only while what was typed is not entered.

    After that the value is the document's, and so is taking it back.
    """

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and not self.isModified()
            and any(map(event.matches, TAKEN_BACK))
        ):
            event.ignore()
            return False
        return super().event(event)


class NumberBox(Line):
    """Edits an int or float parameter, with None as an empty field where that is allowed.

    Up and Down (with Ctrl: ten at a time) and the wheel over the focused field step the value.
    """

    edited = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param = param
        self._whole = param.kind == "int"
        self._value: object = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPlaceholderText("none" if param.optional else "")
        self.editingFinished.connect(self._commit)

    def show_value(self, value: Number | None) -> None:
        """Show a value without saying it was edited."""
        self._value = value
        text = write(value)
        if self.text() != text:
            self.setText(text)

    def show_found(self, text: str) -> None:
        """Say what an empty field came to; nothing where that is not known."""
        self.setPlaceholderText(text)

    def step(self, steps: int) -> None:
        """Go up or down by some steps, within the allowed range."""
        low, high = self._param.low, self._param.high
        try:
            now = read(self.text(), whole=self._whole)
        except ValueError:
            return
        value: Number = now if now is not None else max(low or 0, 0)
        if self._whole:
            value = int(value) + steps
        elif math.isfinite(value):
            for _ in range(abs(steps)):
                value += math.copysign(step_size(value, down=steps < 0), steps)
            value = float(f"{value:.6g}")
        if low is not None:
            value = max(value, type(value)(low))
        if high is not None:
            value = min(value, type(value)(high))
        self.setText(write(value))
        self._commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if steps is None:
            super().keyPressEvent(event)
            return
        self.step(steps * (10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def _commit(self) -> None:
        self.setText(self.text())  # forgets how it was typed
        text = self.text()
        try:
            value: object = read(text, whole=self._whole)
        except ValueError:
            value = text
        if value == self._value and type(value) is type(self._value):
            self.setText(write(value) if isinstance(value, int | float | None) else text)
            return
        self._value = value
        self.edited.emit(value)
