"""What a node shows, worked out once from the document and kept until it changes.

Painting happens often and must be quick, so a face holds finished texts, rectangles and
points; `NodeItem` only draws them. All coordinates are the item's: the node's centre is 0, 0.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainterPath, QPolygonF

from graph.core.tensor import TensorType
from graph.core.wording import many
from graph.declare import REGISTRY, Declaration, Port
from graph.diagnose.context import Place
from graph.model.sheet import Node
from gui.canvas.paint_cache import width

HEADER = 26.0
ROW = 22.0
SHAPE_ROW = 22.0
LINE = 21.0
PAD = 14.0
RADIUS = 7.0
CURVE_HEIGHT = 40.0
NEURON = 23.0
NARROW, WIDE = 128.0, 280.0
FAR_SEEN = 17
"""The size of letters on a board that is seen at half its size: names and summaries have room."""
PICTURE = {"data": (176.0, 88.0), "view": (240.0, 160.0)}
"""How large pictures are on nodes that were given no size of their own."""
NAME_BELOW, SEEN = 98.0, 13
"""Room for the name below a neuron, and the size of its letters where wires make way for it."""
TWIN_HUES = (28, 196, 320, 92, 262, 160, 350, 228)


@dataclass
class PortFace:
    """One port: where it is and what stands beside it."""

    port: Port
    at: QPointF
    label: str = ""
    shape: str = ""
    kind: str = "features"


@dataclass
class Face:
    """Everything a node shows.

    Attributes:
        node: The node as the document has it.
        params: Its parameters as they are where it is seen.
    """

    node: Node
    params: Mapping[str, Any]
    group: str
    role: str
    title: str
    name: str
    icon: str
    rect: QRectF
    inputs: list[PortFace]
    outputs: list[PortFace]
    header: QPainterPath = field(default_factory=QPainterPath)
    type_text: str = ""
    summary: str = ""
    summary_at: QPointF = field(default_factory=QPointF)
    shape: str = ""
    curve: QPolygonF | None = None
    axis: float = 0.0
    picture: QRectF | None = None
    severity: str = ""
    twin: QColor | None = None

    @property
    def round(self) -> bool:
        """Is this a neuron, drawn as a small circle?"""
        return self.role == "neuron"

    @property
    def below(self) -> QRectF:
        """Where the name below a neuron stands; of other nodes there is nothing below."""
        if not self.round:
            return QRectF()
        wide = min(width(self.name, "small", SEEN), NAME_BELOW) + 4
        return QRectF(-wide / 2, self.rect.bottom() + 2, wide, SEEN + 4)

    def port(self, name: str, *, output: bool) -> PortFace | None:
        """The input or output of that name."""
        ports = self.outputs if output else self.inputs
        return next((one for one in ports if one.port.name == name), None)


def twin_colour(leader: str) -> QColor:
    """The colour of the mark that a node and its linked duplicates carry."""
    return QColor.fromHsv(TWIN_HUES[int(leader[1:]) % len(TWIN_HUES)], 150, 250)


def face_of(place: Place, node: Node, leaders: Container[str] = (), *, judged: bool = True) -> Face:
    """Work out what a node shows in a place.

    Args:
        place: Where it is seen.
        node: The node.
        leaders: Nodes that have linked duplicates.
        judged: Ask what is wrong with it; within an edit that would look at the whole board.
    """
    declaration = REGISTRY.find(node.type)
    ports = place.document.ports(node)
    params = place.node(node.id).params
    face = Face(
        node=node,
        params=params,
        group=declaration.group if declaration else "unknown",
        role=declaration.role if declaration else "layer",
        title=declaration.title if declaration else node.type,
        name=node.name,
        icon=declaration.icon if declaration else "",
        rect=QRectF(),
        inputs=[PortFace(port, QPointF()) for port in ports.inputs],
        outputs=[PortFace(port, QPointF()) for port in ports.outputs],
        summary=declaration.summary(params) if declaration else "unknown node",
    )
    default = declaration.default_name if declaration else ""
    face.type_text = "" if node.name == default else face.title
    if face.role == "instance":
        _tell_network(face, place)
    leader = node.twin or (node.id if node.id in leaders else None)
    if leader is not None:
        face.twin = twin_colour(leader)
    _tell_types(face, place, judged=judged)
    if face.round:
        _lay_out_neuron(face, declaration)
    else:
        _lay_out(face, declaration)
    return face


def _tell_network(face: Face, place: Place) -> None:
    """An instance says what it places, how often, and how many weights that has."""
    node = face.node
    network = str(node.params.get("network", ""))
    face.type_text = "Network" if node.name == network else network
    repeat = face.params.get("repeat", 1)
    weights = place.weights(node.twin or node.id)
    parts = [f"\N{MULTIPLICATION SIGN}{repeat}"] if repeat > 1 else []
    parts += [many(weights, "weight")] if weights else []
    parts += ["evaluates"] if face.params.get("evaluate") else []
    momentum = face.params.get("momentum", 0.0)
    parts += [f"average {momentum:g}"] if momentum else []
    face.summary = ", ".join(parts)


def _tell_types(face: Face, place: Place, *, judged: bool) -> None:
    """Write shapes, wire kinds and the badge into a face."""
    for one in face.outputs:
        tensor: TensorType | None = place.type_of(face.node.id, one.port.name)
        one.kind = tensor.kind if tensor else _kind(one.port)
        one.shape = str(tensor) if tensor and tensor.dims else ""
    for one in face.inputs:
        one.kind = _kind(one.port)
    problems = place.problems_of(face.node.id) if judged else ()
    severities = {problem.severity for problem in problems}
    face.severity = next((s for s in ("error", "warning") if s in severities), "")


def _kind(port: Port) -> str:
    return port.kind if port.kind in {"loss", "schedule"} else "features"


def picture_size(node: Node) -> tuple[float, float] | None:
    """Width and height of the picture on a node; None for one that shows none."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or (declaration.role == "view" and not declaration.has("kind")):
        return None
    usual = PICTURE.get(declaration.role)
    return node.size or usual if usual else None


