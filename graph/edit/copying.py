"""Nodes placed a second time, with the networks that they place."""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from graph.core import limits, names
from graph.core.errors import BadParameter
from graph.declare import REGISTRY
from graph.edit import exposing, links, networks, overrides, rules
from graph.model import address, roles
from graph.model.history import Edit
from graph.model.sheet import End, Exposed, Link, Node, Sheet, middle
from graph.model.store import Store

OFFSET = 40.0


def parts(document: Store, ids: Iterable[str]) -> dict[str, Any]:
    """Nodes and the links between them as tables, with the networks they place."""
    chosen = [document.node(node) for node in dict.fromkeys(ids)]
    needed = _needed(document, chosen)
    networks = {name: _content(document, _by_age(document.networks[name]), name) for name in needed}
    return {
        "neurowire": "nodes",
        "document": document.identity,
        **_content(document, chosen),
        **({"networks": networks} if networks else {}),
    }


def place(
    document: Store,
    content: dict[str, Any],
    *,
    sheet: str,
    at: tuple[float, float] | None = None,
    complain: Callable[[str], None] | None = None,
) -> list[Node]:
    """Put what `parts` gave on a sheet, under fresh ids and free names.

    Networks that come with it are made where the document has none like them, under a free
    name where another has theirs. Parameters that name other nodes still do in the document that
    these are nodes of.

    Args:
        document: Where to.
        content: The tables; they are changed.
        sheet: Name of the sheet.
        at: Where the middle of the nodes comes; a little beside the originals if left out.
        complain: Called with the reason why a node may not stand on the sheet, and is left out.
    """
    document.sheet(sheet)
    with document.group("Paste"):
        inside = _bring(document, content)
        made = _fill(document, content, sheet, at, inside=inside, complain=complain)
    return [document.node(node.id) for node in made]


def duplicate(document: Store, ids: Iterable[str], *, twins: bool = False) -> list[Node]:
    """Place nodes a second time, beside the first.

    Args:
        document: Where.
        ids: The nodes.
        twins: Share the originals' weights (a linked duplicate) instead of having new ones.
    """
    originals = [document.node(node) for node in dict.fromkeys(ids)]
    if not originals:
        return []
    sheet = document.sheet_of(originals[0].id).name
    with document.group("Linked duplicate" if twins else "Duplicate"):
        content = parts(document, [node.id for node in originals])
        made = place(document, content, sheet=sheet)
        if twins:
            for original, node in zip(originals, made, strict=True):
                leader = original.twin or original.id
                document.put(replace(node, twin=leader, params=original.params))
    return [document.node(node.id) for node in made]


def _content(document: Store, chosen: Iterable[Node], network: str = "") -> dict[str, Any]:
    chosen = list(chosen)
    inside = {node.id for node in chosen}
    exposed = document.networks[network].exposed if network else {}
    nodes = [
        {
            "id": node.id,
            "type": node.type,
            "name": node.name,
            "params": dict(node.params),
            "position": list(node.position),
            "twin": node.twin if node.twin in inside else None,
            "muted": node.muted,
            **({"size": list(node.size)} if node.size else {}),
        }
        for node in chosen
    ]
    links = [
        {
            "source": list(link.source),
            "target": list(link.target),
            "rank": link.rank,
            **({"again": link.again} if link.again else {}),
        }
        for node in chosen
        for link in document.sheet_of(node.id).into(node.id)
        if link.source.node in inside
    ]
    shown = {name: list(one) for name, one in exposed.items()}
    return {"nodes": nodes, "links": links, **({"exposed": shown} if shown else {})}


def _by_age(sheet: Sheet) -> list[Node]:
    """Ports come in the order of the age of Inputs and Outputs, so that order is kept."""
    return sorted(sheet.nodes.values(), key=lambda node: node.number)


def _needed(document: Store, chosen: Iterable[Node]) -> list[str]:
    """Networks that nodes place, directly or through others; the innermost first."""
    found: dict[str, None] = {}

    def visit(nodes: Iterable[Node]) -> None:
        for node in nodes:
            name = roles.network_of(node)
            if name in document.networks and name not in found:
                visit(document.networks[name].nodes.values())
                found[name] = None

    visit(chosen)
    return list(found)


def _fill(
    document: Store,
    content: Mapping[str, Any],
    sheet: str,
    at: tuple[float, float] | None,
    *,
    moved: bool = True,
    inside: Mapping[str, str] | None = None,
    complain: Callable[[str], None] | None = None,
) -> list[Node]:
    home = document.sheet(sheet)
    entries = []
    for entry in content["nodes"]:
        reason = rules.why_not_here(document, entry["type"], entry["params"], sheet)
        if reason is None:
            entries.append(entry)
        elif complain is not None:
            complain(reason)
    ids = {entry["id"]: document.new_id() for entry in entries}
    known = ids
    if _is_here(document, content):
        known = {**{node: node for home in document.sheets() for node in home.nodes}, **ids}
    known = {**(inside or {}), **known}
    occupied = {node.position for node in home.nodes.values()}
    positions = [entry["position"] for entry in entries]
    shift = _shift(positions, at, occupied) if moved else (0.0, 0.0)
    made: list[Node] = []

    def edits() -> Iterator[Edit]:
        for entry in entries:  # each is there, with its name, before the next gets one
            made.append(_node(entry, ids, shift, home.names(), known))
            yield Edit("node", sheet, made[-1].id, None, made[-1])

    document.restore(edits())
    for node in made:
        overrides.mend(document, node)
    for link in sorted(_links(content, ids), key=lambda link: link.rank):
        if rules.why_not_read(document, link, home) is None and link.key not in home.links:
            document.do(Edit("link", sheet, link.key, None, link))
    links.cut_circles(document, home)
    for name, (node, param) in content.get("exposed", {}).items():
        exposed = Exposed(ids.get(node, ""), param)
        if exposing.why_not_shown(home, exposed, name) is None:
            document.do(Edit("exposed", sheet, name, None, exposed))
    return made


