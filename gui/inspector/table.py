"""A table in the inspector: how its file is written, and what each column is taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph.declare import REGISTRY, Param
from graph.model.sheet import Node
from graph.nodes.data.table_file import AUTO, TARGET
from gui.core.session import Session
from gui.inspector.editors import ChoiceBox, Choices
from gui.inspector.form import Form
from gui.widgets.common import Elided, empty, label, shown, words

FIRST = 6
"""So many values of a column stand beside its name."""
MOST = 60
"""A column more costs a field; those of wider tables are named in the settings."""
ALWAYS = ("sheet", "delimiter", "header", "encoding", "decimal", "missing", "skip", "index")
"""Decisions that are shown even where nothing unusual was found; the others are folded."""
OF_TEXT = frozenset(("delimiter", "header", "encoding", "decimal", "missing", "skip", "index"))
"""What is asked of a file that could not be read."""


class TableCard(QWidget):
    """What was found out of a table: how it is written, and a line a column with its first values.

    Each decision stands in a field that says what was found, and takes another; beside a column's
    name stands what it is taken for. Choosing is one edit, and the file is read anew.

    Args:
        session: The open board.
        node: A node that reads a table.
    """

    def __init__(self, session: Session, node: str) -> None:
        super().__init__()
        self._session, self._node = session, node
        params = written_of(session.document.node(node))
        self._asks = frozenset(one.name for one in params)
        self._shown: object = None
        self._decided: Mapping[str, str] = dict.fromkeys(OF_TEXT, "")
        self.boxes: dict[str, ChoiceBox] = {}
        self.form = Form(params, self._change, self._choices, more="More on how it is written")
        self._format = label("", "dim", wrap=True)
        self._columns = QGridLayout()
        self._columns.setHorizontalSpacing(8)
        self._columns.setVerticalSpacing(3)
        self._columns.setColumnMinimumWidth(0, 92)
        self._columns.setColumnStretch(1, 1)
        self._rest = label("", "dim", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("Table", "heading"))
        layout.addWidget(self._format)
        layout.addWidget(self.form)
        layout.addLayout(self._columns)
        layout.addWidget(self._rest)

    @property
    def edits(self) -> frozenset[str]:
        """Names of the parameters that are set here."""
        return self._asks | {"kinds"}

    def refresh(self) -> None:
        """Show what is known now; of a file that could not be read, what can be said of it."""
        params = self._params()
        facts = self._session.inference.facts.get(self._node) or {}
        columns: Sequence[Mapping[str, Any]] = facts.get("columns") or ()
        self.setVisible(bool(params["path"]))
        self._decided = facts.get("decided") or self._decided
        self._format.setText(self._decided.get("format", ""))
        self._format.setVisible("format" in self._decided)
        self.form.show_values({name: params[name] for name in self._asks})
        self.form.show_only(self._asked_now())
        self.form.show_found(self._found() if facts else {})
        key = [columns, facts.get("rows")]
        if key != self._shown:
            self._shown = key
            self._show_columns(columns[:MOST], (facts.get("rows") or ())[:FIRST])
            left = len(columns) - MOST
            self._rest.setText(f"and {left:,} columns more" if left > 0 else "")
            self._rest.setVisible(left > 0)
        bound = self._bound()
        for one in columns[:MOST]:
            box, asked = self.boxes[str(one["name"])], bound.taken_for(str(one["name"]))
            box.show_found(str(one["kind"]) if asked == AUTO else AUTO)
            box.show_value(asked)

    def _asked_now(self) -> set[str]:
        """The parameters that matter for a file of this kind."""
        found = {name for name in self._asks if name in self._decided}
        return found | ({"names"} if self._decided.get("header") == "no" else set())

    def _found(self) -> dict[str, str]:
        """What was found, in a few words."""
        return {name: f"{text} (found)" if text and text != "none" else "none"
                for name, text in self._decided.items()}  # fmt: skip

    def _params(self) -> dict[str, Any]:
        return self._session.document.params(self._session.document.node(self._node))

    def _bound(self) -> Any:
        declaration = REGISTRY.find(self._session.document.node(self._node).type)
        assert declaration is not None, "only for nodes that read tables"
        return declaration.bind(self._params())

    def _change(self, name: str, value: Any) -> None:
        self._session.document.set_params(self._node, **{name: value})

    def _choices(self, param: Param) -> Choices:
        def found() -> list[tuple[str, str]]:
            facts = self._session.inference.facts.get(self._node) or {}
            sheets = facts.get("sheets") or () if param.name == "sheet" else ()
            columns = (facts.get("columns") or ()) if param.name == "index" else ()
            names = [*sheets, *(str(one["name"]) for one in columns)]
            return [(name, name) for name in names]

        return found

    def _show_columns(
        self, columns: Sequence[Mapping[str, Any]], rows: Sequence[Sequence[str]]
    ) -> None:
        focused = next((name for name, box in self.boxes.items() if box.hasFocus()), None)
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
            for line in filter(None, (why, _called(one.get("renamed")))):
                under.addWidget(label(line[:1].upper() + line[1:], "dim", wrap=True))
            self._columns.addWidget(title, 2 * place, 0)
            self._columns.addWidget(box, 2 * place, 1)
            self._columns.addLayout(under, 2 * place + 1, 1)
        if focused in self.boxes:
            self.boxes[focused].setFocus()

    def _box(self, name: str, why: str) -> ChoiceBox:
        box = ChoiceBox((AUTO, *self._bound().roles()), optional=False)
        box.setObjectName(f"kind.{name}")
        box.setAccessibleName(f"Kind of {name}")
        box.setAccessibleDescription(words(why or "What the column is taken for."))
        box.setToolTip(shown(f"What {name} is taken for; the first choice is what was found"))
        box.edited.connect(partial(self._choose, name))
        return box

    def _choose(self, name: str, role: object) -> None:
        facts = self._session.inference.facts.get(self._node) or {}
        columns = facts.get("columns") or ()
        targets = [str(one["name"]) for one in columns if one["kind"] == TARGET]
        changed = self._bound().take(name, str(role), targets)
        self._session.document.set_params(self._node, **changed)


def _called(renamed: object) -> str:
    """What the file calls a column that has another name here."""
    if renamed is None:
        return ""
    return f"{renamed} in the file, where it stands twice" if renamed else "Without a name there"


def written_of(node: Node) -> list[Param]:
    """The parameters that say how a table is written, where a node's type reads one."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or not declaration.has("written"):
        return []
    order: tuple[str, ...] = getattr(declaration.cls, "written")  # noqa: B009
    found = [param for name in order if (param := declaration.param(name)) is not None]
    return [replace(one, advanced=one.name not in ALWAYS) for one in found]
