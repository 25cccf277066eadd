"""What a table of pictures holds: which column names files, where they lie, what is learned."""

import csv
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from graph.words import many
from runtime.data.folders import listed, look_at, note, parts_of, spans_of
from runtime.exported.data import DataError, locate
from runtime.exported.images import pictures
from runtime.exported.picture_tables import picture_of_row, read_picture_rows

Params = Mapping[str, Any]
Row = Mapping[str, str]
DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252")
SAMPLED = 300
"""Rows that are looked at to find where pictures lie."""
CLASSES = 20
"""A target of whole numbers with at most so many different ones is taken for classes."""


class Places(NamedTuple):
    """Where the pictures of a table lie.

    Attributes:
        column: The column with their names.
        folders: From the table's own on, those they lie in.
        ending: What the names lack.
    """

    column: str
    folders: tuple[str, ...]
    ending: str


def table_of(params: Params, data_dir: str | Path | None) -> Path:
    """The table a node names."""
    if not params.get("path"):
        raise DataError("This node has no table yet: choose a CSV file that names pictures.")
    table = locate(str(params["path"]), data_dir)
    if os.path.isdir(table):
        raise DataError(f"{table}: expected a table, received a folder. Choose the CSV file.")
    return table


def picture_table_content(params: Params, data_dir: str | Path | None) -> list[list[str | int]]:
    """The table's and every picture's name, size and time."""
    table = table_of(params, data_dir)
    stats = [(str(file), file.stat()) for file in [table, *pictures(table.parent)]]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]


def picture_table_facts(params: Params, data_dir: str | Path | None) -> dict[str, Any]:
    """What the reader must be told, and what a person may want to know."""
    table = table_of(params, data_dir)
    delimiter, encoding = form_of(table)
    rows = read_picture_rows(table, delimiter, encoding)
    names = [*rows[0]]
    places = places_of(table, rows, str(params.get("files") or ""))
    targets = targets_of(table, names, places.column, params)
    named = [row for row in rows if row[places.column]]
    whole = [row for row in named if all(row[one] for one in targets)]
    files = {
        name: picture_of_row(table.parent, places.folders, name + places.ending)
        for name in dict.fromkeys(row[places.column] for row in whole)
    }
    looks, broken = look_at([*dict.fromkeys(files.values())])
    bad = [name for name, file in files.items() if file in broken]
    if bad and params.get("unreadable") != "leave out":
        missing = [name for name in bad if not os.path.exists(files[name])]
        raise DataError(
            f"{table}: {many(len(bad), 'picture')} can't be read, {len(missing)} of them not "
            f"there: {listed([Path(one) for one in bad], table.parent)}. Put them there, or set "
            "`unreadable` to leave out."
        )
    left = [row for row in whole if row[places.column] not in {*bad}]
    if not left:
        raise DataError(f"{table}: expected rows with pictures that can be read, received none.")
    classes = classes_of(table, left, targets, str(params.get("task") or "auto"))
    count, validation = parts_of(len(left), params)
    spans = spans_of([*looks.values()])
    side, channels = int(params.get("size", 64)), int(params.get("channels", 3))
    target: dict[str, Any] = {
        "dims": ["N"] if classes else ["N", len(targets)],
        "dtype": "int" if classes else "float",
        "kind": "labels" if classes else "features",
        "classes": len(classes) if classes else None,
    }
    image = {"dims": ["N", channels, side, side], "dtype": "float", "kind": "features"}
    counts = Counter(row[targets[0]] for row in left) if classes else {}
    told = [
        note([*looks.values()], {name: counts[name] for name in classes or ()}, spans),
        f"files in {places.column}, learned: {', '.join(targets)}",
    ]
    if without := len(rows) - len(whole):
        told.append(f"{many(without, 'row')} without a name or target left out")
    if bad:
        names_of_bad = listed([Path(one) for one in bad], table.parent)
        told.append(f"left out, as they can't be read: {names_of_bad}")
    return {
        "outputs": {"image": {**image, "classes": None}, "target": target},
        "count": count,
        "validation": validation,
        "classes": classes,
        "targets": targets,
        "columns": [column(name, rows, targets) for name in names],
        "note": "; ".join(told),
        "reader": reader(places, targets, classes, bad, delimiter, encoding),
        **({"spans": spans} if spans else {}),
    }


def column(name: str, rows: Sequence[Row], targets: Sequence[str]) -> dict[str, Any]:
    """A column's facts."""
    words = [row[name] for row in rows if row[name]]
    return {
        "name": name,
        "kind": "target" if name in targets else "left out",
        "missing": len(rows) - len(words),
        "different": len({*words}),
        "example": words[0] if words else "",
    }