def _bring(document: Store, content: dict[str, Any]) -> dict[str, str]:
    """Make the networks that pasted nodes place, and name them as they are called here.

    Gives what the nodes inside them are called here.
    """
    brought: dict[str, Any] = content.get("networks", {})
    here = _is_here(document, content)
    called: dict[str, str] = {}

    def visit(entries: Iterable[dict[str, Any]], above: frozenset[str]) -> None:
        for entry in entries:
            name = entry["params"].get("network")
            if roles.role(entry["type"]) != "instance" or not isinstance(name, str):
                continue
            if name in brought and name not in above:
                if name not in called:
                    visit(brought[name]["nodes"], above | {name})
                    called[name] = _network(document, name, brought[name], here=here)
                entry["params"]["network"] = called[name]

    visit(content["nodes"], frozenset())
    inside = {}
    for name, new in called.items():
        ids = {node.name: node.id for node in document.networks[new].nodes.values()}
        for entry in brought[name]["nodes"]:
            inside[entry["id"]] = ids.get(entry["name"], "")
    return inside


def _network(document: Store, name: str, content: Mapping[str, Any], *, here: bool) -> str:
    """The name of the network that holds what a text says, made if there is none."""
    if here and name in document.networks:
        return name
    wanted = _signature(content)
    alike = [one for one in document.networks if names.stem(one) == names.stem(name)]
    for one in sorted(alike, key=lambda one: (one != name, one)):
        present = _content(document, _by_age(document.networks[one]), one)
        if _signature(json.loads(json.dumps(present))) == wanted:
            return one
    free = networks.free_name(name, document.networks)
    networks.add(document, free)
    _fill(document, content, free, None, moved=False)
    return free


def _is_here(document: Store, content: Mapping[str, Any]) -> bool:
    """Does a text come from this document, so that its ids are those of nodes here?"""
    return bool(content.get("document") == document.identity)


def _signature(content: Mapping[str, Any]) -> Any:
    """What a sheet says, without ids and places."""
    called = {entry["id"]: entry["name"] for entry in content["nodes"]}
    nodes = {
        entry["name"]: (
            entry["type"],
            entry["params"],
            called.get(entry.get("twin") or ""),
            entry.get("muted") is True,
        )
        for entry in content["nodes"]
    }
    wires = sorted(
        (called.get(source, ""), start, called.get(target, ""), finish, entry["rank"])
        for entry in content["links"]
        for (source, start), (target, finish) in [(entry["source"], entry["target"])]
    )
    shown = {
        name: (called.get(node, ""), param)
        for name, (node, param) in content.get("exposed", {}).items()
    }
    ports = [entry["name"] for entry in sorted(content["nodes"], key=_age) if _is_end(entry)]
    return nodes, wires, shown, ports


def _is_end(entry: Mapping[str, Any]) -> bool:
    return roles.role(entry["type"]) in {"input", "output"}


def _age(entry: Mapping[str, Any]) -> int:
    number = str(entry["id"])[1:]
    return int(number) if number.isdigit() else 0


def _links(content: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[Link]:
    for entry in content["links"]:
        source, target = End(*entry["source"]), End(*entry["target"])
        if source.node in ids and target.node in ids:
            start, finish = End(ids[source.node], source.port), End(ids[target.node], target.port)
            yield Link(start, finish, entry["rank"], entry.get("again", 0))


def _node(
    entry: Mapping[str, Any],
    ids: Mapping[str, str],
    shift: tuple[float, float],
    taken: names.Names,
    known: Mapping[str, str],
) -> Node:
    name = entry["name"] if names.is_name(entry["name"]) else names.to_name(entry["name"])
    x, y = entry["position"]
    declaration = REGISTRY.find(entry["type"])
    return Node(
        id=ids[entry["id"]],
        type=declaration.type if declaration else entry["type"],
        name=names.unique(name, taken),
        params=_params(entry["type"], entry["params"], known),
        position=(x + shift[0], y + shift[1]),
        twin=ids.get(entry.get("twin") or ""),
        muted=entry.get("muted") is True,
        size=limits.read_size(entry.get("size")),
    )


def _params(node_type: str, params: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    declaration = REGISTRY.find(node_type)
    if declaration is None:
        return dict(params)
    found = {}
    for name, value in params.items():
        param = declaration.param(name)
        if param is None:
            continue
        try:
            checked = param.check(value)
        except BadParameter:
            continue
        if param.kind == "nodes" and checked is not None:
            paths = [address.split(one) for one in checked]
            found_here = [[known.get(one, "") for one in path] for path in paths]
            checked = tuple(address.join(path) for path in found_here if all(path))
        if checked != param.default:
            found[param.name] = checked
    return found


def _shift(
    positions: list[tuple[float, float]],
    at: tuple[float, float] | None,
    taken: Container[tuple[float, float]],
) -> tuple[float, float]:
    """How far to move what is pasted: to a place, or beside the originals and earlier copies."""
    if at is None or not positions:
        away = OFFSET
        while any((x + away, y + away) in taken for x, y in positions):
            away += OFFSET
        return away, away
    x, y = middle(positions)
    return at[0] - x, at[1] - y
