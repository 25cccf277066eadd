"""A table in the inspector: how its file is written, and what each column is taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph.declare import REGISTRY, Param
from graph.sheet import Node
from gui.inspector.editors import ChoiceBox
from gui.session import Session
from gui.widgets import Elided, empty, label, shown, words

AUTO, TARGET = "auto", "target"
FIRST = 6
"""So many values of a column stand beside its name."""
MOST = 60
"""A column more costs a field; those of wider tables are named in the settings."""


class TableCard(QWidget):
    """What was found out of a table: its dialect, and a line a column with its first values.

    Beside a column's name stands what it is taken for; choosing another kind is one edit.

    Args:
        session: The open board.
        node: A node that takes kinds of columns, and a target.
    """

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self._session, self._node = session, node
        kinds = kinds_of(session.document.node(node))
        assert kinds is not None, "only for nodes that take kinds"
        self._kinds = kinds
        self._shown: object = None
        self.boxes: dict[str, ChoiceBox] = {}
        self._decided = QGridLayout()
        self._decided.setHorizontalSpacing(12)
        self._decided.setVerticalSpacing(4)
        self._decided.setColumnMinimumWidth(0, 92)
        self._decided.setColumnStretch(1, 1)
        self._columns = QGridLayout()
        self._columns.setHorizontalSpacing(12)
        self._columns.setVerticalSpacing(3)
        self._columns.setColumnMinimumWidth(0, 92)
        self._columns.setColumnStretch(1, 1)
        self._rest = label("", "dim", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("Table", "heading"))
        layout.addLayout(self._decided)
        layout.addLayout(self._columns)
        layout.addWidget(self._rest)

    def refresh(self) -> None:
        """Show what is known now; nothing where the file was not read."""
        facts = self._session.inference.facts.get(self._node) or {}
        columns: Sequence[Mapping[str, Any]] = facts.get("columns") or ()
        self.setVisible(bool(columns))
        key = [facts.get("decided"), columns, facts.get("rows")]
        if columns and key != self._shown:
            self._shown = key
            self._show_decided(facts.get("decided") or {})
            self._show_columns(columns[:MOST], (facts.get("rows") or ())[:FIRST])
            left = len(columns) - MOST
            self._rest.setText(f"and {left:,} columns more" if left > 0 else "")
            self._rest.setVisible(left > 0)
        for one in columns[:MOST]:
            box, asked = self.boxes[str(one["name"])], self._asked(str(one["name"]))
            box.setItemText(0, str(one["kind"]) if asked == AUTO else AUTO)
            box.show_value(asked)

    def _show_decided(self, decided: Mapping[str, Any]) -> None:
        empty(self._decided)
        for row, (name, text) in enumerate(decided.items()):
            self._decided.addWidget(label(name[:1].upper() + name[1:], "dim"), row, 0)
            value = label(str(text), "mono", wrap=True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._decided.addWidget(value, row, 1)

    def _show_columns(
        self, columns: Sequence[Mapping[str, Any]], rows: Sequence[Sequence[str]]
    ) -> None:
        empty(self._columns)
        self.boxes.clear()
        for place, one in enumerate(columns):
            name, why = str(one["name"]), str(one.get("why") or "")
            title = Elided("", Qt.TextElideMode.ElideMiddle, least=92)
            title.setText(name)
            title.setFixedWidth(92)
            title.setToolTip(shown(name))
            box = self.boxes[name] = self._box(name, why)
            values = ", ".join(str(row[place]) or "\N{EN DASH}" for row in rows if place < len(row))
            examples = Elided("dim", Qt.TextElideMode.ElideRight)
            examples.setText(values)
            examples.setToolTip(shown(f"The first rows: {values}"))
            under = QVBoxLayout()
            under.setContentsMargins(0, 0, 0, 5)
            under.setSpacing(1)
            under.addWidget(examples)
            if why:
                under.addWidget(label(why[:1].upper() + why[1:], "dim", wrap=True))
            self._columns.addWidget(title, 2 * place, 0)
            self._columns.addWidget(box, 2 * place, 1)
            self._columns.addLayout(under, 2 * place + 1, 1)

    def _box(self, name: str, why: str) -> ChoiceBox:
        box = ChoiceBox((AUTO, *self._kinds.choices, TARGET), optional=False)
        box.setObjectName(f"kind.{name}")
        box.setAccessibleName(f"Kind of {name}")
        box.setAccessibleDescription(words(why or self._kinds.doc))
        box.setToolTip(shown(f"What {name} is taken for; the first choice is what was found"))
        box.edited.connect(partial(self._choose, name))
        return box

    def _asked(self, name: str) -> str:
        """What was chosen for a column, if anything was."""
        params = self._session.document.params(self._session.document.node(self._node))
        if params["target"] == name:
            return TARGET
        return str(dict(params["kinds"]).get(name, AUTO))

    def _choose(self, name: str, kind: object) -> None:
        document = self._session.document
        params = document.params(document.node(self._node))
        kinds = {one: value for one, value in params["kinds"] if one != name}
        target = "" if params["target"] == name else params["target"]
        if kind == TARGET:
            target = name
        elif kind != AUTO:
            kinds[name] = str(kind)
        document.set_params(self._node, kinds=tuple(kinds.items()), target=target)


def kinds_of(node: Node) -> Param | None:
    """The parameter that says what columns are taken for, where a node's type has one."""
    declaration = REGISTRY.find(node.type)
    params = declaration.params if declaration else ()
    return next((one for one in params if one.kind == "kinds"), None)
