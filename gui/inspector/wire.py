"""The inspector's page for a selected wire: what flows, from where to where."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph.core.tensor import TensorType
from graph.diagnose import wire_meaning
from graph.diagnose.board_checks import loss_names
from graph.model.sheet import End, LinkKey
from graph.suggest import next_nodes
from gui.core.session import Session
from gui.core.weight_stats import LearningFigures
from gui.inspector.form import Form
from gui.inspector.learning import LearningCard
from gui.widgets.common import empty, label
from gui.widgets.number_format import short

DTYPES = {"float": "float32", "int": "int64", "bool": "bool"}


class WirePage(QWidget):
    """Shape, type and meaning of what flows along a wire, its ends, its figures in training."""

    ids: tuple[str, ...] = ()
    form: Form | None = None
    """Nothing of a wire is set."""

    def __init__(self, session: Session, learning: LearningFigures, wire: LinkKey) -> None:
        super().__init__()
        self._session, self._figures, self.wire = session, learning, wire
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnMinimumWidth(0, 92)
        self._rows.setColumnStretch(1, 1)
        self.learning = LearningCard(learning, wire.source.node)
        self._shown: object = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label("Wire", "title"))
        layout.addLayout(self._rows)
        layout.addWidget(self.learning)

    def stale(self) -> bool:
        """Is another page needed, as the wire is gone?"""
        session = self._session
        return self.wire not in session.document.sheet(session.sheet).links

    def refresh(self) -> None:
        """Show what is known now."""
        if self.stale():
            return
        self.learning.refresh()
        rows = self.rows()
        if rows == self._shown:
            return
        self._shown = rows
        empty(self._rows)
        top = Qt.AlignmentFlag.AlignTop
        for index, (name, text, look) in enumerate(rows):
            value = label(text, look, wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(name)
            self._rows.addWidget(label(name, "dim"), index, 0, top)
            self._rows.addWidget(value, index, 1)

    def rows(self) -> list[tuple[str, str, str]]:
        """What is said: a name, a text and how it looks."""
        session, (source, target, _) = self._session, self.wire
        inference, path = session.inference, session.place.path
        kind = session.place.type_of(*source)
        means = wire_meaning.meaning(inference, path, source)
        found = [
            ("From", self._port(source), ""),
            ("To", self._port(target), ""),
            ("Shape", _shape(kind), "mono"),
            ("Type", DTYPES[kind.dtype] if kind else wire_meaning.UNKNOWN, "mono"),
            ("Meaning", means[:1].upper() + means[1:], ""),
        ]
        unwanted = wire_meaning.unwanted(inference, path, source, target)
        if wanted := next_nodes.expected(session.place, self.wire) or unwanted:
            found.append(("Expected", wanted[:1].upper() + wanted[1:], "error"))
        return found + self._now()

    def _port(self, end: End) -> str:
        document = self._session.document
        node = document.node(end.node)
        ports = document.ports(node)
        own = ports.outputs if end == self.wire.source else ports.inputs
        if len(own) < 2:
            return node.name
        return f"{node.name}, {next(one.label for one in own if one.name == end.port)}"

    def _now(self) -> list[tuple[str, str, str]]:
        """Figures of a run: a drawn wire's weight, the loss, the learning rate."""
        names = loss_names(self._session.document)
        target = self.wire.target
        found: list[tuple[str, float | None]] = [("Weight", self._figures.weight(str(self.wire)))]
        if target.port == "loss" and target.node in names:
            found.append(("Loss", self._figures.loss(names[target.node])))
        elif target.port == "schedule":
            name = self._session.document.node(target.node).name
            found.append(("Learning rate", self._figures.rate(name)))
        return [(name, short(value), "mono") for name, value in found if value is not None]


def _shape(kind: TensorType | None) -> str:
    return str(kind) if kind else wire_meaning.UNKNOWN
