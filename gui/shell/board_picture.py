"""A board as a small picture: its nodes as large as they are, with their wires, without words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from graph.diagnose.context import Place
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import Link
from gui import look
from gui.canvas.node_layout import HEADER, RADIUS, Face, face_of
from gui.canvas.wire_routes import free_way, way

PICTURE = QSize(252, 118)
MARGIN = 10
CROWD = 60
"""Wires of a board that are no longer led around nodes: at this size nobody sees it."""
THIN = 1.2
"""Pixels of a wire."""


def picture(document: Document, size: QSize = PICTURE, scale: float = 1.0) -> QImage:
    """Draw a board as it opens, in the colours of the theme.

    Args:
        document: The board.
        size: Of the picture, in pixels of the screen's own scale.
        scale: Device pixels for each of them.
    """
    image = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(look.colours().canvas)
    place = Place(Diagnosis(document))
    faces = {node.id: face_of(place, node) for node in document.board.nodes.values()}
    rects = {one: face.rect.translated(_at(face)) for one, face in faces.items()}
    if not faces:
        return image
    links = list(document.board.links.values())
    paths = {link: _path(link, faces, rects, free=len(links) <= CROWD) for link in links}
    bounds = QRectF()
    for box in (*rects.values(), *(path.boundingRect() for path in paths.values())):
        bounds = bounds.united(box)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    factor = min(
        (size.width() - 2 * MARGIN) / bounds.width(),
        (size.height() - 2 * MARGIN) / bounds.height(),
    )
    painter.translate(size.width() / 2, size.height() / 2)
    painter.scale(factor, factor)
    painter.translate(-bounds.center())
    for link, path in paths.items():
        painter.setPen(QPen(_colour(link, faces), THIN / factor))
        painter.drawPath(path)
    for one, face in faces.items():
        _draw(painter, face, rects[one], factor)
    painter.end()
    return image


def _at(face: Face) -> QPointF:
    return QPointF(*face.node.position)


def _path(
    link: Link, faces: dict[str, Face], rects: dict[str, QRectF], *, free: bool
) -> QPainterPath:
    first, last = link.source.node, link.target.node
    start = faces[first].port(link.source.port, output=True)
    end = faces[last].port(link.target.port, output=False)
    if start is None or end is None:
        return QPainterPath()
    ends = start.at + _at(faces[first]), end.at + _at(faces[last])
    if not free:
        return way(*ends, rects[first], rects[last])

    def near(area: QRectF) -> list[QRectF]:
        return [rect for rect in rects.values() if rect.intersects(area)]

    return free_way(*ends, rects[first], rects[last], near, link.again)


def _colour(link: Link, faces: dict[str, Face]) -> QColor:
    port = faces[link.source.node].port(link.source.port, output=True)
    return look.wire_colour(port.kind if port else "features")


def _draw(painter: QPainter, face: Face, rect: QRectF, factor: float) -> None:
    colours, family = look.colours(), look.family_colour(face.group)
    painter.setPen(QPen(colours.node_line, 1 / factor))
    if face.round:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(family)
        painter.drawEllipse(rect)
        return
    painter.setBrush(colours.node)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(family)
    header = QPainterPath()
    header.addRoundedRect(rect, RADIUS, RADIUS)
    below = QPainterPath()
    below.addRect(rect.adjusted(-1, HEADER, 1, 1))
    painter.drawPath(header - below)
