"""A board's file that changed underneath: another window, an editor or git wrote it, or it went."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from gui.core.board_file import File, OnDisk, digest
from gui.widgets import dialogs
from gui.widgets.message_bar import Notice

SEEN = {
    "changed": "{name} was changed by something else since it was opened here.",
    "gone": "{name} is no longer there: it was moved or deleted.",
    "protected": "{name} is write-protected.",
}
ADVICE = {
    "changed": "Reload shows what it says now and gives up your changes. Save beside keeps both. "
    "Overwrite gives up what it says now.",
    "gone": "Save again puts this board in its old place.",
    "protected": "Save beside leaves it as it is.",
}


class FileChanges:
    """Asks before something that was written elsewhere is lost, and says when it happens.

    Args:
        window: The window.
        file: The file behind its board.
        notice: Where to say it.
        reload: Shows what the file says now.
    """

    def __init__(
        self, window: QWidget, file: File, notice: Notice, reload: Callable[[], object]
    ) -> None:
        self._window, self._file, self._notice, self._reload = window, file, notice, reload
        self._told = ""

    def look(self) -> None:
        """The window came to the front: say, once, what became of its file meanwhile."""
        path, state = self._file.path, self._file.on_disk()
        if path is None or state not in {"changed", "gone"} or QApplication.activeModalWidget():
            return
        told = f"{path} {digest(path)}"
        if told == self._told:
            return
        self._told = told
        answers = [("Reload", self._reload)] if state == "changed" else []
        mine = " Your changes are still here; saving asks first." if self._file.modified else ""
        advice = "Reload shows what it says now." if answers else "Save puts it there again."
        self._notice.show_message(SEEN[state].format(name=path.name), advice + mine, answers)

    def tell_elsewhere(self) -> None:
        """Say so where another window has the file open."""
        if self._file.elsewhere and self._file.path is not None:
            self._notice.show_message(
                f"{self._file.path.name} is open in another window of Neurowire.",
                "Whichever window saves second is asked before it replaces the other's work.",
                error=False,
            )

    def ask(self, path: Path, state: OnDisk) -> str:
        """What saving is to do: "Reload", "Save beside", "Overwrite", or nothing."""
        kept = "Save again" if state == "gone" else "Overwrite"
        choices = [*(["Reload"] if state == "changed" else []), "Save beside", kept]
        text = SEEN[state].format(name=path.name)
        answer = dialogs.choose(self._window, "Save?", text, ADVICE[state], choices)
        return "Overwrite" if answer == kept else answer


def beside(path: Path) -> Path:
    """A free name in the same folder: `board_2.neurowire`."""
    number = 2
    while os.path.exists(free := path.with_stem(f"{path.stem}_{number}")):
        number += 1
    return free
