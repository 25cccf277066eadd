"""Wires: drawn, cut, and kept where nodes at their ends come, change or go."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.core.errors import Refused
from graph.declare import Port, Ports
from graph.edit import networks, rules, trained_names
from graph.model.history import Edit
from graph.model.sheet import End, Link, Node, Sheet

if TYPE_CHECKING:
    from graph.edit.document import Document


def link(document: "Document", source: End, target: End, *, instead: bool) -> Link:
    """Draw a wire, last among those of a variadic input; `instead` of the one that is there."""
    reason = document.can_link(source, target, replace=instead)
    if reason is not None:
        raise Refused(reason)
    sheet = document.sheet_of(target.node)
    present = sheet.into(target.node, target.port)
    port = document.ports(sheet.nodes[target.node]).input(target.port)
    with document.group("Connect"):
        if port is not None and not port.variadic:
            for old in present:
                document.unlink(old)
            present = []
        rank = present[-1].rank + 1 if present else 0
        return _draw(document, sheet, Link(source, target, rank))


def link_instead(document: "Document", source: End, gone: Link) -> None:
    """Draw a wire where another was: at its place among the wires of a variadic input."""
    reason = document.can_link(source, gone.target)
    if reason is not None:
        raise Refused(reason)
    with document.group("Connect"):
        _draw(document, document.sheet_of(gone.target.node), replace(gone, source=source))


def unlink(document: "Document", link: Link) -> None:
    """Cut a wire, if it is there."""
    sheet = document.sheet_of(link.target.node)
    present = sheet.links.get(link.key)
    if present is not None:
        with document.group("Disconnect"):
            document.do(Edit("link", sheet.name, link.key, present, None))


def _draw(document: "Document", sheet: Sheet, link: Link) -> Link:
    link = beside(sheet, link)
    document.do(Edit("link", sheet.name, link.key, None, link))
    return link


def beside(sheet: Sheet, link: Link) -> Link:
    """A wire as it is drawn beside those that join the same two ports already."""
    link = replace(link, again=0)
    while link.key in sheet.links:
        link = replace(link, again=link.again + 1)
    return link


def redraw(document: "Document", sheet: Sheet, links: Iterable[Link]) -> None:
    """Draw wires at the rank they had."""
    for link in links:
        _draw(document, sheet, link)


# -- nodes put into wires, and taken out


def insert(document: "Document", type: str, link: Link, params: Mapping[str, Any]) -> Node:
    """Put a new node into a wire, halfway along it."""
    sheet = document.sheet_of(link.target.node)
    a, b = document.node(link.source.node).position, document.node(link.target.node).position
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    with document.group("Insert"):
        node = document.add_node(type, sheet=sheet.name, position=middle, params=params)
        splice(document, node.id, link)
    return node


def splice(document: "Document", node: str, link: Link) -> None:
    """Put a node that is there into a wire, through its first input and output."""
    ports = document.ports(document.node(node))
    if not ports.inputs or not ports.outputs:
        name = document.node(node).name
        raise Refused(f"{name} has no input and output to put into a wire")
    with document.group("Insert"):
        document.unlink(link)
        document.link(link.source, End(node, ports.inputs[0].name))
        link_instead(document, End(node, ports.outputs[0].name), link)
        trained_names.came_between(document, node)


def insert_behind(document: "Document", type: str, node: str, params: Mapping[str, Any]) -> None:
    """Put a new node between a node's first output and all that it feeds."""
    outputs = document.ports(document.node(node)).outputs
    fed = document.sheet_of(node).out_of(node, outputs[0].name) if outputs else []
    if not fed:
        return
    with document.group("Insert"):
        made = insert(document, type, fed[0], params)
        source = End(made.id, document.ports(made).outputs[0].name)
        for link in fed[1:]:
            document.unlink(link)
            link_instead(document, source, link)


def through(document: "Document", node: str) -> list[tuple[End, Link]]:
    """What would join a node's first input to what its first output feeds."""
    sheet = document.sheet_of(node)
    ports = document.ports(sheet.nodes[node])
    if not ports.inputs or not ports.outputs:
        return []
    sources = sheet.into(node, ports.inputs[0].name)
    targets = sheet.out_of(node, ports.outputs[0].name)
    return [(s.source, t) for s in sources[:1] for t in targets]


# -- wires that follow the ports they end at


def ports_in_use(sheet: Sheet, node: str) -> Ports:
    """The ports that a node of unknown kind must have, as its wires end there."""
    inputs = dict.fromkeys(link.target.port for link in sheet.into(node))
    outputs = dict.fromkeys(link.source.port for link in sheet.out_of(node))
    return Ports(
        tuple(Port(name, variadic=True, optional=True) for name in inputs),
        tuple(Port(name, "any") for name in outputs),
    )


def cut_lost(document: "Document", node: str) -> None:
    """Cut the wires at ports that a node, or one that shares its weights, has no longer."""
    sheet = document.sheet_of(node)
    for twin in document.twins(node):
        ports = document.ports(twin)
        for link in sheet.into(twin.id):
            if ports.input(link.target.port) is None:
                document.unlink(link)
        for link in sheet.out_of(twin.id):
            if ports.output(link.source.port) is None:
                document.unlink(link)


def follow_port(document: "Document", node: Node, name: str | None) -> None:
    """Wires of a network's instances follow its Input or Output to a new name, or go."""
    role = rules.role(node.type)
    if role not in {"input", "output"}:
        return
    for placed in networks.instances(document, document.sheet_of(node.id).name):
        sheet = document.sheet_of(placed.id)
        old = End(placed.id, node.name)
        wires = sheet.into(*old) if role == "input" else sheet.out_of(*old)
        for link in wires:
            document.unlink(link)
            if name is None:
                continue
            end = End(placed.id, name)
            moved = replace(link, target=end) if role == "input" else replace(link, source=end)
            _draw(document, sheet, moved)
