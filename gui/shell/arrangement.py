"""Where the panels of the window stand: spread out where there is room, in one column where not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QByteArray, QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QMainWindow, QTabWidget

from gui.widgets.dock import Panel

SIZE = QSize(1680, 1020)
"""The first window, on a screen that has room for it."""
ROOMY = QSize(1400, 800)
"""From this size on panels stand around the board; below it, in one column beside it."""
FRAME = QMargins(4, 34, 4, 4)
"""Pixels for what a window manager draws around a window, before it is known."""
TABS = ("losses", "previews", "problems", "code", "runs")
SIDES = {"palette": 236, "inspector": 336}
"""Pixels for the panels beside the board, where there is room for them."""
BELOW = 296
"""Pixels for the panels below it."""
COLUMN = (0.345, 320, 440)
"""The column's share of a small window, and its bounds in pixels."""


def first_geometry(available: QRect) -> QRect:
    """Where the first window stands on a screen, given the part of it that is free."""
    room = available.marginsRemoved(FRAME)
    found = QRect(room.topLeft(), SIZE.boundedTo(room.size()))
    found.moveCenter(room.center())
    return found


def inside(geometry: QRect, available: QRect) -> QRect:
    """A window's place, moved and made smaller until it lies on the free part of the screen."""
    found = QRect(geometry.topLeft(), geometry.size().boundedTo(available.size()))
    found.moveRight(min(found.right(), available.right()))
    found.moveBottom(min(found.bottom(), available.bottom()))
    found.moveLeft(max(found.left(), available.left()))
    found.moveTop(max(found.top(), available.top()))
    return found


class Arrangement:
    """Puts the panels in their places, and anew where the window's size asks for it."""

    def __init__(self, window: QMainWindow, panels: Mapping[str, Panel]) -> None:
        """Prepare the window.

        Args:
            window: Whose panels they are.
            panels: By name: palette, inspector, and those of `TABS`.
        """
        self._window, self._panels = window, panels
        self.compact = False
        self._spread: QByteArray | None = None  # how they stood before there was too little room
        window.setDockNestingEnabled(True)
        window.setDockOptions(window.dockOptions() | QMainWindow.DockOption.GroupedDragging)
        area, corner = Qt.DockWidgetArea, Qt.Corner
        for place, side in (
            (corner.TopLeftCorner, area.LeftDockWidgetArea),
            (corner.BottomLeftCorner, area.LeftDockWidgetArea),
            (corner.TopRightCorner, area.RightDockWidgetArea),
            (corner.BottomRightCorner, area.RightDockWidgetArea),
        ):
            window.setCorner(place, side)
        window.setTabPosition(area.AllDockWidgetAreas, QTabWidget.TabPosition.North)

    def reset(self, size: QSize) -> None:
        """Put every panel where it stands at first in a window of this size."""
        self._spread = None
        for panel in self._panels.values():
            panel.setFloating(False)
            self._window.removeDockWidget(panel)  # side by side they would widen the window
        self.compact = _small(size)
        if self.compact:
            self._stack(size)
        else:
            self._spread_out()

    def fit(self, size: QSize) -> None:
        """The window has another size: change between the two arrangements where it must be."""
        if _small(size) == self.compact:
            return
        if not self.compact:
            spread = self._window.saveState()
            self.reset(size)
            self._spread = spread
        elif self._spread is not None:
            self.compact = False
            self._window.restoreState(self._spread)
        else:
            self.reset(size)

    def _spread_out(self) -> None:
        """Palette left, inspector right, the others below."""
        area, panels = Qt.DockWidgetArea, self._panels
        self._window.addDockWidget(area.LeftDockWidgetArea, panels["palette"])
        self._window.addDockWidget(area.RightDockWidgetArea, panels["inspector"])
        self._window.addDockWidget(area.BottomDockWidgetArea, panels["losses"])
        self._tabs()
        sides = [panels[name] for name in SIDES]
        self._window.resizeDocks(sides, list(SIDES.values()), Qt.Orientation.Horizontal)
        self._window.resizeDocks([panels["losses"]], [BELOW], Qt.Orientation.Vertical)

    def _stack(self, size: QSize) -> None:
        """All in one column on the right: what is edited above, what a run tells below."""
        right, panels = Qt.DockWidgetArea.RightDockWidgetArea, self._panels
        self._window.addDockWidget(right, panels["inspector"])
        self._window.addDockWidget(right, panels["losses"])
        self._window.tabifyDockWidget(panels["inspector"], panels["palette"])
        self._tabs()
        panels["inspector"].raise_()
        self._widen(size)
        self._window.resizeDocks(
            [panels["inspector"], panels["losses"]], [50, 50], Qt.Orientation.Vertical
        )

    def _widen(self, size: QSize) -> None:
        share, least, most = COLUMN
        width = max(least, min(most, round(size.width() * share)))
        self._window.resizeDocks([self._panels["inspector"]], [width], Qt.Orientation.Horizontal)

    def _tabs(self) -> None:
        """What a run tells, as tabs where the first of them stands; and every panel is shown."""
        for before, after in pairwise(TABS):
            self._window.tabifyDockWidget(self._panels[before], self._panels[after])
        for panel in self._panels.values():
            panel.show()
        self._panels["losses"].raise_()


def _small(size: QSize) -> bool:
    return size.width() < ROOMY.width() or size.height() < ROOMY.height()
