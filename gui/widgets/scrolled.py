"""An area that is as wide as what it holds, and scrolls what is too high for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class Scrolled(QScrollArea):
    """Keeps the width of its content whole; a bar for its height shows where one is needed."""

    LEAST = 64
    """Pixels of height it keeps, if it needs as many."""
    BAR = 10
    """Pixels of the bar."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._inner = inner
        self.setWidget(inner)

    def sizeHint(self) -> QSize:
        return self._inner.sizeHint().grownBy(self.contentsMargins()) + QSize(self.BAR, 0)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(hint.width(), min(self.LEAST, hint.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What it holds asks for another size: so does it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
