"""A network in the inspector: its name everywhere, its figures, what its places may set."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from graph.core.errors import NeurowireError
from graph.model.instances import ends
from gui.core.session import Session
from gui.inspector.form import Wrong
from gui.widgets.common import button, empty, label


class NetworkCard(QWidget):
    """Renames a network and says how it is made and where it is put."""

    def __init__(
        self, session: Session, network: str, show: Callable[[str], None] | None = None
    ) -> None:
        super().__init__()
        self._session = session
        self.network = network
        self.name = QLineEdit()
        self.name.setObjectName("network-name")
        self.name.setAccessibleName("Network name")
        self.name.setToolTip("The network's name; changed here, it changes wherever it is placed")
        self.name.editingFinished.connect(self._rename)
        self._wrong = Wrong(self.name)
        title = label("Network")
        title.setMinimumWidth(92)
        title.setBuddy(self.name)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(title)
        head.addWidget(self.name, 1)
        if show is not None:
            enter = button("Open", lambda: show(self.network))
            enter.setToolTip("Show what is inside (double-click on the node)")
            head.addWidget(enter)
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(12)
        self._figures.setVerticalSpacing(4)
        self._figures.setColumnMinimumWidth(0, 92)
        self._figures.setColumnStretch(1, 1)
        self._rows: list[tuple[str, str]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(7)
        layout.addLayout(head)
        layout.addWidget(self._wrong)
        layout.addLayout(self._figures)

    def refresh(self) -> None:
        """Show what the document says now."""
        document = self._session.document
        sheet = document.networks.get(self.network)
        if sheet is None:
            return
        if not self.name.isModified():
            self.name.setText(self.network)
        places = document.instances(self.network)
        rows = [
            ("Takes", ", ".join(one.name for one in ends(sheet, "input")) or "nothing"),
            ("Gives", ", ".join(one.name for one in ends(sheet, "output")) or "nothing"),
            ("Placed", ", ".join(one.name for one in places) or "nowhere"),
        ]
        found = (self._session.inference.weights(one.twin or one.id) for one in places)
        counts = sorted({count for count in found if count})
        if counts:
            few, many = f"{counts[0]:,}", f"{counts[-1]:,}"
            rows.append(("Inside", f"{few if few == many else f'{few} to {many}'} weights"))
        if rows == self._rows:
            return
        self._rows = rows
        empty(self._figures)
        for row, (name, text) in enumerate(rows):
            self._figures.addWidget(label(name, "dim"), row, 0)
            self._figures.addWidget(label(text, "mono", wrap=True), row, 1)

    def _rename(self) -> None:
        if not self.name.isModified():
            return
        self.name.setModified(False)
        new = self.name.text().strip()
        before, self.network = self.network, new
        try:
            self._session.document.rename_network(before, new)
        except NeurowireError as error:
            self.network = before
            self._wrong.say(str(error).partition(": ")[2] or str(error))
        else:
            self._wrong.say("")


class NetworkPage(QWidget):
    """The inspector's page where a network is shown and nothing in it is selected."""

    ids: tuple[str, ...] = ()

    def __init__(self, session: Session, network: str) -> None:
        super().__init__()
        self._session = session
        self.card = NetworkCard(session, network)
        self._shown = QVBoxLayout()
        self._shown.setSpacing(4)
        self._names: list[str] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label("Network", "title"))
        text = (
            "What stands here is used wherever the network is placed. "
            "Inputs and Outputs are its ports."
        )
        layout.addWidget(label(text, "dim", wrap=True))
        layout.addWidget(self.card)
        layout.addLayout(self._shown)

    def stale(self) -> bool:
        """Is another page needed?"""
        return self._session.sheet != self.card.network

    def refresh(self) -> None:
        """Show what the document says now."""
        self.card.refresh()
        document, network = self._session.document, self.card.network
        if network not in document.networks:
            return
        exposed = document.networks[network].exposed
        names = [
            f"{name}: {one.param} of {document.node(one.node).name}"
            for name, one in exposed.items()
        ]
        if names == self._names:
            return
        self._names = names
        empty(self._shown)
        if names:
            self._shown.addWidget(label("Set at each place", "heading"))
        for name, text in zip(list(exposed), names, strict=True):
            row = QHBoxLayout()
            row.addWidget(label(text, "mono", wrap=True), 1)
            row.addWidget(button("Hide", partial(self._hide, name), "flat"))
            self._shown.addLayout(row)

    def _hide(self, name: str) -> None:
        self._session.document.hide(self.card.network, name)
