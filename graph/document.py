"""The document: the one truth about a board, changed through one gate.

Every change is an `Edit` of one entry of one table. The gate applies it, records it for undo
and emits one event. Nothing else changes a document.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import graph.nodes  # noqa: F401 - fills the registry of node types
from graph import clipboard, events, grouping, names, networks, rules
from graph.declare import REGISTRY, Declaration, Param, Port, Ports
from graph.errors import BadParameter, DocumentError, Refused
from graph.history import Edit, History, Step
from graph.settings import Settings
from graph.sheet import BOARD, End, Frame, Link, Node, Sheet

Listener = Callable[[events.Event], None]

UNKNOWN = "unknown type"


class Document:
    """Run settings, one board and any number of named networks."""

    def __init__(self, name: str = "untitled") -> None:
        self.name = name
        self.settings = Settings()
        self.board = Sheet(BOARD)
        self.networks: dict[str, Sheet] = {}
        self.unknown: dict[str, Any] = {}
        self.identity = uuid.uuid4().hex
        self._history = History()
        self._open: Step | None = None
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
            raise DocumentError(f"there is no network named {name!r}")
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
            raise DocumentError(f"there is no node {node!r}")
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
        if declaration is None:
            return self._ports_in_use(node)
        if declaration.role == "instance":
            return self._ports_of_network(rules.network_of(node) or "", node)
        return declaration.ports_of(node.params) if declaration.has("ports") else declaration.ports

    def params(self, node: Node) -> dict[str, Any]:
        """All parameters of a node, defaults included."""
        declaration = REGISTRY.find(node.type)
        if declaration is None:
            return dict(node.params)
        own = {p.name: node.params.get(p.name, p.default) for p in declaration.params}
        return {**own, **networks.values(self, node)} if declaration.role == "instance" else own

    def parameters(self, node: Node) -> tuple[Param, ...]:
        """What can be set on a node; on an instance also what its network shows."""
        return networks.parameters(self, node)

    def twins(self, node: str) -> list[Node]:
        """The nodes that share weights with this one, itself included."""
        leader = self.node(node).twin or node
        found = [n for n in self.sheet_of(node).nodes.values() if leader in {n.id, n.twin}]
        return sorted(found, key=lambda one: one.number)

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
        declaration = REGISTRY.find(type)
        if declaration is None:
            raise DocumentError(f"there is no node type {type!r}")
        home = self.sheet(sheet)
        reason = rules.why_not_here(self, declaration.type, params or {}, sheet)
        if reason is not None:
            raise Refused(reason)
        wanted = names.to_name(name or declaration.default_name)
        if name is not None and names.is_name(name):
            wanted = name
        node = Node(
            id=self._next_id(),
            type=declaration.type,
            name=names.unique(wanted, home.names()),
            position=(float(position[0]), float(position[1])),
        )
        given = networks.gathered(self, node, params or {})
        node = replace(node, params=_checked(declaration, given))
        with self.group(f"Add {declaration.title}"):
            self._do(Edit("node", sheet, node.id, None, node))
            if twin is not None:
                self.set_twin(node.id, twin)
        return self.node(node.id)

    def remove(self, ids: Iterable[str], *, reconnect: bool = False) -> None:
        """Take nodes and their wires away.

        Args:
            ids: The nodes.
            reconnect: Join the wire into each node's first input to what its first output fed.
        """
        ids = [node for node in dict.fromkeys(ids) if self.has(node)]
        with self.group("Delete" if len(ids) != 1 else f"Delete {self.node(ids[0]).name}"):
            for node in ids:
                sheet = self.sheet_of(node)
                through = self._through(sheet, node) if reconnect else []
                for link in [*sheet.into(node), *sheet.out_of(node)]:
                    self.unlink(link)
                self._release_twins(sheet, node)
                self._follow_port(sheet.nodes[node], None)
                networks.hide_all(self, node)
                self._do(Edit("node", sheet.name, node, sheet.nodes[node], None))
                for source, link in through:
                    if self.can_link(source, link.target) is None:
                        self._link_instead(source, link)

    def rename(self, node: str, name: str) -> None:
        """Give a node another name.

        Raises:
            BadParameter: If the name is no identifier, is reserved or is taken.
        """
        before = self.node(node)
        if name == before.name:
            return
        if (reason := names.why_not(name)) is not None:
            raise BadParameter(reason)
        if name in self.sheet_of(node).names():
            raise BadParameter(f"{name!r} is taken by another node on this sheet")
        with self.group("Rename"):
            self._change("Rename", replace(before, name=name))
            self._follow_port(before, name)

    def set_params(self, node: str, **values: Any) -> None:
        """Set parameters of a node, and of its twins.

        Raises:
            BadParameter: If a value is out of range or there is no such parameter.
            Refused: If a network would contain itself.
        """
        before = self.node(node)
        declaration = REGISTRY.find(before.type)
        if declaration is None:
            raise DocumentError(f"{before.name}: {UNKNOWN} {before.type!r}, it can't be changed")
        given = networks.gathered(self, before, values)
        checked = _checked(declaration, {**before.params, **given})
        reason = rules.why_not_here(self, before.type, checked, self.sheet_of(node).name)
        if reason is not None:
            raise Refused(reason)
        key = f"{node}.{','.join(sorted(values))}"
        with self.group(f"Set {', '.join(values)} of {before.name}", merge=key):
            for twin in self.twins(node):
                self._change("", replace(twin, params=checked))
            self._drop_lost_links(node)

    def move(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Put nodes elsewhere."""
        with self.group("Move"):
            for node, (x, y) in positions.items():
                self._change("Move", replace(self.node(node), position=(float(x), float(y))))

    def set_muted(self, ids: Iterable[str], muted: bool) -> None:
        """Mute nodes, so that wires pass through them, or take that back."""
        with self.group("Mute" if muted else "Unmute"):
            for node in ids:
                self._change("Mute", replace(self.node(node), muted=muted))

    def set_twin(self, node: str, twin: str | None) -> None:
        """Share another node's weights, or have weights of its own again.

        Raises:
            Refused: If the other node is of another type or sheet.
        """
        before = self.node(node)
        if twin is not None:
            leader = self.node(twin)
            if leader.type != before.type or self.sheet_of(twin) is not self.sheet_of(node):
                raise Refused(f"{before.name} can share weights only with a node of its type")
            twin = leader.twin or leader.id
            if twin == node:
                raise Refused("a node can't be linked to itself")
        name = "Share weights" if twin else "Own weights"
        with self.group(name):
            if twin is None:
                self._change(name, replace(before, twin=None))
            else:
                self._release_twins(self.sheet_of(node), node)
                self._change(name, replace(before, twin=twin, params=self.node(twin).params))
                self._drop_lost_links(node)

    def replace_node(self, node: str, type: str) -> Node:
        """Put a node of another type in a node's place, with what still fits.

        Wires go to the ports of the same name, or of the same place where names differ;
        parameters of the same name are kept where their value is allowed.
        """
        old = self.node(node)
        sheet = self.sheet_of(node)
        declaration = REGISTRY.find(type)
        if declaration is None:
            raise DocumentError(f"there is no node type {type!r}")
        params = {}
        for name, value in old.params.items():
            param = declaration.param(name)
            if param is not None:
                try:
                    params[name] = param.check(value)
                except BadParameter:
                    continue
        with self.group(f"Replace {old.name}"):
            new = self.add_node(type, sheet=sheet.name, params=params, position=old.position)
            was, now = self.ports(old), self.ports(new)
            into, out_of = sheet.into(node), sheet.out_of(node)
            self.remove([node])
            for link in into:
                port = _same_port(link.target.port, was.inputs, now.inputs)
                if port and self.can_link(link.source, End(new.id, port)) is None:
                    self.link(link.source, End(new.id, port))
            for link in out_of:
                port = _same_port(link.source.port, was.outputs, now.outputs)
                if port and self.can_link(End(new.id, port), link.target) is None:
                    self._link_instead(End(new.id, port), link)
        return new

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
        source, target = End(*source), End(*target)
        reason = self.can_link(source, target, replace=replace)
        if reason is not None:
            raise Refused(reason)
        sheet = self.sheet_of(target.node)
        present = sheet.into(target.node, target.port)
        port = self.ports(sheet.nodes[target.node]).input(target.port)
        with self.group("Connect"):
            if port is not None and not port.variadic:
                for old in present:
                    self.unlink(old)
                present = []
            rank = present[-1].rank + 1 if present else 0
            return self._draw(sheet, Link(source, target, rank))

    def unlink(self, link: Link) -> None:
        """Cut a wire."""
        sheet = self.sheet_of(link.target.node)
        present = sheet.links.get(link.key)
        if present is not None:
            with self.group("Disconnect"):
                self._do(Edit("link", sheet.name, link.key, present, None))

    def insert(self, type: str, link: Link, **params: Any) -> Node:
        """Put a new node into a wire, through its first input and output.

        Raises:
            Refused: If the node has no input or no output.
        """
        sheet = self.sheet_of(link.target.node)
        a, b = self.node(link.source.node).position, self.node(link.target.node).position
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        with self.group("Insert"):
            node = self.add_node(type, sheet=sheet.name, position=middle, params=params)
            self.splice(node.id, link)
        return node

    def splice(self, node: str, link: Link) -> None:
        """Put a node that is there into a wire.

        Raises:
            Refused: If it has no input or output that takes the wire.
        """
        ports = self.ports(self.node(node))
        if not ports.inputs or not ports.outputs:
            raise Refused(f"{self.node(node).name} has no input and output to put into a wire")
        with self.group("Insert"):
            self.unlink(link)
            self.link(link.source, End(node, ports.inputs[0].name))
            self._link_instead(End(node, ports.outputs[0].name), link)

    # -- settings, frames, networks

    def set_settings(self, **values: Any) -> None:
        """Change run settings.

        Raises:
            BadParameter: If a value is out of range.
        """
        after = self.settings.with_values(**values)
        if after != self.settings:
            with self.group(f"Set {', '.join(values)}", merge=f"settings.{','.join(values)}"):
                self._do(Edit("settings", BOARD, None, self.settings, after))

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
        frame = Frame(self._next_id("f"), title, *sizes)
        with self.group("Frame"):
            self._do(Edit("frame", sheet, frame.id, None, frame))
        return frame

    def change_frame(self, sheet: str, frame: str, **values: Any) -> None:
        """Move, size or rename a frame."""
        before = self._frame(sheet, frame)
        values = {name: v if name == "title" else float(v) for name, v in values.items()}
        with self.group("Change frame"):
            self._do(Edit("frame", sheet, frame, before, replace(before, **values)))

    def remove_frame(self, sheet: str, frame: str) -> None:
        """Take a frame away; what it frames stays."""
        with self.group("Remove frame"):
            self._do(Edit("frame", sheet, frame, self._frame(sheet, frame), None))

    def add_network(self, name: str) -> Sheet:
        """Make an empty network.

        Raises:
            BadParameter: If the name is no identifier or is taken.
        """
        networks.check_name(self, name)
        with self.group("Add network"):
            self._do(Edit("network", name, name, None, True))
        return self.networks[name]

    def remove_network(self, name: str) -> None:
        """Take a network away with all that is on its sheet.

        Raises:
            Refused: If it is placed somewhere.
        """
        sheet = self.sheet(name)
        placed = [n.name for n in networks.instances(self, name)]
        if placed:
            raise Refused(f"{name} is placed as {', '.join(placed)}: delete those first")
        with self.group(f"Remove network {name}"):
            self.remove(list(sheet.nodes))
            for frame in list(sheet.frames):
                self.remove_frame(name, frame)
            self._do(Edit("network", name, name, True, None))

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
        return grouping.ungroup(self, instance)

    def expose(self, node: str, param: str, name: str | None = None) -> str:
        """Let each instance of a network set a parameter of a node inside; gives its name.

        Raises:
            BadParameter: If there is no such parameter, or the name is not free.
            Refused: If the node is on the board, or the parameter decides what can be wired.
        """
        return networks.expose(self, node, param, name)

    def hide(self, network: str, name: str) -> None:
        """Show a parameter on a network's instances no longer."""
        networks.hide(self, network, name)

    def rename_exposed(self, network: str, name: str, new: str) -> None:
        """Show a parameter of a network under another name."""
        networks.rename_exposed(self, network, name, new)

    # -- history

    @contextmanager
    def group(self, name: str, *, merge: str | None = None) -> Iterator[None]:
        """Make everything inside one undo step; taken back as a whole if it fails.

        Args:
            name: What the history calls it.
            merge: Steps with the same key join while they follow within a second.
        """
        if self._open is not None:
            start = len(self._open.edits)
            try:
                yield
            except BaseException:
                self._take_back(self._open, start)
                raise
            return
        step = self._open = Step(name, merge)
        try:
            yield
        except BaseException:
            self._take_back(step, 0)
            self._open = None
            self._emit(events.Settled(name))
            raise
        self._open = None
        if step.edits:
            self._history.add(step)
            self._emit(events.Settled(name))

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
        if self._history.done:
            self._replay(self._history.back())

    def redo(self) -> None:
        """Do the last undone step again."""
        if self._history.undone:
            self._replay(self._history.forth())

    def forget_history(self) -> None:
        """Start with what is here as if it had always been."""
        self._history = History()

    # -- the gate

    def restore(self, edits: Iterable[Edit]) -> None:
        """Apply edits as one step; for the file loader and the clipboard."""
        with self.group("Paste"):
            for edit in edits:
                self._do(edit)

    def new_id(self) -> str:
        """A fresh node id."""
        return self._next_id()

    def _do(self, edit: Edit) -> None:
        assert self._open is not None, "every change happens inside a group"
        if edit.before == edit.after:
            return
        self._apply(edit)
        self._open.edits.append(edit)

    def _apply(self, edit: Edit) -> None:
        if edit.table == "network":
            if edit.after is None:
                del self.networks[edit.key]
                self._emit(events.NetworkRemoved(edit.key))
            elif edit.before is not None:
                sheet = self.networks[edit.after] = self.networks.pop(edit.before)
                sheet.name = edit.after
                self._emit(events.NetworkRenamed(edit.before, edit.after))
            else:
                self.networks[edit.key] = Sheet(edit.key)
                self._emit(events.NetworkAdded(edit.key))
        elif edit.table == "settings":
            self.settings = edit.after
            self._emit(events.SettingsChanged(edit.before, edit.after))
        else:
            sheet = self.sheet(edit.sheet)
            if edit.table == "link":
                sheet.put_link(edit.key, edit.after)
            elif edit.table == "exposed":
                _put(sheet.exposed, edit.key, edit.after)
                self._emit(events.ExposedChanged(edit.sheet, edit.key, edit.before, edit.after))
                return
            elif edit.table == "frame":
                _put(sheet.frames, edit.key, edit.after)
            else:
                _put(sheet.nodes, edit.key, edit.after)
                _put(self._homes, edit.key, sheet if edit.after is not None else None)
            self._last_number = max(self._last_number, _number(edit.key))
            self._emit(_event(edit))

    def _take_back(self, step: Step, start: int) -> None:
        while len(step.edits) > start:
            self._apply(step.edits.pop().inverse)

    def _replay(self, step: Step) -> None:
        for edit in step.edits:
            self._apply(edit)
        self._emit(events.Settled(step.name))

    def _emit(self, event: events.Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    # -- inside

    def _frame(self, sheet: str, frame: str) -> Frame:
        found = self.sheet(sheet).frames.get(frame)
        if found is None:
            raise DocumentError(f"there is no frame {frame!r}")
        return found

    def _next_id(self, letter: str = "n") -> str:
        self._last_number += 1
        return f"{letter}{self._last_number}"

    def _change(self, name: str, after: Node) -> None:
        sheet = self.sheet_of(after.id)
        with self.group(name):
            self._do(Edit("node", sheet.name, after.id, sheet.nodes[after.id], after))

    def _through(self, sheet: Sheet, node: str) -> list[tuple[End, Link]]:
        ports = self.ports(sheet.nodes[node])
        if not ports.inputs or not ports.outputs:
            return []
        sources = sheet.into(node, ports.inputs[0].name)
        targets = sheet.out_of(node, ports.outputs[0].name)
        return [(s.source, t) for s in sources[:1] for t in targets]

    def _draw(self, sheet: Sheet, link: Link) -> Link:
        self._do(Edit("link", sheet.name, link.key, None, link))
        return link

    def _link_instead(self, source: End, gone: Link) -> None:
        """Draw a wire where another was: at its place among the wires of a variadic input."""
        reason = self.can_link(source, gone.target)
        if reason is not None:
            raise Refused(reason)
        with self.group("Connect"):
            self._draw(self.sheet_of(gone.target.node), replace(gone, source=source))

    def _release_twins(self, sheet: Sheet, leader: str) -> None:
        followers = sorted(
            (n for n in sheet.nodes.values() if n.twin == leader), key=lambda n: n.number
        )
        heir = followers[0].id if followers else None
        for node in followers:
            self._change("", replace(node, twin=None if node.id == heir else heir))

    def _drop_lost_links(self, node: str) -> None:
        sheet = self.sheet_of(node)
        for twin in self.twins(node):
            ports = self.ports(twin)
            for link in sheet.into(twin.id):
                if ports.input(link.target.port) is None:
                    self.unlink(link)
            for link in sheet.out_of(twin.id):
                if ports.output(link.source.port) is None:
                    self.unlink(link)

    def _follow_port(self, node: Node, name: str | None) -> None:
        """Wires of a network's instances follow its Input or Output to a new name, or go."""
        role = rules.role(node.type)
        if role not in {"input", "output"}:
            return
        for placed in networks.instances(self, self.sheet_of(node.id).name):
            sheet = self.sheet_of(placed.id)
            old = End(placed.id, node.name)
            wires = sheet.into(*old) if role == "input" else sheet.out_of(*old)
            for link in wires:
                self.unlink(link)
                if name is None:
                    continue
                end = End(placed.id, name)
                moved = replace(link, target=end) if role == "input" else replace(link, source=end)
                with self.group("Rename"):
                    self._draw(sheet, moved)

    def _ports_of_network(self, network: str, node: Node) -> Ports:
        if network not in self.networks:
            return self._ports_in_use(node)
        sheet = self.networks[network]
        inputs, outputs = networks.ends(sheet, "input"), networks.ends(sheet, "output")
        return Ports(
            tuple(Port(one.name) for one in inputs), tuple(Port(one.name) for one in outputs)
        )

    def _ports_in_use(self, node: Node) -> Ports:
        sheet = self.sheet_of(node.id)
        inputs = dict.fromkeys(link.target.port for link in sheet.into(node.id))
        outputs = dict.fromkeys(link.source.port for link in sheet.out_of(node.id))
        return Ports(
            tuple(Port(name, variadic=True, optional=True) for name in inputs),
            tuple(Port(name, "any") for name in outputs),
        )

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Document)
            and self.settings == other.settings
            and self.board == other.board
            and self.networks == other.networks
        )

    __hash__ = None  # type: ignore[assignment]


