"""Copy and paste: part of a sheet as JSON text, from any window, web page or chat."""

import json
import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from graph.core import limits, names
from graph.core.errors import BadParameter, FileError
from graph.declare import REGISTRY
from graph.edit import dropped_files, exposing, networks, overrides, rules, trained_names
from graph.format import pasted_text
from graph.model.history import Edit
from graph.model.sheet import End, Exposed, Link, Node, Sheet, middle

if TYPE_CHECKING:
    from graph.edit.document import Document

OFFSET = 40.0
APART = 220.0
"""Between nodes of a text that does not say where they stand."""


def copy(document: "Document", ids: Iterable[str]) -> str:
    """The nodes and the links between them as JSON text, with the networks they place."""
    chosen = [document.node(node) for node in dict.fromkeys(ids)]
    content: dict[str, Any] = {
        "neurowire": "nodes",
        "document": document.identity,
        **_content(document, chosen),
    }
    needed = _needed(document, chosen)
    if needed:
        content["networks"] = {
            name: _content(document, _by_age(document.networks[name]), name) for name in needed
        }
    return json.dumps(content, indent=1)


def _content(document: "Document", chosen: Iterable[Node], network: str = "") -> dict[str, Any]:
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


def _needed(document: "Document", chosen: Iterable[Node]) -> list[str]:
    """Networks that nodes place, directly or through others; the innermost first."""
    found: dict[str, None] = {}

    def visit(nodes: Iterable[Node]) -> None:
        for node in nodes:
            name = rules.network_of(node)
            if name in document.networks and name not in found:
                visit(document.networks[name].nodes.values())
                found[name] = None

    visit(chosen)
    return list(found)


def paste(
    document: "Document",
    text: str,
    *,
    sheet: str,
    at: tuple[float, float] | None = None,
    complain: Callable[[str], None] | None = None,
) -> list[Node]:
    """Put copied nodes on a sheet under fresh ids and free names.

    Networks that the text brings are made where the document has none like them, under a free
    name where another has theirs. Parameters that name other nodes still do in the document that
    these are nodes of.

    Args:
        document: Where to.
        text: What `copy` gave, or a board's file, also within other words.
        sheet: Name of the sheet.
        at: Where the middle of the nodes comes; a little beside the originals if left out.
        complain: Called with the reason why a node may not stand on the sheet, and is left out.

    Raises:
        FileError: If the text is not ours.
    """
    content = _read(text)
    document.sheet(sheet)
    with document.group("Paste"):
        inside = _bring(document, content)
        made = _fill(document, content, sheet, at, inside=inside, complain=complain)
    return [document.node(node.id) for node in made]


def _fill(
    document: "Document",
    content: Mapping[str, Any],
    sheet: str,
    at: tuple[float, float] | None,
    *,
    moved: bool = True,
    inside: Mapping[str, str] | None = None,
    complain: Callable[[str], None] | None = None,
) -> list[Node]:
    home = document.sheet(sheet)
    taken = names.Names(home.names())
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
    made = []
    for entry in entries:
        node = _node(entry, ids, shift, taken, known)
        taken.add(node.name)
        made.append(node)
    document.restore(Edit("node", sheet, node.id, None, node) for node in made)
    for node in made:
        overrides.mend(document, node)
    for link in sorted(_links(content, ids), key=lambda link: link.rank):
        if rules.why_not_read(document, link, home) is None and link.key not in home.links:
            document.do(Edit("link", sheet, link.key, None, link))
    rules.cut_circles(document, home)
    for name, (node, param) in content.get("exposed", {}).items():
        exposed = Exposed(ids.get(node, ""), param)
        if exposing.why_not_shown(home, exposed, name) is None:
            document.do(Edit("exposed", sheet, name, None, exposed))
    return made


