"""A node on the canvas: draws its face, near, middling or far."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneMouseEvent

from gui import look
from gui.canvas.node_layout import HEADER, NAME_BELOW, PAD, RADIUS, Face, PortFace
from gui.canvas.nodegraphqt import IN, OUT, AbstractNodeItem
from gui.canvas.paint_cache import (
    Family,
    Fonts,
    Palette,
    elide,
    family,
    fonts,
    overview,
    palette,
    readable,
    width,
)
from gui.canvas.port_item import Socket

NEAR = 0.5
NAME_SIZES = (11.0, 9.0)  # pixels of a name's font from some way off: wanted, and at least
MARGIN = 11.0
PORT = 5.0
CORNER = 14.0
"""How far into a node its lower right corner is held to make its picture larger."""


class NodeItem(AbstractNodeItem):
    """NodeGraphQt's node item with our face; its position is the node's centre.

    Qt keeps what it painted as a picture at the present zoom: after each change of what is seen
    on it, `update` must be called.
    """

    def __init__(self, face: Face) -> None:
        super().__init__(face.name)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._properties["id"] = face.node.id
        self._properties["visible"] = True
        self.face = face
        self._image: QImage | None = None
        self._small: QImage | None = None
        self.stripe: QColor | None = None
        self.gradient: float | None = None
        self.marked = False
        self._shape: QPainterPath | None = None
        self.sockets: dict[tuple[str, str], Socket] = {}
        self._make_sockets()
        self.setPos(*face.node.position)

    # -- what NodeGraphQt asks for

    @property
    def inputs(self) -> list[Socket]:
        """Input ports, top down."""
        return [socket for (direction, _), socket in self.sockets.items() if direction == IN]

    @property
    def outputs(self) -> list[Socket]:
        """Output ports, top down."""
        return [socket for (direction, _), socket in self.sockets.items() if direction == OUT]

    def boundingRect(self) -> QRectF:
        """All it may paint on: its body with room for ring, ports and badge."""
        rect = self.face.rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        return rect.adjusted(-30, 0, 30, 20) if self.face.round else rect

    def shape(self) -> QPainterPath:
        """What a click hits: the body."""
        if self._shape is None:
            self._shape = QPainterPath()
            if self.face.round:
                self._shape.addEllipse(self.face.rect)
            else:
                self._shape.addRect(self.face.rect)
        return self._shape

    def corner(self, pos: QPointF, reach: float) -> bool:
        """Is a point of the scene at the corner that makes its picture larger?

        Args:
            pos: The point.
            reach: How far from the corner that is still so.
        """
        if self.face.picture is None:
            return False
        away = self.face.rect.bottomRight() - self.mapFromScene(pos)
        near, far = sorted((away.x(), away.y()))
        return bool(near >= -4 and far <= max(CORNER, reach))

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Select as Qt does; a right click leaves a selection it belongs to alone."""
        if event.button() == Qt.MouseButton.RightButton and self.isSelected():
            event.accept()
            return
        super().mousePressEvent(event)

    @property
    def image(self) -> QImage | None:
        """The picture it shows."""
        return self._image

    @image.setter
    def image(self, image: QImage | None) -> None:
        self._image, self._small = image, None

    # -- its face

    def show_face(self, face: Face) -> bool:
        """Take up a new face; True if ports came, went or moved."""
        before = {key: QPointF(socket.face.at) for key, socket in self.sockets.items()}
        if face.rect != self.face.rect:
            self.prepareGeometryChange()
            self._shape = None
        self.face = face
        self._make_sockets()
        self.update()
        return before != {key: socket.face.at for key, socket in self.sockets.items()}

    def _make_sockets(self) -> None:
        wanted = [(IN, one) for one in self.face.inputs] + [(OUT, one) for one in self.face.outputs]
        old = self.sockets
        self.sockets = {}
        for direction, one in wanted:
            key = (direction, one.port.name)
            socket = old.pop(key, None)
            if socket is None:
                socket = Socket(self, one, direction)
            else:
                socket.show_face(one)
            self.sockets[key] = socket
        for socket in old.values():
            if socket.scene() is not None:
                socket.scene().removeItem(socket)
            socket.setParentItem(None)

    def socket(self, direction: str, port: str) -> Socket | None:
        """The port of that name."""
        return self.sockets.get((direction, port))

    def light(self, ports: Mapping[Socket, bool | None]) -> None:
        """Light ports that a wire may end at, dim the others; None for neither."""
        changed = {socket: lit for socket, lit in ports.items() if socket.lit is not lit}
        for socket, lit in changed.items():
            socket.lit = lit
        if changed:
            self.update()

    # -- painting

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        """Draw the node; small text is left out where it could not be read."""
        scale = painter.worldTransform().m11()
        near = scale >= NEAR
        colours, kin, least = palette(), family(self.face.group), readable(scale)
        if self.face.round:
            self._paint_round(painter, colours, kin, least if near else 0)
        else:
            self._paint_body(painter, colours, kin, near)
            if near:
                self._paint_header(painter, kin, least)
                self._paint_gradient(painter, colours)
            self._paint_content(painter, colours, kin, least if near else 0)
            if near and self.face.picture is not None:
                self._paint_corner(painter, colours)
            if not near:
                self._paint_name(painter, colours, kin, scale)
        self._paint_ports(painter, colours, near)
        self._paint_marks(painter, colours)

    def _paint_body(self, painter: QPainter, colours: Palette, kin: Family, near: bool) -> None:
        rect = self.face.rect
        painter.setPen(Qt.PenStyle.NoPen)
        if near:
            for index, brush in enumerate(colours.shadows):
                grown = rect.adjusted(-2 + index, index, 2 - index, 5 - index)
                painter.setBrush(brush)
                painter.drawRoundedRect(grown, RADIUS + 2, RADIUS + 2)
        muted = self.face.node.muted
        painter.setPen(colours.muted_line if muted else colours.node_line)
        painter.setBrush(colours.node)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        if muted:
            painter.setBrush(look.mix(kin.colour, colours.colours.node, 0.72))
        else:
            painter.setBrush(kin.header)
        painter.drawPath(self.face.header)
        if self.stripe is not None:
            painter.setBrush(self.stripe)
            painter.drawRect(
                QRectF(rect.left(), rect.top() + HEADER, 3, rect.height() - HEADER - 7)
            )

    def _paint_corner(self, painter: QPainter, colours: Palette) -> None:
        """Two short lines, where the picture is made larger."""
        painter.setPen(colours.grip)
        corner = self.face.rect.bottomRight() - QPointF(3, 3)
        for length in (4.0, 8.0):
            painter.drawLine(corner - QPointF(length, 0), corner - QPointF(0, length))

    def _paint_name(self, painter: QPainter, colours: Palette, kin: Family, scale: float) -> None:
        """The name alone, as large as can be read from some way off."""
        face, rect = self.face, self.face.rect
        wanted, least = (size / scale for size in NAME_SIZES)
        over = face.picture is not None or face.curve is not None
        room = QRectF(rect.left() + 6, rect.top(), rect.width() - 12, HEADER)
        if over:
            wanted = min(max(wanted, least), HEADER - 3)
        else:
            room.setTop(rect.top() + HEADER)
            room.setBottom(rect.bottom())
        font = overview(face.name, room.width(), wanted, least)
        painter.setPen(kin.on_header if over and not face.node.muted else colours.text)
        painter.setFont(getattr(fonts(), font))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, elide(face.name, font, room.width()))

    def _paint_gradient(self, painter: QPainter, colours: Palette) -> None:
        """How long the gradient is beside those of other nodes, as a bar on the lower edge."""
        if self.gradient is None:
            return
        rect = self.face.rect
        track = QRectF(rect.left() + RADIUS, rect.bottom() - 3.5, rect.width() - 2 * RADIUS, 2)
        painter.fillRect(track, colours.track)
        track.setWidth(track.width() * self.gradient)
        painter.fillRect(track, colours.bar)

    def _paint_header(self, painter: QPainter, kin: Family, least: int) -> None:
        face, text = self.face, fonts(least)
        rect = face.rect
        muted = face.node.muted
        pen = palette().text if muted else kin.on_header
        base = rect.top() + HEADER / 2
        x = rect.left() + 10
        painter.setPen(pen)
        room = rect.right() - x - 10
        if width(face.name, "name", least) <= max(room - 22, 0) or least <= 13:
            painter.setFont(text.icon)
            painter.drawText(
                QRectF(x - 1, rect.top(), 18, HEADER),
                Qt.AlignmentFlag.AlignCenter,
                look.glyph(face.icon) if face.icon else kin.icon,
            )
            x, room = x + 22, room - 22
        kind = width(face.type_text, "type", least)
        if face.type_text and width(face.name, "name", least) + kind + 8 <= room:
            painter.setFont(text.type)
            painter.setPen(palette().dim if muted else kin.soft)
            painter.drawText(QPointF(rect.right() - 10 - kind, base + 4), face.type_text)
            room -= kind + 8
            painter.setPen(pen)
        painter.setFont(text.name)
        name = elide(face.name, "name", room, least)
        painter.drawText(QPointF(x, base + 0.35 * max(13, least)), name)

    def _paint_content(self, painter: QPainter, colours: Palette, kin: Family, least: int) -> None:
        """What is below the header; no words where `least`, the size that can be read, is 0."""
        face, text = self.face, fonts(least)
        if face.curve is not None:
            self._paint_curve(painter, colours, kin)
        if face.picture is not None:
            self._paint_picture(painter, colours, face.picture, least)
        if not least:
            return
        rect = face.rect
        painter.setFont(text.label)
        if face.summary:
            painter.setPen(colours.text)
            room = rect.width() - 2 * PAD
            painter.drawText(face.summary_at, elide(face.summary, "label", room, least))
        painter.setPen(colours.dim)
        for one in face.inputs:
            if one.label:
                label = elide(one.label, "label", rect.width() - 2 * PAD, least)
                painter.drawText(QPointF(one.at.x() + PAD, one.at.y() + 4), label)
        for row, one in enumerate(face.outputs):
            if one.label:
                beside = face.inputs[row].label if row < len(face.inputs) else ""
                self._paint_output(painter, one, text, width(beside, "label", least), least)
        if face.shape and width(face.shape, "shape", least) <= rect.width() - 20:
            painter.setFont(text.shape)
            x = rect.right() - 10 - width(face.shape, "shape", least)
            painter.drawText(QPointF(x, rect.bottom() - 9), face.shape)

    def _paint_output(
        self, painter: QPainter, one: PortFace, text: Fonts, beside: float, least: int
    ) -> None:
        """An output's label, and its shape where there is room for that too."""
        x = one.at.x() - PAD - width(one.label, "label", least)
        painter.drawText(QPointF(x, one.at.y() + 4), one.label)
        x -= width(one.shape, "shape", least) + 8
        if one.shape and x >= self.face.rect.left() + PAD + beside:
            painter.setFont(text.shape)
            painter.drawText(QPointF(x, one.at.y() + 4), one.shape)
            painter.setFont(text.label)

    def _paint_curve(self, painter: QPainter, colours: Palette, kin: Family) -> None:
        curve = self.face.curve
        if curve is None:
            return
        box = curve.boundingRect()
        painter.setPen(colours.faint)
        painter.drawLine(QPointF(box.left(), self.face.axis), QPointF(box.right(), self.face.axis))
        painter.setPen(kin.curve)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(curve)

    def _paint_picture(self, painter: QPainter, colours: Palette, room: QRectF, least: int) -> None:
        if self.image is None or self.image.isNull():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.picture)
            painter.drawRoundedRect(room, 4, 4)
            if least:
                painter.setPen(colours.dim)
                painter.setFont(fonts(least).small)
                waiting = "examples" if self.face.role == "data" else "shown while training"
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, waiting)
            return
        size = self.image.deviceIndependentSize()
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(0, 0, size.width(), size.height())
        target.moveCenter(room.center())
        shown = self.image
        coarse = shown.width() < target.width()
        pixels = painter.deviceTransform().mapRect(target).size().toSize()
        if pixels.width() * 2 < shown.width():  # beyond what drawing alone scales without noise
            if self._small is None or self._small.size() != pixels:
                mode = Qt.AspectRatioMode.IgnoreAspectRatio
                smooth = Qt.TransformationMode.SmoothTransformation
                self._small = shown.scaled(pixels, mode, smooth)
            shown = self._small
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not coarse)
        painter.drawImage(target, shown)

    def _paint_round(self, painter: QPainter, colours: Palette, kin: Family, least: int) -> None:
        rect = self.face.rect
        if least:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.shadows[-1])
            painter.drawEllipse(rect.adjusted(-1, 1, 1, 4))
        painter.setPen(colours.muted_line if self.face.node.muted else kin.ring)
        painter.setBrush(colours.node)
        painter.drawEllipse(rect)
        if self.face.curve is not None:
            self._paint_curve(painter, colours, kin)
        if least:
            self._paint_name_below(painter, colours, least)

    def _paint_name_below(self, painter: QPainter, colours: Palette, least: int) -> None:
        """A neuron's name, on a piece of canvas that no wire shines through."""
        name = elide(self.face.name, "small", NAME_BELOW, least)
        size = max(11, least)
        wide = width(name, "small", least) + 4
        below = QRectF(-wide / 2, self.face.rect.bottom() + 2, wide, size + 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.canvas)
        painter.drawRoundedRect(below, 3, 3)
        painter.setPen(colours.dim)
        painter.setFont(fonts(least).small)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_ports(self, painter: QPainter, colours: Palette, near: bool) -> None:
        for socket in self.sockets.values():
            colour = look.wire_colour(socket.face.kind)
            radius = PORT - 1.2 if self.face.round else PORT
            if socket.lit:
                glow = QColor(colours.colours.accent)
                glow.setAlpha(70)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(glow)
                painter.drawEllipse(socket.face.at, 10, 10)
                colour = colours.colours.accent
            elif socket.lit is False:
                colour = look.mix(colour, colours.colours.node, 0.75)
            if socket.hovered:
                radius += 1.5
            painter.setPen(QPen(colour, 2.0 if near else 1.5))
            painter.setBrush(colour if socket.connected_pipes else colours.port)
            painter.drawEllipse(socket.face.at, radius, radius)

    def _paint_marks(self, painter: QPainter, colours: Palette) -> None:
        rect = self.face.rect
        if self.face.twin is not None:
            painter.setPen(QPen(colours.colours.canvas, 2))
            painter.setBrush(self.face.twin)
            painter.drawEllipse(QPointF(rect.left() + 2, rect.top() + 2), 6.5, 6.5)
        if self.face.severity:
            painter.setPen(QPen(colours.colours.canvas, 2))
            painter.setBrush(colours.error if self.face.severity == "error" else colours.warning)
            centre = QPointF(rect.right() - 1, rect.top() + 1)
            painter.drawEllipse(centre, 9, 9)
            painter.setPen(QPen(look.readable_on(painter.brush().color())))
            painter.setFont(fonts().badge)
            box = QRectF(centre.x() - 9, centre.y() - 9, 18, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "!")
        if self.isSelected() or self.marked:
            painter.setPen(colours.selected if self.isSelected() else colours.highlighted)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = rect.adjusted(-3, -3, 3, 3)
            if self.face.round:
                painter.drawEllipse(ring)
            else:
                painter.drawRoundedRect(ring, RADIUS + 3, RADIUS + 3)
