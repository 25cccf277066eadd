"""The document: the one truth about a board, and all that can be done to it.

What it holds, its history and the gate are the store's; each change is a function of this room.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from graph.core import limits
from graph.edit import (
    copying,
    exposing,
    frames,
    grouping,
    insertion,
    links,
    networks,
    node_edits,
    replacing,
    rules,
    sharing,
    ungrouping,
)
from graph.model.history import Edit
from graph.model.sheet import BOARD, End, Frame, Link, Node, Sheet
from graph.model.store import Store


class Document(Store):
    """Run settings, one board and any number of named networks, and every edit of them."""

    def can_link(self, source: End, target: End, *, replace: bool = False) -> str | None:
        """Why a wire can't be drawn, or None where it can."""
        return rules.why_not(self, source, target, replace=replace)

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
            params=params,
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

    def duplicate(self, ids: Iterable[str], *, twins: bool = False) -> list[Node]:
        """Place nodes a second time; as twins they share the originals' weights."""
        return copying.duplicate(self, ids, twins=twins)

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
        return insertion.insert(self, type, link, params)

    def splice(self, node: str, link: Link) -> None:
        """Put a node that is there into a wire.

        Raises:
            Refused: If it has no input or output that takes the wire.
        """
        insertion.splice(self, node, link)

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
        return frames.add(self, sheet, title, (x, y, width, height))

    def change_frame(self, sheet: str, frame: str, **values: Any) -> None:
        """Move, size or rename a frame."""
        frames.change(self, sheet, frame, values)

    def remove_frame(self, sheet: str, frame: str) -> None:
        """Take a frame away; what it frames stays."""
        frames.remove(self, sheet, frame)

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
