"""Copy and paste: part of a sheet as JSON text, from any window, web page or chat."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import names
from graph.declare import REGISTRY
from graph.errors import BadParameter, FileError
from graph.history import Edit
from graph.sheet import End, Link, Node

if TYPE_CHECKING:
    from graph.document import Document

OFFSET = 40.0


def copy(document: "Document", ids: Iterable[str]) -> str:
    """The nodes and the links between them as JSON text."""
    chosen = [document.node(node) for node in dict.fromkeys(ids)]
    inside = {node.id for node in chosen}
    nodes = [
        {
            "id": node.id,
            "type": node.type,
            "name": node.name,
            "params": dict(node.params),
            "position": list(node.position),
            "twin": node.twin if node.twin in inside else None,
            "muted": node.muted,
        }
        for node in chosen
    ]
    links = [
        {"source": list(link.source), "target": list(link.target), "rank": link.rank}
        for node in chosen
        for link in document.sheet_of(node.id).into(node.id)
        if link.source.node in inside
    ]
    return json.dumps({"neurowire": "nodes", "nodes": nodes, "links": links}, indent=1)


def paste(
    document: "Document", text: str, *, sheet: str, at: tuple[float, float] | None = None
) -> list[Node]:
    """Put copied nodes on a sheet under fresh ids and free names.

    Args:
        document: Where to.
        text: What `copy` gave.
        sheet: Name of the sheet.
        at: Where the middle of the nodes comes; a little beside the originals if left out.

    Raises:
        FileError: If the text is not ours.
    """
    content = _read(text)
    home = document.sheet(sheet)
    taken = home.names()
    ids = {entry["id"]: document.new_id() for entry in content["nodes"]}
    shift = _shift([entry["position"] for entry in content["nodes"]], at)
    edits, made = [], []
    for entry in content["nodes"]:
        node = _node(entry, ids, shift, taken)
        taken.add(node.name)
        made.append(node)
        edits.append(Edit("node", sheet, node.id, None, node))
    for entry in content["links"]:
        source, target = End(*entry["source"]), End(*entry["target"])
        if source.node in ids and target.node in ids:
            link = Link(
                End(ids[source.node], source.port),
                End(ids[target.node], target.port),
                int(entry["rank"]),
            )
            edits.append(Edit("link", sheet, link.key, None, link))
    document.restore(edits)
    return made


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
        made = paste(document, copy(document, [node.id for node in originals]), sheet=sheet)
        if twins:
            edits = []
            for original, node in zip(originals, made, strict=True):
                linked = replace(node, twin=original.twin or original.id)
                edits.append(Edit("node", sheet, node.id, node, linked))
            document.restore(edits)
    return [document.node(node.id) for node in made]


def _read(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
        assert content["neurowire"] == "nodes"
        for entry in content["nodes"]:
            assert isinstance(entry["params"], dict)
            assert {"id", "type", "name", "position"} <= entry.keys()
            entry["position"] = tuple(map(float, entry["position"]))
            assert len(entry["position"]) == 2
        for entry in content["links"]:
            entry["rank"] = int(entry.get("rank", 0))
            assert len(entry["source"]) == len(entry["target"]) == 2
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise FileError(
            "paste: expected nodes copied in Neurowire, got other text; copy some nodes first"
        ) from error
    found: dict[str, Any] = content
    return found


def _node(
    entry: Mapping[str, Any], ids: Mapping[str, str], shift: tuple[float, float], taken: set[str]
) -> Node:
    name = entry["name"] if names.is_name(str(entry["name"])) else names.to_name(str(entry["name"]))
    x, y = entry["position"]
    return Node(
        id=ids[entry["id"]],
        type=str(entry["type"]),
        name=names.unique(name, taken),
        params=_params(str(entry["type"]), entry["params"]),
        position=(x + shift[0], y + shift[1]),
        twin=ids.get(entry.get("twin") or ""),
        muted=bool(entry.get("muted", False)),
    )


def _params(node_type: str, params: Mapping[str, Any]) -> dict[str, Any]:
    declaration = REGISTRY.find(node_type)
    if declaration is None:
        return dict(params)
    checked = {}
    for name, value in params.items():
        param = declaration.param(name)
        if param is not None:
            try:
                checked[param.name] = param.check(value)
            except BadParameter:
                continue
    return checked


def _shift(
    positions: list[tuple[float, float]], at: tuple[float, float] | None
) -> tuple[float, float]:
    if at is None or not positions:
        return OFFSET, OFFSET
    xs, ys = [x for x, _ in positions], [y for _, y in positions]
    return at[0] - (min(xs) + max(xs)) / 2, at[1] - (min(ys) + max(ys)) / 2
