"""One sheet of a document on screen: drawn, selected, seen from near or far."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from graph.diagnose.context import Place
from graph.edit.document import Document
from graph.model import events
from graph.model.sheet import BOARD, LinkKey, Sheet
from gui import look
from gui.canvas import selection
from gui.canvas.drawing import Drawing
from gui.canvas.gestures import Gestures, in_order
from gui.canvas.graph_view import View
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.tooltips import tooltip, wire_words
from gui.canvas.trained_colours import optimizers, stripes
from gui.canvas.viewer import Viewer
from gui.canvas.wire_item import Wire
from gui.widgets.common import words

if TYPE_CHECKING:
    from graph.diagnose.diagnosis import Diagnosis


class SheetView(QWidget):
    """Shows a sheet of a document and follows it; what edits it by search or keys holds this.

    Attributes:
        document: The document shown.
        inference: Its types and problems.
        sheet_name: The sheet shown.
        place: The place of it that was entered.
    """

    selection_changed = Signal(list)
    wires_selected = Signal(tuple)
    """The keys of the wires that are all that is selected."""
    message = Signal(str)
    guided = Signal(str)
    """Where the keys are on the board and which lead on; empty where that is no matter."""
    sheet_shown = Signal(str)

    def __init__(
        self, document: Document, inference: "Diagnosis", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.inference = inference
        self.sheet_name = BOARD
        self.place = Place(inference)
        self._left: dict[tuple[str, ...], View] = {}  # views by the instances that lead there
        self.viewer = Viewer(self)
        self.drawing = Drawing(self.viewer.scene(), self.viewer.far_picture)
        self.gestures = Gestures(self.viewer, lambda: self.document, self.complain, self)
        self._chosen: list[str] = []
        self._head = ""  # where the arrows came to
        self._chosen_wires: tuple[LinkKey, ...] = ()
        self._training = False
        self._stop: Callable[[], None] = _nothing
        self._generation = 0
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.timeout.connect(lambda: self.viewer.say(""))
        self.viewer.scene().selectionChanged.connect(self._on_selection)
        look.changed.connect(self._on_theme)

    # -- what is shown

    @property
    def sheet(self) -> Sheet:
        """The sheet shown."""
        return self.document.sheet(self.sheet_name)

    def follow(self, document: Document, inference: "Diagnosis") -> None:
        """Follow another document; nothing of it is drawn yet."""
        self._stop()
        self.document, self.inference = document, inference
        self._generation += 1
        generation = self._generation

        def on_types(nodes: set[str]) -> None:
            if generation == self._generation:
                self._on_types(nodes)

        inference.on_change(on_types)
        self._stop = document.subscribe(self._on_event)
        self._left.clear()

    def enter(self, path: Sequence[str], select: Iterable[str] = ()) -> None:
        """Draw the sheet named by `sheet_name`, as entered through a path of instances.

        A place that was seen before is seen as it was left.
        """
        self.place = place = Place(self.inference, path)
        self.drawing.show(self.place, self.sheet)
        self._update_stripes()
        self.select(select)
        self.sheet_shown.emit(self.sheet_name)
        if view := self._left.get(self.place.path):
            self.viewer.look_at(view)
            return
        self.fit()

        def fit_again() -> None:
            if self.place is place:
                self.fit()

        QTimer.singleShot(0, self, fit_again)  # at the size it gets when all is laid out

    def keep_view(self) -> None:
        """Remember how this place is seen, for when it is entered again."""
        self._left[self.place.path] = self.viewer.view

    def close_board(self) -> None:
        """Stop following the document; for whoever takes the board down."""
        self._stop()
        self._generation += 1

    def node_items(self) -> dict[str, NodeItem]:
        """Node items of the sheet by id."""
        return self.drawing.nodes

    def marked_items(self) -> list[NodeItem]:
        """The nodes marked by `highlight`."""
        return self.drawing.marked

    def wire_items(self) -> dict[LinkKey, Wire]:
        """Wire items of the sheet by the link they show."""
        return self.drawing.wires

    def items_moved(self, items: list[NodeItem]) -> None:
        """Nodes follow the pointer; their wires follow them."""
        self.drawing.move(items)

    def sizing(self, item: NodeItem, size: QSizeF) -> None:
        """The corner of a node is dragged: its picture would be that large."""
        self.drawing.resize(item, size.toTuple())

    def sized(self, item: NodeItem, size: QSizeF | None) -> None:
        """A node's picture takes another size, or the usual one, as one edit."""
        wanted = None if size is None else size.toTuple()
        self.drawing.resize(item, wanted)
        place = item.x(), item.y()
        self.drawing.restore(item)
        self.gestures.attempt(lambda: self.document.resize(item.id, wanted, place))

    def unsized(self, item: NodeItem) -> None:
        """Its size is left as it was."""
        self.drawing.restore(item)

    # -- following the document

    def _on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Settled):
            self._settle()
        elif getattr(event, "sheet", None) == self.sheet_name:
            self.drawing.follow(event)
        else:
            self.drawing.networks_changed = True

    def _settle(self) -> None:
        self.drawing.settle(self.sheet)
        self._update_stripes()
        self._on_selection()
        self.viewer.viewport().update()

    def _on_types(self, nodes: set[str]) -> None:
        # what flows inside a network follows from the place it is put
        inside = self.sheet_name != BOARD and bool(nodes)
        self.drawing.retype(set(self.drawing.nodes) if inside else nodes)
        self.viewer.viewport().update()

    def _on_theme(self) -> None:
        self.drawing.restyle()
        self.viewer.viewport().update()

    # -- selection

    def selected(self) -> list[str]:
        """Ids of the selected nodes, oldest first."""
        items = self.viewer.selected_nodes()
        return sorted((item.id for item in items), key=lambda one: int(one[1:]))

    def selected_items(self) -> list[NodeItem]:
        """The selected nodes' items."""
        return list(self.viewer.selected_nodes())

    def selected_wires(self) -> list[Wire]:
        """The selected wires."""
        return [i for i in self.viewer.scene().selectedItems() if isinstance(i, Wire)]

    def select(self, ids: Iterable[str]) -> None:
        """Select exactly these nodes."""
        wanted = set(ids)
        scene = self.viewer.scene()
        scene.blockSignals(True)
        scene.clearSelection()
        for node in wanted:
            if (item := self.drawing.nodes.get(node)) is not None:
                item.setSelected(True)
        scene.blockSignals(False)
        self._on_selection()
        self.viewer.viewport().update()

    def select_wire(self, key: LinkKey) -> None:
        """Select exactly this wire."""
        scene = self.viewer.scene()
        scene.blockSignals(True)
        scene.clearSelection()
        self.drawing.wires[key].setSelected(True)
        scene.blockSignals(False)
        self._on_selection()

    def _on_selection(self) -> None:
        chosen = self.selected()
        if chosen != self._chosen:
            self._chosen = chosen
            self._update_stripes()
            self.selection_changed.emit(chosen)
        wires = self.selected_wires()
        keys = tuple(sorted(one.link.key for one in wires)) if not chosen else ()
        if keys != self._chosen_wires:
            self._chosen_wires = keys
            self.wires_selected.emit(keys)
        self.viewer.viewport().update()

    def head(self) -> NodeItem | None:
        """The selected node the keys are at: where the arrows came to, or the newest."""
        chosen = self.selected()
        head = self._head if self._head in chosen else chosen[-1] if chosen else ""
        return self.drawing.nodes.get(head)

    def ringed(self) -> Socket | None:
        """The port the keys are at; none where they only go to nodes."""
        return None

    def keyed_item(self) -> NodeItem | Wire | None:
        """The node or wire the keys are at."""
        return self.head() or next(iter(self.selected_wires()), None)

    def walk(self, way: selection.Way, *, more: bool = False) -> bool:
        """Go on to the next node in a direction; is there one, or the one before?

        Args:
            way: The direction.
            more: Whether what is selected stays so, beside the next node.
        """
        head = self.head()
        found = selection.walk(self.sheet, head.id if head is not None else None, way)
        self._head = found or (head.id if head is not None else "")
        if self._head:
            self.select([*(self.selected() if more else ()), self._head])
            self.reveal(self._head)
        return bool(self._head)

    def nudge(self, across: int, down: int) -> None:
        """Move the selected nodes by so much, as one edit."""
        nodes = [self.document.node(one) for one in self.selected()]
        places = {one.id: (one.position[0] + across, one.position[1] + down) for one in nodes}
        if places and self.gestures.attempt(lambda: self.document.move(places)):
            self.reveal(next(iter(places)))

    # -- moving the view

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around nodes, or around all."""
        rect = QRectF()
        items = self.drawing.nodes
        for item in items.values() if ids is None else (items[i] for i in ids if i in items):
            rect |= item.face.rect.translated(item.pos())
        return rect

    def fit(self) -> None:
        """Show the selected nodes, or the whole sheet if none is."""
        chosen = self.selected()

        def around() -> QRectF:
            there = [node for node in chosen if node in self.drawing.nodes]
            return self.bounds(there or None)

        self.viewer.fit_to(around)

    def home(self) -> None:
        """Show the whole sheet."""
        self.viewer.fit_to(self.bounds)

    def zoom(self, factor: float) -> None:
        """Come nearer, or go away with a factor below 1, about the node the keys are at."""
        item = self.head()
        seen = item is not None and self.viewer.shows(item.sceneBoundingRect())
        self.viewer.scale(factor, factor, item.pos() if item is not None and seen else None)

    def show_actual_size(self) -> None:
        """Show the board as large as it was drawn, about the node the keys are at."""
        self.zoom(1 / self.viewer.zoom())

    def centre_on(self, node: str) -> None:
        """Bring a node to the middle, near enough to be read."""
        item = self.drawing.nodes.get(node)
        if item is None:
            return
        if self.viewer.zoom() < 0.6:
            self.viewer.show_rect(
                QRectF(item.pos() - QPointF(500, 320), item.pos() + QPointF(500, 320))
            )
        self.viewer.centre_at(item.pos())

    def reveal(self, node: str) -> None:
        """Bring a node into sight, if it is not."""
        item = self.drawing.nodes.get(node)
        if item is not None and not self.viewer.shows(item.sceneBoundingRect()):
            self.viewer.centre_at(item.pos())

    # -- what the window feeds in

    def set_picture(self, node: str, picture: QImage | None) -> None:
        """Show a picture on a node: a data node's examples, a view's output."""
        item = self.drawing.nodes.get(node)
        self.drawing.pictures[node] = picture
        if item is not None:
            item.image = picture
            item.update()

    def set_wire_weights(self, weights: Mapping[LinkKey, float]) -> None:
        """Show weights on wires: colour by sign, width by size; an empty mapping ends it."""
        self.drawing.show_weights(weights)
        self.viewer.viewport().update()

    def set_gradients(self, gradients: Mapping[str, float]) -> None:
        """Show norms of gradients on nodes of the sheet; an empty mapping ends it."""
        self.drawing.show_gradients(gradients)

    def set_training(self, training: bool) -> None:
        """While training, nodes carry the colour of the optimizer that trains them.

        A selected optimizer shows its nodes at all times.
        """
        self._training = training
        self._update_stripes()

    def _update_stripes(self) -> None:
        chosen = {one.id for one in optimizers(self.document)} & set(self._chosen)
        active = None if self._training and not chosen else chosen
        self.drawing.show_stripes(stripes(self.inference, self.sheet, active))

    def highlight(self, ids: Iterable[str]) -> None:
        """Mark nodes, as when the pointer is on their lines of code."""
        self.drawing.mark(set(ids))
        self.viewer.viewport().update()

    def image(self, size: QSize) -> QImage:
        """The whole sheet as a picture, every detail drawn."""
        picture = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        picture.fill(look.colours().canvas)
        rect = self.bounds().adjusted(-40, -40, 40, 40)
        scale = min(size.width() / rect.width(), size.height() / rect.height(), 2.0)
        seen = QRectF(0, 0, size.width() / scale, size.height() / scale)
        seen.moveCenter(rect.center())
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.viewer.scene().render(painter, QRectF(0, 0, size.width(), size.height()), seen)
        painter.end()
        return picture

    # -- messages

    def complain(self, text: str) -> None:
        """Say why something was refused: near the pointer for a moment, and as a message."""
        text = words(text)
        self.viewer.say(text[:1].upper() + text[1:])
        self._quiet.start(3000)
        self.message.emit(text)

    def tooltip(self, node: str, port: Socket | None) -> str:
        """What to say about a node, or about one of its ports."""
        return tooltip(self.place, node, port, self.drawing.gradients.get(node))

    def wire_words(self, wire: Wire) -> str:
        """What to say about a wire: its ends, what flows, and its weight while it trains."""
        return wire_words(self.place, wire.link, self.drawing.weights.get(wire.link.key))

    def refusal(self, start: Socket, end: Socket) -> str | None:
        """Why no wire can join two ports, or None."""
        source, target = in_order((start, end))
        reason = self.document.can_link(source.end, target.end, replace=True)
        return reason[:1].upper() + reason[1:] if reason else None


def _nothing() -> None:
    """There is no document to stop following yet."""
