"""The application as it starts, in the hands of a user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui import look
from gui.shell.app import application, find
from gui.shell.window import Window
from gui.widgets import dialogs
from tests.gui_tests.journeys.user import User

Start = Callable[..., User]


@pytest.fixture
def start(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts the application, on a file or with the default board; closes it in the end."""
    application("dark")
    made: list[Window] = []

    def begin(file: Path | str | None = None, *, live: bool = True) -> User:
        document, path, wrong = find(file)
        window = Window(document, path, live=live)
        made.append(window)
        if wrong:
            window.notice.show_message(wrong)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return User(window, qtbot)

    yield begin
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    for window in made:
        window.close()
        window.deleteLater()
    look.apply(application("dark"), "dark")
