"""What a muted node still does: it hands its first input to its first output, and no more."""

from typing import TYPE_CHECKING

from graph.declare import REGISTRY

if TYPE_CHECKING:
    from graph.declare import Port
    from graph.document import Document
    from graph.sheet import End, Sheet

ENDS = {"input", "output"}
"""Roles of nodes that a mute changes nothing about: without them a network has other ports."""


def gives(document: "Document", sheet: "Sheet", end: "End") -> bool:
    """Does anything come out at an output?"""
    node = sheet.nodes[end.node]
    declaration = REGISTRY.find(node.type)
    if not node.muted or declaration is None or declaration.role in ENDS:
        return True
    ports = document.ports(node)
    first = [port.name for port in ports.outputs[:1]] == [end.port]
    return first and any(sheet.into(node.id, port.name) for port in ports.inputs[:1])


def wired(document: "Document", sheet: "Sheet", node: str, port: "Port") -> "list[End]":
    """What is wired into an input; one that may stay empty is, where only a mute is wired to it."""
    found = [link.source for link in sheet.into(node, port.name)]
    return [end for end in found if gives(document, sheet, end)] if port.optional else found


def missed(document: "Document", sheet: "Sheet", end: "End") -> bool:
    """Is nothing at an output where something must come?"""
    if gives(document, sheet, end):
        return False
    for link in sheet.out_of(end.node, end.port):
        inputs = document.ports(sheet.nodes[link.target.node]).inputs
        if any(port.name == link.target.port and not port.optional for port in inputs):
            return True
    return False
