"""What can be put on a sheet: node types, and the document's networks as if they were types."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from graph.declare import REGISTRY, Declaration
from graph.edit import rules
from graph.edit.document import Document
from graph.model import roles
from graph.model.sheet import BOARD, Node

MARK = ":"
"""Stands between the type of an instance, the network it places and how often in a row."""
ROW = 2
"""How often a network is repeated at first, where it is placed to be repeated."""


def offers(document: Document, sheet: str) -> list[Declaration]:
    """Every node type that has a meaning on a sheet, then every network that may stand there."""
    kind = roles.type_of("instance")
    placed = [
        _placed(document, name)
        for name in sorted(document.networks)
        if rules.why_not_here(document, kind, {"network": name}, sheet) is None
    ]
    return [*_kinds(sheet == BOARD, len(REGISTRY)), *placed, *map(_repeated, placed)]


@cache
def _kinds(board: bool, _known: int) -> tuple[Declaration, ...]:
    """The node types that have a meaning on the board, or on a network's sheet."""
    return tuple(
        one
        for one in REGISTRY
        if one.role != "instance" and rules.why_not_of_kind(one.role, board=board) is None
    )


def refused(document: Document, sheet: str) -> list[tuple[Declaration, str]]:
    """The networks that may not stand on a sheet, and why."""
    kind = roles.type_of("instance")
    found = []
    for name in sorted(document.networks):
        reason = rules.why_not_here(document, kind, {"network": name}, sheet)
        if reason is not None:
            found.append((_placed(document, name), reason))
    return found


def as_offer(document: Document, node: Node, declaration: Declaration) -> Declaration:
    """A node's declaration; for an instance the offer of the network it places."""
    if declaration.role != "instance":
        return declaration
    network = str(roles.network_of(node))
    if network not in document.networks:
        return replace(declaration, type=f"{declaration.type}{MARK}{network}")
    placed = _placed(document, network)
    repeat = node.params.get("repeat", 1)
    return replace(placed, type=f"{placed.type}{MARK}{repeat}") if repeat > 1 else placed


def _placed(document: Document, network: str) -> Declaration:
    instance = REGISTRY.find(roles.type_of("instance"))
    assert instance is not None
    count = sum(1 for _ in document.networks[network].nodes)
    return replace(
        instance,
        type=f"{instance.type}{MARK}{network}",
        title=network,
        doc=f"The network {network} of this document, {count} nodes, with weights of its own.",
        ports=document.ports(Node("n0", instance.type, network, {"network": network})),
    )


def _repeated(placed: Declaration) -> Declaration:
    return replace(
        placed,
        type=f"{placed.type}{MARK}{ROW}",
        title=f"{placed.title}, repeated",
        doc=f"The network {placed.title}, as many times in a row as `repeat` says, each time with"
        " weights of its own.",
        synonyms=("repeat", "stack", "n times", "times", "deep"),
    )


def is_network(offer: str) -> bool:
    """Does an offer place a network, once?"""
    return offer.count(MARK) == 1


def parse(offer: str) -> tuple[str, Mapping[str, Any]]:
    """The node type of an offer, and the parameters it is placed with."""
    node_type, *rest = offer.split(MARK)
    params: dict[str, Any] = {}
    if rest:
        params["network"] = rest[0]
    if rest[1:]:
        params["repeat"] = int(rest[1])
    return node_type, params
