"""Items for what a sheet holds, kept in step with the document's events.

Events only say what to look at: items come, change and go when a step is complete, once each,
however often the step touched what they show.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log10
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsScene

from graph.diagnose.context import Place
from graph.model import events
from graph.model.sheet import Link, LinkKey, Node, Sheet
from gui import look
from gui.canvas.node_item import NodeItem
from gui.canvas.node_layout import face_of
from gui.canvas.nodegraphqt import IN, OUT
from gui.canvas.overview import FarPicture
from gui.canvas.wire_item import Wire
from gui.canvas.wire_tracks import TRACKS, Tracks

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
        self._touched: set[str] = set()
        self._touched_links: dict[LinkKey, None] = {}
        self._waiting: set[LinkKey] = set()
        self._stale: set[str] = set()
        self.marked: list[NodeItem] = []
        self._moved: set[NodeItem] = set()
        self._shifted = False
        self.networks_changed = False
        self._weights: Mapping[LinkKey, float] = {}
        self.weights: Mapping[LinkKey, float] = {}
        self._stripes: Mapping[str, QColor] = {}
        self.gradients: Mapping[str, float] = {}

    def show(self, place: Place, sheet: Sheet) -> None:
        """Draw a sheet from nothing, as it stands in a place."""
        self._clear()
        if self._place is None or place.document is not self._place.document:
            self.pictures = {}
        self._place = place
        # The index is built once at the end instead of being kept up item by item.
        self.scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._touched.update(sheet.nodes)
        self._touched_links.update(dict.fromkeys(sheet.links))
        self.settle(sheet)
        self.scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)

    def _clear(self) -> None:
        self.scene.blockSignals(True)
        for wire in self.wires.values():
            self.scene.removeItem(wire)
        for item in self.nodes.values():
            self.scene.removeItem(item)
        self.scene.blockSignals(False)
        self.nodes.clear()
        self.marked.clear()
        self.wires.clear()
        self._leaders.clear()
        for noted in (self._touched, self._touched_links, self._waiting, self._stale, self._moved):
            noted.clear()
        self.far.clear()

    # -- following events

    def follow(self, event: Any) -> None:
        """Note what an event says, for when the step is complete."""
        match event:
            case (
                events.NodeAdded(_, node)
                | events.NodeRemoved(_, node)
                | events.NodeChanged(_, _, node)
            ):
                self._touched.add(node.id)
            case (
                events.LinkAdded(_, link)
                | events.LinkRemoved(_, link)
                | events.LinkChanged(_, _, link)
            ):
                self._touched_links[link.key] = None

    def settle(self, sheet: Sheet) -> None:
        """A step is complete: bring items in step with the sheet."""
        if self.networks_changed:
            # the ports of a placed network are its Inputs and Outputs
            placed = (node for node, item in self.nodes.items() if item.face.role == "instance")
            self._stale.update(placed)
            self.networks_changed = False
        # the ports of a node of unknown kind are those its wires end at
        self._stale.update(
            end.node for key in self._touched_links for end in (key.source, key.target)
        )
        self.scene.blockSignals(True)  # what is selected is asked for when all is done
        self._take_away(sheet)
        for node in self._in_order(sheet):
            self._show_node(sheet.nodes[node])
        for node in self._stale & self.nodes.keys():
            self._reface(node)
        self._show_wires(sheet)
        self.scene.blockSignals(False)
        for noted in (self._touched, self._touched_links, self._stale):
            noted.clear()
        self._shifted = self._shifted or bool(self._moved)
        self.flush()
        if self._shifted and len(self.nodes) <= CAREFUL:
            self._lay_apart()
        self._shifted = False

    def _lay_apart(self) -> None:
        """Lead each wire around all nodes, and beside those of other outputs."""
        tracks = Tracks()
        for wire in self.wires.values():
            for track in (*range(TRACKS), 0):  # the last where there is no room
                wire.route(self._obstacles, free=True, track=track)
                if tracks.free(wire.path(), wire.link.source):
                    break
            tracks.take(wire.path(), wire.link.source)

    def _in_order(self, sheet: Sheet) -> list[str]:
        """The nodes to look at that are there, in the order the sheet has them where many."""
        if len(self._touched) == len(sheet.nodes):
            return list(sheet.nodes)
        return sorted(self._touched & sheet.nodes.keys(), key=lambda one: int(one[1:]))

    def _take_away(self, sheet: Sheet) -> None:
        """Remove what is not on the sheet any more."""
        for key in self._touched_links:
            if key not in sheet.links and key in self.wires:
                self._remove_wire(self.wires.pop(key))
        for node in self._touched - sheet.nodes.keys():
            if node in self.nodes:
                self._remove_node(self.nodes.pop(node))

    def retype(self, nodes: set[str]) -> None:
        """Types or problems of these nodes are known anew."""
        self._stale |= nodes
        if self._touched or self._touched_links:
            return  # within a step, whose end is near
        for node in self._stale & self.nodes.keys():
            self._reface(node)
        self._stale.clear()
        self.flush()

    def move(self, items: Iterable[NodeItem]) -> None:
        """Items were moved by hand: let their wires follow."""
        self._moved.update(items)
        self.flush()

    def resize(self, item: NodeItem, size: tuple[float, float] | None) -> None:
        """Show a node with a picture of another size, its upper left corner where it is."""
        assert self._place is not None
        corner = item.pos() + item.face.rect.topLeft()
        face = face_of(self._place, replace(item.face.node, size=size), self._leaders)
        item.show_face(face)
        item.setPos(corner - face.rect.topLeft())
        self.move([item])

    def restore(self, item: NodeItem) -> None:
        """Show a node as the document has it."""
        assert self._place is not None
        node = self._place.document.node(item.id)
        item.show_face(face_of(self._place, node, self._leaders))
        item.setPos(*node.position)
        self.move([item])

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
                self.far.show_wire(wire)
            for item in self._moved:
                self.far.show_node(item)
            self._moved.clear()

    def _route(self, wire: Wire) -> None:
        wire.route(self._obstacles if len(self.nodes) <= CAREFUL else None)

    def _obstacles(self, rect: QRectF) -> list[QRectF]:
        """Where nodes, and the names below neurons, are within a rectangle."""
        found = [item for item in self.scene.items(rect) if isinstance(item, NodeItem)]
        bodies = [item.face.rect.translated(item.pos()) for item in found]
        names = [item.face.below.translated(item.pos()) for item in found if item.face.round]
        return bodies + names

    # -- nodes

    def _show_node(self, node: Node) -> None:
        """Give a node an item, or bring the one it has to its place."""
        item = self.nodes.get(node.id)
        before = item.face.node if item is not None else None
        if before is None or before.twin != node.twin:
            self._count_twin(before, -1)
            self._count_twin(node, 1)
        if item is None:
            self._add_node(node)
            return
        item.face.node = node
        if before is not None and before.type != node.type:
            item.image = self.pictures[node.id] = None  # what another type showed
        if before is not None and before.position != node.position:
            if (item.x(), item.y()) != node.position:
                item.setPos(*node.position)
            self._moved.add(item)
        if before is not None and not _alike(before, node):
            self._stale.add(node.id)

    def _add_node(self, node: Node) -> None:
        assert self._place is not None
        item = NodeItem(face_of(self._place, node, self._leaders))
        item.image = self.pictures.get(node.id)
        item.stripe = self._stripes.get(node.id)
        self.nodes[node.id] = item
        self._stale.discard(node.id)
        self.scene.addItem(item)
        self.far.show_node(item)
        self._shifted = True

    def _remove_node(self, item: NodeItem) -> None:
        self._count_twin(item.face.node, -1)
        self._moved.discard(item)
        if item in self.marked:
            self.marked.remove(item)
        self.far.drop_node(item)
        self.scene.removeItem(item)

    def _count_twin(self, node: Node | None, by: int) -> None:
        if node is not None and node.twin is not None:
            self._leaders[node.twin] += by
            if not self._leaders[node.twin]:
                del self._leaders[node.twin]
            self._stale.add(node.twin)

    def _reface(self, node: str) -> None:
        assert self._place is not None
        item = self.nodes[node]
        if item.show_face(face_of(self._place, item.face.node, self._leaders)):
            self._moved.add(item)
        self.far.show_node(item)
        for socket in item.sockets.values():
            for wire in socket.connected_pipes:
                if self._dress(wire):
                    self.far.show_wire(wire)

    # -- wires

    def _show_wires(self, sheet: Sheet) -> None:
        """Draw the wires to look at that are there, and those that waited for their ports."""
        looked_at, self._waiting = {*self._touched_links, *self._waiting}, set()
        for key in sorted(looked_at & sheet.links.keys()):
            self._show_wire(sheet.links[key])

    def _show_wire(self, link: Link) -> None:
        """Draw a wire, or tell the one that is drawn its link."""
        present = self.wires.get(link.key)
        source = self.nodes[link.source.node].socket(OUT, link.source.port)
        target = self.nodes[link.target.node].socket(IN, link.target.port)
        if present is not None and (present.output_port, present.input_port) == (source, target):
            present.link = link
            return
        if present is not None:
            self._remove_wire(self.wires.pop(link.key))
        if source is None or target is None:
            self._waiting.add(link.key)
            return
        wire = Wire(link, source, target)
        wire.weight = self._weights.get(link.key)
        self._dress(wire, anew=True)
        self.wires[link.key] = wire
        self.scene.addItem(wire)
        wire.route()
        self.far.show_wire(wire)
        for item in (source.parentItem(), target.parentItem()):
            item.update()
        self._shifted = True

    def _remove_wire(self, wire: Wire) -> None:
        ends = [socket.parentItem() for socket in (wire.output_port, wire.input_port)]
        self.far.drop_wire(wire)
        wire.delete()
        for item in ends:
            if item is not None:
                item.update()

    def _dress(self, wire: Wire, *, anew: bool = False) -> bool:
        """Give a wire its colour; True if it looks another way than before."""
        source, target = wire.output_port, wire.input_port
        kind = source.face.kind
        if kind != target.face.kind:
            target.face.kind = kind
            target.parentItem().update()
        muted = [socket.parentItem().face.node.muted for socket in (source, target)]
        before = wire.colour, wire.passing
        wire.colour, wire.passing = look.wire_colour(kind), any(muted)
        changed = anew or before != (wire.colour, wire.passing)
        if changed:
            wire.style_up()
        return changed

    # -- what the window feeds in

    def show_weights(self, weights: Mapping[LinkKey, float]) -> None:
        """Scale weights by the largest and show them on their wires."""
        self.weights = weights
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
        for node in self._stripes.keys() | colours.keys():
            item, stripe = self.nodes.get(node), colours.get(node)
            if item is not None and stripe != item.stripe:
                item.stripe = stripe
                item.update()
        self._stripes = colours

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
        for item in self.nodes.values():
            item.update()
        for wire in self.wires.values():
            self._dress(wire, anew=True)
            self.far.show_wire(wire)


def _alike(before: Node, after: Node) -> bool:
    """Does a node show the same as before, but for its place?"""
    return before == replace(after, position=before.position)


def _in_decades(value: float, largest: float) -> float:
    """How long a value's bar is beside that of the largest, 0 to 1."""
    if not 0 < value <= largest:  # nothing, or no number
        return 0.0
    return max(0.0, 1 + log10(value / largest) / DECADES)
