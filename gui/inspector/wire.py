"""The inspector's pages for selected wires: what flows, from where to where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

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
ASKED = 60
"""Of so many wires at once it is worked out what they mean."""
FEW = 6
"""So many things that several wires differ in are named."""


Row = tuple[str, str, str]
"""A name, a text and how it looks."""


class Rows(QWidget):
    """A page of a title and rows; what is said is asked for again and again."""

    ids: tuple[str, ...] = ()
    form: Form | None = None
    """Nothing of a wire is set."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnMinimumWidth(0, 92)
        self._rows.setColumnStretch(1, 1)
        self._shown: object = None
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label(title, "title"))
        layout.addLayout(self._rows)

    def rows(self) -> list[Row]:
        """What is said now."""
        raise NotImplementedError

    def show_rows(self) -> None:
        """Say it."""
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


class WirePage(Rows):
    """Shape, type and meaning of what flows along a wire, its ends, its figures in training."""

    def __init__(self, session: Session, learning: LearningFigures, wire: LinkKey) -> None:
        super().__init__("Wire")
        self._session, self._figures, self.wire = session, learning, wire
        self.learning = LearningCard(learning, wire.source.node)
        self._column.addWidget(self.learning)

    def stale(self) -> bool:
        """Is another page needed, as the wire is gone?"""
        session = self._session
        return self.wire not in session.document.sheet(session.sheet).links

    def refresh(self) -> None:
        """Show what is known now."""
        if not self.stale():
            self.learning.refresh()
            self.show_rows()

    def rows(self) -> list[Row]:
        """What is said of it."""
        session, (source, target, _) = self._session, self.wire
        inference, path = session.inference, session.place.path
        kind = session.place.type_of(*source)
        means = wire_meaning.meaning(inference, path, source)
        unknown, mono = wire_meaning.why_unknown(inference, source.node), "mono" if kind else ""
        found = [
            ("From", self._port(source), ""),
            ("To", self._port(target), ""),
            ("Shape", str(kind) if kind else unknown, mono),
            ("Type", DTYPES[kind.dtype] if kind else unknown, mono),
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

    def _now(self) -> list[Row]:
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


class WiresPage(Rows):
    """What several wires have in common, and what they differ in."""

    def __init__(self, session: Session, wires: Sequence[LinkKey]) -> None:
        super().__init__(f"{len(wires):,} wires")
        self._session, self.wires = session, tuple(wires)

    def stale(self) -> bool:
        """Is another page needed, as one of the wires is gone?"""
        session = self._session
        links = session.document.sheet(session.sheet).links
        return any(one not in links for one in self.wires)

    def refresh(self) -> None:
        """Show what is known now."""
        if not self.stale():
            self.show_rows()

    def rows(self) -> list[Row]:
        """What is said of them."""
        session, document = self._session, self._session.document
        kinds = [session.place.type_of(*one.source) for one in self.wires]
        dtypes = [DTYPES[kind.dtype] if kind else wire_meaning.UNKNOWN for kind in kinds]
        found = [
            ("From", _counted(document.node(one.source.node).name for one in self.wires), ""),
            ("To", _counted(document.node(one.target.node).name for one in self.wires), ""),
            ("Shape", _counted(map(_shape, kinds)), "mono"),
            ("Type", _counted(dtypes), "mono"),
        ]
        if len(self.wires) <= ASKED:
            found.append(("Meaning", _counted(map(self._means, self.wires)), ""))
            refused = [one for one in self.wires if next_nodes.expected(session.place, one)]
            if refused:
                ends = _counted(document.node(one.target.node).name for one in refused)
                found.append(("Not taken", f"by {ends}", "error"))
        return found

    def _means(self, wire: LinkKey) -> str:
        session = self._session
        means = wire_meaning.meaning(session.inference, session.place.path, wire.source)
        return means[:1].upper() + means[1:]


def _counted(texts: Iterable[str]) -> str:
    """What all say; or what some say, each on a line with how many say it, most first."""
    counts = Counter(texts)
    if len(counts) == 1:
        return next(iter(counts))
    rows = [
        f"{text} \N{MULTIPLICATION SIGN} {count:,}" if count > 1 else text
        for text, count in counts.most_common(FEW)
    ]
    rest = len(counts) - FEW
    return "\n".join([*rows, *([f"and {rest:,} more"] if rest > 0 else [])])


def _shape(kind: TensorType | None) -> str:
    return str(kind) if kind else wire_meaning.UNKNOWN