def _bring(document: "Document", content: dict[str, Any]) -> dict[str, str]:
    """Make the networks that pasted nodes place, and name them as they are called here.

    Gives what the nodes inside them are called here.
    """
    brought: dict[str, Any] = content.get("networks", {})
    here = _is_here(document, content)
    called: dict[str, str] = {}

    def visit(entries: Iterable[dict[str, Any]], above: frozenset[str]) -> None:
        for entry in entries:
            name = entry["params"].get("network")
            if rules.role(entry["type"]) != "instance" or not isinstance(name, str):
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


def _network(document: "Document", name: str, content: Mapping[str, Any], *, here: bool) -> str:
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
    document.add_network(free)
    _fill(document, content, free, None, moved=False)
    return free


def _is_here(document: "Document", content: Mapping[str, Any]) -> bool:
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
    return rules.role(entry["type"]) in {"input", "output"}


def _age(entry: Mapping[str, Any]) -> int:
    number = str(entry["id"])[1:]
    return int(number) if number.isdigit() else 0


def duplicate(document: "Document", ids: Iterable[str], *, twins: bool) -> list[Node]:
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
        text = copy(document, [node.id for node in originals])
        made = paste(document, text, sheet=sheet)
        if twins:
            for original, node in zip(originals, made, strict=True):
                leader = original.twin or original.id
                document.put(replace(node, twin=leader, params=original.params))
    return [document.node(node.id) for node in made]


def _read(text: str) -> dict[str, Any]:
    """What a text brings: nodes that were copied, or a whole board.

    Raises:
        FileError: If it is neither.
    """
    for content in pasted_text.tables(text):
        try:
            found = _of_board(content) if {"board", "format"} <= content.keys() else content
            _expect(found.get("neurowire", "nodes") == "nodes" and "nodes" in found)
            brought = found.get("networks", {})
            _expect(isinstance(brought, dict))
            for part in (found, *brought.values()):
                _read_part(part)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            continue
        return found
    raise FileError(
        "paste: expected nodes or a board copied from Neurowire, or the path of a file or folder "
        f"of data ({dropped_files.known()}), got other text; copy some nodes first"
    )


def _of_board(content: Mapping[str, Any]) -> dict[str, Any]:
    """A board's file as nodes that were copied."""
    from graph.format.file import load_text  # noqa: PLC0415 - it reads what this module is a part of

    document = load_text(json.dumps(content)).document
    return cast("dict[str, Any]", json.loads(copy(document, document.board.nodes)))


def _read_part(content: dict[str, Any]) -> None:
    """Check what a text says of a sheet; what can be left out is filled in."""
    for place, entry in enumerate(content["nodes"]):
        entry.setdefault("params", {})
        entry.setdefault("name", str(entry["type"]).rpartition(".")[2] or "node")
        entry.setdefault("position", (APART * place, 0.0))
        _expect(isinstance(entry["params"], dict))
        _expect(all(isinstance(entry[word], str) for word in ("id", "type", "name")))
        _expect(isinstance(entry.get("twin"), str | None))
        x, y = map(float, entry["position"])
        _expect(math.isfinite(x) and math.isfinite(y))
        entry["position"] = (x, y)
    for entry in content.setdefault("links", []):
        entry["rank"] = int(entry.get("rank", 0))
        entry["again"] = int(entry.get("again", 0))
        for node, port in (entry["source"], entry["target"]):
            _expect(isinstance(node, str) and isinstance(port, str))
    for node, param in content.get("exposed", {}).values():
        _expect(isinstance(node, str) and isinstance(param, str))


def _expect(condition: bool) -> None:
    if not condition:
        raise ValueError


def _links(content: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[Link]:
    for entry in content["links"]:
        source, target = End(*entry["source"]), End(*entry["target"])
        if source.node in ids and target.node in ids:
            start, finish = End(ids[source.node], source.port), End(ids[target.node], target.port)
            yield Link(start, finish, entry["rank"], entry["again"])


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
            paths = [trained_names.split(one) for one in checked]
            found_here = [[known.get(one, "") for one in path] for path in paths]
            checked = tuple(trained_names.join(path) for path in found_here if all(path))
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
