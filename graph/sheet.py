"""The records a document is made of: nodes, links and frames on a sheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from graph.errors import DocumentError
from graph.limits import brief

BOARD = "board"
_RANK = attrgetter("rank")


@dataclass(frozen=True)
class Node:
    """A node on a sheet.

    Attributes:
        id: Stable and unique in the document, `n1`, `n2`, ...
        type: Type of its declaration.
        name: An identifier, unique on its sheet; becomes the Python attribute.
        params: The parameters that differ from their defaults.
        position: Centre of the node on the canvas.
        twin: Id of the node whose weights it shares, if it is a linked duplicate.
        muted: A muted node lets its wire pass through.
    """

    id: str
    type: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    position: tuple[float, float] = (0.0, 0.0)
    twin: str | None = None
    muted: bool = False

    @property
    def number(self) -> int:
        """The number in its id; orders nodes by age."""
        return int(self.id[1:])


class End(NamedTuple):
    """One end of a link: a port of a node."""

    node: str
    port: str


class LinkKey(NamedTuple):
    """What identifies a link on its sheet.

    Attributes:
        source: The output it comes from.
        target: The input it goes to.
        again: Tells wires apart that join the same two: 0, 1 and so on.
    """

    source: End
    target: End
    again: int = 0


@dataclass(frozen=True)
class Link:
    """A wire from an output to an input.

    Attributes:
        source: The output it comes from.
        target: The input it goes to.
        rank: Its place among the wires of a variadic input.
        again: Tells wires apart that join the same two: 0, 1 and so on.
    """

    source: End
    target: End
    rank: int = 0
    again: int = 0

    @property
    def key(self) -> LinkKey:
        """What identifies it on its sheet."""
        return LinkKey(self.source, self.target, self.again)


@dataclass(frozen=True)
class Frame:
    """A titled rectangle behind nodes."""

    id: str
    title: str
    x: float
    y: float
    width: float
    height: float


class Exposed(NamedTuple):
    """A parameter of a network's node that each instance of the network may set for itself."""

    node: str
    param: str


class Sheet:
    """Nodes, links and frames, with the links of each node at hand.

    A network's sheet also says which parameters its instances show, by the name they show.

    Only the document changes a sheet.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: dict[str, Node] = {}
        self.links: dict[LinkKey, Link] = {}
        self.frames: dict[str, Frame] = {}
        self.exposed: dict[str, Exposed] = {}
        self._into: dict[str, dict[LinkKey, Link]] = {}
        self._out_of: dict[str, dict[LinkKey, Link]] = {}

    def into(self, node: str, port: str | None = None) -> list[Link]:
        """Links that end at a node (or at one of its inputs), in the order of their ranks."""
        found: Iterable[Link] = self._into.get(node, {}).values()
        if port is not None:
            found = [link for link in found if link.target.port == port]
        return sorted(found, key=_RANK)

    def links_into(self, node: str) -> Iterable[Link]:
        """Links that end at a node, in no order."""
        return self._into.get(node, {}).values()

    def out_of(self, node: str, port: str | None = None) -> list[Link]:
        """Links that start at a node (or at one of its outputs)."""
        found = self._out_of.get(node, {}).values()
        return [link for link in found if port is None or link.source.port == port]

    def neighbours(self, node: str) -> Iterator[str]:
        """Nodes that a node feeds, one for each link."""
        return (link.target.node for link in self._out_of.get(node, {}).values())

    def twins(self, node: str) -> list[Node]:
        """The nodes that share weights with one of this sheet, itself included, by age."""
        leader = self.nodes[node].twin or node
        found = [one for one in self.nodes.values() if leader in {one.id, one.twin}]
        return sorted(found, key=lambda one: one.number)

    def frame(self, frame: str) -> Frame:
        """The frame of that id.

        Raises:
            DocumentError: If there is none.
        """
        if frame not in self.frames:
            raise DocumentError(f"there is no frame {brief(frame)}")
        return self.frames[frame]

    def names(self) -> set[str]:
        """The names taken on this sheet."""
        return {node.name for node in self.nodes.values()}

    def with_nodes(self, changed: Mapping[str, Node]) -> "Sheet":
        """The same sheet to look at, some of its nodes in another form."""
        if not changed:
            return self
        found = Sheet(self.name)
        found.nodes = {**self.nodes, **changed}
        found.links, found.frames, found.exposed = self.links, self.frames, self.exposed
        found._into, found._out_of = self._into, self._out_of
        return found

    def put_link(self, key: LinkKey, link: Link | None) -> None:
        """Set or drop a link and keep the indexes right; for the document only."""
        if link is None:
            del self.links[key]
            del self._into[key.target.node][key]
            del self._out_of[key.source.node][key]
        else:
            self.links[key] = link
            self._into.setdefault(key.target.node, {})[key] = link
            self._out_of.setdefault(key.source.node, {})[key] = link

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sheet)
            and self.name == other.name
            and self.nodes == other.nodes
            and self.links == other.links
            and self.frames == other.frames
            and self.exposed == other.exposed
        )

    __hash__ = None  # type: ignore[assignment]


def middle(positions: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The middle of the rectangle around some places; the origin, where there are none."""
    if not positions:
        return (0.0, 0.0)
    xs, ys = [x for x, _ in positions], [y for _, y in positions]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
