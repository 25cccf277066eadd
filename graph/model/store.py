"""What a document holds, changed through one gate.

Every change is an `Edit` of one entry of one table. The gate applies it, records it for undo
and emits one event. Nothing else changes a document. What may be changed, and what goes with
it, is said by the functions of `graph/edit`, which take a store.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

import graph.nodes  # noqa: F401 - fills the registry of node types
from graph.core.errors import DocumentError
from graph.core.limits import brief
from graph.declare import REGISTRY, Param, Ports
from graph.model import events, instances
from graph.model.history import Edit, History
from graph.model.roles import network_of
from graph.model.settings import Settings
from graph.model.sheet import BOARD, Node, Sheet

Listener = Callable[[events.Event], None]


class Store:
    """Run settings, one board and any number of named networks."""

    def __init__(self, name: str = "untitled") -> None:
        self.name = name
        self.settings = Settings()
        self.board = Sheet(BOARD)
        self.networks: dict[str, Sheet] = {}
        self.unknown: dict[str, Any] = {}
        self.identity = uuid.uuid4().hex
        self._history = History(self._apply, lambda name: self._emit(events.Settled(name)))
        self._listeners: list[Listener] = []
        self._homes: dict[str, Sheet] = {}
        self._last_number = 0

    # -- asking

    def sheet(self, name: str = BOARD) -> Sheet:
        """The board or the network of that name.

        Raises:
            DocumentError: If there is none.
        """
        if name == BOARD:
            return self.board
        if name not in self.networks:
            raise DocumentError(f"there is no network named {brief(name)}")
        return self.networks[name]

    def sheets(self) -> list[Sheet]:
        """The board, then the networks by name."""
        return [self.board, *(self.networks[name] for name in sorted(self.networks))]

    def sheet_of(self, node: str) -> Sheet:
        """The sheet a node is on.

        Raises:
            DocumentError: If there is no such node.
        """
        if node not in self._homes:
            raise DocumentError(f"there is no node {brief(node)}")
        return self._homes[node]

    def has(self, node: str) -> bool:
        """Is there a node of that id?"""
        return node in self._homes

    def node(self, node: str) -> Node:
        """The node of that id.

        Raises:
            DocumentError: If there is none.
        """
        return self.sheet_of(node).nodes[node]

    def ports(self, node: Node) -> Ports:
        """A node's inputs and outputs, which may depend on its parameters or its network."""
        declaration = REGISTRY.find(node.type)
        if declaration is not None and declaration.role != "instance":
            return declaration.ports_of(node.params)
        network = self.networks.get(network_of(node) or "")
        if network is None:
            return instances.ports_in_use(self.sheet_of(node.id), node.id)
        return instances.ports(network)

    def params(self, node: Node) -> dict[str, Any]:
        """All parameters of a node, defaults included."""
        declaration = REGISTRY.find(node.type)
        if declaration is None:
            return dict(node.params)
        own = {p.name: node.params.get(p.name, p.default) for p in declaration.params}
        return (
            {**own, **instances.values(self.networks, node)}
            if declaration.role == "instance"
            else own
        )

    def parameters(self, node: Node) -> tuple[Param, ...]:
        """What can be set on a node; on an instance also what its network shows."""
        return instances.parameters(self.networks, node)

    def twins(self, node: str) -> list[Node]:
        """The nodes that share weights with this one, itself included."""
        return self.sheet_of(node).twins(node)

    def find_param(self, node: Node, name: str) -> Param | None:
        """The parameter of that name, one that the node's network shows included."""
        return instances.find_param(self.networks, node, name)

    def placed(self, instance: Node) -> Sheet:
        """An instance's network with the instance's own values in it; empty if there is none."""
        return instances.placed(self.networks, instance)

    def instances(self, network: str) -> list[Node]:
        """The places a network is put, on any sheet, by age."""
        found = [
            node
            for sheet in self.sheets()
            for node in sheet.with_role("instance")
            if network_of(node) == network
        ]
        return sorted(found, key=lambda node: node.number)

    # -- listening

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; call the result to stop."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    # -- history

    def group(self, name: str, *, merge: str | None = None) -> AbstractContextManager[None]:
        """Make everything inside one undo step; taken back as a whole if it fails.

        Args:
            name: What the history calls it.
            merge: Steps with the same key join while they follow within a second.
        """
        return self._history.group(name, merge)

    @property
    def can_undo(self) -> bool:
        """Is there a step to take back?"""
        return bool(self._history.done)

    @property
    def can_redo(self) -> bool:
        """Is there a step to do again?"""
        return bool(self._history.undone)

    @property
    def undo_name(self) -> str:
        """What undo would take back."""
        return self._history.done[-1].name if self._history.done else ""

    @property
    def redo_name(self) -> str:
        """What redo would do again."""
        return self._history.undone[-1].name if self._history.undone else ""

    @property
    def history(self) -> list[str]:
        """Names of the steps done, oldest first."""
        return [step.name for step in self._history.done]

    def undo(self) -> None:
        """Take the last step back."""
        self._history.undo()

    def redo(self) -> None:
        """Do the last undone step again."""
        self._history.redo()

    def forget_history(self) -> None:
        """Start with what is here as if it had always been."""
        self._history.forget()

    # -- the gate

    def do(self, edit: Edit) -> None:
        """Apply an edit, inside a group, unchecked: for functions that checked it."""
        self._history.do(edit)

    def put(self, *nodes: Node) -> None:
        """Put nodes in the place of those with their ids, inside a group, unchecked."""
        for node in nodes:
            self.do(Edit("node", self.sheet_of(node.id).name, node.id, self.node(node.id), node))

    def restore(self, edits: Iterable[Edit]) -> None:
        """Apply edits as one step, unchecked."""
        with self.group("Paste"):
            for edit in edits:
                self.do(edit)

    def clone(self) -> Self:
        """The same apart from this one, without its past; new nodes get the ids they would here."""
        other = type(self)(self.name)
        other.settings = self.settings
        edits = [Edit("network", name, name, None, True) for name in self.networks]
        for sheet in self.sheets():
            edits += [Edit("node", sheet.name, key, None, one) for key, one in sheet.nodes.items()]
            edits += [Edit("link", sheet.name, key, None, one) for key, one in sheet.links.items()]
            edits += [
                Edit("exposed", sheet.name, key, None, one) for key, one in sheet.exposed.items()
            ]
        for edit in edits:
            other._apply(edit)
        other._last_number = self._last_number
        return other

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Take back whatever is done inside, the count of ids too."""
        steps, number = len(self._history.done), self._last_number
        try:
            yield
        finally:
            while len(self._history.done) > steps:
                self.undo()
            self._last_number = number

    def new_id(self, letter: str = "n") -> str:
        """A fresh id: of a node, or of a frame with the letter `f`."""
        self._last_number += 1
        return f"{letter}{self._last_number}"

    def _apply(self, edit: Edit) -> None:
        """Change what an edit says, and tell of it."""
        if edit.table == "settings":
            self.settings = edit.after
        elif edit.table == "network":
            self._apply_to_networks(edit)
        else:
            self._apply_to_sheet(edit, self.sheet(edit.sheet))
        self._emit(events.event_of(edit))

    def _apply_to_networks(self, edit: Edit) -> None:
        if edit.after is None:
            del self.networks[edit.key]
        elif edit.before is None:
            self.networks[edit.key] = Sheet(edit.key)
        else:
            sheet = self.networks[edit.after] = self.networks.pop(edit.before)
            sheet.name = edit.after

    def _apply_to_sheet(self, edit: Edit, sheet: Sheet) -> None:
        if edit.table == "link":
            sheet.put_link(edit.key, edit.after)
        elif edit.table == "exposed":
            _put(sheet.exposed, edit.key, edit.after)
        else:
            if edit.table == "frame":
                _put(sheet.frames, edit.key, edit.after)
            else:
                sheet.put_node(edit.key, edit.after)
                _put(self._homes, edit.key, sheet if edit.after is not None else None)
            self._last_number = max(self._last_number, _number(edit.key))

    def _emit(self, event: events.Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Store)
            and self.settings == other.settings
            and self.board == other.board
            and self.networks == other.networks
        )

    __hash__ = None  # type: ignore[assignment]


def _put(table: dict[Any, Any], key: Any, value: Any) -> None:
    if value is None:
        del table[key]
    else:
        table[key] = value


def _number(key: object) -> int:
    return int(key[1:]) if isinstance(key, str) and key[1:].isdigit() else 0
