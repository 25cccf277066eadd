"""A menu that keeps its keys: while it is open, no letter reaches the board behind it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu


class Menu(QMenu):
    """Takes every key itself, before it is looked up among the shortcuts of the window."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A letter that chooses nothing does nothing; Qt would hand it on to the window."""
        alt = Qt.KeyboardModifier.AltModifier
        letter = event.text().isprintable() and bool(event.text().strip())
        chosen = QKeySequence(int(alt.value) | event.key())
        if letter and all(QKeySequence.mnemonic(one.text()) != chosen for one in self.actions()):
            event.accept()
        else:
            super().keyPressEvent(event)


def escaped(text: str) -> str:
    """A text for a menu as it is, without a letter of it becoming the entry's key."""
    return text.replace("&", "&&")
