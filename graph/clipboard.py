"""Copy and paste: part of a sheet as JSON text, from any window, web page or chat."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import names, rules
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
    document: "Document",
    text: str,
    *,
    sheet: str,
    at: tuple[float, float] | None = None,
    same: bool = False,
) -> list[Node]:
    """Put copied nodes on a sheet under fresh ids and free names.

    Args:
        document: Where to.
        text: What `copy` gave.
        sheet: Name of the sheet.
        at: Where the middle of the nodes comes; a little beside the originals if left out.
        same: The text comes from this document, so parameters that name other nodes still do.

    Raises:
        FileError: If the text is not ours.
    """
    content = _read(text)
    home = document.sheet(sheet)
    taken = home.names()
    entries = [
        entry
        for entry in content["nodes"]
        if rules.why_not_here(document, entry["type"], entry["params"], sheet) is None
    ]
    ids = {entry["id"]: document.new_id() for entry in entries}
    shift = _shift([entry["position"] for entry in entries], at)
    made = []
    for entry in entries:
        node = _node(entry, ids, shift, taken, same=same)
        taken.add(node.name)
        made.append(node)
    with document.group("Paste"):
        document.restore(Edit("node", sheet, node.id, None, node) for node in made)
        for link in sorted(_links(content, ids), key=lambda link: link.rank):
            if rules.why_not_read(document, link, home) is None and link.key not in home.links:
                document.restore([Edit("link", sheet, link.key, None, link)])
        rules.cut_circles(document, home)
    return [document.node(node.id) for node in made]


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
        made = paste(document, text, sheet=sheet, same=True)
        if twins:
            edits = []
            for original, node in zip(originals, made, strict=True):
                linked = replace(node, twin=original.twin or original.id)
                edits.append(Edit("node", sheet, node.id, node, linked))
            document.restore(edits)
    return [document.node(node.id) for node in made]


def _read(text: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(text)
        _expect(content["neurowire"] == "nodes")
        for entry in content["nodes"]:
            _expect(isinstance(entry["params"], dict))
            _expect(all(isinstance(entry[word], str) for word in ("id", "type", "name")))
            _expect(isinstance(entry.get("twin"), str | None))
            x, y = map(float, entry["position"])
            _expect(math.isfinite(x) and math.isfinite(y))
            entry["position"] = (x, y)
        for entry in content["links"]:
            entry["rank"] = int(entry.get("rank", 0))
            for node, port in (entry["source"], entry["target"]):
                _expect(isinstance(node, str) and isinstance(port, str))
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise FileError(
            "paste: expected nodes copied in Neurowire, got other text; copy some nodes first"
        ) from error
    return content


def _expect(condition: bool) -> None:
    if not condition:
        raise ValueError


def _links(content: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[Link]:
    for entry in content["links"]:
        source, target = End(*entry["source"]), End(*entry["target"])
        if source.node in ids and target.node in ids:
            start, finish = End(ids[source.node], source.port), End(ids[target.node], target.port)
            yield Link(start, finish, entry["rank"])


def _node(
    entry: Mapping[str, Any],
    ids: Mapping[str, str],
    shift: tuple[float, float],
    taken: set[str],
    *,
    same: bool,
) -> Node:
    name = entry["name"] if names.is_name(entry["name"]) else names.to_name(entry["name"])
    x, y = entry["position"]
    declaration = REGISTRY.find(entry["type"])
    return Node(
        id=ids[entry["id"]],
        type=declaration.type if declaration else entry["type"],
        name=names.unique(name, taken),
        params=_params(entry["type"], entry["params"], ids, same=same),
        position=(x + shift[0], y + shift[1]),
        twin=ids.get(entry.get("twin") or ""),
        muted=entry.get("muted") is True,
    )


def _params(
    node_type: str, params: Mapping[str, Any], ids: Mapping[str, str], *, same: bool
) -> dict[str, Any]:
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
            checked = tuple(ids.get(one, one) for one in checked if same or one in ids)
        if checked != param.default:
            found[param.name] = checked
    return found


def _shift(
    positions: list[tuple[float, float]], at: tuple[float, float] | None
) -> tuple[float, float]:
    if at is None or not positions:
        return OFFSET, OFFSET
    xs, ys = [x for x, _ in positions], [y for _, y in positions]
    return at[0] - (min(xs) + max(xs)) / 2, at[1] - (min(ys) + max(ys)) / 2
