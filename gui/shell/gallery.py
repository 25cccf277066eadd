"""The templates with their pictures: one click opens one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMargins, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.format import templates
from gui import look
from gui.shell.board_picture import PICTURE, picture
from gui.shell.focus import press_on_enter
from gui.widgets.common import label, open_at

COLUMNS = 3
FRAME = 8
"""Pixels around a picture on its card."""


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
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(16)
        for place, name in enumerate(templates.names()):
            grid.addWidget(self._card(name), place // COLUMNS, place % COLUMNS)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 14, 0)
        column.addLayout(grid)
        column.addStretch(1)
        self._area = area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 10, 18)
        layout.setSpacing(4)
        layout.addWidget(label("Start from a template", "title"))
        layout.addWidget(label("Each trains and shows something within seconds.", "dim"))
        layout.addSpacing(10)
        layout.addWidget(area, 1)
        open_at(self, inner.sizeHint().width() + 46, 680)
        self._waiting = list(self.buttons)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._draw_next)
        self._timer.start(0)
        look.changed.connect(self._draw_anew)
        next(iter(self.buttons.values())).setFocus()

    def _card(self, name: str) -> QWidget:
        card = QWidget()
        card.setFixedWidth(PICTURE.width() + 2 * FRAME)
        shown = Shown(self.take_key)
        shown.setProperty("look", "button")
        shown.setIconSize(PICTURE)
        shown.setFixedSize(PICTURE.grownBy(QMargins(FRAME, FRAME, FRAME, FRAME)))
        shown.setStyleSheet("padding: 0")
        shown.setAccessibleName(name)
        about = templates.describe(name)
        shown.setAccessibleDescription(about)
        shown.clicked.connect(lambda: self._choose(name))
        self.buttons[name] = shown
        layout = QVBoxLayout(card)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(shown)
        layout.addSpacing(6)
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

    def _draw_anew(self) -> None:
        self._waiting = list(self.buttons)
        self._timer.start(0)

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
