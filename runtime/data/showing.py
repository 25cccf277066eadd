"""How a table's cells are shown to people."""

import math
from typing import Any

import pandas as pd


def shown(cell: Any) -> str:
    """A cell for people."""
    if (
        cell is None
        or cell is pd.NA
        or cell is pd.NaT
        or (isinstance(cell, float) and math.isnan(cell))
    ):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