def _checked(declaration: Declaration, values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters in checked form, without those at their default."""
    found = {}
    for name, value in values.items():
        param = declaration.param(name)
        if param is None:
            raise BadParameter(f"{declaration.title} has no parameter {name!r}")
        checked = param.check(value)
        if checked != param.default:
            found[param.name] = checked
    return found


def _same_port(name: str, was: tuple[Port, ...], now: tuple[Port, ...]) -> str | None:
    if any(port.name == name for port in now):
        return name
    place = next((index for index, port in enumerate(was) if port.name == name), 0)
    return now[min(place, len(now) - 1)].name if now else None


def _put(table: dict[Any, Any], key: Any, value: Any) -> None:
    if value is None:
        del table[key]
    else:
        table[key] = value


def _number(key: object) -> int:
    return int(key[1:]) if isinstance(key, str) and key[1:].isdigit() else 0


_EVENTS: dict[str, tuple[Any, Any, Any]] = {
    "node": (events.NodeAdded, events.NodeRemoved, events.NodeChanged),
    "link": (events.LinkAdded, events.LinkRemoved, events.LinkChanged),
    "frame": (events.FrameAdded, events.FrameRemoved, events.FrameChanged),
}


def _event(edit: Edit) -> events.Event:
    added, removed, changed = _EVENTS[edit.table]
    event: events.Event
    if edit.before is None:
        event = added(edit.sheet, edit.after)
    elif edit.after is None:
        event = removed(edit.sheet, edit.before)
    else:
        event = changed(edit.sheet, edit.before, edit.after)
    return event
