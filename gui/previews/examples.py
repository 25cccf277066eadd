"""What data nodes hold, drawn for the nodes on the board."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Signal

from gui import look
from gui.canvas.node_layout import picture_size
from gui.core.data_info import Facts
from gui.core.session import Session
from gui.previews.painters import on_node

RATIO = 2.0
"""Device pixels for each unit of the board."""


class Examples(QObject):
    """Draws a few examples of each data node: when it was read, and in each size it is given."""

    drawn = Signal(str, object)
    """A data node and its picture (a QImage)."""

    def __init__(self, session: Session, facts: Facts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._facts = session, facts
        self._rooms: dict[str, tuple[float, float]] = {}
        facts.read.connect(self._draw)
        session.settled.connect(lambda _: self._draw_resized())
        look.changed.connect(self._draw_anew)

    def _draw(self, node: str) -> None:
        examples = self._facts.examples().get(node)
        size = picture_size(self._session.document.node(node)) if examples is not None else None
        if examples is not None and size is not None:
            self._rooms[node] = size
            self.drawn.emit(node, on_node(examples, QSize(*map(round, size)), RATIO))

    def _draw_anew(self) -> None:
        """Draw all examples in the colours of now."""
        self._rooms.clear()
        self._draw_resized()

    def _draw_resized(self) -> None:
        """Draw the examples of nodes that were given another size."""
        document = self._session.document
        for node in filter(document.has, self._facts.examples()):
            if picture_size(document.node(node)) != self._rooms.get(node):
                self._draw(node)
