"""Wires: drawn, cut, and kept where nodes at their ends come, change or go."""

from collections.abc import Iterable
from dataclasses import replace

from graph.core.errors import Refused
from graph.edit import rules
from graph.model import roles
from graph.model.history import Edit
from graph.model.order import topological
from graph.model.sheet import End, Link, Node, Sheet
from graph.model.store import Store


def link(document: Store, source: End, target: End, *, instead: bool = False) -> Link:
    """Draw a wire, last among those of a variadic input; `instead` of the one that is there."""
    reason = rules.why_not(document, source, target, replace=instead)
    if reason is not None:
        raise Refused(reason)
    sheet = document.sheet_of(target.node)
    present = sheet.into(target.node, target.port)
    port = document.ports(sheet.nodes[target.node]).input(target.port)
    with document.group("Connect"):
        if port is not None and not port.variadic:
            for old in present:
                unlink(document, old)
            present = []
        rank = present[-1].rank + 1 if present else 0
        return _draw(document, sheet, Link(source, target, rank))


def link_instead(document: Store, source: End, gone: Link) -> None:
    """Draw a wire where another was: at its place among the wires of a variadic input."""
    reason = rules.why_not(document, source, gone.target)
    if reason is not None:
        raise Refused(reason)
    with document.group("Connect"):
        _draw(document, document.sheet_of(gone.target.node), replace(gone, source=source))


def unlink(document: Store, link: Link) -> None:
    """Cut a wire, if it is there."""
    sheet = document.sheet_of(link.target.node)
    present = sheet.links.get(link.key)
    if present is not None:
        with document.group("Disconnect"):
            document.do(Edit("link", sheet.name, link.key, present, None))


def _draw(document: Store, sheet: Sheet, link: Link) -> Link:
    link = beside(sheet, link)
    document.do(Edit("link", sheet.name, link.key, None, link))
    return link


def beside(sheet: Sheet, link: Link) -> Link:
    """A wire as it is drawn beside those that join the same two ports already."""
    link = replace(link, again=0)
    while link.key in sheet.links:
        link = replace(link, again=link.again + 1)
    return link


def redraw(document: Store, sheet: Sheet, links: Iterable[Link]) -> None:
    """Draw wires at the rank they had."""
    for link in links:
        _draw(document, sheet, link)


def through(document: Store, node: str) -> list[tuple[End, Link]]:
    """What would join a node's first input to what its first output feeds."""
    sheet = document.sheet_of(node)
    ports = document.ports(sheet.nodes[node])
    if not ports.inputs or not ports.outputs:
        return []
    sources = sheet.into(node, ports.inputs[0].name)
    targets = sheet.out_of(node, ports.outputs[0].name)
    return [(s.source, t) for s in sources[:1] for t in targets]


# -- wires that follow the ports they end at


def cut_lost(document: Store, node: str) -> None:
    """Cut the wires at ports that a node, or one that shares its weights, has no longer."""
    sheet = document.sheet_of(node)
    for twin in document.twins(node):
        ports = document.ports(twin)
        for link in sheet.into(twin.id):
            if ports.input(link.target.port) is None:
                unlink(document, link)
        for link in sheet.out_of(twin.id):
            if ports.output(link.source.port) is None:
                unlink(document, link)


def follow_port(document: Store, node: Node, name: str | None) -> None:
    """Wires of a network's instances follow its Input or Output to a new name, or go."""
    role = roles.role(node.type)
    if role not in {"input", "output"}:
        return
    for placed in document.instances(document.sheet_of(node.id).name):
        sheet = document.sheet_of(placed.id)
        old = End(placed.id, node.name)
        wires = sheet.into(*old) if role == "input" else sheet.out_of(*old)
        for link in wires:
            unlink(document, link)
            if name is None:
                continue
            end = End(placed.id, name)
            moved = replace(link, target=end) if role == "input" else replace(link, source=end)
            _draw(document, sheet, moved)


def cut_circles(document: Store, sheet: Sheet) -> list[Link]:
    """Cut wires that close a circle; those of damaged text only."""
    cut = []
    while sheet.ranks() is None:
        left = set(sheet.nodes).difference(topological(sheet))
        for link in sorted(sheet.links.values(), key=rules.link_order):
            inside = {link.source.node, link.target.node} <= left
            if inside and rules.reaches(sheet, link.target.node, link.source.node):
                unlink(document, link)
                cut.append(link)
                break
    return cut
