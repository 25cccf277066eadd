"""What a muted node still does: it hands its first input to its first output, and no more.

It hands nothing on where that would be another thing than it gives: a muted loss is no loss of
logits, but none. What needs such a value gives nothing either; a sum leaves it out.
"""

from typing import TYPE_CHECKING

from graph.declare import REGISTRY

if TYPE_CHECKING:
    from graph.declare import Declaration, Port
    from graph.document import Document
    from graph.sheet import End, Sheet

ENDS = {"input", "output"}
"""Roles of nodes that a mute changes nothing about: without them a network has other ports."""


def hands_on(first: "Port", output: "Port") -> bool:
    """May what comes in at a muted node's first input come out at its first output?"""
    return output.kind in {"tensor", "any"} or first.kind == output.kind


def gives(document: "Document", sheet: "Sheet", end: "End") -> bool:
    """Does anything come out at an output, as far as kinds tell?"""
    node = sheet.nodes[end.node]
    declaration = REGISTRY.find(node.type)
    if not node.muted or declaration is None or declaration.role in ENDS:
        return True
    ports = document.ports(node)
    first = [port for port in ports.outputs[:1] if port.name == end.port]
    wired = [port for port in ports.inputs[:1] if any(sheet.into(node.id, port.name))]
    return any(hands_on(port, output) for output in first for port in wired)


def leaves_out(declaration: "Declaration | None", port: "Port") -> bool:
    """Does a node do without what is silent at an input?"""
    return port.optional or port.variadic or (declaration is not None and declaration.has("drops"))


def missed(document: "Document", sheet: "Sheet", end: "End") -> bool:
    """Is what does not come out at an output needed by something that can't do without?"""
    ahead, seen = [end], {end}
    while ahead:
        here = ahead.pop()
        for link in sheet.out_of(here.node, here.port):
            target = sheet.nodes[link.target.node]
            ports, declaration = document.ports(target), REGISTRY.find(target.type)
            port = ports.input(link.target.port)
            if port is None or leaves_out(declaration, port):
                continue
            if not ports.outputs:
                return True
            further = [type(end)(target.id, output.name) for output in ports.outputs]
            if not any(sheet.out_of(*one) for one in further):
                return True
            ahead += [one for one in further if one not in seen]
            seen.update(further)
    return False
