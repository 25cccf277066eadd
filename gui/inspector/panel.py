"""The inspector: what is selected, as a form that follows the document."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from graph.events import NodeChanged, SettingsChanged
from gui.inspector.board import BoardPage
from gui.inspector.node import NodePage
from gui.session import Session


class Inspector(QScrollArea):
    """Shows the selected nodes, or the board and its run settings where nothing is selected."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.page: NodePage | BoardPage | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        session.opened.connect(self._build)
        session.selected.connect(lambda _: self._build())
        session.edited.connect(self._on_event)
        session.settled.connect(lambda _: self._refresh())
        session.inferred.connect(lambda _: self._refresh())
        self._stale = False
        self._build()

    def _build(self) -> None:
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        ids = self._session.selection
        self.page = NodePage(self._session, ids) if ids else BoardPage(self._session)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(20, 18, 18, 18)
        layout.addWidget(self.page)
        layout.addStretch(1)
        self.setWidget(holder)
        self.page.refresh()

    def _on_event(self, event: object) -> None:
        if isinstance(event, NodeChanged | SettingsChanged):
            self._stale = True

    def _refresh(self) -> None:
        self._stale = False
        if self.page is not None and all(map(self._session.document.has, self.page.ids)):
            self.page.refresh()
