"""Points of true and predicted number around the line where both are one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from graph.nodes.views.view_prediction_error import Scatter
from gui import look
from gui.previews.pictures import paints
from gui.widgets.number_format import figure
from runtime.protocol.payloads import class_colour

FOOT = 16.0
"""Height of the line with the least and the largest number."""
MARGIN = 0.04
"""Room around the points, as a share of the side."""
SOLID = 400
"""So many points are drawn at full strength; where there are more, they shine through."""


@paints(Scatter)
def paint(painter: QPainter, scatter: Scatter, box: QRectF) -> None:
    """A square with the points, the line of no error, and its ends in numbers below."""
    colours = look.colours()
    side = max(1.0, min(box.width(), box.height() - FOOT))
    square = QRectF(box.center().x() - side / 2, box.top(), side, side)
    painter.fillRect(square, colours.field)
    pad = side * MARGIN
    inner = square.adjusted(pad, pad, -pad, -pad)
    painter.setPen(QPen(colours.dim, 1, Qt.PenStyle.DashLine))
    painter.drawLine(inner.bottomLeft(), inner.topRight())
    count = sum(map(len, scatter.columns))
    radius = max(1.5, min(4.0, side / 90))
    painter.setPen(Qt.PenStyle.NoPen)
    for number, points in enumerate(scatter.columns):
        ink = QColor(*class_colour(number))
        ink.setAlphaF(max(0.35, min(0.9, SOLID / max(1, count))))
        painter.setBrush(ink)
        for true, predicted in points:
            painter.drawEllipse(_place(true, predicted, scatter, inner), radius, radius)
    painter.setPen(colours.dim)
    painter.setFont(look.mono_font(10))
    under = QRectF(square.left(), square.bottom(), side, FOOT)
    painter.drawText(under, int(Qt.AlignmentFlag.AlignLeft), figure(scatter.low))
    painter.drawText(under, int(Qt.AlignmentFlag.AlignHCenter), "true")
    painter.drawText(under, int(Qt.AlignmentFlag.AlignRight), figure(scatter.high))


def _place(true: float, predicted: float, scatter: Scatter, inner: QRectF) -> QPointF:
    span = (scatter.high - scatter.low) or 1.0
    across, up = (true - scatter.low) / span, (predicted - scatter.low) / span
    return QPointF(inner.left() + across * inner.width(), inner.bottom() - up * inner.height())
