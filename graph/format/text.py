"""The text of a `.neurowire` file: JSON with sorted keys, the same for the same document."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from operator import is_
from typing import Any

from graph.edit.document import Document
from graph.edit.rules import link_order
from graph.model.sheet import Frame, Link, Node, Sheet

FORMAT = 2

Rows = dict[str, tuple[Node, str]]
"""Nodes by id, with their rows of the table."""

_ENCODER = json.JSONEncoder(indent=1, sort_keys=True, ensure_ascii=False)
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Halves of characters: legal in JSON as escapes only."""


class Texts:
    """Gives the text of a document again and again, and writes anew only what changed.

    Nodes and links are frozen: one that is the very same object has the text it had.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, Rows] = {}
        self._links: dict[str, tuple[list[Link], str]] = {}

    def of(self, document: Document) -> str:
        """The text of the document as it stands."""
        present = {sheet.name for sheet in document.sheets()}
        for kept in (self._nodes, self._links):
            for gone in kept.keys() - present:
                del kept[gone]
        networks = {
            name: _row(name, self._sheet(sheet, 2)) for name, sheet in document.networks.items()
        }
        parts = {
            "format": str(FORMAT),
            "settings": _text(asdict(document.settings), 1),
            "board": self._sheet(document.board, 1),
            "networks": _table(networks, 1),
            **{key: _text(value, 1) for key, value in document.unknown.items()},
        }
        return _table({key: _row(key, text) for key, text in parts.items()}, 0) + "\n"

    def _sheet(self, sheet: Sheet, depth: int) -> str:
        parts = {
            "nodes": _table(self._node_rows(sheet, depth + 2), depth + 1),
            "links": self._link_list(sheet, depth + 1),
            "frames": _text({one.id: _frame(one) for one in sheet.frames.values()}, depth + 1),
        }
        if sheet.exposed:
            exposed = {name: list(one) for name, one in sheet.exposed.items()}
            parts["exposed"] = _text(exposed, depth + 1)
        return _table({key: _row(key, text) for key, text in parts.items()}, depth)

    def _node_rows(self, sheet: Sheet, depth: int) -> dict[str, str]:
        before, rows = self._nodes.get(sheet.name, {}), {}
        for name, node in sheet.nodes.items():
            kept = before.get(name)
            if kept is None or kept[0] is not node:
                kept = node, _row(name, _text(_node(node), depth))
            rows[name] = kept
        self._nodes[sheet.name] = rows
        return {name: row for name, (_, row) in rows.items()}

    def _link_list(self, sheet: Sheet, depth: int) -> str:
        links = list(sheet.links.values())
        before, text = self._links.get(sheet.name, (None, ""))
        if before is None or len(before) != len(links) or not all(map(is_, before, links)):
            rows = [_text(_link(one), depth + 1) for one in sorted(links, key=link_order)]
            text = _block("[", rows, "]", depth)
            self._links[sheet.name] = links, text
        return text


def _text(value: Any, depth: int) -> str:
    """A value as it stands so deep in a file; no letter of a string is a line's end in JSON."""
    found = _ENCODER.encode(value).replace("\n", _line(depth))
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", found)


def _line(depth: int) -> str:
    return "\n" + " " * depth


def _row(key: str, text: str) -> str:
    return f"{_text(key, 0)}: {text}"


def _table(rows: Mapping[str, str], depth: int) -> str:
    """A table of what is text already, its keys included."""
    return _block("{", [rows[key] for key in sorted(rows)], "}", depth)


def _block(start: str, rows: Sequence[str], end: str, depth: int) -> str:
    if not rows:
        return start + end
    inner = _line(depth + 1)
    return f"{start}{inner}{f',{inner}'.join(rows)}{_line(depth)}{end}"


def _link(link: Link) -> dict[str, Any]:
    return {
        "from": list(link.source),
        "to": list(link.target),
        "rank": link.rank,
        **({"again": link.again} if link.again else {}),
    }


def _frame(frame: Frame) -> dict[str, Any]:
    return {key: value for key, value in asdict(frame).items() if key != "id"}


def _node(node: Node) -> dict[str, Any]:
    content: dict[str, Any] = {
        "type": node.type,
        "name": node.name,
        "position": list(node.position),
    }
    if node.params:
        content["params"] = dict(node.params)
    if node.twin:
        content["twin"] = node.twin
    if node.muted:
        content["muted"] = True
    if node.size:
        content["size"] = list(node.size)
    return content
