"""The list of all keys, which narrows as one types."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gui import look
from gui.shell.key_list import Section
from gui.widgets.common import label

WIDE, HIGH = 640, 600
HEADING, ROW = 36, 24


class Keys(QDialog):
    """Every key with what it does, by where it acts."""

    def __init__(self, parent: QWidget, sections: Iterable[Section]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAccessibleName("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search keys and what they do")
        self.search.setAccessibleName("Search keys")
        self.search.textChanged.connect(self._narrow)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Keys")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(0)
        for section in sections:
            self._add(section)
        self._none = label("No key is called so.", "dim")
        self._none.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addWidget(self._none)
        layout.addWidget(self.list, 1)
        free = self.screen().availableGeometry()
        self.resize(min(WIDE, free.width() - 60), min(HIGH, free.height() - 80))
        self.list.setColumnWidth(0, 250)
        self.list.setCurrentIndex(self.list.model().index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes from the search into the list; Enter has nothing to do here."""
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)

    def _add(self, section: Section) -> None:
        title = QTreeWidgetItem([section.title])
        title.setFont(0, look.ui_font(13, 600))
        title.setSizeHint(0, QSize(0, HEADING))
        self.list.addTopLevelItem(title)
        title.setFirstColumnSpanned(True)
        for keys, text in section.rows:
            row = QTreeWidgetItem([keys, text])
            row.setFont(0, look.mono_font(12))
            row.setSizeHint(0, QSize(0, ROW))
            row.setToolTip(0, keys)
            row.setToolTip(1, text)
            title.addChild(row)
        title.setExpanded(True)

    def _narrow(self, text: str) -> None:
        """Leave those rows that have every word of a text."""
        asked, any_left = text.lower().split(), False
        for place in range(self.list.topLevelItemCount()):
            title = self.list.topLevelItem(place)
            if title is None:
                continue
            rows = [title.child(index) for index in range(title.childCount())]
            for row in rows:
                held = f"{title.text(0)} {row.text(0)} {row.text(1)}".lower()
                row.setHidden(not all(word in held for word in asked))
            title.setHidden(all(row.isHidden() for row in rows))
            any_left = any_left or not title.isHidden()
        self._none.setHidden(any_left)
