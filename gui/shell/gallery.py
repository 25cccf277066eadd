"""The templates with their pictures: one click opens one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.format import templates
from gui import look
from gui.shell.focus import press_on_enter
from gui.widgets.common import label

PICTURE = QSize(252, 118)
COLUMNS = 3


def picture(document: Document, size: QSize = PICTURE, scale: float = 1.0) -> QImage:
    """A small drawing of a board: its nodes in their families' colours, and its wires."""
    image = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    colours = look.colours()
    image.fill(colours.canvas)
    nodes = list(document.board.nodes.values())
    if not nodes:
        return image
    xs, ys = [node.position[0] for node in nodes], [node.position[1] for node in nodes]
    width, height = 160.0, 70.0
    span = (max(xs) - min(xs) + width, max(ys) - min(ys) + height)
    factor = min((size.width() - 24) / span[0], (size.height() - 20) / span[1], 0.34)
    left = (size.width() - span[0] * factor) / 2 + width * factor / 2
    top = (size.height() - span[1] * factor) / 2 + height * factor / 2

    def place(node: str) -> tuple[float, float]:
        x, y = document.board.nodes[node].position
        return left + (x - min(xs)) * factor, top + (y - min(ys)) * factor

    def reach(node: str) -> float:
        """From a node's middle to its ports: neurons are round."""
        return side / 2 if _is_round(document.board.nodes[node].type) else width * factor / 2

    side = max(min(width, height) * factor, 7)

    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.mix(colours.dim, colours.canvas, 0.35), 1.2))
    for link in document.board.links.values():
        (x0, y0), (x1, y1) = place(link.source.node), place(link.target.node)
        path = QPainterPath()
        x0, x1 = x0 + reach(link.source.node), x1 - reach(link.target.node)
        bend = max(6.0, abs(x1 - x0) / 2)
        path.moveTo(x0, y0)
        path.cubicTo(x0 + bend, y0, x1 - bend, y1, x1, y1)
        painter.drawPath(path)
    for node in nodes:
        declaration = REGISTRY.find(node.type)
        x, y = place(node.id)
        box = QRectF(
            x - width * factor / 2, y - height * factor / 2, width * factor, height * factor
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.family_colour(declaration.group if declaration else ""))
        if _is_round(node.type):
            painter.drawEllipse(QRectF(x - side / 2, y - side / 2, side, side))
        else:
            painter.drawRoundedRect(box, 3, 3)
    painter.end()
    return image


def _is_round(node_type: str) -> bool:
    declaration = REGISTRY.find(node_type)
    return declaration is not None and declaration.role == "neuron"


class Shown(QToolButton):
    """A template's picture; its keys are the gallery's first, as Qt has only one way of arrows."""

    def __init__(self, take: Callable[[QKeyEvent], bool]) -> None:
        super().__init__()
        self._take = take

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take(event):
            super().keyPressEvent(event)


class Gallery(QDialog):
    """Every template as a picture with its name and one line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Templates")
        self.setAccessibleName("Templates")
        self.chosen: str | None = None
        self.buttons: dict[str, QToolButton] = {}
        grid = QGridLayout()
        grid.setSpacing(14)
        for place, name in enumerate(templates.names()):
            grid.addWidget(self._card(name), place // COLUMNS, place % COLUMNS)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addStretch(1)
        self._area = area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 16, 18)
        layout.setSpacing(12)
        layout.addWidget(label("Start from a template", "title"))
        layout.addWidget(label("Each trains and shows something within seconds.", "dim"))
        layout.addWidget(area, 1)
        self.resize(956, 680)
        self._waiting = list(self.buttons)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._draw_next)
        self._timer.start(0)
        next(iter(self.buttons.values())).setFocus()

    def _card(self, name: str) -> QWidget:
        card = QWidget()
        shown = Shown(self.take_key)
        shown.setProperty("look", "button")
        shown.setIconSize(PICTURE)
        shown.setAccessibleName(name)
        about = templates.describe(name)
        shown.setAccessibleDescription(about)
        shown.clicked.connect(lambda: self._choose(name))
        self.buttons[name] = shown
        layout = QVBoxLayout(card)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(shown)
        title = label(name.replace("_", " "))
        title.setFont(look.ui_font(13, 600))
        layout.addWidget(title)
        text = label(about, "dim", wrap=True)
        text.setMinimumHeight(36)
        text.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(text)
        return card

    def take_key(self, event: QKeyEvent) -> bool:
        """Enter opens a template; arrows go from one to the next. Was it one of these?"""
        ways = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }
        by, cards = ways.get(Qt.Key(event.key())), list(self.buttons.values())
        at = next((i for i, one in enumerate(cards) if one.hasFocus()), 0)
        if by is not None:
            if 0 <= at + by < len(cards):
                cards[at + by].setFocus(Qt.FocusReason.TabFocusReason)
                self._area.ensureWidgetVisible(cards[at + by])
            return True
        return press_on_enter(event)

    def _draw_next(self) -> None:
        if not self._waiting:
            self._timer.stop()
            return
        name = self._waiting.pop(0)
        image = picture(templates.open_template(name), scale=self.devicePixelRatioF())
        self.buttons[name].setIcon(QPixmap.fromImage(image))

    def _choose(self, name: str) -> None:
        self.chosen = name
        self.accept()
