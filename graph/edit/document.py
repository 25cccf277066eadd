"""The document: the one truth about a board, changed through one gate.

Every change is an `Edit` of one entry of one table. The gate applies it, records it for undo
and emits one event. Nothing else changes a document.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import graph.nodes  # noqa: F401 - fills the registry of node types
from graph.core import limits
from graph.core.errors import DocumentError
from graph.core.limits import brief
from graph.declare import REGISTRY, Param, Ports
from graph.edit import (
    exposing,
    grouping,
    links,
    networks,
    node_edits,
    overrides,
    replacing,
    rules,
    sharing,
    ungrouping,
)
from graph.format import clipboard
from graph.model import events
from graph.model.history import Edit, History
from graph.model.settings import Settings
from graph.model.sheet import BOARD, End, Frame, Link, Node, Sheet

Listener = Callable[[events.Event], None]


class Document:
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
        network = self.networks.get(rules.network_of(node) or "")
        if network is None:
            return links.ports_in_use(self.sheet_of(node.id), node.id)
        return networks.ports(network)

    def params(self, node: Node) -> dict[str, Any]:
        """All parameters of a node, defaults included."""
        declaration = REGISTRY.find(node.type)
        if declaration is None:
            return dict(node.params)
        own = {p.name: node.params.get(p.name, p.default) for p in declaration.params}
        return {**own, **overrides.values(self, node)} if declaration.role == "instance" else own

    def parameters(self, node: Node) -> tuple[Param, ...]:
        """What can be set on a node; on an instance also what its network shows."""
        return overrides.parameters(self, node)

    def twins(self, node: str) -> list[Node]:
        """The nodes that share weights with this one, itself included."""
        return self.sheet_of(node).twins(node)

    def can_link(self, source: End, target: End, *, replace: bool = False) -> str | None:
        """Why a wire can't be drawn, or None where it can."""
        return rules.why_not(self, source, target, replace=replace)

    # -- listening

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on; call the result to stop."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    # -- nodes

    def add_node(
        self,
        type: str,
        *,
        sheet: str = BOARD,
        name: str | None = None,
        params: Mapping[str, Any] | None = None,
        position: tuple[float, float] = (0.0, 0.0),
        twin: str | None = None,
    ) -> Node:
        """Put a new node on a sheet.

        Raises:
            DocumentError: If its type is unknown.
            Refused: If it has no meaning on that sheet, or can't share the other's weights.
            BadParameter: If a parameter is out of range.
        """
        return node_edits.add_node(
            self,
            type,
            sheet=sheet,
            name=name,
            params=params or {},
            position=position,
            twin=twin,
        )

    def remove(self, ids: Iterable[str], *, reconnect: bool = False) -> None:
        """Take nodes and their wires away.

        Args:
            ids: The nodes.
            reconnect: Join the wire into each node's first input to what its first output fed.
        """
        node_edits.remove(self, ids, reconnect=reconnect)

    def rename(self, node: str, name: str) -> None:
        """Give a node another name.

        Raises:
            BadParameter: If the name is no identifier, is reserved or is taken.
        """
        node_edits.rename(self, node, name)

    def set_params(self, node: str, **values: Any) -> None:
        """Set parameters of a node, and of its twins.

        Raises:
            BadParameter: If a value is out of range or there is no such parameter.
            Refused: If a network would contain itself.
        """
        node_edits.set_params(self, node, values)

    def move(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Put nodes elsewhere."""
        with self.group("Move"):
            for node, (x, y) in positions.items():
                self.put(replace(self.node(node), position=(float(x), float(y))))

    def resize(
        self,
        node: str,
        size: tuple[float, float] | None,
        position: tuple[float, float] | None = None,
    ) -> None:
        """Give the picture on a node another size, within limits; the usual one by None.

        Args:
            node: Its id.
            size: Width and height.
            position: Where the node's centre is then.
        """
        before = self.node(node)
        place = before.position if position is None else position
        wanted = None if size is None else limits.picture_size(*size)
        with self.group("Resize"):
            self.put(replace(before, size=wanted, position=(float(place[0]), float(place[1]))))

    def set_muted(self, ids: Iterable[str], muted: bool) -> None:
        """Mute nodes, so that wires pass through them, or take that back."""
        with self.group("Mute" if muted else "Unmute"):
            for node in ids:
                self.put(replace(self.node(node), muted=muted))

    def set_twin(self, node: str, twin: str | None) -> None:
        """Share another node's weights, or have weights of its own again.

        Raises:
            Refused: If the other node is of another type or sheet.
        """
        if twin is None:
            sharing.own(self, node)
        else:
            sharing.share(self, node, twin)

    def replace_node(self, node: str, type: str) -> Node:
        """Make a node of another type of a node; see `replace_nodes`."""
        return self.replace_nodes([node], type)[0]

    def replace_nodes(
        self,
        ids: Iterable[str],
        type: str,
        *,
        params: Mapping[str, Any] | None = None,
        complain: Callable[[str], None] | None = None,
    ) -> list[Node]:
        """Make nodes of another type of these, where they stand, with what still fits.

        Wires go to the ports of the same name, or else to those of their kind, in order.
        Parameters of the same name are kept where their value is allowed, and a name that a
        person gave. What optimizers train stays as it was.

        Args:
            ids: The nodes.
            type: The type they get.
            params: Parameters they get.
            complain: Called with each wire that could not be kept, in words.

        Raises:
            DocumentError: If the type is unknown.
            Refused: If it has no meaning on a node's sheet.
        """
        return replacing.replace_nodes(self, ids, type, params or {}, complain)

    def copy(self, ids: Iterable[str]) -> str:
        """The nodes and the links between them as JSON text."""
        return clipboard.copy(self, ids)

    def paste(
        self,
        text: str,
        *,
        sheet: str = BOARD,
        at: tuple[float, float] | None = None,
        complain: Callable[[str], None] | None = None,
    ) -> list[Node]:
        """Put copied nodes on a sheet under fresh ids; their middle comes to `at`.

        Nodes that may not stand there are left out; `complain` is told why.

        Raises:
            FileError: If the text is not ours.
        """
        return clipboard.paste(self, text, sheet=sheet, at=at, complain=complain)

    def duplicate(self, ids: Iterable[str], *, twins: bool = False) -> list[Node]:
        """Place nodes a second time; as twins they share the originals' weights."""
        return clipboard.duplicate(self, ids, twins=twins)

    # -- links

    def link(self, source: End, target: End, *, replace: bool = False) -> Link:
        """Draw a wire from an output to an input.

        Args:
            source: The output.
            target: The input.
            replace: Take away the wire that is there, if the input takes only one.

        Raises:
            Refused: If the wire has no meaning; the message says why.
        """
        return links.link(self, End(*source), End(*target), instead=replace)

    def unlink(self, link: Link) -> None:
        """Cut a wire."""
        links.unlink(self, link)

    def insert(self, type: str, link: Link, **params: Any) -> Node:
        """Put a new node into a wire, through its first input and output.

        Raises:
            Refused: If the node has no input or no output.
        """
        return links.insert(self, type, link, params)

    def splice(self, node: str, link: Link) -> None:
        """Put a node that is there into a wire.

        Raises:
            Refused: If it has no input or output that takes the wire.
        """
        links.splice(self, node, link)

    # -- settings, frames, networks

    def set_settings(self, **values: Any) -> None:
        """Change run settings.

        Raises:
            BadParameter: If a value is out of range.
        """
        after = self.settings.with_values(**values)
        if after != self.settings:
            with self.group(f"Set {', '.join(values)}", merge=f"settings.{','.join(values)}"):
                self.do(Edit("settings", BOARD, None, self.settings, after))

    def add_frame(
        self,
        title: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        sheet: str = BOARD,
    ) -> Frame:
        """Draw a frame."""
        sizes = map(float, (x, y, width, height))
        frame = Frame(self.new_id("f"), title, *sizes)
        with self.group("Frame"):
            self.do(Edit("frame", sheet, frame.id, None, frame))
        return frame

    def change_frame(self, sheet: str, frame: str, **values: Any) -> None:
        """Move, size or rename a frame."""
        before = self.sheet(sheet).frame(frame)
        values = {name: v if name == "title" else float(v) for name, v in values.items()}
        with self.group("Change frame"):
            self.do(Edit("frame", sheet, frame, before, replace(before, **values)))

    def remove_frame(self, sheet: str, frame: str) -> None:
        """Take a frame away; what it frames stays."""
        with self.group("Remove frame"):
            before = self.sheet(sheet).frame(frame)
            self.do(Edit("frame", sheet, frame, before, None))

    def add_network(self, name: str) -> Sheet:
        """Make an empty network.

        Raises:
            BadParameter: If the name is no identifier or is taken.
        """
        networks.add(self, name)
        return self.networks[name]

    def remove_network(self, name: str) -> None:
        """Take a network away with all that is on its sheet.

        Raises:
            Refused: If it is placed somewhere.
        """
        networks.remove(self, name)

    def rename_network(self, name: str, new: str) -> None:
        """Give a network another name, everywhere at once.

        Raises:
            BadParameter: If the name is no identifier or is taken.
        """
        networks.rename(self, name, new)

    def group_into_network(self, ids: Iterable[str], name: str) -> Node:
        """Move nodes into a new network and put an instance of it in their place.

        Raises:
            BadParameter: If the name is no identifier or is taken.
            Refused: If the nodes can't be one network; the message says why.
        """
        return grouping.group(self, ids, name)

    def ungroup(self, instance: str) -> list[Node]:
        """Put what an instance's network holds in the instance's place.

        Other instances stay, and with them the network. Nodes that shared their weights with
        another instance have weights of their own then.

        Raises:
            Refused: If it is no instance, or is muted.
        """
        return ungrouping.ungroup(self, instance)

    def expose(self, node: str, param: str, name: str | None = None) -> str:
        """Let each instance of a network set a parameter of a node inside; gives its name.

        Raises:
            BadParameter: If there is no such parameter, or the name is not free.
            Refused: If the node is on the board, or the parameter decides what can be wired.
        """
        return exposing.expose(self, node, param, name)

    def hide(self, network: str, name: str) -> None:
        """Show a parameter on a network's instances no longer."""
        exposing.hide(self, network, name)

    def rename_exposed(self, network: str, name: str, new: str) -> None:
        """Show a parameter of a network under another name."""
        exposing.rename_exposed(self, network, name, new)

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

    def clone(self) -> "Document":
        """The same apart from this one, without its past; new nodes get the ids they would here."""
        other = Document(self.name)
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
            isinstance(other, Document)
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
