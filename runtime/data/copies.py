"""Columns that say what is to be predicted: a copy of it, in other words or in another unit.

A network learns such a column and nothing else, and is of no use where the target is not known.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from runtime.data.columns import Column, Columns
from runtime.exported.tables import column_of

LEAST = 10
"""In fewer rows columns may be alike by chance."""
EXACT = 1e-3
"""How far numbers may lie from a straight line through them, in deviations: they were rounded."""
HALF = 0.5


def copies(
    columns: Columns, table: pd.DataFrame, params: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Doubts about columns that are learned from and copy a target, each with a way out.

    Where nothing else is learned from, nothing is said: it is what there is.
    """
    found = {}
    for one in columns.used:
        cells = column_of(table, one.name)
        for target in columns.targets:
            how = _copied(one, cells, column_of(table, target))
            if how:
                found[one.name] = f"the column {one.name!r} {how.format(repr(target))}"
    if len(found) == len(columns.used):
        return []
    kinds = dict(params.get("kinds") or {})
    return [
        {
            "severity": "warning",
            "text": f"{text}: a network learns to copy it, and nothing else",
            "advice": "leave it out, if it is not known before the target is",
            "fixes": [["kinds", [*kinds.items(), (name, "ignore")], f"Leave {name} out"]],
            "asked": [[one, params.get(one)] for one in ("kinds", "target") if one in params],
        }
        for name, text in found.items()
    ]


def _copied(column: Column, cells: "pd.Series[Any]", target: "pd.Series[Any]") -> str:
    """How a column is a copy of the target, whose name goes in; nothing where it is none."""
    both = cells.notna() & target.notna()
    rows = int(both.sum())
    if rows < LEAST or rows < HALF * int(target.notna().sum()):
        return ""
    cells, target = cells[both], target[both]
    different = cells.nunique()
    if different < 2:
        return ""
    if _is_number(cells) and _is_number(target) and _in_line(cells, target):
        same = bool((cells == target).all())
        return "is a copy of the target {}" if same else "gives the target {} in other numbers"
    if column.part or different * 2 > rows or different != target.nunique():
        return ""
    pairs = pd.DataFrame({"cell": cells.to_numpy(), "target": target.to_numpy()})
    if len(pairs.drop_duplicates()) != different:
        return ""
    same = bool((pairs["cell"].astype(str) == pairs["target"].astype(str)).all())
    return "is a copy of the target {}" if same else "gives the target {} in other words"


def _is_number(cells: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)


def _in_line(cells: "pd.Series[Any]", target: "pd.Series[Any]") -> bool:
    """Do two columns of numbers lie along a straight line?"""
    x, y = (one.astype(float) - one.mean() for one in (cells, target))
    spread, goal = (x * x).mean(), (y * y).mean()
    if not spread or not goal:
        return False
    left = y - x * ((x * y).mean() / spread)
    return bool((left * left).mean() <= EXACT**2 * goal)
