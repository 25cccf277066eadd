"""Which wires have a meaning. Asking and doing share this check."""

from typing import TYPE_CHECKING

from graph.declare import REGISTRY
from graph.sheet import End, Sheet

if TYPE_CHECKING:
    from graph.document import Document


def why_not(document: "Document", source: End, target: End, *, replace: bool) -> str | None:
    """Why a wire can't be drawn, in one sentence, or None where it can.

    Shapes are not looked at: people wire in any order, and a shape that does not fit is a
    problem shown on the node.
    """
    for end in (source, target):
        if not document.has(end.node):
            return f"there is no node {end.node!r}"
    sheet = document.sheet_of(source.node)
    if document.sheet_of(target.node) is not sheet:
        return "a wire can't go from one sheet to another"
    start, finish = sheet.nodes[source.node], sheet.nodes[target.node]
    output = document.ports(start).output(source.port)
    port = document.ports(finish).input(target.port)
    if output is None:
        return f"{start.name} has no output {source.port!r}"
    if port is None:
        return f"{finish.name} has no input {target.port!r}"
    if not port.accepts(output):
        return f"{finish.name}.{port.label} takes a {port.kind}, {start.name} gives a {output.kind}"
    if source.node == target.node:
        return "a node can't feed itself: put a Memory node between"
    present = sheet.into(target.node, target.port)
    if any(link.source == source for link in present):
        return "this wire is there already"
    if present and not port.variadic and not replace:
        return f"{finish.name}.{port.label} takes one wire and has one"
    if reaches(sheet, target.node, source.node):
        return "this would close a circle: only a Memory node can feed back"
    return None


def reaches(sheet: Sheet, start: str, goal: str) -> bool:
    """Does what `start` gives arrive at `goal` in the same step?

    A node with role "memory" keeps what it gets for the next step, so the search stops there.
    """
    seen, ahead = {start}, [start]
    while ahead:
        node = ahead.pop()
        if node == goal:
            return True
        declaration = REGISTRY.find(sheet.nodes[node].type)
        if declaration is not None and declaration.has("remembers") and node != start:
            continue
        for following in sheet.neighbours(node):
            if following not in seen:
                seen.add(following)
                ahead.append(following)
    return False
