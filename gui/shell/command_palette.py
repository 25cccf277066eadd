"""The command palette: every action by name, with its key."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.canvas.fuzzy_match import match

ACTION = Qt.ItemDataRole.UserRole


class Commands(QDialog):
    """A list of actions that narrows as one types; Enter runs the chosen one."""

    def __init__(
        self,
        actions: Iterable[QAction],
        parent: QWidget,
        question: str = "What do you want to do?",
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("look", "popup")
        self.setAccessibleName("Commands")
        self._actions = [one for one in actions if one.isEnabled() and one.text()]
        self.search = QLineEdit()
        self.search.setPlaceholderText(question)
        self.search.setAccessibleName("Search commands")
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Commands")
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setColumnCount(2)
        self.list.itemActivated.connect(self._run)
        self.list.itemClicked.connect(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.resize(520, 380)
        self.list.setColumnWidth(0, 360)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in moves:
                row = self.list.indexOfTopLevelItem(self.list.currentItem())
                row = (row + moves[Qt.Key(event.key())]) % max(self.list.topLevelItemCount(), 1)
                self._choose(row)
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._run(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        self.list.clear()
        marked = [(match(text, plain(action.text())), action) for action in self._actions]
        found = [(mark, action) for mark, action in marked if mark > 0]
        for _, action in sorted(found, key=lambda pair: -pair[0]):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([plain(action.text()), keys])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
            item.setData(0, ACTION, action)
            self.list.addTopLevelItem(item)
        self._choose(0)

    def _choose(self, row: int) -> None:
        item = self.list.topLevelItem(row)
        if item is not None:
            self.list.setCurrentItem(item)

    def _run(self, item: QTreeWidgetItem | None, _: int = 0) -> None:
        if item is None:
            return
        action: QAction = item.data(0, ACTION)
        self.accept()
        action.trigger()


def plain(text: str) -> str:
    """An action's text without its mnemonic and dots."""
    text = text.replace("&&", "\0").replace("&", "").replace("\0", "&")
    return text.rstrip(".\N{HORIZONTAL ELLIPSIS}")