def _lay_out(face: Face, declaration: Declaration | None) -> None:
    many_in, many_out = len(face.inputs) > 1, len(face.outputs) > 1
    for one in face.inputs:
        one.label = one.port.label if many_in or one.port.variadic else ""
    for one in face.outputs:
        one.label = one.port.label if many_out else ""
    if not many_out and face.outputs:
        face.shape = face.outputs[0].shape
    curved = declaration is not None and declaration.has("curve")
    picture = picture_size(face.node)
    rows = max(len(face.inputs), len(face.outputs), 1)
    labelled = any(one.label for one in (*face.inputs, *face.outputs))

    wide = _needed_width(face, picture)
    own_line = bool(face.summary) and (labelled or curved)
    line = LINE if own_line else 0.0
    # A node with one way in and one out has its ports at half height, so that a row of such
    # nodes is wired straight; others list their ports from the top.
    if curved:
        height = 2 * HEADER + 6 + CURVE_HEIGHT + 2 * line
    elif picture is not None:
        height = HEADER + line + 6 + rows * ROW + picture[1] + 14
    elif own_line or not face.outputs:
        height = HEADER + line + 8 + rows * ROW + (SHAPE_ROW if face.shape else 6)
    else:
        height = 2 * HEADER + rows * ROW + 4
    face.rect = QRectF(-wide / 2, -height / 2, wide, height)

    top = face.rect.top() + HEADER
    listed = not curved and (picture is not None or own_line or not face.outputs)
    first = top + 5 + line + ROW / 2 if listed else -(rows - 1) * ROW / 2
    _place(face.inputs, face.rect.left(), first, rows)
    _place(face.outputs, face.rect.right(), first, rows)
    face.summary_at = QPointF(face.rect.left() + PAD, (top + 19) if own_line else first + 4)
    if curved:
        box = QRectF(face.rect.left() + 26, top + 6 + line, wide - 52, CURVE_HEIGHT - 6)
        face.curve, face.axis = _curve(declaration, face.params, box)
    if picture is not None:
        y = face.rect.bottom() - picture[1] - 10
        face.picture = QRectF(face.rect.left() + 12, y, wide - 24, picture[1])
    face.header = _header(face.rect)


