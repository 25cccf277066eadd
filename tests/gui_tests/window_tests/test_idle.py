"""A window in which nothing happens does nothing."""

from __future__ import annotations

from collections import Counter
from itertools import product

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from gui.shell.window import Window

SIZES = (1024, 700), (1366, 768), (1400, 900), (1920, 1080)


class Watch(QObject):
    """Counts what an application tells its widgets."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count, and let it pass."""
        self.seen[event.type().name] += 1
        return super().eventFilter(watched, event)


def test_a_window_at_rest_lays_out_and_paints_nothing(window: Window, qapp: QApplication) -> None:
    for size, kind in product(SIZES, (0, 1)):
        window.resize(*size)
        window.losses.kind.button(kind).click()
        for _ in range(60):  # what follows a new size
            qapp.processEvents()
        watch = Watch()
        qapp.installEventFilter(watch)
        for _ in range(20):
            qapp.processEvents()
        qapp.removeEventFilter(watch)
        assert watch.seen["LayoutRequest"] == watch.seen["Paint"] == 0, (size, watch.seen)
