"""Goes through the pages of what a view shows, mistakes first where that is asked for."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from gui.widgets.common import label, tool_button
from runtime.protocol.payloads import Payload, Pictures, Predictions


class Pager(QWidget):
    """A page back, a page on, which examples are shown, and a box for the mistakes."""

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown: Predictions | None = None
        self.page = 0
        self.back = tool_button("caret-left", "Examples before", lambda: self._turn(-1), size=14)
        self.on = tool_button("caret-right", "Next examples", lambda: self._turn(1), size=14)
        self.where: QLabel = label("", "dim")
        self.mistakes = QCheckBox("Mistakes first")
        self.mistakes.setToolTip("Shows what the network gets wrong before what it gets right")
        self.mistakes.setCursor(Qt.CursorShape.ArrowCursor)
        self.mistakes.toggled.connect(self._begin)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for one in (self.back, self.on, self.where):
            layout.addWidget(one)
        layout.addStretch(1)
        layout.addWidget(self.mistakes)
        self.setVisible(False)

    def show_payload(self, payload: Payload) -> None:
        """Take what a view shows; the page stays, as far as there is one."""
        self._shown = payload if isinstance(payload, Predictions) else None
        self.setVisible(self._shown is not None and self._shown.pages > 1)
        if self._shown is None:
            return
        self.page = min(self.page, self._shown.pages - 1)
        with QSignalBlocker(self.mistakes):
            self.mistakes.setVisible(self._shown.good is not None)
        self._tell()

    @property
    def pictures(self) -> Pictures | None:
        """The page that is open."""
        if self._shown is None:
            return None
        if self._shown.pages < 2:
            return self._shown.at(0)
        return self._shown.at(self.page, mistakes_first=self.mistakes.isChecked())

    def _turn(self, by: int) -> None:
        self.page += by
        self._tell()
        self.turned.emit()

    def _begin(self) -> None:
        self.page = 0
        self._tell()
        self.turned.emit()

    def _tell(self) -> None:
        assert self._shown is not None
        first = self.page * self._shown.page
        last = min(first + self._shown.page, self._shown.count)
        self.where.setText(f"{first + 1:,} to {last:,} of {self._shown.count:,}")
        self.back.setEnabled(self.page > 0)
        self.on.setEnabled(self.page < self._shown.pages - 1)
