"""Copy and paste: part of a sheet as JSON text, from any window, web page or chat."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from graph.core.errors import FileError
from graph.edit import copying, dropped_files
from graph.edit.document import Document
from graph.format import pasted_text
from graph.format.file import load_text
from graph.model.sheet import BOARD, Node

APART = 220.0
"""Between nodes of a text that does not say where they stand."""


def copy(document: Document, ids: Iterable[str]) -> str:
    """The nodes and the links between them as JSON text, with the networks they place."""
    return json.dumps(copying.parts(document, ids), indent=1)


def paste(
    document: Document,
    text: str,
    *,
    sheet: str = BOARD,
    at: tuple[float, float] | None = None,
    complain: Callable[[str], None] | None = None,
) -> list[Node]:
    """Put copied nodes on a sheet; see `copying.place`.

    Args:
        document: Where to.
        text: What `copy` gave, or a board's file, also within other words.
        sheet: Name of the sheet.
        at: Where the middle of the nodes comes; a little beside the originals if left out.
        complain: Called with the reason why a node may not stand on the sheet, and is left out.

    Raises:
        FileError: If the text is not ours.
    """
    return copying.place(document, _read(text), sheet=sheet, at=at, complain=complain)


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
