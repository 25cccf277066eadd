"""What is edited while a run goes: a learning rate acts at once, the rest from the next run."""

from __future__ import annotations

from dataclasses import fields

from PySide6.QtCore import QObject, QTimer, Signal

from graph.declare import REGISTRY, Declaration
from graph.model.events import (
    ExposedChanged,
    FrameAdded,
    FrameChanged,
    FrameRemoved,
    NodeChanged,
    SettingsChanged,
    Settled,
)
from graph.model.sheet import BOARD, Node
from gui.core.session import Session
from gui.core.trainer import Trainer
from runtime.protocol.messages import Started

RATE = "lr"
"""The parameter of optimizers that can change under way."""
PATIENCE_MS = 120
"""A value that is dragged is heard once it rests."""
OF_NO_RUN = Settled | FrameAdded | FrameChanged | FrameRemoved
"""Events that change nothing of what is trained."""


def has_rate(declaration: Declaration | None) -> bool:
    """Does a node have a learning rate that can change under way?"""
    optimizer = declaration is not None and declaration.role == "optimizer"
    return bool(optimizer and declaration and declaration.param(RATE))


class Live(QObject):
    """Follows the edits of a board while it is trained."""

    told = Signal(str)
    """What acts from the next run only."""

    def __init__(self, session: Session, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._trainer = session, trainer
        self._names: dict[str, str] = {}  # of the optimizers, as the run knows them
        self._rates: dict[str, float] = {}  # to be sent, by node
        self._later: dict[str, None] = {}  # what acts from the next run, in the order of edits
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._act)
        session.edited.connect(self._note)
        session.opened.connect(self._forget)
        trainer.changed.connect(self._begin)
        trainer.received.connect(self._receive)

    def _begin(self) -> None:
        if self._trainer.state == "starting" and self._trainer.training:
            nodes = self._session.document.board.nodes.values()
            self._names = {n.id: n.name for n in nodes if has_rate(REGISTRY.find(n.type))}
        elif not self._trainer.training:
            self._forget()

    def _forget(self) -> None:
        self._names, self._rates, self._later = {}, {}, {}

    def _receive(self, message: object) -> None:
        if isinstance(message, Started):
            self._act()  # what was edited while the run read its data

    def _note(self, event: object) -> None:
        if not self._trainer.training or isinstance(event, OF_NO_RUN):
            return
        match event:
            case NodeChanged(sheet, before, after):
                if not event.meaning:
                    return
                self._note_node(sheet, before, after)
            case SettingsChanged(before, after):
                for field in fields(after):
                    if getattr(before, field.name) != getattr(after, field.name):
                        self._later[field.name.replace("_", " ")] = None
            case ExposedChanged():
                self._later["what the network shows"] = None
            case _:
                self._later["the wiring"] = None
        self._timer.start()

    def _note_node(self, sheet: str, before: Node, after: Node) -> None:
        declaration = REGISTRY.find(after.type)
        if before.type != after.type:
            self._later[f"what {before.name} is now"] = None
            return
        for name in before.params.keys() | after.params.keys():
            if before.params.get(name) == after.params.get(name):
                continue
            if name == RATE and sheet == BOARD and after.id in self._names:
                self._rates[after.id] = self._session.document.params(after)[RATE]
            else:
                param = declaration.param(name) if declaration else None
                self._later[f"{param.label if param else name} of {after.name}"] = None
        if (before.muted, before.twin) != (after.muted, after.twin):
            self._later[f"what was changed of {after.name}"] = None

    def _act(self) -> None:
        if self._trainer.state not in {"running", "paused"}:
            return
        for node, rate in self._rates.items():
            self._trainer.set_rate(self._names[node], rate, peak=True)
        if self._later:
            first, *rest = self._later
            what = first if not rest else f"{first} and {len(rest)} more"
            verb = "act" if rest else "acts"
            self.told.emit(
                f"{what[:1].upper()}{what[1:]} {verb} from the next run:"
                " the one that is going trains as it began."
            )
        self._rates, self._later = {}, {}
