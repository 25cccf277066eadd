"""A bar above the board for what must not be missed: what happened, what to do, buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gui import look
from gui.widgets.common import button, empty, holds_keys, label, shown, words

Answer = tuple[str, Callable[[], object]]

MOST_LINES = 6
"""Lines of advice that are shown; the whole of it is its tooltip."""


class Notice(QFrame):
    """Shows one message at a time; the newest takes the place of the last."""

    left = Signal()
    """The button that had the keys is gone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAccessibleName("Message")
        self._text = label("", wrap=True)
        self._advice = label("", "dim", wrap=True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._error = False
        shut = QToolButton()
        shut.setIcon(look.icon("x", "dim"))
        shut.setIconSize(QSize(12, 12))
        shut.setAccessibleName("Close this message")
        shut.clicked.connect(self.hide)
        lines = QVBoxLayout()
        lines.setSpacing(1)
        lines.addWidget(self._text)
        lines.addWidget(self._advice)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 10, 8)
        layout.setSpacing(14)
        layout.addLayout(lines, 1)
        layout.addLayout(self._buttons)
        layout.addWidget(shut)
        look.changed.connect(self._recolour)
        self._recolour()
        self.hide()

    @property
    def text(self) -> str:
        """What is shown, advice included; empty while nothing is."""
        if self.isHidden():
            return ""
        return f"{self._text.text()} {self._advice.text()}".strip()

    @property
    def tells_error(self) -> bool:
        """Does the bar say what went wrong?"""
        return self._error and not self.isHidden()

    def show_message(
        self, text: str, advice: str = "", answers: Sequence[Answer] = (), *, error: bool = True
    ) -> None:
        """Show a message with a button for each answer; a click on one closes the bar."""
        self._error = error
        text, advice = words(text), words(advice)
        self._text.setText(text)
        lines = [line.strip() for line in advice.splitlines() if line.strip()]
        more = ["\N{HORIZONTAL ELLIPSIS}"] if len(lines) > MOST_LINES else []
        self._advice.setText("\n".join(lines[:MOST_LINES] + more))
        self._advice.setToolTip(shown(advice) if more else "")
        self._advice.setVisible(bool(advice))
        empty(self._buttons)
        for title, act in answers:
            self._buttons.addWidget(button(title, self._closing(act)))
        self._recolour()
        self.setAccessibleDescription(f"{text} {advice}")
        self.show()

    def hide_error(self) -> None:
        """Close the bar where it says what went wrong: that was about another board."""
        if self._error:
            self.hide()

    def answer(self, title: str) -> None:
        """Click the button with this title."""
        for index in range(self._buttons.count()):
            item = self._buttons.itemAt(index)
            widget = item.widget() if item else None
            if widget is not None and widget.property("text") == title:
                widget.click()  # type: ignore[attr-defined]
                return
        raise LookupError(title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes the bar."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """The keys go back to the board, and not to whatever comes next."""
        super().hideEvent(event)
        if holds_keys(self):
            self.left.emit()

    def _closing(self, act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            self.hide()
            act()

        return run

    def _recolour(self) -> None:
        colours = look.colours()
        edge = colours.error if self._error else colours.good
        ground = look.mix(colours.panel, edge, 0.14)
        self.setStyleSheet(
            f"QFrame#notice {{ background: {ground.name()};"
            f" border: none; border-left: 3px solid {edge.name()}; }}"
        )
