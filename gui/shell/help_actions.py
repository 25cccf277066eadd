"""What the menu Help does."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from gui import look
from gui.canvas import Board
from gui.shell.key_list import listed
from gui.shell.keys_dialog import Keys
from gui.widgets import dialogs


class HelpActions:
    """One method for each action of the menu."""

    def __init__(self, window: QMainWindow, board: Board) -> None:
        self._window, self._board = window, board

    def keys(self) -> None:
        """List the keys."""
        told = listed(self._window.menuBar(), self._board.commands.values())
        Keys(self._window, told).exec()

    def about(self) -> None:
        """Say what this is."""
        dialogs.tell(
            self._window,
            "About Neurowire",
            "Neurowire",
            "Wire neural networks on a canvas, train them, watch them learn, "
            "keep the PyTorch source.",
            look.icon("circles-three-plus", "accent"),
        )
