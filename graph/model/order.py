"""The order in which a sheet's nodes are computed."""

import heapq
from collections.abc import Callable, Iterable

from graph.declare import REGISTRY
from graph.model.mutes import hands_on
from graph.model.sheet import End, Link, Sheet


def topological(sheet: Sheet, chosen: Iterable[str] | None = None) -> list[str]:
    """Nodes so that each comes after what it reads, one chain at a time where possible.

    The order depends on the wires and the age of the nodes alone, so moving nodes about
    changes neither the source nor the random numbers a run draws.
    """
    if chosen is not None:
        return _topological(sheet, set(chosen))
    found: list[str] | None = sheet.memo.get("order")
    if found is None:
        found = sheet.memo["order"] = _topological(sheet, set(sheet.nodes))
    return list(found)


def _topological(sheet: Sheet, wanted: set[str]) -> list[str]:
    memories = sheet.ids_of(lambda declaration: declaration.has("remembers"))
    waiting, feeds = dict.fromkeys(wanted, 0), dict[str, list[str]]()
    for link in _links(sheet, wanted):
        source, target = link.source.node, link.target.node
        if source in waiting and target in waiting and target not in memories:
            waiting[target] += 1
            feeds.setdefault(source, []).append(target)
    ready = [(1, sheet.nodes[node].number, node) for node, waits in waiting.items() if not waits]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, _, node = heapq.heappop(ready)
        order.append(node)
        for following in feeds.get(node, ()):
            waiting[following] -= 1
            if not waiting[following]:
                key = (-len(order), sheet.nodes[following].number, following)
                heapq.heappush(ready, key)
    return order


def _links(sheet: Sheet, wanted: set[str]) -> Iterable[Link]:
    """The wires into some nodes; of half a sheet or more, all there are, which is quicker."""
    if 2 * len(wanted) > len(sheet.nodes):
        return sheet.links.values()
    return (link for node in wanted for link in sheet.links_into(node))


def upstream(
    sheet: Sheet, goals: Iterable[str], *, through: Callable[[End], bool] | None = None
) -> frozenset[str]:
    """The goals and every node whose value they depend on; a muted node passes one wire on.

    What was found is kept until a wire or a mute changes.

    Args:
        sheet: Where.
        goals: Ids of nodes.
        through: Says of an output whether to follow the wires from it.
    """
    wanted = frozenset(goals)
    if through is not None:
        return _upstream(sheet, wanted, through)
    key = "upstream", wanted
    found: frozenset[str] | None = sheet.memo.get(key)
    if found is None:
        found = sheet.memo[key] = _upstream(sheet, wanted, None)
    return found


def _upstream(
    sheet: Sheet, goals: frozenset[str], through: Callable[[End], bool] | None
) -> frozenset[str]:
    seen = set(goals)
    ahead = list(seen)
    while ahead:
        for link in _read(sheet, ahead.pop()):
            if link.source.node not in seen and (through is None or through(link.source)):
                seen.add(link.source.node)
                ahead.append(link.source.node)
    return frozenset(seen)


def _read(sheet: Sheet, node: str) -> Iterable[Link]:
    record = sheet.nodes[node]
    declaration = REGISTRY.find(record.type)
    if not record.muted or declaration is None or declaration.role == "instance":
        return sheet.links_into(node)
    ports = declaration.ports_of(record.params)
    first = ports.inputs[:1]
    if ports.outputs and not all(hands_on(port, ports.outputs[0]) for port in first):
        return ()
    return [wire for port in first for wire in sheet.into(node, port.name)[:1]]
