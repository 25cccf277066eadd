"""Files of weights that networks begin with, tried by the worker when they or the board change."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject

from graph.diagnose.beginnings import unfit
from graph.model.roles import role
from graph.model.sheet import Node
from gui.core.data_info import Facts
from gui.core.live_source import Source
from gui.core.session import Session
from gui.core.trainer import Trainer
from runtime.protocol.config import Begins
from runtime.protocol.messages import Probed, ProbeFailed

Stamp = tuple[int, int] | None
"""When a file was written, and its size; None where it is not at its path."""


class Beginnings(QObject):
    """Asks whether networks can begin with their files, and tells at the nodes where not."""

    def __init__(
        self,
        session: Session,
        trainer: Trainer,
        source: Source,
        facts: Facts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._trainer = session, trainer
        self._source, self._facts = source, facts
        self._asking = False
        self._asked: dict[str, tuple[Begins, Stamp]] = {}
        session.opened.connect(self._asked.clear)
        source.changed.connect(self.look)
        trainer.received.connect(self._receive)

    def start(self) -> None:
        """Ask from now on."""
        self._asking = True
        self.look()

    def stop(self) -> None:
        """Ask no more."""
        self._asking = False

    def look(self) -> None:
        """Ask for every file that is new, or what is to begin with it; the others are known."""
        if not self._asking:
            return
        board = self._session.document.board
        found = {one.id: begins for one in board.nodes.values() if (begins := self._begins(one))}
        for gone in [node for node in self._asked if node not in found]:
            del self._asked[gone]
            self._trainer.client.cancel_probe(gone)
            self._facts.remark(gone, None)
        for node, begins in found.items():
            question = begins, _stamp(begins.path)
            if self._asked.get(node) != question:
                self._asked[node] = question
                self._trainer.client.probe_weights(node, begins, self._trainer.data_dir)

    def _begins(self, node: Node) -> Begins | None:
        """What a placed network begins with; of a board with errors as far as was known before."""
        path = str(node.params.get("pretrained", ""))
        if role(node.type) != "instance" or not path or node.muted or node.twin is not None:
            return None
        project = self._source.project
        if project is None:
            before, _ = self._asked.get(node.id, (None, None))
            if before is not None and (before.path, before.network) == (path, node.name):
                return before
            return Begins(node.name, path, self._session.inference.weights(node.id))
        files = {name: one.text for name, one in project.files.items() if name.endswith(".py")}
        made = (
            Begins(one.network, one.path, None, one.constructor, files)
            for one in project.begins
            if one.node == node.id
        )
        return next(made, None)

    def _receive(self, message: object) -> None:
        match message:
            case Probed(node=node) if node in self._asked:
                self._facts.remark(node, None)
            case ProbeFailed(node=node, text=text, advice=advice) if node in self._asked:
                if self._session.document.has(node):
                    told = unfit(self._session.document.node(node), text, advice)
                    self._facts.remark(node, told)


def _stamp(path: str) -> Stamp:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
