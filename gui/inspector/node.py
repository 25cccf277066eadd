"""The inspector's page for selected nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from graph.core.errors import NeurowireError
from graph.declare import REGISTRY, Param
from graph.diagnose import wire_meaning
from graph.diagnose.board_checks import learners
from graph.edit import trained_names
from graph.edit.document import Document
from graph.edit.exposing import exposed_as
from graph.infer import training_plan
from graph.model import roles
from graph.model.sheet import BOARD, Node
from graph.problems.problem import Problem
from gui import look
from gui.core.session import Session
from gui.core.weight_stats import LearningFigures
from gui.inspector.editors import Choices
from gui.inspector.form import Form
from gui.inspector.learning import LearningCard
from gui.inspector.network import NetworkCard
from gui.inspector.sharing import Sharing
from gui.inspector.table import TableCard, written_of
from gui.widgets.common import Card, empty, label, restyle, words

PATHS = frozenset(("path", "folder"))
"""Kinds of parameters that name what is read."""
MOST = 20
"""How many problems are shown of several nodes; more than that nobody reads here."""


class Mark(QWidget):
    """The family's colour as a small square."""

    def __init__(self, group: str) -> None:
        super().__init__()
        self._group = group
        self.setFixedSize(12, 20)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.family_colour(self._group))
        painter.drawRoundedRect(QRectF(0, 5, 11, 11), 3, 3)


