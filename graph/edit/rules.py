"""Which wires have a meaning. Asking and doing share this check."""

from collections.abc import Mapping
from typing import Any

from graph.core.limits import brief
from graph.declare import REGISTRY
from graph.model import roles
from graph.model.sheet import BOARD, End, Link, Node, Sheet, remembers
from graph.model.store import Store

BOARD_ONLY = {"data", "pairs", "noise", "loss", "metric", "optimizer", "schedule", "view"}
"""Roles of nodes that feed, judge or train networks, and are no part of one."""
NO_LOOP = (
    "what a step computes can't be an input of the same step, and no node keeps it for the next one"
    " yet: what does (a queue as in MoCo, a hidden state) is to come. To apply layers several times"
    " in a row, group them into a network (Ctrl+G) and set its repeat; to let a copy of a network"
    " follow its weights slowly, set the copy's momentum"
)
"""Why no wire goes back, and what there is instead."""


def contains(document: Store, outer: str, inner: str) -> bool:
    """Does a network hold an instance of another, or is it the other itself?"""
    seen, ahead = {outer}, [outer]
    while ahead:
        name = ahead.pop()
        if name == inner:
            return True
        if name in document.networks:
            instances = document.networks[name].with_role("instance")
            placed = {str(roles.network_of(node)) for node in instances}
            ahead += placed - seen
            seen |= placed
    return False


def why_not_here(
    document: Store, node_type: str, params: Mapping[str, Any], sheet: str
) -> str | None:
    """Why a node has no meaning on a sheet, or None where it has."""
    kind = roles.role(node_type)
    if reason := why_not_of_kind(kind, board=sheet == BOARD):
        return reason
    if kind == "instance" and sheet != BOARD:
        network = str(params.get("network", ""))
        if contains(document, network, sheet):
            return f"{sheet} is part of {brief(network)}: a network can't contain itself"
    return None


def why_not_of_kind(kind: str, *, board: bool) -> str | None:
    """Why nodes of a role have no meaning on the board, or in any network; None where they have."""
    if kind in BOARD_ONLY and not board:
        return f"{kind} nodes belong on the board, not inside a network"
    if kind in {"input", "output"} and board:
        return "Input and Output nodes belong inside a network, not on the board"
    return None


def why_not_read(document: Store, link: Link, sheet: Sheet) -> str | None:
    """Why a wire that was read from text can't be drawn, or None where it can.

    Nodes of unknown type take every wire. Circles are not looked for: `cut_circles` does, once
    for the whole sheet.
    """
    for end in (link.source, link.target):
        if end.node not in sheet.nodes:
            return f"there is no node {end.node}"
    start, finish = sheet.nodes[link.source.node], sheet.nodes[link.target.node]
    output = document.ports(start).output(link.source.port)
    port = document.ports(finish).input(link.target.port)
    if output is None and not open_ended(document, start):
        return f"{start.name} has no output {brief(link.source.port)}"
    if port is None:
        if open_ended(document, finish):
            return None
        return f"{finish.name} has no input {brief(link.target.port)}"
    if output is not None and not port.accepts(output):
        return f"{finish.name}.{port.label} takes a {port.kind}, {start.name} gives a {output.kind}"
    if not port.variadic and any(
        wire.target == link.target for wire in sheet.links_into(finish.id)
    ):
        return f"{finish.name}.{port.label} takes one wire and has one"
    return None


def open_ended(document: Store, node: Node) -> bool:
    """Are a node's ports not known, because its type or its network is not?"""
    network = roles.network_of(node)
    if network is not None:
        return network not in document.networks
    return REGISTRY.find(node.type) is None


def why_not(document: Store, source: End, target: End, *, replace: bool = False) -> str | None:
    """Why a wire can't be drawn, in one sentence, or None where it can.

    Shapes are not looked at: people wire in any order, and a shape that does not fit is a
    problem shown on the node.
    """
    for end in (source, target):
        if not document.has(end.node):
            return f"there is no node {brief(end.node)}"
    sheet = document.sheet_of(source.node)
    if document.sheet_of(target.node) is not sheet:
        return "a wire can't go from one sheet to another"
    start, finish = sheet.nodes[source.node], sheet.nodes[target.node]
    output = document.ports(start).output(source.port)
    port = document.ports(finish).input(target.port)
    if output is None:
        return f"{start.name} has no output {brief(source.port)}"
    if port is None:
        return f"{finish.name} has no input {brief(target.port)}"
    if not port.accepts(output):
        return f"{finish.name}.{port.label} takes a {port.kind}, {start.name} gives a {output.kind}"
    if source.node == target.node:
        return f"a node can't feed itself: {NO_LOOP}"
    present = sheet.into(target.node, target.port)
    if not port.variadic and any(link.source == source for link in present):
        return "this wire is there already"
    if present and not port.variadic and not replace:
        return f"{finish.name}.{port.label} takes one wire and has one"
    if reaches(sheet, target.node, source.node):
        return f"this would close a circle: {NO_LOOP}"
    return None


def link_order(link: Link) -> tuple[int, str, int, int, str, int]:
    """The order in which a file lists links."""
    (source, start), (target, finish), again = link.key
    return int(target[1:]), finish, link.rank, int(source[1:]), start, again


def reaches(sheet: Sheet, start: str, goal: str) -> bool:
    """Does what `start` gives arrive at `goal` in the same step?

    A node with role "memory" keeps what it gets for the next step, so the search stops there. It
    goes forward and backward by turns, within the ranks between the two: where either side ends,
    the answer is known.
    """
    ranks = None if remembers(sheet.nodes[goal]) else sheet.ranks()
    if ranks is not None and ranks[start] > ranks[goal]:
        return False
    ahead, seen = [start], {start}
    behind, known = [goal], {goal}
    while ahead and (behind or ranks is None):
        node = ahead.pop()
        if node in known:
            return True
        if not remembers(sheet.nodes[node]) or node == start:
            for one in sheet.neighbours(node):
                if one not in seen and (ranks is None or ranks[one] <= ranks[goal]):
                    seen.add(one)
                    ahead.append(one)
        if ranks is not None and behind:
            node = behind.pop()
            if node in seen:
                return True
            for link in () if remembers(sheet.nodes[node]) else sheet.links_into(node):
                one = link.source.node
                if one not in known and ranks[one] >= ranks[start]:
                    known.add(one)
                    behind.append(one)
    return goal in seen or start in known
