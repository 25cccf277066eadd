"""A form made from a list of parameters: label, editor, and what is wrong with the entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from graph.declare import Param
from graph.errors import NeurowireError
from gui.inspector.editors import Choices, editor
from gui.widgets import label, restyle

Change = Callable[[str, Any], None]
"""Called with a parameter's name and new value; raises NeurowireError where it does not fit."""


class Form(QWidget):
    """Edits parameters; what the change refuses stands in red under its field."""

    def __init__(
        self,
        params: Sequence[Param],
        change: Change,
        choices: Callable[[Param], Choices],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._change = change
        self.editors: dict[str, QWidget] = {}
        self._wrong: dict[str, QLabel] = {}
        self._folded: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnMinimumWidth(0, 92)
        self._grid.setColumnStretch(1, 1)
        for param in params:
            if not param.advanced:
                self._add(param, choices(param))
        advanced = [param for param in params if param.advanced]
        if advanced:
            more = QToolButton()
            more.setText("More settings")
            more.setCheckable(True)
            more.setArrowType(Qt.ArrowType.RightArrow)
            more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            more.toggled.connect(self._unfold)
            self._more = more
            self._grid.addWidget(more, self._grid.rowCount(), 0, 1, 2)
            for param in advanced:
                self._folded += self._add(param, choices(param))
            self._unfold(False)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show values; a field that has just refused an entry is shown right again."""
        for name, widget in self.editors.items():
            if name in values:
                widget.show_value(values[name])  # type: ignore[attr-defined]
                self._say(name, "")

    def wrong(self, name: str) -> str:
        """What stands under a field."""
        return self._wrong[name].text()

    def _add(self, param: Param, choices: Choices) -> list[QWidget]:
        row = self._grid.rowCount()
        title = label(param.label[:1].upper() + param.label[1:])
        title.setToolTip(param.doc)
        field = editor(param, choices)
        title.setBuddy(field)
        wrong = label("", "error", wrap=True)
        wrong.hide()
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(wrong, row + 1, 1)
        self.editors[param.name] = field
        self._wrong[param.name] = wrong
        field.edited.connect(  # type: ignore[attr-defined]
            lambda value, name=param.name: self._edit(name, value)
        )
        return [title, field]

    def _edit(self, name: str, value: Any) -> None:
        try:
            self._change(name, value)
        except NeurowireError as error:
            self._say(name, str(error).partition(": ")[2] or str(error))
        else:
            self._say(name, "")

    def _say(self, name: str, text: str) -> None:
        wrong = self._wrong[name]
        wrong.setText(text[:1].upper() + text[1:])
        wrong.setVisible(bool(text))
        restyle(self.editors[name], "wrong" if text else "")

    def _unfold(self, shown: bool) -> None:
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        for widget in self._folded:
            widget.setVisible(shown)
