"""What a table of pictures holds: where the pictures that it names lie, and what is learned."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from graph.core.wording import many
from runtime.data import named_pictures
from runtime.data.columns import Columns, column_called
from runtime.data.cuts import cut_of
from runtime.data.doubts import doubts_of
from runtime.data.folders import LEAVE_OUT, listed, look_at, note, spans_of
from runtime.data.learned import as_days, classes_of, tensor
from runtime.data.mendable import Mendable
from runtime.data.named_pictures import Places
from runtime.data.reading import Reading, read_table
from runtime.data.tabular import first_rows, parted, predicted, read_facts
from runtime.exported.data import DataError, locate
from runtime.exported.images import pictures
from runtime.exported.picture_tables import find_pictures, names_in
from runtime.exported.tables import wanted_columns

Params = Mapping[str, Any]


def table_of(params: Params, data_dir: str | Path | None) -> Path:
    """The table a node names."""
    if not params.get("path"):
        raise DataError("This node has no table yet: choose a file that names pictures.")
    table = locate(str(params["path"]), data_dir)
    if os.path.isdir(table):
        raise DataError(f"{table}: expected a table, received a folder. Choose the CSV file.")
    return table


def top_of(table: Path, params: Params, data_dir: str | Path | None) -> Path:
    """The folder in and below which a table's pictures lie."""
    chosen = str(params.get("pictures") or "")
    top = locate(chosen, data_dir) if chosen else table.parent
    if not os.path.isdir(top):
        raise DataError(f"{top}: expected a folder of pictures, received a file.")
    return top


def picture_table_content(params: Params, data_dir: str | Path | None) -> list[list[str | int]]:
    """The table's and every picture's name, size and time."""
    table = table_of(params, data_dir)
    files = [table, *pictures(top_of(table, params, data_dir))]
    stats = [(str(file), file.stat()) for file in files]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]


def read_named(table: Path, top: Path, params: Params) -> tuple[Reading, Places]:
    """A table with the names of pictures as they are written, and where these lie."""
    reading = read_table(table, params)
    reading.cells.columns = reading.cells.columns.map(str)
    asked = str(params.get("files") or "")
    column = column_called(table, [*reading.cells.columns], asked) if asked else ""
    places = named_pictures.places_of(table, top, reading.cells, column)
    return read_table(table, {**params, "words": (places.column,)}), places


def picture_table_facts(params: Params, data_dir: str | Path | None) -> dict[str, Any]:
    """What the reader must be told, and what a person may want to know."""
    path = table_of(params, data_dir)
    top = top_of(path, params, data_dir)
    reading, places = read_named(path, top, params)
    table, columns = reading.table, columns_of(path, reading, places.column, params)
    targets = columns.targets
    whole = [row for row, name in enumerate(names_in(table, places.column)) if name]
    present = table[targets].notna().all(axis=1).to_numpy()
    seen = Seen(path, top, places, table, [row for row in whole if present[row]], params)
    kept = replace(reading, table=table.iloc[seen.rows])
    days = as_days(reading, targets, params)
    kept = replace(kept, table=reading.table.iloc[seen.rows])
    several = len(targets) > 1 or days
    classes = None if several else classes_of(path, kept, targets[0], params)
    if classes is None:
        columns.check_numbers(targets)
    wanted, _ = wanted_columns(table, targets, classes)
    cut = cut_of(table, targets, params)
    share = float(params.get("validation", 0.2))
    train, held = parted(cut, table, torch.tensor(seen.rows), share)
    counts = torch.bincount(wanted[train], minlength=len(classes)).tolist() if classes else None
    side, channels = int(params.get("size", 64)), int(params.get("channels", 3))
    target = (
        tensor(["N"], "int", "labels", len(classes))
        if classes
        else tensor(["N", len(targets)], "float", "features", None)
    )
    shown = dict(zip(map(str, classes or ()), counts or (), strict=True))
    told = [
        note(seen.looks, shown, seen.spans),
        f"files in {places.column}, learned: {', '.join(targets)}",
        *predicted(columns),
        *(*reading.told, *places.told, *seen.told),
    ]
    return {
        "outputs": {
            "image": tensor(["N", channels, side, side], "float", "features", None),
            "target": target,
        },
        "count": len(train),
        "validation": len(held),
        "classes": [*shown] or None,
        "class_values": classes,
        "counts": counts,
        "cut": list(cut) if cut else None,
        "columns": [one.facts() for one in columns.all],
        "doubts": doubts_of(
            columns,
            kept.table,
            {**dict.fromkeys(targets), targets[0]: classes},
            lambda name: ("targets", (name,)),
            params,
        ),
        **read_facts(reading),
        "rows": first_rows(table),
        "note": "; ".join(told),
        "reader": reader(places, targets, seen.bad),
        **({"spans": seen.spans} if seen.spans else {}),
    }


