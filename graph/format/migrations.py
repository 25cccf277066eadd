"""From one format of the `.neurowire` file to the next, so that an old file gives what it gave."""

from collections.abc import Iterator
from typing import Any

LAST = "-1"
"""The last column of a table, by its number from the end."""


def keep_tables(content: dict[str, Any]) -> dict[str, Any]:
    """From 1 to 2: a table's column that counts the rows is left out, unless all are kept.

    And what is predicted is found by the columns' names; it was the last column.
    """
    for node in nodes(content):
        if node.get("type") == "data.csv" and isinstance(params := node.get("params", {}), dict):
            target = params.get("target") or LAST
            node["params"] = {"index": "none", **params, "target": target}
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
