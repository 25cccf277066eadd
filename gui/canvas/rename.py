"""Editing a node's name where it stands."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gui import look
from gui.canvas.node_item import NodeItem
from gui.canvas.node_layout import HEADER
from gui.canvas.nodegraphqt import NodeViewer


class RenameField(QLineEdit):
    """A line over a node's header; Enter takes the name, Escape leaves it."""

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._home = parent
        self._node = ""
        self._before = ""
        self._answer: Callable[[str], None] | None = None
        self.setAccessibleName("Node name")
        self.installEventFilter(self)
        self.hide()

    def open(self, item: NodeItem, viewer: NodeViewer) -> None:
        """Show the field over a node."""
        self._node, self._before, self._answer = item.id, item.face.name, None
        self.setAccessibleName("Node name")
        rect = item.face.rect
        corner = viewer.mapFromScene(item.mapToScene(rect.topLeft()))
        scale = viewer.transform().m11()
        height = max(26, round(HEADER * scale))
        wide = max(110, round(rect.width() * scale))
        self.setFont(look.ui_font(max(12, min(20, round(13 * scale))), 600))
        self._show(QRect(corner.x(), corner.y(), wide, height), item.face.name)

    def ask(self, place: QRect, suggestion: str, answer: Callable[[str], None]) -> None:
        """Ask for a name of something new; only Enter answers."""
        self._node, self._answer = "", answer
        self.setAccessibleName("Network name")
        self.setFont(look.ui_font(13, 600))
        self._show(place, suggestion)

    def _show(self, place: QRect, text: str) -> None:
        self.setGeometry(place)
        self.setText(text)
        self.selectAll()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self) -> None:
        node, name, answer = self._node, self.text().strip(), self._answer
        self.hide()
        if answer is not None:
            answer(name)
        elif name != self._before:
            self.renamed.emit(node, name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter takes the name, Escape leaves it; neither reaches the canvas."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                self._home.setFocus()
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._take()
                return True
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide() if self._answer is not None else self._take()
        return False
