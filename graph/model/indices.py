"""Nodes of a sheet by name, by type and by the node they share weights with."""

from collections.abc import Iterator

from graph.core.names import Names
from graph.declare import REGISTRY, Declaration


class Indices:
    """What finds nodes without looking at all of them; kept up by the sheet."""

    def __init__(self) -> None:
        self.names = Names()
        self._types: dict[str, dict[str, None]] = {}
        self._followers: dict[str, dict[str, None]] = {}
        self.muted: dict[str, None] = {}

    def add(self, node: str, name: str, kind: str, twin: str | None, *, muted: bool) -> None:
        """A node came."""
        self.names.add(name)
        self._types.setdefault(kind, {})[node] = None
        if twin is not None:
            self._followers.setdefault(twin, {})[node] = None
        if muted:
            self.muted[node] = None

    def remove(self, node: str, name: str, kind: str, twin: str | None) -> None:
        """A node went."""
        self.names.discard(name)
        _drop(self._types, kind, node)
        if twin is not None:
            _drop(self._followers, twin, node)
        self.muted.pop(node, None)

    def followers(self, leader: str) -> list[str]:
        """Ids of the nodes that name another as the one whose weights they share."""
        return list(self._followers.get(leader, ()))

    def linked(self) -> list[str]:
        """Ids of all nodes that name another so."""
        return [one for nodes in self._followers.values() for one in nodes]

    def types(self) -> Iterator[tuple[Declaration, dict[str, None]]]:
        """The known types there are, with the ids of their nodes."""
        for name, nodes in self._types.items():
            declaration = REGISTRY.find(name)
            if declaration is not None:
                yield declaration, nodes


def _drop(table: dict[str, dict[str, None]], key: str, node: str) -> None:
    del table[key][node]
    if not table[key]:
        del table[key]
