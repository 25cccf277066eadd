"""A checkpoint loaded from a file: it is remembered, and one that does not fit harms nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph.format.file import save
from gui.shell.window import Window
from gui.widgets import dialogs
from runtime.store.runs import last_checkpoint
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_generate import (
    LONG,
    bar_button,
    board,
    click,
    preview,
    sliders,
    train,
)

Load = Callable[[Path], None]


@pytest.fixture
def trained(make_window: MakeWindow, qtbot: QtBot, tmp_path: Path) -> tuple[Window, Path]:
    """A window that shows a board as if freshly started, and what a run of it left."""
    path = tmp_path / "noise.neurowire"
    save(board(epochs=1), path)
    window = make_window(board(epochs=1), live=True)
    train(window, qtbot)
    assert window.trainer.started is not None
    window.file.modified = False
    window.documents.open_path(path)
    window.show_tab("previews")
    qtbot.waitUntil(lambda: not bar_button(window, "Generate").isEnabled(), timeout=LONG)
    return window, last_checkpoint(window.trainer.started.folder)


@pytest.fixture
def load(trained: tuple[Window, Path], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Load:
    """Loads a checkpoint by Run > Load a checkpoint."""
    window, _ = trained

    def choose(path: Path) -> None:
        qtbot.waitUntil(window.acts["load_checkpoint"].isEnabled, timeout=LONG)
        monkeypatch.setattr(dialogs, "ask_open", lambda *_: path)
        window.acts["load_checkpoint"].trigger()

    return choose


def generates(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.trainer.generating is not None, timeout=LONG)
    qtbot.waitUntil(lambda: len(window.previews.previews) == 3, timeout=LONG)


def stop(window: Window, qtbot: QtBot) -> None:
    window.acts["stop"].trigger()
    qtbot.waitUntil(lambda: window.trainer.generating is None, timeout=LONG)
    qtbot.waitUntil(lambda: "Generating" not in window.status.run.text(), timeout=LONG)


def test_what_was_loaded_goes_on_after_a_stop(
    trained: tuple[Window, Path], load: Load, qtbot: QtBot
) -> None:
    window, checkpoint = trained
    load(checkpoint)
    generates(window, qtbot)
    before = preview(window, "moved").shown.payload

    stop(window, qtbot)
    first = sliders(window).sliders[0]
    first.setFocus()
    for _ in range(20):
        QTest.keyClick(first, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: preview(window, "moved").shown.payload != before, timeout=LONG)
    assert str(checkpoint.parent.parent.name) in window.status.run.text()

    stop(window, qtbot)
    click(bar_button(window, "Generate"))
    qtbot.waitUntil(lambda: window.trainer.generating is not None, timeout=LONG)

    stop(window, qtbot)
    seen = preview(window, "seen").shown.payload
    click(bar_button(window, "New samples"))
    qtbot.waitUntil(lambda: preview(window, "seen").shown.samples == 1, timeout=LONG)
    assert preview(window, "seen").shown.payload != seen
    click(bar_button(window, "New samples"))
    qtbot.waitUntil(lambda: preview(window, "seen").shown.samples == 2, timeout=LONG)


def test_one_that_does_not_fit_leaves_what_was_drawn(
    trained: tuple[Window, Path], load: Load, qtbot: QtBot, tmp_path: Path
) -> None:
    window, checkpoint = trained
    load(checkpoint)
    generates(window, qtbot)
    click(bar_button(window, "New samples"))
    qtbot.waitUntil(lambda: preview(window, "seen").shown.samples == 1, timeout=LONG)

    load(tmp_path / "gone.safetensors")
    qtbot.waitUntil(lambda: "There is no checkpoint" in window.notice.text, timeout=LONG)
    generates(window, qtbot)
    assert window.trainer.checkpoint == checkpoint
    assert "Generating" in window.status.run.text()
    assert "There is no checkpoint" in window.notice.text, "it stays to be read"
    window.show_tab("previews")
    assert preview(window, "seen").shown.samples == 1
    sliders(window).random.setFocus()
    QTest.keyClick(sliders(window).random, Qt.Key.Key_Space)
    there = sliders(window).at
    qtbot.waitUntil(
        lambda: list(preview(window, "moved").shown.at.values()) == [there], timeout=LONG
    )

    stop(window, qtbot)
    load(tmp_path / "gone.safetensors")
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    assert window.trainer.generating is None
    assert bar_button(window, "Generate").isEnabled()
