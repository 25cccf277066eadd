"""The gesture that makes a node's picture larger: its lower right corner is dragged."""

from PySide6.QtCore import QPointF, QSizeF

from graph.core.limits import picture_size
from gui.canvas.graph_view import Host
from gui.canvas.node_item import NodeItem


class Sizing:
    """One such drag; the upper left corner stays where it is.

    Args:
        host: The board that draws it, and asks the document at its end.
        item: The node.
        pos: Where in the scene it was pressed.
    """

    def __init__(self, host: Host, item: NodeItem, pos: QPointF) -> None:
        self._host, self._item, self._start = host, item, pos
        assert item.face.picture is not None
        self._before = self._size = item.face.picture.size()

    def move(self, pos: QPointF) -> None:
        """The pointer is elsewhere."""
        away = pos - self._start
        wanted = self._before.width() + away.x(), self._before.height() + away.y()
        self._size = QSizeF(*map(round, picture_size(*wanted)))
        self._host.sizing(self._item, self._size)

    def end(self) -> None:
        """Let go; a press that moved nothing changes nothing."""
        if self._size == self._before:
            self.give_up()
        else:
            self._host.sized(self._item, self._size)

    def give_up(self) -> None:
        """Leave the node as it was."""
        self._host.unsized(self._item)
