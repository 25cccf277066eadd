"""A question that a number answers, in a field like those of the inspector."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from graph.declare import Param
from gui.inspector.number import Number, NumberBox, read
from gui.widgets.common import label, restyle


class AskNumber(QDialog):
    """A sentence, a field and two buttons; a number that is out of range can't be taken."""

    def __init__(self, parent: QWidget, title: str, param: Param) -> None:
        super().__init__(parent)
        self._param = param
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.field = NumberBox(param)
        self.field.show_value(param.default)
        self.field.setAccessibleName(param.doc)
        self.field.selectAll()
        kinds = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._range = label(_range(param), "dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(label(param.doc))
        layout.addWidget(self.field)
        layout.addWidget(self._range)
        layout.addSpacing(6)
        layout.addWidget(self._buttons)
        self.setMinimumWidth(340)
        self.field.textChanged.connect(self._judge)

    @property
    def number(self) -> Number | None:
        """What is typed, where it is a number in the allowed range."""
        try:
            found = read(self.field.text(), whole=self._param.kind == "int")
        except ValueError:
            return None
        low, high = self._param.low, self._param.high
        inside = (
            found is not None and (low is None or found >= low) and (high is None or found <= high)
        )
        return found if inside else None

    def _judge(self) -> None:
        good = self.number is not None
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(good)
        restyle(self.field, "" if good else "wrong")
        restyle(self._range, "dim" if good else "error")


def _range(param: Param) -> str:
    kind = "A whole number" if param.kind == "int" else "A number"
    if param.low is not None and param.high is not None:
        return f"{kind} from {param.low:,} to {param.high:,}"
    return f"{kind} from {param.low:g}" if param.low is not None else kind


def ask_number(parent: QWidget, title: str, param: Param) -> Number | None:
    """Ask for a number.

    Args:
        parent: The window.
        title: Of the dialog.
        param: Its `doc` is the question and its `default` what the field shows first; it says
            whether the number is whole, and from where to where it may be.

    Returns:
        The number, or None where there was second thought.
    """
    dialog = AskNumber(parent, title, param)
    chosen = dialog.exec() == QDialog.DialogCode.Accepted
    number = dialog.number
    dialog.deleteLater()
    return number if chosen else None
