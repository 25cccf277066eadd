"""Draws what views send: pictures with captions, boundaries, matrices, tables, histograms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from graph.core.picture import Picture
from gui import look
from gui.previews.pictures import painters
from gui.widgets.number_format import figure
from runtime.protocol.payloads import (
    Boundary,
    Histogram,
    Matrix,
    Number,
    Pairs,
    Payload,
    Pictures,
    Table,
    class_colour,
    front,
)

CELL = 57, 24
"""Width and height that a table's cell needs to be read."""
LEAST_ROW = 15
"""Height that a table's row needs, lest its words run into those of the next."""
COLUMN = 78
"""Width that a table's column needs for the names that views give, such as probability."""
THUMBNAIL = 48
"""Width that a picture needs to be told from others."""
CAPTION = 16.0
GAP = 4.0
BETWEEN = 18.0
"""Room between blocks of rows."""
CENTRE = int(Qt.AlignmentFlag.AlignCenter)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


def draw(payload: Payload, size: QSize, ratio: float = 1.0) -> QImage:
    """A payload as an image of that size on a transparent ground.

    Args:
        payload: What a view sent.
        size: In logical pixels.
        ratio: Device pixels for each of them.
    """
    payload = front(payload)
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint = painters()[type(payload)] if isinstance(payload, Picture) else DRAWERS[type(payload)]
    paint(painter, payload, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return image


def natural_size(payload: Payload, width: int) -> QSize:
    """How large a payload wants to be drawn in a column of that width."""
    payload = front(payload)
    match payload:
        case Pictures():
            columns = _columns(payload.count, width, width * 0.62, payload)
            rows = math.ceil(payload.count / columns) if payload.count else 1
            cell = (width - _margin(payload, width) - GAP * (columns - 1)) / columns
            high = cell * payload.height / payload.width + _caption(payload)
            return QSize(width, round(rows * high + GAP * (rows - 1)))
        case Pairs():
            one = natural_size(payload.above, width)
            return QSize(width, 2 * one.height() + 18)
        case Boundary() | Matrix():
            return QSize(width, width)
        case Table():
            return QSize(width, 24 * (len(payload.rows) + 1))
        case Number():
            return QSize(width, 70)
        case Picture():
            return QSize(width, round(width * payload.shape))
        case _:
            return QSize(width, round(width * 0.6))


def on_node(payload: Payload, room: QSize, ratio: float) -> QImage:
    """A payload as the canvas shows it on its node.

    Args:
        payload: What a view sent.
        room: For the picture, in the board's units.
        ratio: Device pixels for each of them.
    """
    shown = _for_node(front(payload), room)
    return draw(shown, QSize(room.width(), _height(shown, room)), ratio)


def _height(payload: Payload, room: QSize) -> int:
    """How much of a room's height is drawn on: the canvas puts that in its middle."""
    if not isinstance(payload, Pictures) or payload.rows or not payload.count:
        return room.height()
    width, caption = room.width(), _caption(payload)
    columns = _columns(payload.count, width, room.height(), payload)
    rows = math.ceil(payload.count / columns)
    side = (width - GAP * (columns - 1)) / columns * payload.height / payload.width
    return min(room.height(), math.ceil(rows * (side + caption) + GAP * (rows - 1)))


def _for_node(payload: Payload, room: QSize) -> Payload:
    """As many pictures, or cells of a table, as can be made out; rows that were meant stay."""
    match payload:
        case Pictures(columns=0):
            return _first(payload, _most(payload, room.width(), room.height()))
        case Pairs(above=above, below=below) if not above.columns:
            most = _most(above, room.width(), (room.height() - 18) // 2)
            return replace(payload, above=_first(above, most), below=_first(below, most))
        case Table():
            columns, rows = room.width() // CELL[0], max(1, room.height() // CELL[1] - 1)
            cut = tuple(row[:columns] for row in payload.rows[:rows])
            return Table(payload.columns[:columns], cut, payload.right[:rows])
    return payload


def _most(pictures: Pictures, width: int, height: int) -> int:
    """How many pictures a room holds, each wide enough."""
    across = int((width + GAP) // (THUMBNAIL + GAP))
    high = THUMBNAIL * pictures.height / pictures.width + _caption(pictures) + GAP
    return max(1, across) * max(1, int((height + GAP) // high))


def _first(pictures: Pictures, most: int) -> Pictures:
    size = pictures.width * pictures.height * pictures.channels
    return replace(
        pictures,
        pixels=pictures.pixels[: most * size],
        captions=pictures.captions[:most],
        right=pictures.right[:most],
        short=pictures.short[:most],
    )


def to_image(pictures: Pictures, index: int) -> QImage:
    """One of the pictures, pixel for pixel."""
    grey = pictures.channels == 1
    form = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    line = pictures.width * pictures.channels
    return QImage(pictures.picture(index), pictures.width, pictures.height, line, form).copy()


def _caption(pictures: Pictures) -> float:
    return CAPTION if pictures.captions else 0.0


def _margin(pictures: Pictures, width: float) -> float:
    """Room on the left for what rows are called."""
    longest = max((len(name) for name in pictures.rows), default=0)
    return min(8.0 * longest + 2 * GAP, width / 4) if longest else 0.0


def _columns(count: int, width: float, height: float, pictures: Pictures) -> int:
    """As many columns as let the pictures be largest, unless it is known how many."""
    if pictures.columns:
        return min(pictures.columns, max(count, 1))
    best, columns = 0.0, 1
    for tried in range(1, max(count, 1) + 1):
        rows = math.ceil(count / tried)
        across = (width - GAP * (tried - 1)) / tried
        down = ((height - GAP * (rows - 1)) / rows - _caption(pictures)) * (
            pictures.width / pictures.height
        )
        side = min(across, down)
        if side > best + 0.01:
            best, columns = side, tried
    return columns


def _in_blocks(pictures: Pictures, box: QRectF) -> int:
    """Into how many parts, side by side, rows are broken for pictures to be largest in a box."""
    best, blocks = 0.0, 1
    for tried in range(1, len(pictures.rows) + 1):
        if len(pictures.rows) % tried:
            continue
        columns, rows = pictures.columns, len(pictures.rows) // tried
        wide = (box.width() - BETWEEN * (tried - 1)) / tried
        across = (wide - _margin(pictures, wide) - GAP * (columns - 1)) / columns
        down = (box.height() - GAP * (rows - 1)) / rows - _caption(pictures)
        side = min(across / pictures.width, down / pictures.height)
        if side > best * 1.01:
            best, blocks = side, tried
    return blocks


def _part(pictures: Pictures, rows: slice) -> Pictures:
    """Some of the rows."""
    columns = pictures.columns
    size = pictures.width * pictures.height * pictures.channels * columns
    return replace(
        pictures,
        pixels=pictures.pixels[rows.start * size : rows.stop * size],
        captions=pictures.captions[rows.start * columns : rows.stop * columns],
        right=pictures.right[rows.start * columns : rows.stop * columns],
        short=pictures.short[rows.start * columns : rows.stop * columns],
        rows=pictures.rows[rows],
    )


def _pictures(painter: QPainter, pictures: Pictures, box: QRectF) -> None:
    if not pictures.count:
        return
    named = len(pictures.rows)
    blocks = _in_blocks(pictures, box) if named * pictures.columns == pictures.count else 1
    if blocks > 1:
        wide = (box.width() - BETWEEN * (blocks - 1)) / blocks
        for block in range(blocks):
            part = _part(pictures, slice(block * named // blocks, (block + 1) * named // blocks))
            left = box.left() + block * (wide + BETWEEN)
            _pictures(painter, part, QRectF(left, box.top(), wide, box.height()))
        return
    colours = look.colours()
    margin = _margin(pictures, box.width())
    box = box.adjusted(margin, 0, 0, 0)
    columns = _columns(pictures.count, box.width(), box.height(), pictures)
    rows = math.ceil(pictures.count / columns)
    width = (box.width() - GAP * (columns - 1)) / columns
    height = (box.height() - GAP * (rows - 1)) / rows - _caption(pictures)
    scale = min(width / pictures.width, height / pictures.height)
    shown = QSizeF(pictures.width * scale, pictures.height * scale)
    left = box.left() + (box.width() - columns * shown.width() - GAP * (columns - 1)) / 2
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
    painter.setFont(look.ui_font(11, 600))
    captions = _fitted(painter, pictures.captions, shown.width(), pictures.short)
    for row, name in enumerate(_fitted(painter, pictures.rows, margin)):
        painter.setPen(colours.dim)
        y = box.top() + row * (shown.height() + _caption(pictures) + GAP)
        beside = QRectF(left - margin, y, margin - 2 * GAP, shown.height())
        painter.drawText(beside, RIGHT | int(Qt.TextFlag.TextDontClip), name)
    for index in range(pictures.count):
        row, column = divmod(index, columns)
        x = left + column * (shown.width() + GAP)
        y = box.top() + row * (shown.height() + _caption(pictures) + GAP)
        painter.drawImage(QRectF(QPointF(x, y), shown), to_image(pictures, index))
        if index < len(pictures.captions):
            right = pictures.right[index] if index < len(pictures.right) else None
            painter.setPen(_truth(right, colours))
            under = QRectF(x, y + shown.height(), shown.width(), CAPTION)
            painter.drawText(under, CENTRE, captions[index])


def _fitted(
    painter: QPainter, captions: tuple[str, ...], width: float, short: tuple[str, ...] = ()
) -> list[str]:
    """Captions that fit, all alike: whole, short (by default their first words), or cut."""
    metrics = painter.fontMetrics()
    brief = list(short) or [text.split(" ", maxsplit=1)[0] for text in captions]
    for texts in (list(captions), brief):
        if all(metrics.horizontalAdvance(text) <= width for text in texts):
            return texts
    cut = list(short) or captions
    return [metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width)) for text in cut]


def _truth(right: bool | None, colours: look.Colours) -> QColor:
    if right is None:
        return colours.dim
    return look.mix(colours.good, colours.text, 0.25) if right else colours.error


def _pairs(painter: QPainter, pairs: Pairs, box: QRectF) -> None:
    half = (box.height() - 18) / 2
    _pictures(painter, pairs.above, QRectF(box.left(), box.top(), box.width(), half))
    painter.setPen(look.colours().dim)
    painter.setFont(look.ui_font(11))
    painter.drawText(QRectF(box.left(), box.top() + half, box.width(), 16), CENTRE, "given, made")
    below = QRectF(box.left(), box.top() + half + 18, box.width(), half)
    _pictures(painter, pairs.below, below)


def _boundary(painter: QPainter, boundary: Boundary, box: QRectF) -> None:
    side = min(box.width(), box.height())
    square = QRectF(box.center().x() - side / 2, box.top(), side, side)
    if boundary.size:
        form = QImage.Format.Format_RGB888
        plane = QImage(boundary.rgb, boundary.size, boundary.size, 3 * boundary.size, form)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(square, plane.copy())
    left, right, bottom, top = boundary.extent
    wide, high = (right - left) or 1.0, (top - bottom) or 1.0
    few = len(boundary.points) < 50
    radius = max(1.5, min(7.0, side / 24) if few else min(4.0, side / 70))
    painter.setPen(QPen(QColor(255, 255, 255, 210), 0.8))
    painter.setClipRect(square)
    for index, (x, y) in enumerate(boundary.points):
        known = index < len(boundary.labels)
        colour = QColor(*class_colour(boundary.labels[index])) if known else look.colours().dim
        painter.setBrush(colour)
        centre = QPointF(
            square.left() + (x - left) / wide * side, square.bottom() - (y - bottom) / high * side
        )
        painter.drawEllipse(centre, radius, radius)
    painter.setClipping(False)


def _matrix(painter: QPainter, matrix: Matrix, box: QRectF) -> None:
    count = len(matrix.classes)
    if not count:
        return
    colours = look.colours()
    font = look.mono_font(11)
    painter.setFont(font)
    widest = max(painter.fontMetrics().horizontalAdvance(name) for name in matrix.classes)
    margin = min(float(widest + 10), box.width() * 0.3)
    side = min(box.width() - margin, box.height() - 20)
    box = QRectF(box.center().x() - (margin + side) / 2, box.top(), margin + side, box.height())
    cell = side / count
    largest = [max(1, sum(row)) for row in matrix.counts]
    font.setPixelSize(max(7, min(12, int(cell * 0.42))))
    painter.setFont(font)
    for truth, row in enumerate(matrix.counts):
        y = box.top() + truth * cell
        painter.setPen(colours.dim)
        painter.drawText(
            QRectF(box.left(), y, margin - 6, cell),
            RIGHT,
            matrix.classes[truth],
        )
        for guess, found in enumerate(row):
            share = found / largest[truth]
            ink = colours.good if truth == guess else colours.error
            ground = look.mix(colours.field, ink, min(1.0, 0.08 + 0.92 * share) if found else 0.0)
            where = QRectF(box.left() + margin + guess * cell, y, cell, cell).adjusted(
                0.5, 0.5, -0.5, -0.5
            )
            painter.fillRect(where, ground)
            if found and cell > 13:
                painter.setPen(look.readable_on(ground))
                painter.drawText(where, CENTRE, str(found))
    painter.setPen(colours.dim)
    for guess, name in enumerate(matrix.classes):
        where = QRectF(box.left() + margin + guess * cell, box.top() + side, cell, 18)
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(cell))
        painter.drawText(where, CENTRE, text)


def _table(painter: QPainter, table: Table, box: QRectF) -> None:
    colours = look.colours()
    rows = table.rows
    if box.height() < LEAST_ROW * (len(rows) + 1):
        rows = rows[: max(1, int(box.height() // LEAST_ROW) - 2)]
    lines = len(rows) + 1 + (len(rows) < len(table.rows))
    high = min(24.0, box.height() / lines)
    wide = box.width() / max(1, len(table.columns))
    size = max(8, min(12, int(high * 0.52)))
    for row, cells in enumerate((table.columns, *rows)):
        y = box.top() + row * high
        if row == 0:
            painter.setFont(look.ui_font(size, 600))
            painter.setPen(colours.dim)
        else:
            right = table.right[row - 1] if row - 1 < len(table.right) else None
            painter.setFont(look.mono_font(size))
            painter.setPen(colours.text if right is None else _truth(right, colours))
        for column, cell in enumerate(cells):
            where = QRectF(box.left() + column * wide + 2, y, wide - 6, high)
            text = painter.fontMetrics().elidedText(
                cell, Qt.TextElideMode.ElideRight, int(where.width())
            )
            painter.drawText(where, LEFT, text)
        painter.setPen(colours.line)
        painter.drawLine(QPointF(box.left(), y + high), QPointF(box.right(), y + high))
    if left := len(table.rows) - len(rows):
        painter.setPen(colours.dim)
        painter.setFont(look.ui_font(size))
        under = QRectF(box.left() + 2, box.top() + (lines - 1) * high, box.width() - 6, high)
        painter.drawText(under, LEFT, f"{left} more where there is room")


def _number(painter: QPainter, number: Number, box: QRectF) -> None:
    painter.setPen(look.colours().text)
    painter.setFont(look.ui_font(max(12, min(30, int(box.height() * 0.5))), 600))
    painter.drawText(box, LEFT, figure(number.value))


def _histogram(painter: QPainter, histogram: Histogram, box: QRectF) -> None:
    colours = look.colours()
    most = max(histogram.counts, default=0) or 1
    wide = box.width() / max(1, len(histogram.counts))
    floor = box.bottom() - 16
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.positive)
    for index, count in enumerate(histogram.counts):
        high = (floor - box.top()) * count / most
        painter.drawRect(QRectF(box.left() + index * wide, floor - high, max(1, wide - 1), high))
    painter.setPen(colours.dim)
    painter.setFont(look.mono_font(10))
    under = QRectF(box.left(), floor, box.width(), 16)
    painter.drawText(under, LEFT, figure(histogram.low))
    painter.drawText(under, int(Qt.AlignmentFlag.AlignRight), figure(histogram.high))


DRAWERS: dict[type, Callable[[QPainter, Any, QRectF], None]] = {
    Pictures: _pictures,
    Pairs: _pairs,
    Boundary: _boundary,
    Matrix: _matrix,
    Table: _table,
    Number: _number,
    Histogram: _histogram,
}
