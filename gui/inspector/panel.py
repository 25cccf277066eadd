"""The inspector: what is selected, as a form that follows the document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from graph.declare import REGISTRY
from gui.core.live_edits import has_rate
from gui.core.session import Session
from gui.core.weight_stats import LearningFigures
from gui.inspector.board import BoardPage
from gui.inspector.network import NetworkPage
from gui.inspector.node import NodePage
from gui.inspector.wire import WirePage, WiresPage
from gui.widgets.common import holds_keys, label

LATER = "A run is going: what is changed here acts from the next run."
LIVE = "A run is going: the learning rate acts at its next step, the rest from the next run."


class Inspector(QScrollArea):
    """Shows the selected nodes or wire; where none is, the board and its run settings."""

    left = Signal()
    """The field that had the keys is gone."""
    opened = Signal(str)
    """A network's sheet is to be shown."""

    def __init__(
        self, session: Session, learning: LearningFigures, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._learning = session, learning
        self.page: NodePage | BoardPage | NetworkPage | WirePage | WiresPage | None = None
        self._going = False
        self.run = QLabel()
        """What edits act on while a run goes."""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        session.opened.connect(self._build)
        session.selected.connect(lambda _: self._build())
        session.wires_selected.connect(self._build)
        session.sheet_changed.connect(self._build)
        session.inferred.connect(lambda _: self._refresh())
        learning.changed.connect(self._refresh_learning)
        self._build()

    def show_run(self, *, going: bool) -> None:
        """Say from when on edits act, while a run of the board goes."""
        if going != self._going:
            self._going = going
            self._show_run()

    def _show_run(self) -> None:
        nodes = [self._session.document.node(one) for one in self.page.ids] if self.page else []
        live = bool(nodes) and all(has_rate(REGISTRY.find(node.type)) for node in nodes)
        self.run.setText(LIVE if live else LATER)
        self.run.setVisible(self._going)

    def _build(self) -> None:
        if holds_keys(self):
            self.left.emit()
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        ids = self._session.selection
        sheet = self._session.sheet
        links = self._session.document.sheet(sheet).links
        wires = [one for one in self._session.wires if one in links]
        if ids:
            self.page = NodePage(self._session, self._learning, ids, self.opened.emit)
        elif len(wires) == 1:
            self.page = WirePage(self._session, self._learning, wires[0])
        elif wires:
            self.page = WiresPage(self._session, wires)
        elif sheet in self._session.document.networks:
            self.page = NetworkPage(self._session, sheet)
        else:
            self.page = BoardPage(self._session)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(18, 18, 14, 18)
        self.run = label("", "dim", wrap=True)
        self.run.setContentsMargins(0, 0, 0, 12)
        self.run.hide()
        layout.addWidget(self.run)
        layout.addWidget(self.page)
        layout.addStretch(1)
        self.setWidget(holder)
        self._show_run()
        self.page.refresh()

    def _refresh_learning(self) -> None:
        if isinstance(self.page, NodePage) and self.page.learning is not None:
            self.page.learning.refresh()
        elif isinstance(self.page, WirePage):
            self._refresh()

    def _refresh(self) -> None:
        if self.page is None or not all(map(self._session.document.has, self.page.ids)):
            return
        if self.page.stale():
            self._build()
        else:
            self.page.refresh()
