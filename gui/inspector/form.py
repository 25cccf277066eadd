"""A form made from a list of parameters: label, editor, and what is wrong with the entry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from graph.core.errors import NeurowireError
from graph.declare import Param
from gui import look
from gui.inspector.editors import Choices, editor
from gui.widgets.common import label, restyle, tool_button, words

LINE = 28
"""Pixels of a field of one line; the name of a higher one stands beside its first."""
Change = Callable[[str, Any], None]
"""Called with a parameter's name and new value; raises NeurowireError where it does not fit."""


class Showing(Protocol):
    """Which parameters of a network's node its places show."""

    def allowed(self, param: Param) -> bool:
        """Can this one be shown?"""

    def shown(self, name: str) -> bool:
        """Is it shown?"""

    def show(self, name: str, on: bool) -> None:
        """Show it or hide it; raises NeurowireError where that is refused."""


class Wrong(QLabel):
    """What is wrong with the entry of a field, in red under it; hidden where all is well."""

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self._field = field
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", "error")
        self.setWordWrap(True)
        self.hide()

    def say(self, text: str) -> None:
        """Say it, or nothing."""
        text = words(text)
        self.setText(text[:1].upper() + text[1:])
        self.setVisible(bool(text))
        restyle(self._field, "wrong" if text else "")


class Form(QWidget):
    """Edits parameters; what the change refuses stands in red under its field."""

    def __init__(
        self,
        params: Sequence[Param],
        change: Change,
        choices: Callable[[Param], Choices],
        showing: Showing | None = None,
        parent: QWidget | None = None,
        more: str = "More settings",
    ) -> None:
        super().__init__(parent)
        self._change = change
        self._showing = showing
        self.pins: dict[str, QToolButton] = {}
        self._params = {param.name: param for param in params}
        self._titles: dict[str, QLabel] = {}
        self._backs: dict[str, QToolButton] = {}
        self.editors: dict[str, QWidget] = {}
        self._wrong: dict[str, Wrong] = {}
        self._rows: dict[str, list[QWidget]] = {}
        self._absent: set[str] = set()
        self._values: dict[str, Any] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnMinimumWidth(0, 92)
        self._grid.setColumnStretch(1, 1)
        self._more = QToolButton()  # comes into the order of Tab where it is put
        self._more.setText(more)
        self._more.setCheckable(True)
        self._more.setIconSize(QSize(12, 12))
        self._more.setProperty("look", "fold")
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.toggled.connect(self._unfold)
        for param in params:
            if not param.advanced:
                self._add(param, choices(param))
        advanced = [param for param in params if param.advanced]
        if advanced:
            self._grid.addWidget(self._more, self._grid.rowCount(), 0, 1, 2)
            for param in advanced:
                self._add(param, choices(param))
            self._unfold(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed and not taken, then goes on to the window."""
        if event.key() == Qt.Key.Key_Escape:
            self.show_values(self._values)
        super().keyPressEvent(event)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show values; a field that has just refused an entry is shown right again."""
        self._values = dict(values)
        for name, widget in self.editors.items():
            if name in values:
                widget.show_value(values[name])  # type: ignore[attr-defined]
                self._wrong[name].say("")
                self._mark(name)
        for name, pin in self.pins.items():
            pin.setChecked(self._showing is not None and self._showing.shown(name))

    def _mark(self, name: str) -> None:
        """A value that is not the default has a bold name, and a button that goes back."""
        title, back, alike = self._titles[name], self._backs[name], self._is_default(name)
        restyle(title, "" if alike else "changed")
        back.setVisible(not alike and not title.isHidden())

    def wrong(self, name: str) -> str:
        """What stands under a field."""
        return self._wrong[name].text()

    def show_only(self, names: Collection[str]) -> None:
        """Show the fields of some parameters; the others do not matter now."""
        absent = {*self._params} - {*names}
        if absent != self._absent:
            self._absent = absent
            self._unfold(self._more.isChecked())

    def show_found(self, found: Mapping[str, str]) -> None:
        """Show what parameters that were left to be found came to."""
        for name, widget in self.editors.items():
            text = found.get(name, "") if self._is_default(name) else ""
            if hasattr(widget, "show_found"):
                widget.show_found(text)

    def _is_default(self, name: str) -> bool:
        value, default = self._values.get(name), self._params[name].default
        return bool(value == default or (isinstance(value, list) and tuple(value) == default))

    def _add(self, param: Param, choices: Choices) -> None:
        row = self._grid.rowCount()
        title = label(param.label[:1].upper() + param.label[1:], wrap=True)
        title.setToolTip(words(param.doc))
        field = editor(param, choices)
        title.setBuddy(field)
        wrong = Wrong(field)
        title.setMinimumHeight(LINE)
        self._grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(field, row, 1)
        pins = [self._pin(param, row)] if self._showing and self._showing.allowed(param) else []
        self._grid.addWidget(wrong, row + 1, 1)
        self._titles[param.name] = title
        self._backs[param.name] = self._back(param, row)
        self.editors[param.name] = field
        self._wrong[param.name] = wrong
        field.edited.connect(  # type: ignore[attr-defined]
            lambda value, name=param.name: self._edit(name, value)
        )
        self._rows[param.name] = [title, field, *pins]

    def _back(self, param: Param, row: int) -> QToolButton:
        """A button that gives a parameter its default."""
        shown = "none" if param.default in {None, ""} or param.default == () else param.default
        tip = f"Back to the default: {shown}"
        back = tool_button(
            "arrow-counter-clockwise", tip, lambda: self._edit(param.name, param.default), size=12
        )
        back.setStyleSheet("padding: 2px")
        back.hide()
        self._grid.addWidget(back, row, 3)
        return back

    def _pin(self, param: Param, row: int) -> QToolButton:
        """A button that lets every place of the network set a parameter."""
        pin = QToolButton()
        pin.setCheckable(True)
        pin.setIcon(look.icon("push-pin", "dim"))
        pin.setAccessibleName(f"Expose {param.label} on the instance")
        pin.setToolTip("Expose on the instance: every place of the network sets it for itself")
        pin.clicked.connect(lambda: self._show_outside(param.name))
        self._grid.addWidget(pin, row, 2)
        self.pins[param.name] = pin
        return pin

    def _show_outside(self, name: str) -> None:
        if self._showing is None:
            return
        on = self.pins[name].isChecked()
        try:
            self._showing.show(name, on)
        except NeurowireError as error:
            self._wrong[name].say(str(error))
            self.pins[name].setChecked(not on)

    def _edit(self, name: str, value: Any) -> None:
        try:
            self._change(name, value)
        except NeurowireError as error:
            self._wrong[name].say(str(error).partition(": ")[2] or str(error))
        else:
            self._wrong[name].say("")

    def _unfold(self, shown: bool) -> None:
        self._more.setIcon(look.icon("caret-down" if shown else "caret-right", "dim"))
        folded = {name for name, param in self._params.items() if param.advanced}
        self._more.setVisible(bool(folded - self._absent))
        for name, widgets in self._rows.items():
            for widget in widgets:
                widget.setVisible(name not in self._absent and (shown or name not in folded))
        for name in self.editors.keys() & self._values.keys():
            self._mark(name)
