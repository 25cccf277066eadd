"""A row that gives up words before it asks for more width than there is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QLayout, QToolButton, QWidget

from gui.widgets.common import BESIDE_WORDS

ALONE = QSize(14, 14)
"""The sign of a button that is nothing else."""


class Folding(QWidget):
    """Holds buttons and labels; where it is narrow, buttons are icons alone and labels are gone.

    The groups fold from the first to the last, each as a whole and no sooner than it must. A button
    that folds needs an icon, and a tool tip that says what the icon does.
    """

    def __init__(self, *groups: Sequence[QToolButton | QLabel]) -> None:
        super().__init__()
        self._groups = groups
        self._needs: list[int] = []  # the least width with none, one, two ... groups folded
        self._folded = 0

    @property
    def folded(self) -> int:
        """How many groups are folded."""
        return self._folded

    def minimumSizeHint(self) -> QSize:
        """The least size, with all groups folded."""
        found = super().minimumSizeHint()
        return QSize(self._needs[-1], found.height()) if self._needs else found

    def measure(self) -> None:
        """Find out again how wide the words are; for after the style or the font changed."""
        for widget in self.findChildren(QWidget):
            widget.ensurePolished()
        needs = []  # a label that is shown asks for room at once: until all is known, as before
        for count in range(len(self._groups) + 1):
            self._fold(count)
            needs.append(super().minimumSizeHint().width())
        self._needs = needs
        self._fit(self.width())
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Measure when first laid out, and when a font or a word changes."""
        kinds = QEvent.Type
        styled = event.type() in (kinds.Polish, kinds.FontChange)
        if styled or (event.type() == kinds.LayoutRequest and self._reworded):
            self.measure()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold as many groups as must be."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    @property
    def _reworded(self) -> bool:
        now = super().minimumSizeHint().width()
        return bool(self._needs) and now != self._needs[self._folded]

    def _fit(self, width: int) -> None:
        fitting = (count for count, least in enumerate(self._needs) if least <= width)
        self._fold(next(fitting, len(self._groups)))

    def _fold(self, count: int) -> None:
        self._folded = count
        styles = Qt.ToolButtonStyle
        for number, group in enumerate(self._groups):
            for widget in group:
                if isinstance(widget, QLabel):
                    widget.setVisible(number >= count)
                    continue
                folds = number < count
                widget.setIconSize(ALONE if folds else BESIDE_WORDS)
                widget.setToolButtonStyle(
                    styles.ToolButtonIconOnly if folds else styles.ToolButtonTextBesideIcon
                )
        for layout in self.findChildren(QLayout):
            layout.invalidate()
