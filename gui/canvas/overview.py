"""The board from afar: every node a block, every wire a line, in a few batched calls."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui import look
from gui.canvas.node_item import NodeItem
from gui.canvas.paint_cache import palette
from gui.canvas.wire_item import Wire

Item = TypeVar("Item")
Shape = TypeVar("Shape")


class Batches(Generic[Item, Shape]):
    """Shapes in lists that are drawn at once; one comes, moves or goes without a look at the rest.

    Attributes:
        shapes: By what they are drawn with.
    """

    def __init__(self) -> None:
        self.shapes: dict[str, list[Shape]] = {}
        self._items: dict[str, list[Item]] = {}
        self._places: dict[Item, tuple[str, int]] = {}

    def put(self, item: Item, key: str, shape: Shape) -> Shape | None:
        """Draw an item by a shape from now on; gives the one it had."""
        place = self._places.get(item)
        before = None
        if place is not None:
            before = self.shapes[place[0]][place[1]]
            if place[0] == key:
                self.shapes[key][place[1]] = shape
                return before
            self.drop(item)
        shapes = self.shapes.setdefault(key, [])
        self._places[item] = key, len(shapes)
        shapes.append(shape)
        self._items.setdefault(key, []).append(item)
        return before

    def drop(self, item: Item) -> Shape | None:
        """Draw an item no longer; the last of its list takes its place."""
        if item not in self._places:
            return None
        key, index = self._places.pop(item)
        shapes, items = self.shapes[key], self._items[key]
        before, last, moved = shapes[index], shapes.pop(), items.pop()
        if moved is not item:
            shapes[index], items[index] = last, moved
            self._places[moved] = key, index
        return before


class FarPicture:
    """Blocks by family and lines by colour, kept in step with the items."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Nothing is drawn."""
        self._bounds: QRectF | None = QRectF()
        self._blocks: Batches[NodeItem, QRectF] = Batches()
        self._lines: Batches[Wire, QLineF] = Batches()
        self._wrong: dict[NodeItem, None] = {}

    @property
    def bounds(self) -> QRectF:
        """The rectangle around all blocks."""
        if self._bounds is None:
            self._bounds = QRectF()
            for rects in self._blocks.shapes.values():
                for rect in rects:
                    self._bounds |= rect
        return self._bounds

    def show_node(self, item: NodeItem) -> None:
        """A node came, moved or changed."""
        rect = _block(item)
        before = self._blocks.put(item, item.face.group, rect)
        if before != rect:
            self._shrink(before)
            if self._bounds is not None:
                self._bounds |= rect
        if item.face.severity:
            self._wrong[item] = None
        else:
            self._wrong.pop(item, None)

    def drop_node(self, item: NodeItem) -> None:
        """A node went."""
        self._shrink(self._blocks.drop(item))
        self._wrong.pop(item, None)

    def show_wire(self, wire: Wire) -> None:
        """A wire came, moved or changed its colour."""
        self._lines.put(wire, wire.colour.name(), _line(wire))

    def drop_wire(self, wire: Wire) -> None:
        """A wire went."""
        self._lines.drop(wire)

    def _shrink(self, gone: QRectF | None) -> None:
        """Find the bounds anew when asked, if a block that is gone lay at their border."""
        bounds = self._bounds
        if gone is not None and bounds is not None:
            inside = bounds.adjusted(1, 1, -1, -1)
            if not inside.contains(gone):
                self._bounds = None

    def paint(
        self, painter: QPainter, chosen: Iterable[NodeItem], marked: Iterable[NodeItem]
    ) -> None:
        """Draw it all; antialiasing is off, since blocks this small gain nothing by it."""
        colours = palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for name, lines in self._lines.shapes.items():
            painter.setPen(_pen(look.mix(colours.colours.canvas, QColor(name), 0.6), 1))
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for group, rects in self._blocks.shapes.items():
            painter.setBrush(look.family_colour(group))
            painter.drawRects(rects)
        grow = 3 / painter.transform().m11()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for items, colour in (
            (self._wrong, colours.error.color()),
            (marked, colours.highlighted.color()),
            (chosen, colours.selected.color()),
        ):
            painter.setPen(_pen(colour, 2))
            painter.drawRects([_block(item).adjusted(-grow, -grow, grow, grow) for item in items])


def _pen(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _block(item: NodeItem) -> QRectF:
    return item.face.rect.translated(item.pos())


def _line(wire: Wire) -> QLineF:
    start, end = wire.output_port, wire.input_port
    return QLineF(
        start.parentItem().pos() + start.face.at,
        end.parentItem().pos() + end.face.at,
    )
