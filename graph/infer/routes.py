"""Where values come from and go to, through mutes and the borders of networks."""

from collections.abc import Iterator, Mapping

from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.infer.node_inference import Result
from graph.model import instances, mutes, roles
from graph.model.address import Address, Path
from graph.model.sheet import End, Link, Node, Sheet


def feeding(document: Document, place: Address) -> list[Address]:
    """The outputs that are wired into an input, each where it is computed."""
    sheet = document.sheet_of(place.end.node)
    found = (Address(place.path, link.source) for link in sheet.into(*place.end))
    return [one for wired in found if (one := computed(document, wired)) is not None]


def computed(document: Document, place: Address) -> Address | None:
    """Where the value at an output is computed: behind mutes, inside or outside of networks.

    None where nothing comes: a wire is missing, or a mute hands nothing on.
    """
    found: Address | None = place
    while found is not None and _passes(document, document.node(found.end.node)):
        found = step(document, found)
    return found


def _passes(document: Document, node: Node) -> bool:
    """Does a node compute nothing itself: a mute, a network, the border of one?"""
    placed = roles.network_of(node) in document.networks
    return node.muted or placed or roles.role(node.type) == "input"


def step(document: Document, place: Address) -> Address | None:
    """The output whose value a mute, a network or its border hands on; None where there is none."""
    path, end = place
    sheet = document.sheet_of(end.node)
    node = sheet.nodes[end.node]
    inside = document.networks.get(roles.network_of(node) or "")
    if roles.role(node.type) == "input":
        outer = End(path[-1], node.name) if path else None
        path, wired = path[:-1], document.sheet_of(outer.node).into(*outer) if outer else []
    elif node.muted:
        wired = _passed(document, sheet, node, end.port)
    elif inside is not None:
        outputs = (one for one in instances.ends(inside, "output") if one.name == end.port)
        output = next(outputs, None)
        path, wired = (*path, node.id), inside.into(output.id) if output else []
    else:
        return None
    return Address(path, wired[0].source) if wired else None


def _passed(document: Document, sheet: Sheet, node: Node, port: str) -> list[Link]:
    ports = document.ports(node)
    if not mutes.gives(document, sheet, End(node.id, port)) or not ports.inputs:
        return []
    return sheet.into(node.id, ports.inputs[0].name)


def fed(document: Document, place: Address) -> Iterator[Address]:
    """The inputs that an output goes to, each where it is taken in and computed with."""
    ahead = [place]
    for path, end in ahead:
        sheet = document.sheet_of(end.node)
        for link in sheet.out_of(*end):
            node, target = sheet.nodes[link.target.node], link.target
            role = roles.role(node.type)
            inside = document.networks.get(roles.network_of(node) or "")
            ports = document.ports(node)
            if role == "output":
                if path:
                    ahead.append(Address(path[:-1], End(path[-1], node.name)))
            elif node.muted:
                first = [port.name for port in ports.inputs[:1]]
                passed = [End(node.id, port.name) for port in ports.outputs[:1]]
                if first == [target.port]:
                    ahead += [Address(path, e) for e in passed if mutes.gives(document, sheet, e)]
            elif inside is not None:
                for entry in instances.ends(inside, "input"):
                    if entry.name == target.port:
                        ahead.append(Address((*path, node.id), End(entry.id, "y")))
            else:
                yield Address(path, target)


def everywhere(inference: Inference, hook: str) -> Iterator[tuple[Path, Sheet, Node, Result]]:
    """Every node with a hook, not muted, and what is known of it; once where all is the same.

    What is inside a network that is placed twice with the same inputs is told once.
    """
    document = inference.document
    ahead: list[tuple[Path, Sheet, Mapping[str, Result]]] = [
        ((), document.board, inference.inside(()))
    ]
    seen: set[int] = set()
    for path, sheet, known in ahead:
        if id(known) in seen:
            continue
        seen.add(id(known))
        for node in sorted(sheet.with_hook(hook), key=lambda one: one.number):
            if not node.muted and node.id in known:
                yield path, sheet, node, known[node.id]
        for node in sorted(sheet.with_role("instance"), key=lambda one: one.number):
            found = known.get(node.id)
            if found is not None and found.inner and not node.muted:
                ahead.append(((*path, node.id), document.placed(node), found.inner))
