"""Buttons that keep to the room there is: on further lines, and with words on further lines."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QLayout,
    QLayoutItem,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)


class Wrapped(QPushButton):
    """A push button whose text goes on below where it is too long for one line."""

    LEAST = 120
    """Pixels it keeps, if it needs as many."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(self.LEAST, hint.width()), hint.height())

    def heightForWidth(self, width: int) -> int:
        more = len(self._lines(width)) - 1
        return self.sizeHint().height() + more * self.fontMetrics().lineSpacing()

    def paintEvent(self, _: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = "\n".join(self._lines(self.width()))
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)

    def _lines(self, width: int) -> list[str]:
        metrics, hint = self.fontMetrics(), self.sizeHint().width()
        if width >= hint:
            return [self.text()]
        room = width - (hint - metrics.horizontalAdvance(self.text()))
        first, *words = self.text().split(" ")
        lines = [first]
        for word in words:
            longer = f"{lines[-1]} {word}"
            if metrics.horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


class Flow(QLayout):
    """Widgets side by side, and below each other where there is no room.

    Args:
        parent: What it lays out.
        gap: Pixels between two.
    """

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(gap)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self._boxes(width)
        return boxes[-1].bottom() + 1 if boxes else 0

    def setGeometry(self, box: QRect) -> None:
        super().setGeometry(box)
        for item, place in zip(self._items, self._boxes(box.width()), strict=True):
            item.setGeometry(place.translated(box.topLeft()))

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        least = QSize()
        for item in self._items:
            widget = item.widget()
            least = least.expandedTo(widget.minimumSizeHint() if widget else item.minimumSize())
        return least

    def _boxes(self, width: int) -> list[QRect]:
        found: list[QRect] = []
        corner, below = QPoint(0, 0), 0
        for item in self._items:
            widget, wide = item.widget(), min(item.sizeHint().width(), width)
            high = widget.heightForWidth(wide) if widget else item.sizeHint().height()
            if found and corner.x() + wide > width:
                corner = QPoint(0, below + self.spacing())
            found.append(QRect(corner, QSize(wide, high)))
            below = max(below, found[-1].bottom() + 1)
            corner.setX(corner.x() + wide + self.spacing())
        return found