def reader(
    places: Places,
    targets: Sequence[str],
    classes: Sequence[str] | None,
    bad: Sequence[str],
    delimiter: str,
    encoding: str,
) -> dict[str, Any]:
    """The reader's arguments, those that say something."""
    return {
        "files": places.column,
        "targets": list(targets),
        **({"classes": list(classes)} if classes else {}),
        **({"folders": list(places.folders)} if places.folders != (".",) else {}),
        **({"ending": places.ending} if places.ending else {}),
        **({"without": list(bad)} if bad else {}),
        **({"delimiter": delimiter} if delimiter != "," else {}),
        **({"encoding": encoding} if encoding != ENCODINGS[0] else {}),
    }


def form_of(table: Path) -> tuple[str, str]:
    """The delimiter, by what is found in each of the first lines, and the encoding."""
    for encoding in ENCODINGS:
        try:
            text = table.read_text(encoding=encoding)
        except UnicodeDecodeError:
            continue
        lines = [line for line in text.splitlines()[:50] if line.strip()]
        widths = {one: [len(row) for row in csv.reader(lines, delimiter=one)] for one in DELIMITERS}
        even = [one for one in DELIMITERS if len({*widths[one]}) == 1 and widths[one][0] > 1]
        return (even or [max(DELIMITERS, key=text[:5000].count)])[0], encoding
    raise DataError(f"{table}: expected text in UTF-8, received something else. Save it so.")


def places_of(table: Path, rows: Sequence[Row], column: str) -> Places:
    """Which column names pictures, and where they lie.

    Raises:
        DataError: If no column names pictures.
    """
    top = table.parent
    by_name: dict[str, list[PurePosixPath]] = {}
    for file in pictures(top):
        place = PurePosixPath(file.relative_to(top).as_posix())
        for key in {place.name.lower(), place.stem.lower()}:
            by_name.setdefault(key, []).append(place)
    if column and column not in rows[0]:
        raise DataError(f"{table}: expected a column {column!r}, received {', '.join(rows[0])}.")
    best: tuple[int, Places] | None = None
    for name in [column] if column else [*rows[0]]:
        found = Counter[tuple[str, str]]()
        for row in rows[:SAMPLED]:
            found.update(_fits(row[name].replace("\\", "/"), by_name))
        if not found:
            continue
        (_, ending), _ = found.most_common(1)[0]
        folders = tuple(folder for (folder, end), _ in found.most_common() if end == ending)
        hits = sum(count for (_, end), count in found.items() if end == ending)
        if best is None or hits > best[0]:
            best = hits, Places(name, folders, ending)
    if best is None:
        raise DataError(
            f"{table}: expected a column that names pictures beside the table or in folders below "
            f"it, received {', '.join(rows[0])}. Put the pictures there, or name the column."
        )
    return best[1]


def _fits(cell: str, by_name: Mapping[str, Sequence[PurePosixPath]]) -> list[tuple[str, str]]:
    """The folder and the ending with which a cell names a picture, if it does."""
    found = []
    for place in by_name.get(PurePosixPath(cell).name.lower(), ()) if cell else ():
        for ending in ("", place.suffix):
            whole = PurePosixPath(cell + ending)
            if whole.parts == place.parts[len(place.parts) - len(whole.parts) :]:
                folder = PurePosixPath(*place.parts[: len(place.parts) - len(whole.parts)])
                found.append((str(folder), ending))
                break
    return found[:1]


def targets_of(table: Path, names: Sequence[str], column: str, params: Params) -> list[str]:
    """The columns to predict."""
    chosen = [str(one) for one in params.get("targets") or ()]
    if lacking := [one for one in chosen if one not in names]:
        raise DataError(f"{table}: expected a column {lacking[0]!r}, received {', '.join(names)}.")
    rest = [name for name in names if name != column and name]
    if not rest:
        raise DataError(f"{table}: expected a column to predict beside {column!r}, received none.")
    return chosen or rest[-1:]


def classes_of(
    table: Path, rows: Sequence[Row], targets: Sequence[str], task: str
) -> list[str] | None:
    """The classes in order, or None where numbers are to be predicted."""
    words = sorted({row[targets[0]] for row in rows})
    numeric = all(_is_number(word) for word in words)
    whole = numeric and all(float(word.replace(",", ".")).is_integer() for word in words)
    if (
        task == "regression"
        or len(targets) > 1
        or (task == "auto" and numeric and not (whole and len(words) <= CLASSES))
    ):
        return None
    if len(words) < 2:
        raise DataError(
            f"{table}, column {targets[0]!r}: one class only, {words[0]!r}: there is nothing to "
            "tell apart. Choose another target."
        )
    key = (lambda word: float(word.replace(",", "."))) if numeric else None
    return sorted(words, key=key)


def _is_number(word: str) -> bool:
    try:
        float(word.replace(",", "."))
    except ValueError:
        return False
    return True
