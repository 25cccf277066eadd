"""Texts of files, as they are and as they should not be."""

import json
from typing import Any

from graph.format.loader import Loaded


def text_of(board: dict[str, Any] | None = None, **more: Any) -> str:
    return json.dumps({"format": 1, "board": board or {}, **more})


def nodes(**entries: Any) -> dict[str, Any]:
    """A board of nodes such as n1="layer.linear"."""
    full = {
        key: {"type": entry, "name": f"a{key}"} if isinstance(entry, str) else entry
        for key, entry in entries.items()
    }
    return {"nodes": full}


def wires(*ends: str) -> list[dict[str, Any]]:
    """Links such as "n1.y n2.x"."""
    return [
        {"from": start.split("."), "to": end.split("."), "rank": rank}
        for rank, (start, end) in enumerate(one.split() for one in ends)
    ]


def problems(loaded: Loaded) -> str:
    """All problems as one text, places included."""
    return "\n".join(f"{one.sheet} {one.node} {one}" for one in loaded.problems)
