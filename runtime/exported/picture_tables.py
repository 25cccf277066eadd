"""A reader of pictures that a table names: image [N, C, H, W] in 0..1 and what to learn of each."""

import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from runtime.exported.data import DataError, locate
from runtime.exported.images import DEEP, pictures, read_picture
from runtime.exported.tables import Cut, column_of, parted, place_of, wanted_columns


def picture_table(
    table: pd.DataFrame,
    *,
    files: str,
    targets: Sequence[str],
    classes: Sequence[object] | None = None,
    top: str | Path | None = None,
    folders: Sequence[str] = (".",),
    endings: Sequence[str] = ("",),
    prefix: str = "",
    without: Sequence[str] = (),
    size: int,
    channels: int = 3,
    spans: Mapping[str, tuple[float, float]] = DEEP,
    validation: float = 0.2,
    seed: int = 0,
    cut: Cut | None = None,
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Rows of a table: the picture that the column `files` names, and its class or numbers.

    The target is label [N] or, without classes, value [N, targets]. Pictures lie in `folders` of
    `top`, which is the table's own folder if not given; their names lack one of the `endings` and
    begin with a `prefix` that is not there. Rows of names in `without`, and rows without a target,
    are left out.
    """
    wanted, rows = picture_rows(table, files, targets, classes, without)
    names = names_in(table, files)
    home = Path(place_of(table)).parent if top is None else locate(top, data_dir)
    chosen = [names[row] for row in rows]
    found = dict(zip(rows, find_pictures(home, chosen, folders, endings, prefix), strict=True))
    train, held_out = parted(table, torch.tensor(rows, dtype=torch.int64), cut, validation, seed)
    sets = []
    for part in [train] if train is held_out else [train, held_out]:
        image = torch.empty(len(part), channels, size, size)
        for at, row in enumerate(part.tolist()):
            image[at] = read_picture(found[row], size, channels, spans)
        sets.append((image, wanted[part]))
    return sets[0], sets[-1]


def picture_rows(
    table: pd.DataFrame,
    files: str,
    targets: Sequence[str],
    classes: Sequence[object] | None,
    without: Sequence[str] = (),
) -> tuple[Tensor, list[int]]:
    """What is to be predicted, and the rows that have it and name a picture."""
    wanted, known = wanted_columns(table, targets, classes)
    names, left_out = names_in(table, files), {"", *without}
    rows = [row for row in known.nonzero().squeeze(1).tolist() if names[row] not in left_out]
    if not rows:
        raise DataError(
            f"{place_of(table)}: expected rows with pictures that can be read, received none."
        )
    return wanted, rows


def names_in(table: pd.DataFrame, files: str) -> list[str]:
    """The names in a column of a table; empty where one is missing."""
    return [name_of(cell) for cell in column_of(table, files).astype(object)]


def name_of(cell: Any) -> str:
    """A name as the file system knows it: numbers without a point, folders behind slashes."""
    if pd.isna(cell):
        return ""
    plain = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return str(PurePosixPath(plain.replace("\\", "/"))) if plain else ""


def find_pictures(
    top: Path, names: Sequence[str], folders: Sequence[str], endings: Sequence[str], prefix: str
) -> list[Path]:
    """The picture of each name, in the first folder that has it, in whatever case it is written.

    Of one that is not there, the place where it was looked for first.
    """
    alike = {as_known(place.relative_to(top)): place for place in pictures(top)}
    found = []
    for name in names:
        rest = name.removeprefix(prefix).lstrip("/") if prefix else name
        tried = [PurePosixPath(folder, rest + end) for folder in folders for end in endings]
        there = (top / one for one in tried if os.path.isfile(top / one))
        near = (alike[as_known(one)] for one in tried if as_known(one) in alike)
        found.append(next(there, None) or next(near, None) or top / tried[0])
    return found


def as_known(place: PurePath) -> str:
    """A path with letters as some systems write them: accents joined, capitals small."""
    return unicodedata.normalize("NFC", place.as_posix()).casefold()
