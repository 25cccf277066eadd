"""Nodes: added, taken away, renamed and set."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from graph.core import names
from graph.core.errors import BadParameter, DocumentError, Refused
from graph.core.limits import brief
from graph.declare import REGISTRY, Declaration
from graph.edit import exposing, links, overrides, rules, sharing
from graph.model.history import Edit
from graph.model.sheet import BOARD, Node
from graph.model.store import Store


def add_node(
    document: Store,
    type: str,
    *,
    sheet: str = BOARD,
    name: str | None = None,
    params: Mapping[str, Any] | None = None,
    position: tuple[float, float] = (0.0, 0.0),
    twin: str | None = None,
) -> Node:
    """Put a new node on a sheet, under a free name."""
    declaration, params = _declaration(type), params or {}
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
            sharing.share(document, node.id, twin)
    return document.node(node.id)


def remove(document: Store, ids: Iterable[str], *, reconnect: bool = False) -> None:
    """Take nodes and their wires away; what names them, and their followers, is seen to."""
    ids = [node for node in dict.fromkeys(ids) if document.has(node)]
    with document.group("Delete" if len(ids) != 1 else f"Delete {document.node(ids[0]).name}"):
        for node in ids:
            sheet = document.sheet_of(node)
            through = links.through(document, node) if reconnect else []
            for link in [*sheet.into(node), *sheet.out_of(node)]:
                links.unlink(document, link)
            sharing.release_followers(document, node)
            links.follow_port(document, sheet.nodes[node], None)
            exposing.hide_all(document, node)
            document.do(Edit("node", sheet.name, node, sheet.nodes[node], None))
            for source, link in through:
                if rules.why_not(document, source, link.target) is None:
                    links.link_instead(document, source, link)


def rename(document: Store, node: str, name: str) -> None:
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
        links.follow_port(document, before, name)


def set_params(document: Store, node: str, values: Mapping[str, Any]) -> None:
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
        links.cut_lost(document, node)


def _declaration(type: str) -> Declaration:
    declaration = REGISTRY.find(type)
    if declaration is None:
        raise DocumentError(f"there is no node type {brief(type)}")
    return declaration
