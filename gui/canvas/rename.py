"""Editing a node's name where it stands."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gui import look
from gui.canvas.face import HEADER
from gui.canvas.node_item import NodeItem
from gui.canvas.toolkit import NodeViewer


class RenameField(QLineEdit):
    """A line over a node's header; Enter takes the name, Escape leaves it."""

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._home = parent
        self._node = ""
        self._before = ""
        self.setAccessibleName("Node name")
        self.returnPressed.connect(self._take)
        self.installEventFilter(self)
        self.hide()

    def open(self, item: NodeItem, viewer: NodeViewer) -> None:
        """Show the field over a node."""
        self._node, self._before = item.id, item.face.name
        rect = item.face.rect
        corner = viewer.mapFromScene(item.mapToScene(rect.topLeft()))
        scale = viewer.transform().m11()
        height = max(26, round(HEADER * scale))
        wide = max(110, round(rect.width() * scale))
        self.setFont(look.ui_font(max(12, min(20, round(13 * scale))), 600))
        self.setGeometry(corner.x(), corner.y(), wide, height)
        self.setText(item.face.name)
        self.selectAll()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self) -> None:
        node, name = self._node, self.text().strip()
        self.hide()
        if node and name != self._before:
            self.renamed.emit(node, name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape closes without a change."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                self._home.setFocus()
                return True
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._take()
        return False
