"""Which column of a table names pictures, and where these lie, by the files that are there."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

import pandas as pd

from graph.core.limits import brief
from graph.core.wording import many
from runtime.exported.data import DataError
from runtime.exported.images import PICTURES, pictures
from runtime.exported.picture_tables import as_known, names_in

SAMPLED = 300
"""Rows that are looked at to find where pictures lie."""


class Places(NamedTuple):
    """Where the pictures of a table lie.

    Attributes:
        column: The column with their names.
        folders: From the top on, those they lie in.
        endings: What the names lack.
        prefix: What they begin with that is not there.
        told: What is unusual.
    """

    column: str
    folders: tuple[str, ...] = (".",)
    endings: tuple[str, ...] = ("",)
    prefix: str = ""
    told: tuple[str, ...] = ()


class Fit(NamedTuple):
    """How a name leads to a picture."""

    folder: str
    ending: str
    prefix: str


def places_of(table: Path, top: Path, cells: pd.DataFrame, column: str) -> Places:
    """Which column names pictures, and where they lie.

    Args:
        table: The table's file.
        top: The folder they are looked for in, and below.
        cells: The table, its words as they are written.
        column: The column that a person named, if one did.

    Raises:
        DataError: If no column names pictures.
    """
    by_name: dict[str, list[PurePosixPath]] = {}
    for file in pictures(top):
        place = PurePosixPath(file.relative_to(top).as_posix())
        for key in {as_known(PurePath(place.name)), as_known(PurePath(place.stem))}:
            by_name.setdefault(key, []).append(place)
    best: tuple[int, Places] | None = None
    head = cells.head(SAMPLED)
    for name in [column] if column else [*head.columns]:
        found = [fits(top, cell, by_name) for cell in names_in(head, name) if cell]
        hits = sum(map(bool, found))
        if hits and (best is None or hits > best[0]):
            best = hits, _most(name, found)
    if best is None:
        raise DataError(_none(table, top, cells, column))
    return best[1]


def _most(name: str, found: Sequence[Sequence[Fit]]) -> Places:
    """What most names have in common."""
    firsts = [one[0] for one in found if one]
    (prefix, _), *_ = Counter(one.prefix for one in firsts).most_common(1)
    same = [one for one in firsts if one.prefix == prefix]
    endings = tuple(one for one, _ in Counter(one.ending for one in same).most_common())
    folders = tuple(one for one, _ in Counter(one.folder for one in same).most_common())
    told = []
    if prefix:
        told.append(f"names begin with {brief(prefix)}, which is not there: it is left out")
    if several := [one for one in found if len(one) > 1]:
        others = sorted({fit.folder for one in several for fit in one[1:]})
        told.append(
            f"{many(len(several), 'name')} fit pictures in several folders: those of "
            f"{several[0][0].folder} are taken, not of {', '.join(others[:5])}"
        )
    return Places(name, folders, endings, prefix, tuple(told))


def fits(top: Path, name: str, by_name: Mapping[str, Sequence[PurePosixPath]]) -> list[Fit]:
    """How a name leads to pictures: those that share most of its folders."""
    if os.path.isfile(top / name):
        return [Fit(".", "", "")]
    whole = PurePosixPath(name)
    found: list[tuple[int, Fit]] = []
    for place in by_name.get(as_known(PurePath(whole.name)), ()):
        for ending in ("", place.suffix):
            if same := shared_tail(PurePosixPath(name + ending), place):
                folder = PurePosixPath(*place.parts[:-same])
                prefix = PurePosixPath(*whole.parts[:-same]).as_posix()
                found.append((same, Fit(str(folder), ending, prefix.removeprefix("."))))
                break
    most = max((same for same, _ in found), default=0)
    return [fit for same, fit in found if same == most]


def shared_tail(one: PurePosixPath, other: PurePosixPath) -> int:
    """How many names at their ends two paths share, in whatever case they are written."""
    pairs = zip(reversed(one.parts), reversed(other.parts), strict=False)
    same = takewhile(lambda pair: as_known(PurePath(pair[0])) == as_known(PurePath(pair[1])), pairs)
    return sum(1 for _ in same)


def _none(table: Path, top: Path, cells: pd.DataFrame, column: str) -> str:
    """Why no column names pictures."""
    names = ", ".join(map(str, cells.columns))
    for one in [column] if column else [*cells.columns]:
        named = [cell for cell in names_in(cells, str(one)) if cell]
        pictures_named = [cell for cell in named if cell.lower().endswith(PICTURES)]
        if named and len(pictures_named) * 2 > len(named):
            return (
                f"{table}: none of {many(len(named), 'picture')} that the column {one!r} names is "
                f"in {top} or below, such as {brief(named[0])}. Put them there, or choose their "
                "folder as `pictures`."
            )
    return (
        f"{table}: expected a column that names pictures in {top} or below, received {names}. Put "
        "the pictures there, choose their folder as `pictures`, or name the column as `files`."
    )
