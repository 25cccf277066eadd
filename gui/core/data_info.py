"""What data nodes hold, asked of the worker when they come or change."""

from __future__ import annotations

import json
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from graph.declare import REGISTRY
from graph.model.sheet import BOARD, Node
from graph.problems.changes import changes
from graph.problems.problem import Fix, Problem
from gui.core.session import Session
from gui.core.trainer import Trainer
from runtime.protocol.messages import Died, Downloading, Probed, ProbeFailed
from runtime.protocol.payloads import Payload

READING, UNREAD = "is being read", "could not be read"
WAIT_MS = 350
"""How long after the last edit the worker is asked, so that a typed path is whole."""


class Facts(QObject):
    """Probes data nodes, and hands what comes back to inference."""

    told = Signal(str)
    """How far a download is."""
    read = Signal(str)
    """A data node was read."""
    wrong = Signal(tuple)
    """All that is wrong with the data of the board now (a tuple of problems)."""

    def __init__(self, session: Session, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._trainer = session, trainer
        self._asking = False
        self._asked: dict[str, str] = {}
        self._known: dict[str, Probed] = {}
        self._unanswered: set[str] = set()
        """What was asked of a worker that died before it answered."""
        self._failed: dict[str, Problem] = {}
        self._loading: dict[str, Problem] = {}
        self._remarks: dict[str, Problem] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self.ask)
        session.opened.connect(self._open)
        session.settled.connect(lambda _: self._timer.start())
        trainer.received.connect(self._receive)
        trainer.pending, trainer.unread = self.pending, self.unread

    def start(self) -> None:
        """Ask from now on."""
        self._asking = True
        self.ask()

    def pending(self) -> bool:
        """Is there a data node whose sizes only its file can tell, not read yet?"""
        document = self._session.document
        return self._asking and any(
            declaration.role == "data"
            and (declaration.has("needs_facts") or node.id in self._loading)
            and not node.muted
            and node.id not in self._failed
            and self._content(node) not in self._known
            for node in document.board.nodes.values()
            if (declaration := REGISTRY.find(node.type)) is not None
        )

    def unread(self) -> tuple[Problem, ...]:
        """Why data that something is wired to could not be read."""
        board = self._session.document.board
        return tuple(one for node, one in self._failed.items() if any(board.out_of(node)))

    def remark(self, node: str, problem: Problem | None) -> None:
        """Tell of something else that reading a file told of a node, or no more."""
        if self._remarks.get(node) != problem:
            self._remarks.pop(node, None)
            self._remarks.update({} if problem is None else {node: problem})
            self._list()

    @property
    def answered(self) -> bool:
        """Has every data node been read, or said why it can't be?"""
        return all(
            content in self._known or node in self._failed for node, content in self._asked.items()
        )

    def examples(self) -> dict[str, Payload]:
        """A few examples of each data node that was read as it is now."""
        known = {node: self._known.get(content) for node, content in self._asked.items()}
        return {
            node: probed.examples
            for node, probed in known.items()
            if probed is not None and probed.examples is not None
        }

    def stop(self) -> None:
        """Ask no more."""
        self._asking = False
        self._timer.stop()

    def ask(self) -> None:
        """Ask for every data node whose type or parameters are new."""
        if not self._asking:
            return
        board = self._session.document.board
        for gone in [node for node in self._asked if node not in board.nodes]:
            del self._asked[gone]
            self._session.inference.set_reading(gone, "")
            self._trainer.client.cancel_probe(gone)
            self._fail(gone, None)
        for node in board.nodes.values():
            declaration = REGISTRY.find(node.type)
            if declaration is None or declaration.role != "data":
                continue
            content = self._content(node)
            told = node.id in self._session.inference.facts or content not in self._known
            if self._asked.get(node.id) == content and told:
                continue
            self._asked[node.id] = content
            self._fail(node.id, None)
            if content in self._known:
                self._tell(node.id, self._known[content])
            else:
                self._session.inference.set_reading(node.id, READING)
                self._trainer.client.probe(
                    node.id, node.type, self._session.document.params(node), self._trainer.data_dir
                )

    def ask_again(self) -> None:
        """Ask for everything anew: the data folder is another."""
        self._asked.clear()
        self._known.clear()
        self._unanswered.clear()
        self.ask()

    def _open(self) -> None:
        for node in self._asked:
            self._trainer.client.cancel_probe(node)
        self._asked.clear()
        self._failed.clear()
        self._loading.clear()
        self._remarks.clear()
        self._timer.start(0)
        self._timer.setInterval(WAIT_MS)

    def _content(self, node: Node) -> str:
        params = self._session.document.params(node)
        return json.dumps([node.type, params], sort_keys=True, default=str)

    def _receive(self, message: object) -> None:
        match message:
            case Probed(node=node):
                if node in self._asked:
                    self._known[self._asked[node]] = message
                    self._tell(node, message)
                    self._fail(node, None)
            case ProbeFailed(node=node, text=text, advice=advice, download=size, fixes=found):
                if node in self._asked and self._session.document.has(node):
                    self._session.inference.set_facts(node, None)
                    fixes = (
                        *changes(self._session.document.node(node), found),
                        *self._downloads(node, size),
                    )
                    self._fail(node, self._problem(node, text, advice, *fixes))
                    self._trainer.data_read()
            case Downloading(title=title, done=done, size=size):
                self.told.emit(f"Downloading {title}: {done / 1e6:.1f} of {size / 1e6:.1f} MB")
            case Died():
                self._ask_a_fresh_one()

    def _ask_a_fresh_one(self) -> None:
        """The worker died: ask the next, but not for what was asked of two that died."""
        for node, content in [*self._asked.items()]:
            if content in self._known or node in self._failed:
                continue
            self._loading.pop(node, None)
            if content in self._unanswered:
                text = "it could not be read: the worker process ended each time"
                advice = "Close other programs, or take a smaller file."
                self._fail(node, self._problem(node, text, advice))
            else:
                self._unanswered.add(content)
                del self._asked[node]
        self._list()
        self._timer.start()

    def _problem(self, node: str, text: str, advice: str, *fixes: Fix) -> Problem:
        name = self._session.document.node(node).name
        return Problem(node, BOARD, text, name=name, advice=advice, fixes=fixes)

    def _downloads(self, node: str, size: int) -> tuple[Fix, ...]:
        if not size:
            return ()
        return (Fix(f"Download {size / 1e6:.0f} MB", lambda _: self.download(node, size)),)

    def download(self, node: str, size: int) -> None:
        """Fetch the set that a data node lacks; the status bar says how far it is."""
        document = self._session.document
        one = document.node(node)
        cancel = Fix("Cancel", lambda _: self._cancel(node, size))
        self._failed.pop(node, None)
        self._loading[node] = replace(
            self._problem(node, "its data are being downloaded", "", cancel), severity="warning"
        )
        self._session.inference.set_reading(node, "is being downloaded")
        self._list()
        data_dir = self._trainer.data_dir
        self._trainer.client.probe(node, one.type, document.params(one), data_dir, download=True)

    def _cancel(self, node: str, size: int) -> None:
        self._trainer.client.cancel_probe(node)
        text = "the download was cancelled"
        advice = "a new one goes on where it ended"
        self._fail(node, self._problem(node, text, advice, *self._downloads(node, size)))
        self._trainer.data_read()

    def _tell(self, node: str, probed: Probed) -> None:
        self._session.inference.set_facts(node, probed.facts)
        self._session.inference.set_reading(node, "")
        self._trainer.data_read()
        self.read.emit(node)

    def _fail(self, node: str, problem: Problem | None) -> None:
        loaded = self._loading.pop(node, None)
        if problem is not None:
            self._failed[node] = problem
            self._session.inference.set_reading(node, UNREAD)
        elif self._failed.pop(node, None) is None and loaded is None:
            return
        self._list()

    def _list(self) -> None:
        known = self._failed | self._loading | self._remarks
        self._session.inference.set_remarks(known)
        self.wrong.emit(tuple(known.values()))
