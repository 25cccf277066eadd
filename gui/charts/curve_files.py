"""Curves as a table in a file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from gui.charts.series import Series


def write_csv(path: Path, curves: Mapping[str, Series]) -> None:
    """Write every point of some curves: a row for each step, a column for each curve.

    Args:
        path: The file, in UTF-8, apart by commas.
        curves: By name.

    Raises:
        OSError: If the file can't be written.
    """
    rows: dict[float, dict[str, float]] = {}
    for name, series in curves.items():
        places = zip(series.x[: series.count], series.y[: series.count], strict=True)
        for step, value in places:
            rows.setdefault(float(step), {})[name] = float(value)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["step", *curves])
        for step in sorted(rows):
            row = rows[step]
            table.writerow([int(step), *(repr(row[n]) if n in row else "" for n in curves)])
