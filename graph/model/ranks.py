"""Nodes in an order in which each comes after what it reads, kept while wires come and go.

A wire against the order moves only nodes that stand between its ends (Pearce and Kelly 2006,
"A dynamic topological sort algorithm for directed acyclic graphs"), so that drawing a wire costs
little on a board of any size. Which of the many right orders it is depends on how the board was
made: `graph.model.order.topological` gives one that does not.
"""

from collections.abc import Callable, Iterable

Neighbours = Callable[[str], Iterable[str]]


class Ranks:
    """The place of each node in the order; higher is later.

    Args:
        reads: The nodes that a node needs first.
        feeds: The nodes that need a node.
    """

    def __init__(self, reads: Neighbours, feeds: Neighbours) -> None:
        self._reads, self._feeds = reads, feeds
        self._ranks: dict[str, int] = {}
        self._least = self._most = 0
        self._lost = False

    def __getitem__(self, node: str) -> int:
        return self._ranks[node]

    def add(self, node: str) -> None:
        """A node came, without wires."""
        self._most += 1
        self._ranks[node] = self._most

    def remove(self, node: str) -> None:
        """A node went."""
        del self._ranks[node]

    def wire(self, first: str, then: str) -> None:
        """A wire was drawn: `first` comes before `then` from now on."""
        ranks = self._ranks
        if self._lost or first not in ranks or then not in ranks:
            self._lost = True
        elif ranks[first] > ranks[then]:
            if not any(True for _ in self._reads(first)):
                self._least -= 1
                ranks[first] = self._least
            elif not any(True for _ in self._feeds(then)):
                self._most += 1
                ranks[then] = self._most
            else:
                self._move(first, then)
        elif first == then:
            self._lost = True

    def _move(self, first: str, then: str) -> None:
        """Bring what `then` leads to behind what leads to `first`, within the places between."""
        ranks = self._ranks
        low, high = ranks[then], ranks[first]
        later = _reached(then, self._feeds, lambda one: ranks[one] <= high)
        if first in later:
            self._lost = True  # a circle; it may be cut again
            return
        earlier = _reached(first, self._reads, lambda one: ranks[one] >= low)
        moved = [*sorted(earlier, key=ranks.__getitem__), *sorted(later, key=ranks.__getitem__)]
        places = sorted(ranks[one] for one in moved)
        ranks.update(zip(moved, places, strict=True))

    def settle(self) -> bool:
        """Find the order anew if it was lost; False where wires close a circle."""
        if self._lost:
            found = self._sorted()
            if len(found) < len(self._ranks):
                return False
            self._ranks = {node: place for place, node in enumerate(found)}
            self._least, self._most = 0, len(found)
            self._lost = False
        return True

    def _sorted(self) -> list[str]:
        """Each node after what it reads; without those on a circle or behind one."""
        waits = {node: sum(1 for _ in self._reads(node)) for node in self._ranks}
        order = [node for node, count in waits.items() if not count]
        for node in order:
            for following in self._feeds(node):
                waits[following] -= 1
                if not waits[following]:
                    order.append(following)
        return order


def _reached(start: str, neighbours: Neighbours, within: Callable[[str], bool]) -> set[str]:
    seen, ahead = {start}, [start]
    while ahead:
        for one in neighbours(ahead.pop()):
            if one not in seen and within(one):
                seen.add(one)
                ahead.append(one)
    return seen
