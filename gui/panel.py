"""A dock without a title bar while it is docked, with one while it floats."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QWidget


class Panel(QDockWidget):
    """A part of the window that can be moved, floated and hidden."""

    def __init__(self, name: str, title: str, content: QWidget, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        self.setWidget(content)
        self._blank = QWidget(self)
        self._blank.setFixedHeight(0)
        self.setTitleBarWidget(self._blank)
        self.topLevelChanged.connect(self._float)

    def _float(self, floating: bool) -> None:
        # A dock without a widget for its title shows Qt's own.
        self.setTitleBarWidget(None if floating else self._blank)  # type: ignore[arg-type]
