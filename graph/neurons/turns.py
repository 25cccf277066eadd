"""The order in which a sheet is computed where some neurons are computed together."""

import heapq
from collections.abc import Callable, Iterable, Sequence

from graph.model.sheet import remembers
from graph.neurons.wiring import Wiring

Place = tuple[int, int, int]
"""Says what comes first."""


class Circle(Exception):
    """What is to be computed together reads what needs it."""


def turn_of(wiring: Wiring, together: Iterable[Sequence[str]]) -> Callable[[str, int], Place]:
    """A function that gives a node's place.

    Args:
        wiring: The sheet's wiring.
        together: Neurons that are computed at once.

    Raises:
        Circle: If there is no order.
    """
    unit = {node: node for node in wiring.order}
    for group in together:
        unit.update(dict.fromkeys(group, group[0]))
    waits: dict[str, set[str]] = {one: set() for one in unit.values()}
    feeds: dict[str, set[str]] = {one: set() for one in unit.values()}
    for node in wiring.order:
        if remembers(wiring.sheet.nodes[node]):
            continue
        for link in wiring.sheet.links_into(node):
            source = unit.get(wiring.unmuted(link.source).node)
            if source is not None and source != unit[node]:
                waits[unit[node]].add(source)
                feeds[source].add(unit[node])
    ready = [(wiring.position[one], one) for one, sources in waits.items() if not sources]
    heapq.heapify(ready)
    turns: dict[str, int] = {}
    while ready:
        _, one = heapq.heappop(ready)
        turns[one] = len(turns)
        for following in feeds[one]:
            waits[following].discard(one)
            if not waits[following]:
                heapq.heappush(ready, (wiring.position[following], following))
    if len(turns) < len(waits):
        raise Circle
    return lambda node, after: (turns[unit[node]], after, 0)
