"""Nodes replaced by nodes of another type: what of their wires, parameters and bonds is kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph.core import names
from graph.core.errors import DocumentError, Refused
from graph.core.limits import brief
from graph.declare import REGISTRY, Declaration, Port, Ports
from graph.edit import exposing, links, overrides, rules, sharing, trained_names
from graph.model import instances, roles
from graph.model.sheet import End, Link, Node, Sheet
from graph.model.store import Store

Complain = Callable[[str], None]


@dataclass(frozen=True)
class Rewiring:
    """Where the wires of a node go, if it gets other ports.

    Attributes:
        into: Wires that end at it, each with the input it would end at.
        out_of: Wires that start at it, each with the output it would start at.
        lost: Wires that no port takes, and those of a network's port that goes with it.
    """

    into: Sequence[tuple[Link, str]]
    out_of: Sequence[tuple[Link, str]]
    lost: Sequence[Link]


def plan(document: Store, node: Node, ports: Ports) -> Rewiring:
    """Where a node's wires would go: to the port of the same name, else to one of their kind.

    Of several of a kind it is the first that is free, needed ones before those that may stay
    unwired.
    """
    sheet, was = document.sheet_of(node.id), document.ports(node)
    into = [link for port in was.inputs for link in sheet.into(node.id, port.name)]
    given = [_output(document, link) for link in into]
    inputs = _matched(
        [link.target.port for link in into],
        ports.inputs,
        lambda place, port: (one := given[place]) is None or port.accepts(one),
    )
    fed = [sheet.out_of(node.id, port.name) for port in was.outputs]
    takers = [[_input(document, link) for link in some] for some in fed]
    outputs = _matched(
        [port.name for port in was.outputs],
        ports.outputs,
        lambda place, port: any(one is None or one.accepts(port) for one in takers[place]),
    )
    kept = [(link, name) for link, name in zip(into, inputs, strict=True) if name]
    leaving = [
        (link, name)
        for some, them, name in zip(fed, takers, outputs, strict=True)
        for link, taker in zip(some, them, strict=True)
        if name and ((port := _port(ports.outputs, name)) and (not taker or taker.accepts(port)))
    ]
    held = {link.key for link, _ in (*kept, *leaving)}
    every = [*into, *(link for some in fed for link in some)]
    lost = [link for link in every if link.key not in held]
    return Rewiring(kept, leaving, [*_of_port(document, node), *lost])


def _matched(
    wanted: Sequence[str], ports: Sequence[Port], takes: Callable[[int, Port], bool]
) -> list[str | None]:
    """For each wanted name the port that it finds, or None."""
    found: list[str | None] = [None] * len(wanted)
    free = sorted(ports, key=lambda port: port.optional)
    for named in (True, False):
        for place, name in enumerate(wanted):
            if found[place] is not None:
                continue
            fits = (
                port for port in free if (port.name == name or not named) and takes(place, port)
            )
            if (port := next(fits, None)) is not None:
                found[place] = port.name
                if not port.variadic:
                    free.remove(port)
    return found


def _port(ports: Sequence[Port], name: str) -> Port | None:
    return next((port for port in ports if port.name == name), None)


def _output(document: Store, link: Link) -> Port | None:
    return document.ports(document.node(link.source.node)).output(link.source.port)


def _input(document: Store, link: Link) -> Port | None:
    return document.ports(document.node(link.target.node)).input(link.target.port)


def replace_nodes(
    document: Store,
    ids: Iterable[str],
    type: str,
    params: Mapping[str, Any],
    complain: Complain | None,
) -> list[Node]:
    """Make nodes of another type of these, where they stand, as one step.

    A node keeps its id, so that it stays in its place in every order and whatever names it still
    does.
    """
    olds = [document.node(node) for node in dict.fromkeys(ids)]
    declaration = REGISTRY.find(type)
    if declaration is None:
        raise DocumentError(f"there is no node type {brief(type)}")
    for old in olds:
        home = document.sheet_of(old.id).name
        reason = rules.why_not_here(document, declaration.type, params, home)
        if reason is not None:
            raise Refused(reason)
    named = olds[0].name if len(olds) == 1 else f"{len(olds)} nodes"
    lost: list[str] = []
    with document.group(f"Replace {named}"):
        sharing.part(document, [old.id for old in olds])
        for old in olds:
            lost += _replace(document, document.node(old.id), declaration, params)
    if complain is not None:
        for wire in lost:
            complain(wire)
    return [document.node(old.id) for old in olds]


def _replace(
    document: Store, old: Node, declaration: Declaration, params: Mapping[str, Any]
) -> list[str]:
    """Replace one node; gives the wires that are lost, in words."""
    sheet = document.sheet_of(old.id)
    values = declaration.checked({**declaration.kept(old.params), **params})
    new = replace(old, type=declaration.type, params=values)
    new = replace(new, name=_name(document, sheet, old, new))
    found = plan(document, old, _ports(document, declaration, new))
    texts = {link.key: _told(document, link) for link in (*_all(document, old), *found.lost)}
    links.follow_port(document, old, None)
    for link in _all(document, old):
        links.unlink(document, link)
    document.put(new)
    overrides.mend(document, new)
    _hide(document, sheet, old.id)
    if roles.network_of(old) is not None and roles.network_of(old) != roles.network_of(new):
        trained_names.ends_at(document, old.id)
    lost = [*found.lost, *_draw(document, sheet, old.id, found)]
    before = REGISTRY.find(old.type)
    if before is not None and not before.learns:
        trained_names.came_between(document, old.id)
    return [texts[link.key] for link in lost]


def _all(document: Store, node: Node) -> list[Link]:
    sheet = document.sheet_of(node.id)
    return [*sheet.into(node.id), *sheet.out_of(node.id)]


def _of_port(document: Store, node: Node) -> list[Link]:
    """The wires at the ports that an Input or Output makes on its network's instances."""
    role, found = roles.role(node.type), list[Link]()
    if role in {"input", "output"}:
        for placed in document.instances(document.sheet_of(node.id).name):
            sheet = document.sheet_of(placed.id)
            find = sheet.into if role == "input" else sheet.out_of
            found += find(placed.id, node.name)
    return found


