"""A dock without a title bar while it is docked, with one while it floats."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget


class Panel(QDockWidget):
    """A part of the window that can be moved, floated and hidden."""

    def __init__(self, name: str, title: str, content: QWidget, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        self.content = content
        kept = content.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        content.setSizePolicy(kept)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(content)
        self.setWidget(holder)
        self._blank = QWidget(self)
        self._blank.setFixedHeight(0)
        self.setTitleBarWidget(self._blank)
        self.topLevelChanged.connect(self._float)
        self.visibilityChanged.connect(self._show_content)

    def _show_content(self, seen: bool) -> None:
        """A panel behind another tab is hidden, so that Tab does not go through it."""
        if self.content.isHidden() == seen:
            self.content.setVisible(seen)

    def _float(self, floating: bool) -> None:
        # A dock without a widget for its title shows Qt's own.
        self.setTitleBarWidget(None if floating else self._blank)  # type: ignore[arg-type]
