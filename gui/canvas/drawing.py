"""Items for what a sheet holds, kept in step with the document's events."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log10
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsScene

from graph import events
from graph.place import Place
from graph.sheet import Link, LinkKey, Node, Sheet
from gui.canvas.face import face_of
from gui.canvas.far import FarPicture
from gui.canvas.node_item import NodeItem
from gui.canvas.toolkit import IN, OUT
from gui.canvas.wire_item import Wire

CAREFUL = 300
"""Up to so many nodes, long wires are led around nodes."""
DECADES = 3
"""A gradient so many powers of ten below the largest has no bar left."""


class Drawing:
    """Node and wire items of the sheet shown."""

    def __init__(self, scene: QGraphicsScene, far: FarPicture) -> None:
        self.scene = scene
        self.far = far
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[LinkKey, Wire] = {}
        self.pictures: dict[str, QImage | None] = {}
        self._place: Place | None = None
        self._leaders: Counter[str] = Counter()
        self._stale: set[str] = set()
        self.marked: list[NodeItem] = []
        self._moved: set[NodeItem] = set()
        self._waiting: list[Link] = []
        self._shifted = False
        self.networks_changed = False
        self._weights: Mapping[LinkKey, float] = {}
        self.gradients: Mapping[str, float] = {}

    def show(self, place: Place, sheet: Sheet) -> None:
        """Draw a sheet from nothing, as it stands in a place."""
        self._clear()
        if self._place is None or place.document is not self._place.document:
            self.pictures = {}
        self._place = place
        self._leaders = Counter(node.twin for node in sheet.nodes.values() if node.twin)
        # The index is built once at the end instead of being kept up item by item.
        self.scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        for node in sheet.nodes.values():
            self._add_node(node)
        for link in sheet.links.values():
            self._add_wire(link)
        self.scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.settle()

    def _clear(self) -> None:
        self.scene.blockSignals(True)
        for wire in self.wires.values():
            self.scene.removeItem(wire)
        for item in self.nodes.values():
            self.scene.removeItem(item)
        self.scene.blockSignals(False)
        self._waiting.clear()
        self.nodes.clear()
        self.marked.clear()
        self.wires.clear()
        self._stale.clear()
        self._moved.clear()
        self.far.forget()

    # -- following events

    def follow(self, event: Any) -> None:
        """Draw what an event says."""
        if not isinstance(event, events.NodeChanged):
            self.far.forget()
        match event:
            case events.NodeAdded(_, node):
                self._count_twin(node, 1)
                self._add_node(node)
            case events.NodeRemoved(_, node):
                self._count_twin(node, -1)
                self._remove_node(node)
            case events.NodeChanged(_, before, after):
                self._change_node(before, after, meaning=event.meaning)
            case events.LinkAdded(_, link):
                self._add_wire(link)
                self._stale |= {link.source.node, link.target.node}
            case events.LinkRemoved(_, link):
                self._remove_wire(link)
                self._stale |= {link.source.node, link.target.node}
            case events.LinkChanged(_, _, after):
                self.wires[after.key].link = after

    def settle(self) -> None:
        """A step is complete: bring faces and wires up to date."""
        if self.networks_changed:
            # the ports of a placed network are its Inputs and Outputs
            placed = (node for node, item in self.nodes.items() if item.face.role == "instance")
            self._stale.update(placed)
            self.networks_changed = False
        for node in self._stale & self.nodes.keys():
            self._reface(node)
        self._stale.clear()
        waiting, self._waiting = self._waiting, []
        for link in waiting:
            self._add_wire(link)
        self._shifted = self._shifted or bool(self._moved)
        self.flush()
        if self._shifted and len(self.nodes) <= CAREFUL:
            for wire in self.wires.values():
                if wire.long:
                    self._route(wire)
        self._shifted = False

    def retype(self, nodes: set[str]) -> None:
        """Types or problems of these nodes are known anew."""
        for node in nodes & self.nodes.keys():
            self._reface(node)
        self.flush()

    def move(self, items: Iterable[NodeItem]) -> None:
        """Items were moved by hand: let their wires follow."""
        self._moved.update(items)
        self.flush()

    def flush(self) -> None:
        """Route the wires of nodes that moved."""
        if self._moved:
            wires = {
                wire
                for item in self._moved
                for socket in item.sockets.values()
                for wire in socket.connected_pipes
            }
            for wire in wires:
                self._route(wire)
            self.far.move(self._moved, wires)
            self._moved.clear()
        self.far.update(self.nodes.values(), self.wires.values())

    def _route(self, wire: Wire) -> None:
        wire.route(self._obstacles if len(self.nodes) <= CAREFUL else None)

    def _obstacles(self, rect: QRectF) -> list[QRectF]:
        """Where nodes are within a rectangle."""
        return [
            item.face.rect.translated(item.pos())
            for item in self.scene.items(rect)
            if isinstance(item, NodeItem)
        ]

    # -- nodes

    def _add_node(self, node: Node) -> None:
        assert self._place is not None
        item = NodeItem(face_of(self._place, node, self._leaders))
        item.image = self.pictures.get(node.id)
        self.nodes[node.id] = item
        self.scene.addItem(item)
        self._shifted = True

    def _remove_node(self, node: Node) -> None:
        item = self.nodes.pop(node.id)
        self._moved.discard(item)
        if item in self.marked:
            self.marked.remove(item)
        self.scene.removeItem(item)

    def _change_node(self, before: Node, after: Node, *, meaning: bool) -> None:
        item = self.nodes[after.id]
        item.face.node = after
        if before.position != after.position and (item.x(), item.y()) != after.position:
            item.setPos(*after.position)
        if before.position != after.position:
            self._moved.add(item)
        if meaning:
            if before.twin != after.twin:
                self._count_twin(before, -1)
                self._count_twin(after, 1)
            self._stale.add(after.id)

    def _count_twin(self, node: Node, by: int) -> None:
        if node.twin is not None:
            self._leaders[node.twin] += by
            if not self._leaders[node.twin]:
                del self._leaders[node.twin]
            self._stale.add(node.twin)

    def _reface(self, node: str) -> None:
        assert self._place is not None
        item = self.nodes[node]
        face = face_of(self._place, item.face.node, self._leaders)
        if (face.rect, face.severity) != (item.face.rect, item.face.severity):
            self.far.forget()
        if item.show_face(face):
            self._moved.add(item)
        for socket in item.sockets.values():
            for wire in socket.connected_pipes:
                if self._dress(wire):
                    self.far.forget()

    # -- wires

    def _add_wire(self, link: Link) -> None:
        source = self.nodes[link.source.node].socket(OUT, link.source.port)
        target = self.nodes[link.target.node].socket(IN, link.target.port)
        if source is None or target is None:
            # Undo may put a wire back before the parameter that makes its port.
            self._waiting.append(link)
            return
        wire = Wire(link, source, target)
        wire.weight = self._weights.get(link.key)
        self._dress(wire)
        self.wires[link.key] = wire
        self.scene.addItem(wire)
        wire.route()
        self._shifted = True

    def _remove_wire(self, link: Link) -> None:
        wire = self.wires.pop(link.key, None)
        if wire is not None:
            wire.delete()
        elif link in self._waiting:
            self._waiting.remove(link)

    def _dress(self, wire: Wire) -> bool:
        """Give a wire its colour; True if that is another than before."""
        before = wire.colour.name()
        wire.passing = (
            wire.output_port.parentItem().face.node.muted
            or wire.input_port.parentItem().face.node.muted
        )
        kind = wire.output_port.face.kind
        if kind != wire.input_port.face.kind:
            wire.input_port.face.kind = kind
            wire.input_port.parentItem().update()
        wire.show_kind(kind)
        return bool(before != wire.colour.name())

    # -- what the window feeds in

    def show_weights(self, weights: Mapping[LinkKey, float]) -> None:
        """Scale weights by the largest and show them on their wires."""
        largest = max((abs(weight) for weight in weights.values()), default=0.0) or 1.0
        scaled = {key: weight / largest for key, weight in weights.items()}
        for key in self._weights.keys() - scaled.keys():
            if key in self.wires:
                self.wires[key].show_weight(None)
        for key, weight in scaled.items():
            if key in self.wires:
                self.wires[key].show_weight(weight)
        self._weights = scaled

    def show_gradients(self, gradients: Mapping[str, float]) -> None:
        """Put norms of gradients on nodes as bars, the largest full, on a scale of decades.

        Nodes are compared with one another, so one alone has no bar.
        """
        self.gradients = gradients
        largest = max(gradients.values(), default=0.0)
        for node, item in self.nodes.items():
            norm = gradients.get(node) if len(gradients) > 1 else None
            share = None if norm is None else _in_decades(norm, largest)
            if share != item.gradient:
                item.gradient = share
                item.update()

    def show_stripes(self, colours: Mapping[str, QColor]) -> None:
        """Put the optimizers' colours on the nodes they train."""
        for node, item in self.nodes.items():
            stripe = colours.get(node)
            if stripe != item.stripe:
                item.stripe = stripe
                item.update()

    def mark(self, nodes: set[str]) -> None:
        """Mark these nodes and no others."""
        for item in self.marked:
            item.marked = False
            item.update()
        self.marked = [self.nodes[node] for node in nodes if node in self.nodes]
        for item in self.marked:
            item.marked = True
            item.update()

    def restyle(self) -> None:
        """The theme changed."""
        for wire in self.wires.values():
            self._dress(wire)
        self.far.forget()
        self.flush()


def _in_decades(value: float, largest: float) -> float:
    """How long a value's bar is beside that of the largest, 0 to 1."""
    if not 0 < value <= largest:  # nothing, or no number
        return 0.0
    return max(0.0, 1 + log10(value / largest) / DECADES)
