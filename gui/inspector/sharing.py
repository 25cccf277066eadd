"""Which nodes share weights with the selected one, and the way out of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.canvas.node_layout import twin_colour
from gui.core.session import Session
from gui.widgets.common import button, label


class Dot(QWidget):
    """The colour that linked nodes carry."""

    def __init__(self) -> None:
        super().__init__()
        self.colour = QColor()
        self.setFixedSize(12, 20)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colour)
        painter.drawEllipse(QRectF(1, 5, 10, 10))


class Sharing(QWidget):
    """`linked to NAME`, with a button that gives the node weights of its own."""

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self._session, self._node = session, node
        self._dot = Dot()
        self.text = label("", wrap=True)
        self.free = button("Give it weights of its own", self._free)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._dot)
        row.addWidget(self.text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row)
        layout.addWidget(self.free, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        """Show what the document says now."""
        document = self._session.document
        node = document.node(self._node)
        others = [one for one in document.twins(self._node) if one.id != self._node]
        self.setVisible(bool(others))
        if not others:
            return
        leader = node.twin or node.id
        names = [document.node(leader).name] if node.twin else [one.name for one in others]
        self.text.setText(f"{'linked to' if node.twin else 'shared by'} {', '.join(names)}")
        self.free.setVisible(node.twin is not None)
        self._dot.colour = twin_colour(leader)
        self._dot.update()

    def _free(self) -> None:
        self._session.document.set_twin(self._node, None)
