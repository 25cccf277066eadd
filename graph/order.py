"""The order in which a sheet's nodes are computed."""

import heapq
from collections.abc import Iterable

from graph.declare import REGISTRY
from graph.sheet import Node, Sheet


def remembers(node: Node) -> bool:
    """Does what this node gives come from the step before (a Memory node)?"""
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.has("remembers")


def topological(sheet: Sheet, chosen: Iterable[str] | None = None) -> list[str]:
    """Nodes so that each comes after what it reads, one chain at a time where possible.

    The order depends on the wires and the age of the nodes alone, so moving nodes about
    changes neither the source nor the random numbers a run draws.
    """
    wanted = set(sheet.nodes if chosen is None else chosen)
    waiting: dict[str, int] = {}
    ready: list[tuple[int, int, str]] = []
    for node in wanted:
        waits = 0
        if not remembers(sheet.nodes[node]):
            waits = sum(link.source.node in wanted for link in sheet.links_into(node))
        waiting[node] = waits
        if not waits:
            ready.append((1, sheet.nodes[node].number, node))
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, _, node = heapq.heappop(ready)
        order.append(node)
        for following in sheet.neighbours(node):
            if following in wanted and not remembers(sheet.nodes[following]):
                waiting[following] -= 1
                if not waiting[following]:
                    key = (-len(order), sheet.nodes[following].number, following)
                    heapq.heappush(ready, key)
    return order


def upstream(sheet: Sheet, goals: Iterable[str]) -> set[str]:
    """The goals and every node that feeds them."""
    seen = set(goals)
    ahead = list(seen)
    while ahead:
        for link in sheet.links_into(ahead.pop()):
            if link.source.node not in seen:
                seen.add(link.source.node)
                ahead.append(link.source.node)
    return seen
