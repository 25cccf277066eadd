"""The inspector: what is selected, as a form that follows the document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.inspector.board import BoardPage
from gui.inspector.network import NetworkPage
from gui.inspector.node import NodePage
from gui.learning import LearningFigures
from gui.session import Session


class Inspector(QScrollArea):
    """Shows the selected nodes, or the board and its run settings where nothing is selected."""

    opened = Signal(str)
    """A network's sheet is to be shown."""

    def __init__(
        self, session: Session, learning: LearningFigures, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._learning = session, learning
        self.page: NodePage | BoardPage | NetworkPage | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        session.opened.connect(self._build)
        session.selected.connect(lambda _: self._build())
        session.sheet_changed.connect(self._build)
        session.settled.connect(lambda _: self._refresh())
        session.inferred.connect(lambda _: self._refresh())
        learning.changed.connect(self._refresh_learning)
        self._build()

    def _build(self) -> None:
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        ids = self._session.selection
        sheet = self._session.sheet
        if ids:
            self.page = NodePage(self._session, self._learning, ids, self.opened.emit)
        elif sheet in self._session.document.networks:
            self.page = NetworkPage(self._session, sheet)
        else:
            self.page = BoardPage(self._session)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(20, 18, 18, 18)
        layout.addWidget(self.page)
        layout.addStretch(1)
        self.setWidget(holder)
        self.page.refresh()

    def _refresh_learning(self) -> None:
        if isinstance(self.page, NodePage) and self.page.learning is not None:
            self.page.learning.refresh()

    def _refresh(self) -> None:
        if self.page is None or not all(map(self._session.document.has, self.page.ids)):
            return
        if self.page.stale():
            self._build()
        else:
            self.page.refresh()
