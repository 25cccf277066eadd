"""Nodes put into wires."""

from collections.abc import Mapping
from typing import Any

from graph.core.errors import Refused
from graph.edit import links, node_edits, trained_names
from graph.model.sheet import End, Link, Node
from graph.model.store import Store


def insert(document: Store, type: str, link: Link, params: Mapping[str, Any]) -> Node:
    """Put a new node into a wire, halfway along it."""
    sheet = document.sheet_of(link.target.node)
    a, b = document.node(link.source.node).position, document.node(link.target.node).position
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    with document.group("Insert"):
        node = node_edits.add_node(document, type, sheet=sheet.name, position=middle, params=params)
        splice(document, node.id, link)
    return node


def splice(document: Store, node: str, link: Link) -> None:
    """Put a node that is there into a wire, through its first input and output."""
    ports = document.ports(document.node(node))
    if not ports.inputs or not ports.outputs:
        name = document.node(node).name
        raise Refused(f"{name} has no input and output to put into a wire")
    with document.group("Insert"):
        links.unlink(document, link)
        links.link(document, link.source, End(node, ports.inputs[0].name))
        links.link_instead(document, End(node, ports.outputs[0].name), link)
        trained_names.came_between(document, node)


def insert_behind(document: Store, type: str, node: str, params: Mapping[str, Any]) -> None:
    """Put a new node between a node's first output and all that it feeds."""
    outputs = document.ports(document.node(node)).outputs
    fed = document.sheet_of(node).out_of(node, outputs[0].name) if outputs else []
    if not fed:
        return
    with document.group("Insert"):
        made = insert(document, type, fed[0], params)
        source = End(made.id, document.ports(made).outputs[0].name)
        for link in fed[1:]:
            links.unlink(document, link)
            links.link_instead(document, source, link)