def _ports(document: Store, declaration: Declaration, node: Node) -> Ports:
    network = document.networks.get(roles.network_of(node) or "")
    return instances.ports(network) if network else declaration.ports_of(node.params)


def _draw(document: Store, sheet: Sheet, node: str, found: Rewiring) -> list[Link]:
    """Draw a node's wires at their new ports; gives those that are refused."""
    refused, ranks = [], dict[str, int]()
    for link, port in found.into:
        rank = ranks[port] = ranks.get(port, -1) + 1
        if not _redraw(document, sheet, replace(link, target=End(node, port), rank=rank)):
            refused.append(link)
    for link, port in found.out_of:
        if not _redraw(document, sheet, replace(link, source=End(node, port))):
            refused.append(link)
    return refused


def _redraw(document: Store, sheet: Sheet, link: Link) -> bool:
    ends = (document.node(link.source.node), document.node(link.target.node))
    known = not any(rules.open_ended(document, one) for one in ends)
    if known and rules.why_not(document, link.source, link.target) is not None:
        return False
    links.redraw(document, sheet, [link])
    return True


def _hide(document: Store, sheet: Sheet, node: str) -> None:
    """Show on instances only what the new node has too; their values for it must fit."""
    shown = [(name, one) for name, one in sheet.exposed.items() if one.node == node]
    for name, one in shown:
        if name in sheet.exposed and not exposing.may_be_shown(document, node, one.param):
            exposing.hide(document, sheet.name, name)
    if shown:
        for home in document.sheets():
            for instance in home.with_role("instance"):
                overrides.mend(document, instance)


def _name(document: Store, sheet: Sheet, old: Node, new: Node) -> str:
    """The name it has if a person gave it, or else the one that a new node would get."""
    given = _default(old)
    if given is None or names.stem(old.name) != given:
        return old.name
    wanted = _default(new) or old.name
    return old.name if wanted == old.name else names.unique(wanted, sheet.names())


def _default(node: Node) -> str | None:
    """The name that a new node would get; None for a type that is not known."""
    declaration = REGISTRY.find(node.type)
    if declaration is None:
        return None
    return roles.network_of(node) or names.to_name(declaration.default_name)


def _told(document: Store, link: Link) -> str:
    source, target = document.node(link.source.node), document.node(link.target.node)
    start, end = (one.port.replace("_", " ") for one in (link.source, link.target))
    return f"{source.name}.{start} to {target.name}.{end}"
