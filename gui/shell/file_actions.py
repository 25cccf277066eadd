"""What the menu File does."""

from __future__ import annotations

from collections.abc import Callable

from gui.shell.documents import Documents


class FileActions:
    """One method for each action of the menu."""

    def __init__(self, documents: Documents, close: Callable[[], object]) -> None:
        self._documents, self._close = documents, close

    def new(self) -> None:
        """Start with an empty board."""
        self._documents.new()

    def open(self) -> None:
        """Open a file."""
        self._documents.open()

    def templates(self) -> None:
        """Open a template."""
        self._documents.pick_template()

    def save(self) -> None:
        """Save."""
        self._documents.save()

    def save_as(self) -> None:
        """Save elsewhere."""
        self._documents.save_as()

    def export(self) -> None:
        """Export the project."""
        self._documents.export()

    def close_board(self) -> None:
        """Leave the open board for an empty one."""
        self._documents.new()

    def quit(self) -> None:
        """Close the window."""
        self._close()
