"""Nodes that share weights: one leads, the others name it and have its type and parameters."""

from collections.abc import Iterable
from dataclasses import replace

from graph.core.errors import Refused
from graph.edit import links, trained_names
from graph.model.store import Store


def share(document: Store, node: str, other: str) -> None:
    """Share another node's weights, whose parameters are taken over."""
    before, leader = document.node(node), document.node(other)
    if leader.type != before.type or document.sheet_of(other) is not document.sheet_of(node):
        raise Refused(f"{before.name} can share weights only with a node of its type")
    leader = document.node(leader.twin or leader.id)
    if leader.id == node:
        raise Refused("a node can't be linked to itself")
    with document.group("Share weights"):
        release_followers(document, node)
        document.put(replace(before, twin=leader.id, params=leader.params))
        links.cut_lost(document, node)


def own(document: Store, node: str) -> None:
    """Have weights of its own again."""
    before = document.node(node)
    with document.group("Own weights"):
        for other in document.twins(node):
            trained_names.stands_for(document, other.id, node, both=True)
        document.put(replace(before, twin=None))


def release_followers(document: Store, leader: str) -> None:
    """Let the oldest of those that share a node's weights lead the others."""
    followers = document.sheet_of(leader).followers(leader)
    heir = followers[0].id if followers else None
    if heir is not None:
        trained_names.stands_for(document, leader, heir, both=True)
    for node in followers:
        document.put(replace(node, twin=None if node.id == heir else heir))


def part(document: Store, ids: Iterable[str]) -> None:
    """Let nodes share weights among themselves only, and the others that did too."""
    chosen = set(ids)
    leaders = {document.node(one).twin or one: document.sheet_of(one) for one in sorted(chosen)}
    for leader, sheet in leaders.items():
        follow = sheet.followers(leader)
        left = [one for one in follow if (one.id in chosen) != (leader in chosen)]
        if left:
            heir = min(left, key=lambda one: one.number).id
            for one in sheet.twins(leader):  # whichever is named stood for all
                head = leader if one in left else heir
                trained_names.stands_for(document, one.id, head, both=True)
            document.put(*(replace(n, twin=None if n.id == heir else heir) for n in left))
