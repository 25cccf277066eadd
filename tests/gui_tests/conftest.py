"""Window tests leave nothing behind: no window, no thread, no child process."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget

from tests.processes import Workers

PATIENCE = 5.0
"""Seconds that threads and processes have to end after a test."""


def _windows() -> dict[int, QWidget]:
    return {
        id(widget): widget
        for widget in QApplication.topLevelWidgets()
        if widget.isVisible() or isinstance(widget, QMainWindow | QDialog)
    }


def _threads() -> set[threading.Thread]:
    """Running threads; what Qt started appears as a dummy here and is Qt's own business."""
    return {
        thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)
    }


def _settle() -> None:
    """Carry out what deleteLater has promised, then let go of Python's own cycles."""
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


def _until_empty(left: Callable[[], list[str]]) -> list[str]:
    deadline = time.monotonic() + PATIENCE
    while (names := left()) and time.monotonic() < deadline:
        QCoreApplication.processEvents()
        time.sleep(0.02)
    return names


@pytest.fixture(autouse=True)
def quick_workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are forks of a process that has imported torch, but for tests marked `fresh`."""
    if not request.node.get_closest_marker("fresh"):
        monkeypatch.setattr("runtime.client.launcher.multiprocessing", Workers)


@pytest.fixture(autouse=True)
def nothing_left_over(qapp: QApplication, home: object, quick_workers: None) -> Iterator[None]:
    """Fail a test that leaves a window open, a thread running or a process alive."""
    windows = _windows()
    threads = _threads()
    children = {process.pid for process in multiprocessing.active_children()}
    yield
    _settle()
    left = [
        f"window {type(widget).__name__} {widget.windowTitle()!r}"
        for key, widget in _windows().items()
        if key not in windows
    ]
    left += _until_empty(lambda: [f"thread {thread.name}" for thread in _threads() - threads])
    left += _until_empty(
        lambda: [
            f"process {process.name}"
            for process in multiprocessing.active_children()
            if process.pid not in children
        ]
    )
    assert not left, f"left over by this test: {', '.join(left)}"
