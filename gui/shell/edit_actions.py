"""What the menu Edit does, beside the canvas' own actions there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.canvas import Board
from gui.core.session import Session
from gui.shell.command_palette import Commands
from gui.widgets.menu import escaped


class EditActions:
    """One method for each action of the menu."""

    def __init__(
        self, window: QWidget, session: Session, board: Board, acts: Mapping[str, QAction]
    ) -> None:
        self._window, self._session = window, session
        self._board, self._acts = board, acts

    def undo(self) -> None:
        """Take the last change back."""
        self._session.document.undo()

    def redo(self) -> None:
        """Do it again."""
        self._session.document.redo()

    def find_node(self) -> None:
        """Show every node in a list that can be searched; Enter goes there."""
        document = self._session.document
        shown = []
        for sheet in (document.board, *document.networks.values()):
            inside = "" if sheet is document.board else f" in {sheet.name}"
            for node in sheet.nodes.values():
                found = QAction(escaped(f"{node.name}{inside}"), self._window)
                found.triggered.connect(partial(self._go_to, node.id))
                shown.append(found)
        self._popup(Commands(shown, self._window, "Which node?"))

    def _go_to(self, node: str) -> None:
        board = self._board
        sheet = self._session.document.sheet_of(node).name
        if board.sheet.name != sheet:
            board.show_sheet(sheet)
        self._session.select([node])
        board.centre_on(node)
        board.viewer.setFocus()

    def commands(self) -> None:
        """Show every action in a list that can be searched."""
        shown = [one for one in self._acts.values() if one.objectName() != "commands"]
        shown += self._board.commands.values()
        self._popup(Commands(shown, self._window))

    def _popup(self, popup: Commands) -> None:
        window = self._window
        corner = window.mapToGlobal(QPoint((window.width() - popup.width()) // 2, 90))
        popup.move(corner)
        popup.show()
        popup.search.setFocus()

    def enable(self) -> None:
        """Let Undo and Redo be chosen where there is something to, and say what."""
        document, acts = self._session.document, self._acts
        acts["undo"].setEnabled(document.can_undo)
        acts["redo"].setEnabled(document.can_redo)
        acts["undo"].setText(f"&Undo {escaped(document.undo_name)}".strip())
        acts["redo"].setText(f"&Redo {escaped(document.redo_name)}".strip())
