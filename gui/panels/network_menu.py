"""The menu of the document's networks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from graph.model.sheet import BOARD
from gui.core.session import Session
from gui.widgets.menu import Menu, escaped


class NetworkMenu(Menu):
    """The board and every network, the one shown ticked; a click opens it."""

    def __init__(self, session: Session, show: Callable[[str], None], parent: QWidget) -> None:
        super().__init__("Net&works", parent)
        self.setObjectName("networks")
        self._session, self._show = session, show
        self.aboutToShow.connect(self._fill)

    def _open(self, name: str, _: bool = False) -> None:
        self._show(name)

    def _fill(self) -> None:
        self.clear()
        for name in (BOARD, *sorted(self._session.document.networks)):
            action = self.addAction(escaped(name))
            action.triggered.connect(partial(self._open, name))
            action.setCheckable(True)
            action.setChecked(name == self._session.sheet)
            if name == BOARD:
                self.addSeparator()
