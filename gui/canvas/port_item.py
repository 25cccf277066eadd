"""A port: a place to grab. The node paints it, so that a board paints few items."""

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QGraphicsSceneMouseEvent

from graph.model.sheet import End
from gui.canvas.node_layout import PortFace
from gui.canvas.nodegraphqt import IN, PortItem

GRAB = 11.0
_GRAB_RECT = QRectF(-GRAB, -GRAB, 2 * GRAB, 2 * GRAB)


class Socket(PortItem):
    """NodeGraphQt's port under our rules; its position is its centre."""

    def __init__(self, parent: Any, face: PortFace, direction: str) -> None:
        super().__init__(parent)
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsScenePositionChanges, False)
        self.face = face
        self.lit: bool | None = None
        self._name = face.port.name
        self._port_type = direction
        self._multi_connection = direction != IN or face.port.variadic
        self.setPos(face.at)

    @property
    def end(self) -> End:
        """This port as the document names it."""
        return End(self.parentItem().id, self._name)

    @property
    def takes_input(self) -> bool:
        """Is it an input?"""
        return bool(self._port_type == IN)

    def show_face(self, face: PortFace) -> None:
        """Take up a new face of the same port."""
        self.face = face
        self._multi_connection = self._port_type != IN or face.port.variadic
        if self.pos() != face.at:
            self.setPos(face.at)

    def boundingRect(self) -> QRectF:
        """The area that can be grabbed, larger than what is seen."""
        return _GRAB_RECT

    # Qt calls this for every change of every port; NodeGraphQt redraws wires in it.
    itemChange = QGraphicsItem.itemChange  # noqa: N815

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Nothing: the node paints its ports."""

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Keep the press from moving the node: the viewer draws a wire."""
        event.accept()

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = True
        self.parentItem().update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = False
        self.parentItem().update()
