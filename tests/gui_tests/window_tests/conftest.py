"""The real window around small boards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from graph.edit.document import Document
from graph.format.templates import open_template
from gui import look
from gui.shell.app import application
from gui.shell.window import Window
from gui.widgets import dialogs
from tests.gui_tests.window_tests.boards import small_board

MakeWindow = Callable[..., Window]


@pytest.fixture
def make_window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWindow]:
    """Makes windows and closes them without asking to save."""
    application("dark")
    made: list[Window] = []

    def make(
        document: Document | None = None, path: Path | None = None, *, live: bool = False
    ) -> Window:
        window = Window(document or open_template("digits_mlp"), path, live=live)
        made.append(window)
        window.resize(1400, 900)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    for window in made:
        window.close()
        window.deleteLater()
    look.apply(application("dark"), "dark")


@pytest.fixture
def window(make_window: MakeWindow) -> Window:
    """A window with the small board; no worker."""
    return make_window(small_board())
