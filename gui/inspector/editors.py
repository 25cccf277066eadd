"""From the kind of a parameter to the widget that edits it."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.declare import Param, ParamKind
from gui import look
from gui.inspector.number import Line, NumberBox, read, write
from gui.widgets import dialogs
from gui.widgets.common import words
from gui.widgets.drop_down import DropDown
from gui.widgets.menu import Menu, escaped

Choices = Callable[[], Sequence[tuple[str, str]]]
"""What may be picked now: (value, label) pairs."""


class Editor(Protocol):
    """What the form asks of an editor; every one is a QWidget with a signal `edited(object)`."""

    def show_value(self, value: Any) -> None:
        """Show a value without saying it was edited."""


AUTO = "auto"
SAID = {
    "cpu": "CPU",
    "cuda": "CUDA GPU",
    "mps": "Apple GPU",
    "xpu": "Intel GPU",
}
"""Values that people call otherwise."""


class Switch(QCheckBox):
    """On or off."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.clicked.connect(lambda: self.edited.emit(self.isChecked()))
        self.toggled.connect(lambda on: self.setText("on" if on else "off"))
        self.setText("off")

    def show_value(self, value: bool) -> None:
        """Show a value."""
        self.setChecked(value)


class ChoiceBox(DropDown):
    """One of several words, or none where that is allowed."""

    edited = Signal(object)

    def __init__(self, words: Sequence[str], optional: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(6)
        if optional:
            self.addItem("none", None)
        for word in words:
            self.addItem(SAID.get(word) or word.replace("_", " "), word)
        self.activated.connect(lambda index: self.edited.emit(self.itemData(index)))

    def show_value(self, value: str | None) -> None:
        """Show a value."""
        self.setCurrentIndex(self.findData(value))

    def show_found(self, text: str) -> None:
        """Say what `auto` came to; nothing where that is not known."""
        self.setItemText(self.findData(AUTO), text or AUTO)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class TextBox(Line):
    """A line of text; `parse` turns it into the value, `write` back."""

    edited = Signal(object)

    def __init__(
        self,
        parse: Callable[[str], Any] = str,
        write: Callable[[Any], str] = lambda value: "" if value is None else str(value),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._parse, self._write = parse, write
        self._shown = ""
        self.editingFinished.connect(self._commit)

    def show_value(self, value: Any) -> None:
        """Show a value."""
        self._shown = self._write(value)
        if self.text() != self._shown:
            self.setText(self._shown)

    def show_found(self, text: str) -> None:
        """Say what an empty line came to; nothing where that is not known."""
        self.setPlaceholderText(text)

    def _commit(self) -> None:
        self.setText(self.text())  # forgets how it was typed
        if self.text() != self._shown:
            self._shown = self.text()
            self.edited.emit(self._parse(self.text()))


class SuggestBox(TextBox):
    """A line of text beside a menu of what it often is; Down opens the menu.

    Args:
        choices: What is suggested now.
    """

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._choices = choices
        self.menu = Menu(self)
        opener = self.addAction(look.icon("caret-down"), self.ActionPosition.TrailingPosition)
        opener.setToolTip("Suggestions")
        opener.triggered.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self._open()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        self._fill()
        self.menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _fill(self) -> None:
        self.menu.clear()
        for value, text in self._choices():
            chosen = self.menu.addAction(escaped(text))
            chosen.triggered.connect(partial(self._take, value))

    def _take(self, value: str) -> None:
        self.setText(value)
        self._commit()


class PathBox(QWidget):
    """A file or folder, typed or picked."""

    edited = Signal(object)

    def __init__(self, label: str, *, folder: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._folder = label, folder
        self.line = TextBox()
        self.line.edited.connect(self.edited.emit)
        self.setFocusProxy(self.line)
        pick = QToolButton()
        pick.setText("…")
        pick.setToolTip(f"Pick the {label}")
        pick.setAccessibleName(f"Pick the {label}")
        pick.clicked.connect(self._pick)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.line, 1)
        layout.addWidget(pick)

    def show_value(self, value: str) -> None:
        """Show a value."""
        self.line.show_value(value)

    def _pick(self) -> None:
        start = Path(self.line.text() or ".")
        ask = dialogs.ask_folder if self._folder else dialogs.ask_open
        path = ask(self, f"Pick the {self._label}", start)
        if path is not None:
            self.line.show_value(str(path))
            self.edited.emit(str(path))


class ManyBox(QToolButton):
    """Any number of given things, picked in a menu, such as columns to use."""

    edited = Signal(object)

    def __init__(self, choices: Choices, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices, self._nothing = choices, nothing
        self._value: tuple[str, ...] = ()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setProperty("look", "button")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._menu = Menu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)

    def show_value(self, value: Sequence[str]) -> None:
        """Show a value."""
        self._value = tuple(value or ())
        labels = dict(self._choices())
        self.setText(", ".join(labels.get(one, one) for one in self._value) or self._nothing)

    def _fill(self) -> None:
        self._menu.clear()
        every = self._menu.addAction(self._nothing)
        every.setCheckable(True)
        every.setChecked(not self._value)
        every.triggered.connect(lambda: self.edited.emit(()))
        self._menu.addSeparator()
        choices = list(self._choices())
        known = {value for value, _ in choices}
        for value, label in [*choices, *((one, one) for one in self._value if one not in known)]:
            action = self._menu.addAction(escaped(label))
            action.setCheckable(True)
            action.setChecked(value in self._value)
            action.toggled.connect(partial(self._toggle, value))

    def _toggle(self, value: str, on: bool) -> None:
        rest = tuple(one for one in self._value if one != value)
        self.edited.emit((*rest, value) if on else rest)


class NodesBox(QWidget):
    """Nodes, each with a box to tick.

    Args:
        param: What they are; where it says so, an empty value stands for all of them.
        choices: The nodes, each with its name.
    """

    edited = Signal(object)

    def __init__(self, param: Param, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param, self._choices = param, choices
        self._value: tuple[str, ...] = ()
        self._shown: list[tuple[str, str]] = []
        self.boxes: dict[str, QCheckBox] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 2, 0, 2)
        self._rows.setSpacing(5)
        self._none = QLabel("nothing to train yet: wire a loss")
        self._none.setProperty("look", "dim")
        self._none.setWordWrap(True)
        self._rows.addWidget(self._none)

    def show_value(self, value: Sequence[str]) -> None:
        """Show a value and what there is to choose."""
        self._value = tuple(value or ())
        found = list(self._choices())
        known = {one for one, _ in found}
        found += [(one, one) for one in self._value if one not in known]
        if found != self._shown:
            self._build(found)
        for one, box in self.boxes.items():
            every = self._param.empty_is_all and not self._value
            box.setChecked(every or one in self._value)

    def _build(self, found: list[tuple[str, str]]) -> None:
        self._shown = found
        for box in self.boxes.values():
            self._rows.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes.clear()
        self._none.setVisible(not found)
        for one, label in found:
            box = self.boxes[one] = QCheckBox(label)
            what = self._param.label.capitalize()
            box.setAccessibleName(
                f"Train {label}" if self._param.empty_is_all else f"{what} {label}"
            )
            box.clicked.connect(self._edit)
            self._rows.addWidget(box)

    def _edit(self) -> None:
        chosen = tuple(one for one, box in self.boxes.items() if box.isChecked())
        if not self._param.empty_is_all:
            self.edited.emit(chosen)
            return
        if not chosen:
            self.show_value(self._value)
            return
        self.edited.emit(() if len(chosen) == len(self.boxes) else chosen)


CROSS = "\N{MULTIPLICATION SIGN}"


def parse_numbers(text: str, *, whole: bool) -> Any:
    """Numbers apart by commas, blanks or crosses; the text itself where it is something else."""
    words = text.replace(CROSS, " ").replace(",", " ").strip("()[] ").split()
    try:
        return tuple(read(word, whole=whole) for word in words) if words else None
    except ValueError:
        return text


def write_numbers(value: Sequence[float] | None) -> str:
    """Numbers as the form shows them: one where all are equal."""
    if not value:
        return ""
    return write(value[0]) if len(set(value)) == 1 else ", ".join(map(write, value))


def parse_names(text: str) -> tuple[str, ...]:
    """Names apart by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def parse_values(text: str) -> Any:
    """Pairs such as `units=32; rate=0.1`; the text itself where it is something else."""
    pairs = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals:
            return text
        try:
            pairs.append((name.strip(), literal_eval(value.strip())))
        except (ValueError, SyntaxError):
            pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


def write_values(value: Sequence[tuple[str, object]] | None) -> str:
    """Pairs as the form shows them."""
    return "; ".join(f"{name}={one!r}" for name, one in value or ())


def _suggested(param: Param, choices: Choices) -> list[tuple[str, str]]:
    """What a text often is, and what it can be here."""
    return [*((one, one) for one in param.choices), *choices()]


Make = Callable[[Param, Choices], QWidget]

EDITORS: dict[ParamKind, Make] = {
    "int": lambda param, _: NumberBox(param),
    "float": lambda param, _: NumberBox(param),
    "bool": lambda *_: Switch(),
    "choice": lambda param, _: ChoiceBox(param.choices, param.optional),
    "text": lambda param, choices: (
        SuggestBox(partial(_suggested, param, choices))
        if param.choices or choices()
        else TextBox(lambda text: text or (None if param.optional else ""))
    ),
    "ints": lambda *_: TextBox(partial(parse_numbers, whole=True), write_numbers),
    "floats": lambda *_: TextBox(partial(parse_numbers, whole=False), write_numbers),
    "path": lambda param, _: PathBox(param.label, folder=False),
    "folder": lambda param, _: PathBox(param.label, folder=True),
    "nodes": NodesBox,
    "kinds": lambda *_: TextBox(parse_values, write_values),
    "values": lambda *_: TextBox(parse_values, write_values),
    "names": lambda param, choices: (
        ManyBox(choices, param.empty) if choices() else TextBox(parse_names, ", ".join)
    ),
}


def editor(param: Param, choices: Choices) -> QWidget:
    """The widget that edits `param`, with its name and help set."""
    made = EDITORS[param.kind](param, choices)
    made.setObjectName(f"param.{param.name}")
    made.setAccessibleName(param.label)
    made.setAccessibleDescription(words(param.doc))
    made.setToolTip(words(param.doc))
    return made
