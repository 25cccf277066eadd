"""Nodes: added, taken away, replaced, renamed and set."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import exposing, names, overrides, rules, sharing, trains, wires
from graph.declare import REGISTRY, Declaration, Port
from graph.errors import BadParameter, DocumentError, Refused
from graph.history import Edit
from graph.limits import brief
from graph.sheet import End, Node

if TYPE_CHECKING:
    from graph.document import Document


def add_node(
    document: "Document",
    type: str,
    *,
    sheet: str,
    name: str | None,
    params: Mapping[str, Any],
    position: tuple[float, float],
    twin: str | None,
) -> Node:
    """Put a new node on a sheet, under a free name."""
    declaration = _declaration(type)
    home = document.sheet(sheet)
    reason = rules.why_not_here(document, declaration.type, params, sheet)
    if reason is not None:
        raise Refused(reason)
    wanted = names.to_name(name or declaration.default_name)
    if name is not None and names.is_name(name):
        wanted = name
    node = Node(
        id=document.new_id(),
        type=declaration.type,
        name=names.unique(wanted, home.names()),
        position=(float(position[0]), float(position[1])),
    )
    node = replace(node, params=declaration.checked(overrides.gathered(document, node, params)))
    with document.group(f"Add {declaration.title}"):
        document.do(Edit("node", sheet, node.id, None, node))
        if twin is not None:
            document.set_twin(node.id, twin)
    return document.node(node.id)


def remove(document: "Document", ids: Iterable[str], *, reconnect: bool) -> None:
    """Take nodes and their wires away; what names them, and their followers, is seen to."""
    ids = [node for node in dict.fromkeys(ids) if document.has(node)]
    with document.group("Delete" if len(ids) != 1 else f"Delete {document.node(ids[0]).name}"):
        for node in ids:
            sheet = document.sheet_of(node)
            through = wires.through(document, node) if reconnect else []
            for link in [*sheet.into(node), *sheet.out_of(node)]:
                document.unlink(link)
            sharing.release_followers(document, node)
            wires.follow_port(document, sheet.nodes[node], None)
            exposing.hide_all(document, node)
            document.do(Edit("node", sheet.name, node, sheet.nodes[node], None))
            for source, link in through:
                if document.can_link(source, link.target) is None:
                    wires.link_instead(document, source, link)


def replace_node(document: "Document", node: str, type: str) -> Node:
    """Put a node of another type in a node's place, with the parameters and wires that fit."""
    old, sheet = document.node(node), document.sheet_of(node)
    params = _kept(_declaration(type), old.params)
    with document.group(f"Replace {old.name}"):
        new = document.add_node(type, sheet=sheet.name, params=params, position=old.position)
        if old.size:
            document.resize(new.id, old.size)
            new = document.node(new.id)
        was, now = document.ports(old), document.ports(new)
        into, out_of = sheet.into(node), sheet.out_of(node)
        trains.stands_for(document, node, new.id)
        document.remove([node])
        for link in into:
            port = _same_port(link.target.port, was.inputs, now.inputs)
            if port and document.can_link(link.source, End(new.id, port)) is None:
                document.link(link.source, End(new.id, port))
        for link in out_of:
            port = _same_port(link.source.port, was.outputs, now.outputs)
            if port and document.can_link(End(new.id, port), link.target) is None:
                wires.link_instead(document, End(new.id, port), link)
    return new


def _kept(declaration: Declaration, params: Mapping[str, Any]) -> dict[str, Any]:
    """Those parameters that a node of another type has too and whose values it takes."""
    kept = {}
    for name, value in params.items():
        param = declaration.param(name)
        if param is not None:
            try:
                kept[name] = param.check(value)
            except BadParameter:
                continue
    return kept


def _same_port(name: str, was: tuple[Port, ...], now: tuple[Port, ...]) -> str | None:
    """The port of that name, or else the one at its place."""
    if any(port.name == name for port in now):
        return name
    place = next((index for index, port in enumerate(was) if port.name == name), 0)
    return now[min(place, len(now) - 1)].name if now else None


def rename(document: "Document", node: str, name: str) -> None:
    """Give a node another name; wires at the port it is of a network follow."""
    before = document.node(node)
    if name == before.name:
        return
    if (reason := names.why_not(name)) is not None:
        raise BadParameter(reason)
    if name in document.sheet_of(node).names():
        raise BadParameter(f"{brief(name)} is taken by another node on this sheet")
    with document.group("Rename"):
        document.put(replace(before, name=name))
        wires.follow_port(document, before, name)


def set_params(document: "Document", node: str, values: Mapping[str, Any]) -> None:
    """Set parameters of a node and of its twins; wires at ports that go are cut."""
    before = document.node(node)
    declaration = REGISTRY.find(before.type)
    if declaration is None:
        raise DocumentError(
            f"{before.name}: unknown type {brief(before.type)}, it can't be changed"
        )
    given = overrides.gathered(document, before, values)
    checked = declaration.checked({**before.params, **given})
    reason = rules.why_not_here(document, before.type, checked, document.sheet_of(node).name)
    if reason is not None:
        raise Refused(reason)
    key = f"{node}.{','.join(sorted(values))}"
    with document.group(f"Set {', '.join(values)} of {before.name}", merge=key):
        document.put(*(replace(twin, params=checked) for twin in document.twins(node)))
        wires.cut_lost(document, node)


def _declaration(type: str) -> Declaration:
    declaration = REGISTRY.find(type)
    if declaration is None:
        raise DocumentError(f"there is no node type {brief(type)}")
    return declaration
