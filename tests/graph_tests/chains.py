"""Nodes wired one behind the other, and what is wired into them."""

from itertools import pairwise

from graph.edit.document import Document
from graph.model.sheet import End, Link, Node


def chain(document: Document, *types: str) -> list[Node]:
    """Nodes wired one behind the other."""
    nodes = [document.add_node(type) for type in types]
    for before, after in pairwise(nodes):
        join(document, before, after)
    return nodes


def join(document: Document, before: Node, after: Node) -> Link:
    """A wire from the first output to the first input."""
    output = document.ports(before).outputs[0].name
    return document.link(
        End(before.id, output), End(after.id, document.ports(after).inputs[0].name)
    )


def sources(document: Document, node: Node, port: str) -> list[str]:
    """Names of what is wired into a port, in order."""
    wires = document.sheet_of(node.id).into(node.id, port)
    return [document.node(wire.source.node).name for wire in wires]
