"""The inspector's page where nothing is selected: the board and how it is trained."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph.declare import Param
from graph.model.settings import DEVICES, LIMITS, PRECISIONS, Settings
from gui.core.session import Session
from gui.inspector.form import Form
from gui.widgets.common import empty, label

NEW = Settings()


def number(name: str, doc: str) -> Param:
    """A setting that is a whole number."""
    low, high = LIMITS[name]
    return Param(name, "int", getattr(NEW, name), doc, low=low, high=high)


SETTINGS = (
    number("epochs", "Passes over the training data."),
    number("batch_size", "Examples a step."),
    number("seed", "Decides split, order, first weights and noise."),
    Param("device", "choice", NEW.device, "What it trains on.", choices=DEVICES),
    Param(
        "precision",
        "choice",
        NEW.precision,
        "auto takes bfloat16 on a GPU that has it, float32 elsewhere.",
        choices=PRECISIONS,
    ),
    number("threads", "CPU threads; 0 measures and chooses."),
    number("validate_every", "Steps between two validations; 0: each epoch, and within long ones."),
)


class BoardPage(QWidget):
    """Run settings, and the board in figures."""

    ids: tuple[str, ...] = ()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label("Board", "title"))
        layout.addWidget(
            label("How the board is trained. Select a node to see its settings.", "dim", wrap=True)
        )
        self.form = Form(SETTINGS, self._change, lambda _: list)
        layout.addWidget(self.form)
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(12)
        self._figures.setVerticalSpacing(4)
        self._figures.setColumnMinimumWidth(0, 92)
        self._figures.setColumnStretch(1, 1)
        layout.addLayout(self._figures)

    def stale(self) -> bool:
        """Is another page needed?"""
        return False

    def refresh(self) -> None:
        """Show what the document says now."""
        document = self._session.document
        self.form.show_values(vars(document.settings))
        sheets = document.sheets()
        nodes = sum(len(sheet.nodes) for sheet in sheets)
        wires = sum(len(sheet.links) for sheet in sheets)
        empty(self._figures)
        rows = [
            ("Nodes", nodes),
            ("Wires", wires),
            ("Weights", self._session.inference.total_weights),
        ]
        for row, (name, count) in enumerate(rows):
            self._figures.addWidget(label(name, "dim"), row, 0)
            self._figures.addWidget(label(f"{count:,}", "mono"), row, 1)

    def _change(self, name: str, value: Any) -> None:
        self._session.document.set_settings(**{name: value})
