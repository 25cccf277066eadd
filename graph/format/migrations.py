"""From one format of the `.neurowire` file to the next, so that an old file gives what it gave."""

from collections.abc import Iterator
from typing import Any


def keep_row_numbers(content: dict[str, Any]) -> dict[str, Any]:
    """From 1 to 2: a table's column that counts the rows is left out, unless all are kept."""
    for node in nodes(content):
        if node.get("type") == "data.csv" and isinstance(params := node.get("params", {}), dict):
            node["params"] = {"index": "none", **params}
    return content


def nodes(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of all sheets of a file, those that can be read."""
    networks = content.get("networks")
    sheets = [content.get("board"), *(networks.values() if isinstance(networks, dict) else ())]
    for sheet in sheets:
        found = sheet.get("nodes") if isinstance(sheet, dict) else None
        yield from (one for one in _values(found) if isinstance(one, dict))


def _values(table: Any) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else []
