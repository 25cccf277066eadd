"""A menu that keeps its keys: while it is open, no letter reaches the board behind it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QMenu


class Menu(QMenu):
    """Takes every key itself, before it is looked up among the shortcuts of the window."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)


def escaped(text: str) -> str:
    """A text for a menu as it is, without a letter of it becoming the entry's key."""
    return text.replace("&", "&&")
