"""A box of choices whose list looks like the other lists."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget

EDGES = 40
"""Pixels beside the longest word of a list: paddings, an edge and a scroll bar."""


class DropDown(QComboBox):
    """One of several words; the list is as wide as its longest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress_list(self)

    def showPopup(self) -> None:
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + EDGES)
        super().showPopup()


def dress_list(box: QComboBox) -> None:
    """Have the list of a box drawn by the style sheet; a box's own way knows nothing of it."""
    box.setItemDelegate(QStyledItemDelegate(box))