class Seen:
    """The pictures of a table's rows.

    Attributes:
        rows: Those that have a picture which can be read, and something to learn.
        looks: What the pictures are.
        spans: The numbers that become 0 and 1, by mode.
        bad: Names of those that are not there or can't be read.
        told: What is left out or unusual.

    Raises:
        DataError: If a picture can't be read and is not to be left out, or none is left.
    """

    def __init__(
        self,
        path: Path,
        top: Path,
        places: Places,
        table: pd.DataFrame,
        whole: Sequence[int],
        params: Params,
    ) -> None:
        names = names_in(table, places.column)
        distinct = [*dict.fromkeys(names[row] for row in whole)]
        files = dict(zip(distinct, find_pictures(top, distinct, *places[1:4]), strict=True))
        looks, broken = look_at([*dict.fromkeys(files.values())])
        self.bad = [one for one, file in files.items() if file in broken]
        if self.bad and params.get("unreadable") != "leave out":
            raise Mendable(refused(path, self.bad, files), LEAVE_OUT)
        left_out = {*self.bad}
        self.rows = [row for row in whole if names[row] not in left_out]
        if not self.rows:
            raise DataError(f"{path}: expected rows with pictures that can be read, received none.")
        self.looks = [*looks.values()]
        self.spans = spans_of(self.looks)
        self.told: list[str] = []
        if without := len(table) - len(whole):
            self.told.append(f"{many(without, 'row')} without a name or target left out")
        if self.bad:
            unread = listed(map(Path, self.bad), path.parent)
            self.told.append(f"left out, as they can't be read: {unread}")
        if again := sum(n > 1 for n in Counter(names[row] for row in self.rows).values()):
            self.told.append(f"{many(again, 'picture')} in more than one row")


def columns_of(path: Path, reading: Reading, name: str, params: Params) -> Columns:
    """The columns of a table whose pictures are named in one of them."""
    others = [str(one) for one in reading.table.columns if str(one) != name]
    if not others:
        raise DataError(f"{path}: expected a column to predict beside {name!r}, received none.")
    first, *further = [*(params.get("targets") or ())] or [""]
    asked = {"target": first, "also": further, "kinds": {name: "ignore"}, "features": [name]}
    columns = Columns(path, reading, asked, lambda name: ("targets", (name,)))
    for one in columns.all:
        if one.name == name and one.kind != "target":
            one.kind, one.why = "file names", ""
    return columns


def refused(table: Path, bad: Sequence[str], files: Mapping[str, Path]) -> str:
    """Why pictures can't be read: how many of how many, and all names as far as a message goes."""
    missing = sum(not os.path.exists(files[name]) for name in bad)
    names = listed(map(Path, bad), table.parent)
    return (
        f"{table}: {many(len(bad), 'picture')} of {len(files)} can't be read, {missing} of them "
        f"not there: {names}. Put them there, or set `unreadable` to leave out."
    )


def reader(places: Places, targets: Sequence[str], bad: Sequence[str]) -> dict[str, Any]:
    """The reader's arguments, those that say something."""
    return {
        "files": places.column,
        "targets": list(targets),
        **({"folders": list(places.folders)} if places.folders != (".",) else {}),
        **({"endings": list(places.endings)} if places.endings != ("",) else {}),
        **({"prefix": places.prefix} if places.prefix else {}),
        **({"without": list(bad)} if bad else {}),
    }
