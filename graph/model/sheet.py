"""The records a document is made of: nodes, links and frames on a sheet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from graph.core.errors import DocumentError
from graph.core.limits import brief
from graph.core.names import Names
from graph.declare import REGISTRY, Declaration
from graph.model.indices import Indices
from graph.model.ranks import Ranks

BOARD = "board"
_RANK = attrgetter("rank")
_AGE = attrgetter("number")


@dataclass(frozen=True)
class Node:
    """A node on a sheet.

    Attributes:
        id: Stable and unique in the document, `n1`, `n2`, ...
        type: Type of its declaration.
        name: An identifier, unique on its sheet; becomes the Python attribute.
        params: The parameters that differ from their defaults.
        position: Centre of the node on the canvas.
        size: Width and height of the picture on it; None for the usual ones.
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
    size: tuple[float, float] | None = None

    @cached_property
    def number(self) -> int:
        """The number in its id; orders nodes by age."""
        return int(self.id[1:])


def remembers(node: Node) -> bool:
    """Does what this node gives come from the step before?"""
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.has("remembers")


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

    Attributes:
        memo: What was found out about its wires and types; forgotten when they, or mutes, change.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: dict[str, Node] = {}
        self.links: dict[LinkKey, Link] = {}
        self.frames: dict[str, Frame] = {}
        self.exposed: dict[str, Exposed] = {}
        self._into: dict[str, dict[LinkKey, Link]] = {}
        self._out_of: dict[str, dict[LinkKey, Link]] = {}
        self._indices = Indices()
        self._ranks = Ranks(self._reads, self._feeds)
        self.memo: dict[Any, Any] = {}

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
        found = [self.nodes[leader]] if leader in self.nodes else []
        return sorted([*found, *self.followers(leader)], key=_AGE)

    def followers(self, leader: str) -> list[Node]:
        """The nodes that name a node as the one whose weights they share, by age."""
        return sorted((self.nodes[one] for one in self._indices.followers(leader)), key=_AGE)

    def linked(self) -> list[Node]:
        """The nodes that share another's weights, by age."""
        return sorted(map(self.nodes.__getitem__, self._indices.linked()), key=_AGE)

    def any_muted(self) -> bool:
        """Is a node of this sheet muted?"""
        return bool(self._indices.muted)

    def with_role(self, *roles: str) -> list[Node]:
        """The nodes of these roles, by age."""
        return self._of_types(("role", *roles), lambda declaration: declaration.role in roles)

    def with_hook(self, hook: str) -> list[Node]:
        """The nodes whose declarations define a hook, by age."""
        return self._of_types(("hook", hook), lambda declaration: declaration.has(hook))

    def with_param(self, kind: str) -> list[Node]:
        """The nodes whose declarations have a parameter of a kind, by age."""
        return self._of_types(
            ("param", kind), lambda found: any(one.kind == kind for one in found.params)
        )

    def ids_of(self, wanted: Callable[[Declaration], bool]) -> set[str]:
        """Ids of the nodes of known types that are wanted."""
        found: set[str] = set()
        for kind, ids in self._indices.types():
            if wanted(kind):
                found.update(ids)
        return found

    def _of_types(self, key: tuple[str, ...], wanted: Callable[[Declaration], bool]) -> list[Node]:
        """Nodes of the types that are wanted, by age; which they are is remembered under a key."""
        ids: list[str] | None = self.memo.get(key)
        if ids is None:
            ids = sorted(self.ids_of(wanted), key=lambda one: self.nodes[one].number)
            self.memo[key] = ids
        return [self.nodes[one] for one in ids]

    def ranks(self) -> Ranks | None:
        """The order of the nodes, each after what it reads; None where wires close a circle."""
        return self._ranks if self._ranks.settle() else None

    def frame(self, frame: str) -> Frame:
        """The frame of that id.

        Raises:
            DocumentError: If there is none.
        """
        if frame not in self.frames:
            raise DocumentError(f"there is no frame {brief(frame)}")
        return self.frames[frame]

    def names(self) -> Names:
        """The names taken on this sheet; not to be changed."""
        return self._indices.names

    def with_nodes(self, changed: Mapping[str, Node]) -> "Sheet":
        """The same sheet to look at, some of its nodes in another form."""
        if not changed:
            return self
        found = Sheet(self.name)
        found.nodes = {**self.nodes, **changed}
        found.links, found.frames, found.exposed = self.links, self.frames, self.exposed
        found._into, found._out_of = self._into, self._out_of
        found._indices, found._ranks = self._indices, self._ranks
        return found

    def put_node(self, key: str, node: Node | None) -> None:
        """Set or drop a node and keep the indexes right; for the document only."""
        before = self.nodes.get(key)
        if before is not None:
            self._indices.remove(before.id, before.name, before.type, before.twin)
        if node is None:
            del self.nodes[key]
            self._ranks.remove(key)
        else:
            self.nodes[key] = node
            self._indices.add(node.id, node.name, node.type, node.twin, muted=node.muted)
            if before is None:
                self._ranks.add(key)
        alike = before is not None and node is not None and before.type == node.type
        if before is None or node is None or not alike or before.muted or node.muted:
            self.memo.clear()

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
            if not self._remembers(key.target.node):
                self._ranks.wire(key.source.node, key.target.node)
        self.memo.clear()

    def _reads(self, node: str) -> Iterable[str]:
        """Nodes that must be computed before a node."""
        if self._remembers(node):
            return ()
        return (link.source.node for link in self.links_into(node))

    def _feeds(self, node: str) -> Iterable[str]:
        """Nodes that must be computed after a node."""
        return (one for one in self.neighbours(node) if not self._remembers(one))

    def _remembers(self, node: str) -> bool:
        record = self.nodes.get(node)
        return record is not None and remembers(record)

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
