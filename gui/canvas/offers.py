"""What can be put on a sheet: node types, and the document's networks as if they were types."""

from dataclasses import replace

from graph import rules
from graph.declare import REGISTRY, Declaration
from graph.document import Document
from graph.sheet import Node

MARK = ":"
"""Stands between the type of an instance and the network it places."""


def offers(document: Document, sheet: str) -> list[Declaration]:
    """Every node type that has a meaning on a sheet, then every network.

    A network that would contain itself is among them: placing it says why it can't be.
    """
    found = [
        one
        for one in REGISTRY
        if one.role != "instance" and rules.why_not_here(document, one.type, {}, sheet) is None
    ]
    return found + [_placed(document, name) for name in sorted(document.networks)]


def _placed(document: Document, network: str) -> Declaration:
    instance = REGISTRY.find(rules.type_of("instance"))
    assert instance is not None
    count = sum(1 for _ in document.networks[network].nodes)
    return replace(
        instance,
        type=f"{instance.type}{MARK}{network}",
        title=network,
        doc=f"The network {network} of this document, {count} nodes, with weights of its own.",
        ports=document.ports(Node("n0", instance.type, network, {"network": network})),
    )


def parse(offer: str) -> tuple[str, str]:
    """The node type of an offer, and the network it places or nothing."""
    node_type, _, network = offer.partition(MARK)
    return node_type, network