class NodePage(QWidget):
    """Name, help, parameters, shapes and problems of one node, or of several of one type."""

    def __init__(
        self,
        session: Session,
        learning: LearningFigures,
        ids: Sequence[str],
        show: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._session, self._open = session, show
        self.ids = tuple(ids)
        nodes = [session.document.node(node) for node in ids]
        self._declaration = REGISTRY.find(nodes[0].type)
        self._one_type = len({node.type for node in nodes}) == 1
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self._add_head(nodes)
        self._network, self._sharing = self._add_network(nodes), self._add_sharing()
        self._params = self._parameters()
        self._owners = self._find_owners()
        alone = len(ids) == 1 and written_of(nodes[0])
        self.table = TableCard(session, ids[0]) if alone else None
        self.form = self._make_form()
        if self.form is not None:
            self._layout.addWidget(self.form)
        self._here = label("", "dim", wrap=True)
        self._layout.addWidget(self._here)
        if self.table is not None:
            self._layout.addWidget(self.table)
        self._shapes = QGridLayout()
        self._shapes.setHorizontalSpacing(12)
        self._shapes.setVerticalSpacing(4)
        self._shapes.setColumnMinimumWidth(0, 92)
        self._shapes.setColumnStretch(1, 1)
        self._layout.addLayout(self._shapes)
        self.learning = LearningCard(learning, ids[0]) if len(ids) == 1 else None
        if self.learning is not None:
            self._layout.addWidget(self.learning)
        self._facts = label("", "dim", wrap=True)
        self._layout.addWidget(self._facts)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        self._layout.addLayout(self._cards)
        self._shown: object = None
        self._told: list[str] = []

    def refresh(self) -> None:
        """Show what the document says now."""
        node = self._session.document.node(self.ids[0])
        if len(self.ids) == 1 and not self.name.isModified():
            self.name.setText(node.name)
        for part in (self._network, self._sharing, self.table, self.learning):
            if part is not None:
                part.refresh()
        if self.form is not None:
            here = self._session.place.node(node.id)
            self.form.show_values(self._session.document.params(here))
        self._show_owners(node)
        self._show_shapes(node)
        self._show_facts(node)
        self._show_problems()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives the node back the name it has."""
        if event.key() == Qt.Key.Key_Escape:
            self.name.setModified(False)
            self._wrong_name.hide()
            restyle(self.name, "")
            self.refresh()
        super().keyPressEvent(event)

    def _add_head(self, nodes: Sequence[Node]) -> None:
        group = self._declaration.group if self._declaration else ""
        self.name = QLineEdit()
        self.name.setFrame(False)
        self.name.setObjectName("node-name")
        self.name.setAccessibleName("Name")
        self.name.editingFinished.connect(self._rename)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Mark(group))
        head.addWidget(self.name, 1)
        if len(nodes) > 1:
            self.name.setText(f"{len(nodes)} nodes")
            self.name.setReadOnly(True)
        title = self._declaration.title if self._declaration else nodes[0].type
        head.addWidget(label(title if self._one_type else "", "dim"))
        self._layout.addLayout(head)
        self._wrong_name = label("", "error", wrap=True)
        self._wrong_name.hide()
        self._layout.addWidget(self._wrong_name)
        if self._one_type:
            doc = (
                self._declaration.doc
                if self._declaration
                else (
                    "Neurowire does not know this type of node. It is kept as it was in the file."
                )
            )
            self._layout.addWidget(label(words(doc), "dim", wrap=True))

    def stale(self) -> bool:
        """Is another page needed, as the network that is placed shows other parameters?"""
        if not all(self._session.document.has(owner) for owner, _ in self._owners.values()):
            return True
        placed = roles.network_of(self._session.document.node(self.ids[0]))
        return self._parameters() != self._params or placed != (
            self._network.network if self._network else placed
        )

    def _parameters(self) -> tuple[Param, ...]:
        """What the form edits: the parameters that all selected nodes have."""
        if self._declaration is None or not self._one_type:
            return ()
        document = self._session.document
        found = [document.parameters(document.node(node)) for node in self.ids]
        first, *others = found
        common = tuple(one for one in first if all(one in other for other in others))
        if self._network is None:
            return common
        return tuple(one for one in common if one.name != "network")

    def _add_network(self, nodes: Sequence[Node]) -> NetworkCard | None:
        network = roles.network_of(nodes[0])
        if len(nodes) > 1 or network not in self._session.document.networks:
            return None
        card = NetworkCard(self._session, str(network), self._open)
        self._layout.addWidget(card)
        return card

    def _add_sharing(self) -> Sharing | None:
        if len(self.ids) > 1:
            return None
        sharing = Sharing(self._session, self.ids[0])
        self._layout.addWidget(sharing)
        return sharing

    def _make_form(self) -> Form | None:
        if not self._params:
            return None
        document = self._session.document
        inside = len(self.ids) == 1 and document.sheet_of(self.ids[0]).name != BOARD
        showing = Outside(document, self.ids[0]) if inside else None
        beside = self.table.edits if self.table is not None else frozenset()
        params = [one for one in self._params if one.name not in beside]
        return Form(params, self._change, self._choices, showing)

    def _find_owners(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Where each parameter of each node is set, in the place that was entered.

        Asked once: a value that is dragged past the network's own stays that of the place.
        """
        place = self._session.place
        asked = [(node, one.name) for node in self.ids for one in self._params]
        return {one: place.owner(*one) for one in asked}

    def _change(self, name: str, value: Any) -> None:
        document = self._session.document
        found = [self._owners[node, name] for node in self.ids]
        if len(found) == 1:
            ((node, called),) = found
            document.set_params(node, **{called: value})
            return
        merge = f"{' '.join(self.ids)}.{name}"
        with document.group(f"Set {name} of {len(self.ids)} nodes", merge=merge):
            for node, called in found:
                document.set_params(node, **{called: value})

    def _show_owners(self, node: Node) -> None:
        """Say which values are those of the place that was entered."""
        document, lines = self._session.document, []
        for param in self._params:
            owner, _ = self._owners[node.id, param.name]
            if owner != node.id:
                own = document.params(node)[param.name]
                lines.append(
                    f"{param.label[:1].upper()}{param.label[1:]} is set at"
                    f" {document.node(owner).name}, for that place alone; the network has {own}."
                )
        self._here.setText("\n".join(lines))
        self._here.setVisible(bool(lines))

    def _choices(self, param: Param) -> Choices:
        def nodes() -> list[tuple[str, str]]:
            document, inference = self._session.document, self._session.inference
            above = {one for node in self.ids for one in learners(inference, node)}
            leaders = {document.node(node).twin or node for node in above}
            named = [
                name
                for node in self.ids
                for name in document.params(document.node(node)).get(param.name, ())
            ]
            found = sorted((document.node(node) for node in leaders), key=lambda one: one.number)
            rows = [row for one in found for row in training_plan.choices(inference, one, named)]
            return [(name, trained_names.called(document, name)) for name in rows]

        def columns() -> list[tuple[str, str]]:
            facts = self._session.inference.facts.get(self.ids[0]) or {}
            names = [str(column["name"]) for column in facts.get("columns", ())]
            return [(name, name) for name in names]

        if param.kind == "text" and (param.choices or param.name == "sheet"):
            return lambda: ()
        return nodes if param.kind == "nodes" else columns

    def _rename(self) -> None:
        if not self.name.isModified() or len(self.ids) != 1:
            return
        self.name.setModified(False)
        try:
            self._session.document.rename(self.ids[0], self.name.text().strip())
        except NeurowireError as error:
            self._wrong_name.setText(str(error))
            self._wrong_name.show()
            restyle(self.name, "wrong")
        else:
            self._wrong_name.hide()
            restyle(self.name, "")

    def _show_shapes(self, node: Node) -> None:
        rows: list[tuple[str, str]] = []
        document, place = self._session.document, self._session.place
        if len(self.ids) == 1:
            ports = document.ports(node)
            sheet = document.sheet_of(node.id)
            for port in ports.inputs:
                for link in sheet.into(node.id, port.name)[:6]:
                    kind = place.type_of(link.source.node, link.source.port)
                    name = "In" if len(ports.inputs) == 1 else port.label.capitalize()
                    if port.variadic:
                        name = f"From {sheet.nodes[link.source.node].name}"
                    rows.append((name, str(kind) if kind else self._unknown(link.source.node)))
            for port in ports.outputs:
                kind = place.type_of(node.id, port.name)
                name = "Out" if len(ports.outputs) == 1 else port.label.capitalize()
                rows.append((name, str(kind) if kind else self._unknown(node.id)))
        counts = [place.weights(one) for one in self.ids]
        total = sum(count for count in counts if count)
        if total:
            rows.append(("Weights", f"{total:,}"))
        if rows == self._shown:
            return
        self._shown = rows
        empty(self._shapes)
        for index, (name, text) in enumerate(rows):
            self._shapes.addWidget(label(name, "dim"), index, 0)
            value = label(text, "mono", wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._shapes.addWidget(value, index, 1)

    def _unknown(self, node: str) -> str:
        return wire_meaning.why_unknown(self._session.inference, node)

    def _show_facts(self, node: Node) -> None:
        facts = self._session.inference.facts.get(node.id) if len(self.ids) == 1 else None
        lines = []
        state = self._session.inference.reading.get(node.id) if len(self.ids) == 1 else None
        if state and (path := path_of(self._session.document, node)):
            lines.append(f"{path} {state}.")
        if facts:
            if facts.get("count"):
                held = facts.get("validation") or 0
                lines.append(f"{facts['count']:,} examples, {held:,} held out")
            if facts.get("classes"):
                lines.append("Classes: " + _few(facts["classes"]))
            if facts.get("columns") and self.table is None:
                lines.append("Columns: " + _few([column["name"] for column in facts["columns"]]))
            if facts.get("note"):
                lines.append(str(facts["note"]))
        self._facts.setText("\n".join(lines))
        self._facts.setVisible(bool(lines))

    def _show_problems(self) -> None:
        found = (one for node in self.ids for one in self._session.place.problems_of(node))
        problems = [*islice(found, MOST + 1)]
        items = [self._cards.itemAt(index) for index in range(self._cards.count())]
        cards = [card for item in items if item and isinstance(card := item.widget(), Card)]
        told = [str(one) for one in problems]
        if told == self._told:
            for card, problem in zip(cards, problems[:MOST], strict=True):
                card.take(problem)
            return
        self._told = told
        empty(self._cards)
        for problem in problems[:MOST]:
            self._cards.addWidget(Card(problem, self._fix))
        if len(problems) > MOST:
            self._cards.addWidget(label("and more, in Problems", "dim"))

    def _fix(self, problem: Problem, index: int) -> None:
        self._session.fix(problem, index)


class Outside:
    """Which parameters of a node inside a network are set at each place of the network."""

    def __init__(self, document: Document, node: str) -> None:
        self._document, self._node = document, node
        declaration = REGISTRY.find(document.node(node).type)
        self._decides = declaration is not None and declaration.has("ports")

    def allowed(self, param: Param) -> bool:
        """Is it a parameter that does not decide what can be wired?"""
        return not self._decides and param.kind not in {"nodes", "values"}

    def shown(self, name: str) -> bool:
        """Is it set at each place?"""
        return exposed_as(self._document.sheet_of(self._node), self._node, name) is not None

    def show(self, name: str, on: bool) -> None:
        """Let each place set it, or no longer."""
        sheet = self._document.sheet_of(self._node)
        present = exposed_as(sheet, self._node, name)
        if on:
            self._document.expose(self._node, name)
        elif present is not None:
            self._document.hide(sheet.name, present)


def path_of(document: Document, node: Node) -> str:
    """The file or folder that a node reads, as it was given; "" where it names none."""
    declaration = REGISTRY.find(node.type)
    found = [one.name for one in declaration.params if one.kind in PATHS] if declaration else []
    return str(document.params(node).get(found[0]) or "") if found else ""


def _few(names: Sequence[object], most: int = 12) -> str:
    shown = ", ".join(map(str, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
