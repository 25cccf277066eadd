"""The board from afar: every node a block, every wire a line, in a few batched calls."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

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

    def drawn(self, item: Item) -> tuple[str, Shape] | None:
        """What an item is drawn with, and its shape; None if it is not drawn."""
        place = self._places.get(item)
        return (place[0], self.shapes[place[0]][place[1]]) if place is not None else None

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
    """Blocks by family and lines by colour, kept in step with the items.

    What was painted twice from one place is kept as a picture until something in it changes.
    """

    def __init__(self) -> None:
        self._kept: tuple[object, QPixmap | None] = (None, None)
        self._state = 0
        self.clear()

    def clear(self) -> None:
        """Nothing is drawn."""
        self._state += 1
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
        rect, wrong = _block(item), bool(item.face.severity)
        if (item.face.group, rect, wrong) == self._drawn(item):
            return
        self._state += 1
        before = self._blocks.put(item, item.face.group, rect)
        if before != rect:
            self._shrink(before)
            if self._bounds is not None:
                self._bounds |= rect
        if wrong:
            self._wrong[item] = None
        else:
            self._wrong.pop(item, None)

    def _drawn(self, item: NodeItem) -> tuple[str, QRectF, bool] | None:
        found = self._blocks.drawn(item)
        return (*found, item in self._wrong) if found is not None else None

    def drop_node(self, item: NodeItem) -> None:
        """A node went."""
        self._state += 1
        self._shrink(self._blocks.drop(item))
        self._wrong.pop(item, None)

    def show_wire(self, wire: Wire) -> None:
        """A wire came, moved or changed its colour."""
        drawn = wire.colour.name(), _line(wire)
        if drawn != self._lines.drawn(wire):
            self._state += 1
            self._lines.put(wire, *drawn)

    def drop_wire(self, wire: Wire) -> None:
        """A wire went."""
        self._state += 1
        self._lines.drop(wire)

    def _shrink(self, gone: QRectF | None) -> None:
        """Find the bounds anew when asked, if a block that is gone lay at their border."""
        bounds = self._bounds
        if gone is not None and bounds is not None:
            inside = bounds.adjusted(1, 1, -1, -1)
            if not inside.contains(gone):
                self._bounds = None

    def paint(
        self,
        painter: QPainter,
        behind: Callable[[QPainter], None],
        chosen: Iterable[NodeItem],
        marked: Iterable[NodeItem],
    ) -> None:
        """Draw it all.

        Args:
            painter: Draws on a device, all of which is seen, from the place it stands at.
            behind: Draws what lies behind.
            chosen: Nodes to put a frame around, as they are selected.
            marked: Nodes to put a frame around, as they are marked.
        """
        device = painter.device()
        ratio = device.devicePixelRatioF()
        transform, size = painter.transform(), QSize(device.width(), device.height())
        key = self._state, transform, size, ratio, look.colours().name
        before, kept = self._kept
        if key == before:
            kept = kept or self._picture(painter, behind, size, ratio)
            painter.resetTransform()
            painter.drawPixmap(0, 0, kept)
            painter.setTransform(transform)
        else:
            kept = None  # seen so for the first time: the next may be from elsewhere
            behind(painter)
            self._paint_items(painter)
        self._kept = key, kept
        colours = palette()
        for items, colour in (
            (marked, colours.highlighted.color()),
            (chosen, colours.selected.color()),
        ):
            _frame(painter, items, colour)

    def _picture(
        self, painter: QPainter, behind: Callable[[QPainter], None], size: QSize, ratio: float
    ) -> QPixmap:
        found = QPixmap(size * ratio)
        found.setDevicePixelRatio(ratio)
        inner = QPainter(found)
        inner.setTransform(painter.transform())
        behind(inner)
        self._paint_items(inner)
        inner.end()
        return found

    def _paint_items(self, painter: QPainter) -> None:
        """Lines, blocks and errors; antialiasing is off, since blocks this small gain nothing."""
        colours = palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for name, lines in self._lines.shapes.items():
            painter.setPen(_pen(look.mix(colours.colours.canvas, QColor(name), 0.6), 1))
            painter.drawLines(lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for group, rects in self._blocks.shapes.items():
            painter.setBrush(look.family_colour(group))
            painter.drawRects(rects)
        _frame(painter, self._wrong, colours.error.color())


def _frame(painter: QPainter, items: Iterable[NodeItem], colour: QColor) -> None:
    """Put a frame around some nodes, of one width from any distance."""
    grow = 3 / painter.transform().m11()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
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
