"""A reader of pictures that a table names: image [N, C, H, W] in 0..1 and what to learn of each."""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from runtime.exported.data import DataError, locate, split
from runtime.exported.images import DEEP, read_picture


def picture_table(
    path: str | Path,
    *,
    files: str,
    targets: Sequence[str],
    classes: Sequence[str] | None = None,
    folders: Sequence[str] = (".",),
    ending: str = "",
    without: Sequence[str] = (),
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    size: int,
    channels: int = 3,
    spans: Mapping[str, tuple[float, float]] = DEEP,
    validation: float = 0.2,
    seed: int = 0,
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Rows of a table: the picture that the column `files` names, and its class or numbers.

    The target is label [N] or, without classes, value [N, targets]. Names lack the `ending`, and
    are looked for in `folders` beside the table. Rows of names in `without`, and rows without a
    target, are left out.
    """
    table = locate(path, data_dir)
    rows = read_picture_rows(table, delimiter, encoding)
    left_out = {*without}
    rows = [row for row in rows if row[files] not in left_out and all(row[one] for one in targets)]
    places = [picture_of_row(table.parent, folders, row[files] + ending) for row in rows]
    image = torch.empty(len(rows), channels, size, size)
    for at, place in enumerate(places):
        image[at] = read_picture(place, size, channels, spans)
    if classes is None:
        target = torch.tensor(
            [[number_in_cell(row, one, table) for one in targets] for row in rows]
        )
    else:
        known = {name: i for i, name in enumerate(classes)}
        target = torch.tensor([known[row[targets[0]]] for row in rows])
    return split((image, target), validation=validation, seed=seed)


def read_picture_rows(table: Path, delimiter: str, encoding: str) -> list[dict[str, str]]:
    """The rows of a table with a header line, each cell as text without blanks around it."""
    try:
        with table.open(encoding=encoding, newline="") as file:
            cells = [*csv.reader(file, delimiter=delimiter)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table} can't be read as a table ({error}).") from error
    lines = [[cell.strip() for cell in row] for row in cells if any(row)]
    header, *rows = lines or [[]]
    if not rows:
        raise DataError(f"{table}: expected a header line and rows, received none.")
    return [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]


def picture_of_row(top: Path, folders: Sequence[str], name: str) -> Path:
    """The picture of this name, in the first folder that has it."""
    places = [top / folder / name.replace("\\", "/") for folder in folders]
    return next((place for place in places if os.path.isfile(place)), places[0])


def number_in_cell(row: Mapping[str, str], name: str, table: Path) -> float:
    """The number in a cell; its decimal mark may be a comma."""
    try:
        return float(row[name].replace(",", "."))
    except ValueError as error:
        raise DataError(
            f"{table}, column {name!r}: expected a number, received {row[name]!r}. Mend the cell."
        ) from error
