"""The offer to build a first network behind data that came onto the board."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from graph.core.wording import many
from graph.suggest import first_network
from gui.core.data_info import Facts
from gui.core.session import Session
from gui.widgets.message_bar import Notice

TITLE = "Build a first network"


class FirstNetwork(QObject):
    """Waits until data that came are read, says what they are, and offers what comes next.

    Args:
        session: The open board.
        facts: Tells when a data node is read.
        notice: Where it is offered.
        after: What is done once it is built, such as to bring it into sight.
    """

    def __init__(
        self,
        session: Session,
        facts: Facts,
        notice: Notice,
        *after: Callable[[], object],
    ) -> None:
        super().__init__(session)
        self._session, self._notice, self._after = session, notice, after
        self._awaited: set[str] = set()
        session.opened.connect(self._awaited.clear)
        facts.read.connect(self._offer)

    def await_data(self, node: str) -> None:
        """Offer a network behind this node as soon as it is read."""
        self._awaited.add(node)

    def _offer(self, node: str) -> None:
        if node not in self._awaited:
            return
        self._awaited.discard(node)
        inference = self._session.inference
        if not first_network.fits(inference, node):
            return
        facts = inference.facts.get(node) or {}
        classes = len(facts.get("classes") or ())
        told = many(int(facts.get("count", 0)), "example") + " to train on"
        told += f", {many(classes, 'class')}" if classes else ""
        name = self._session.document.node(node).name
        answers = [(TITLE, lambda: self._build(node))]
        self._notice.show_message(
            f"{name}: {told}", str(facts.get("note", "")), answers, error=False
        )

    def _build(self, node: str) -> None:
        if not first_network.fits(self._session.inference, node):
            self._session.message.emit("The board has changed: its data node is gone or wired.")
            return
        made = first_network.build(self._session.inference, node)
        self._session.select([one.id for one in made[:1]])
        for act in self._after:
            act()