def _needed_width(face: Face, picture: tuple[float, float] | None) -> float:
    type_room = width(face.type_text, "type") + 14 if face.type_text else 0.0
    header = 34 + min(width(face.name, "name"), 150.0) + type_room + 12
    alone = min(width(face.name, "name", FAR_SEEN), 190.0) + 20  # without icon and type
    summary = width(face.summary, "label", FAR_SEEN) + 2 * PAD
    pairs = max(len(face.inputs), len(face.outputs))
    rows = 0.0
    for index in range(pairs):
        row = 3 * PAD
        if index < len(face.inputs):
            row += width(face.inputs[index].label, "label")
        if index < len(face.outputs) and face.outputs[index].label:
            one = face.outputs[index]
            row += width(one.label, "label") + width(one.shape, "shape") + 14
        rows = max(rows, row)
    shape = width(face.shape, "shape") + 2 * PAD
    needed = float(4 * ceil((min(max(header, alone, summary, rows, shape, NARROW), WIDE) + 1) / 4))
    return max(needed, picture[0] + 24) if picture else needed


def _place(ports: list[PortFace], x: float, first: float, rows: int) -> None:
    offset = (rows - len(ports)) * ROW / 2
    for index, one in enumerate(ports):
        one.at = QPointF(x, first + offset + index * ROW)


def _header(rect: QRectF) -> QPainterPath:
    """The header's outline: the body's upper end with its two round corners."""
    path = QPainterPath()
    right, left, top = rect.right(), rect.left(), rect.top()
    bottom = top + HEADER
    path.moveTo(left, bottom)
    path.lineTo(left, top + RADIUS)
    path.arcTo(QRectF(left, top, 2 * RADIUS, 2 * RADIUS), 180, -90)
    path.lineTo(right - RADIUS, top)
    path.arcTo(QRectF(right - 2 * RADIUS, top, 2 * RADIUS, 2 * RADIUS), 90, -90)
    path.lineTo(right, bottom)
    path.closeSubpath()
    return path


def _lay_out_neuron(face: Face, declaration: Declaration | None) -> None:
    face.rect = QRectF(-NEURON, -NEURON, 2 * NEURON, 2 * NEURON)
    _place(face.inputs, -NEURON, -(len(face.inputs) - 1) * ROW / 2, len(face.inputs))
    _place(face.outputs, NEURON, -(len(face.outputs) - 1) * ROW / 2, len(face.outputs))
    face.curve, face.axis = _curve(declaration, face.params, QRectF(-13, -12, 26, 24))


def _curve(
    declaration: Declaration | None, params: Mapping[str, Any], box: QRectF
) -> tuple[QPolygonF | None, float]:
    """An activation's curve from -3 to 3 in a box, and the height of its zero line."""
    if declaration is None or not declaration.has("curve"):
        return None, 0.0
    return _polygon(declaration.type, tuple(sorted(params.items())), box.getRect())


@lru_cache(maxsize=256)
def _polygon(
    node_type: str, params: tuple[tuple[str, Any], ...], place: tuple[float, ...]
) -> tuple[QPolygonF | None, float]:
    ys, box = _values(node_type, params), QRectF(*place)
    if not ys:
        return None, 0.0
    low, high = min([*ys, 0.0]), max([*ys, 0.0])
    step, scale = box.width() / (len(ys) - 1), box.height() / max(high - low, 0.5)
    left, bottom = box.left(), box.bottom() + low * scale
    points = [QPointF(left + index * step, bottom - y * scale) for index, y in enumerate(ys)]
    return QPolygonF(points), bottom


@lru_cache(maxsize=256)
def _values(node_type: str, params: tuple[tuple[str, Any], ...]) -> tuple[float, ...]:
    declaration = REGISTRY.find(node_type)
    curve = declaration.curve(dict(params)) if declaration else None
    if curve is None:
        return ()
    try:
        return tuple(max(-3.0, min(3.0, float(curve(-3.0 + step / 8)))) for step in range(49))
    except (ArithmeticError, ValueError, TypeError):
        return ()
