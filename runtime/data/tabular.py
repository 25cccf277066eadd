"""What a table's columns hold, and what a network gets of them: the facts of a table node."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from graph.core.limits import brief
from runtime.data.columns import FEW, Column, Columns, date_format, holds_dates, values_of
from runtime.data.cuts import cut_of
from runtime.data.doubts import doubts_of
from runtime.data.numerals import is_endless
from runtime.data.reading import Reading, read_table
from runtime.data.showing import shown
from runtime.exported import tables
from runtime.exported.data import DataError, locate

Params = Mapping[str, Any]

CLASSES = 20
"""A target of whole numbers with at most so many different ones is taken for classes."""
MOST_CLASSES = 1000
LARGE = 2**53
"""Whole numbers from here on are not exact any more."""
FIRST_ROWS = 8


def table_path(params: Params, data_dir: str | Path | None) -> Path:
    """The file a node names."""
    if not params.get("path"):
        raise DataError("This node has no file yet: choose a table, such as a CSV file.")
    return locate(str(params["path"]), data_dir)


def table_content(params: Params, data_dir: str | Path | None) -> list[str | int]:
    """The file's name, size and time."""
    path = table_path(params, data_dir)
    return [str(path), path.stat().st_size, path.stat().st_mtime_ns]


def table_facts(params: Params, data_dir: str | Path | None) -> dict[str, Any]:
    """What each column is, and what the reader must be told."""
    path = table_path(params, data_dir)
    reading = read_table(path, params)
    try:
        return facts_of(path, reading, params)
    except DataError as error:
        text = str(error)
        raise DataError(text if text.startswith(str(path)) else f"{path}: {text}") from error


def facts_of(path: Path, reading: Reading, params: Params) -> dict[str, Any]:
    """The facts of a table that was read."""
    table = reading.table
    columns = Columns(path, reading, params)
    targets = columns.targets
    days = as_days(reading, targets, params)
    table = reading.table
    classes = None if len(targets) > 1 or days else classes_of(path, reading, targets[0], params)
    if classes is None:
        columns.check_numbers(targets)
    used = columns.used
    if not used:
        raise DataError(nothing_to_learn_from(reading, columns))
    cut = cut_of(table, targets, params)
    names = [str(one) for one in classes] if classes else None
    rows = known_rows(table, targets, classes)
    validation = float(params.get("validation", 0.2))
    train, held = parted(cut, table, rows, validation)
    width = sum(one.width for one in used)
    indices = {one.name: one.values for one in used if one.kind == "embedding"}
    outputs = {"features": tensor(["N", width], "float", "features", None)}
    if indices:
        dims: list[int | str] = ["N"] if len(indices) == 1 else ["N", len(indices)]
        outputs["indices"] = tensor(dims, "int", "labels", 1 + sum(map(len, indices.values())))
    outputs["target"] = (
        tensor(["N"], "int", "labels", len(classes))
        if classes
        else tensor(["N", len(targets)], "float", "features", None)
    )
    counts = None
    if classes:
        places = tables.place_column(table, targets[0], classes)[train]
        counts = torch.bincount(places, minlength=len(classes)).tolist()
    return {
        "outputs": outputs,
        "count": len(train),
        "validation": len(held),
        "target": targets[0] if len(targets) == 1 else targets,
        "numbers": [one.name for one in used if one.kind == "number"],
        "categories": {one.name: one.values for one in used if one.kind == "category"},
        "more": [one.part for one in used if one.part],
        "indices": indices,
        "classes": names,
        "class_values": classes,
        "counts": counts,
        "cut": list(cut) if cut else None,
        **read_facts(reading),
        "rows": first_rows(table),
        "columns": [one.facts() for one in columns.all],
        "doubts": doubts_of(columns, table, classes, lambda name: ("target", name), params),
        "note": note(reading, columns, len(table) - len(rows), params, classes=classes),
    }


def as_days(reading: Reading, targets: Sequence[str], params: Params) -> list[str]:
    """Turn targets that are dates into days since 1970, where no classes are asked for."""
    if params.get("task") == "classification":
        return []
    found = [name for name in targets if holds_dates(tables.column_of(reading.table, name))]
    formats = {name: date_format(tables.column_of(reading.table, name)) for name in found}
    if formats:
        reading.cleaned["dates"] = formats
        reading.table = tables.cleaned(reading.table, dates=formats)
        reading.told.append(f"{' and '.join(found)} is learned in days since 1970-01-01")
    return found


def read_facts(reading: Reading) -> dict[str, Any]:
    """How a table is read, for its reader and for people."""
    options, cleaned = reading.options, reading.cleaned
    read = {"function": reading.function, "options": options, "cleaned": cleaned}
    return {"read": read, "decided": reading.decided, "sheets": reading.sheets}


def parted(
    cut: Sequence[Any] | None, table: pd.DataFrame, rows: torch.Tensor, validation: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows that are trained on and those held out, as many as the reader will give."""
    made = getattr(tables, cut[0])(*cut[1:]) if cut else None
    return tables.parted(table, rows, made, validation, 0)


def nothing_to_learn_from(reading: Reading, columns: Columns) -> str:
    """Why there is no column to learn from, and what to do."""
    target = " and ".join(columns.targets)
    if len(columns.all) == len(columns.targets):
        mark = reading.decided.get("delimiter", "")
        split = f", its cells split at {mark!r}. Set the delimiter" if mark else ". Take a file"
        return (
            f"Expected at least one column to learn from beside {target}, received no other{split} "
            "that has more columns."
        )
    left = "; ".join(f"{one.name} is not used{', ' * bool(one.why)}{one.why}" for one in columns.all
                     if one.kind == "left out")  # fmt: skip
    return f"Expected at least one column to learn from, received none: {left}."


def known_rows(
    table: pd.DataFrame, targets: Sequence[str], classes: Sequence[object] | None
) -> torch.Tensor:
    """The rows that have a target."""
    if classes is None:
        wanted = torch.stack([tables.number_column(table, one) for one in targets], dim=1)
        return (~wanted.isnan().any(1)).nonzero().squeeze(1)
    return (tables.place_column(table, targets[0], classes) >= 0).nonzero().squeeze(1)


def tensor(dims: list[int | str], dtype: str, kind: str, classes: int | None) -> dict[str, Any]:
    """A tensor's type as facts say it."""
    return {"dims": dims, "dtype": dtype, "kind": kind, "classes": classes}


def first_rows(table: pd.DataFrame, count: int = FIRST_ROWS) -> list[list[str]]:
    """The first rows, for people."""
    head = table.head(count)
    return [[shown(cell) for cell in row] for row in head.astype(object).itertuples(index=False)]


def classes_of(path: Path, reading: Reading, target: str, params: Params) -> list[Any] | None:
    """The target's classes in order, or None where a number is to be predicted."""
    task = str(params.get("task") or "auto")
    column = tables.column_of(reading.table, target)
    values = values_of(column)
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if task == "auto":
        whole = numeric and all(abs(one) < LARGE and float(one).is_integer() for one in values)
        wrong = reading.wrong.get(target, ("", ""))[1]
        many_words = bool(wrong) and (len(values) > CLASSES or is_endless(wrong))
        few = whole and len(values) <= CLASSES
        task = "regression" if (numeric and not few) or many_words else "classification"
    if task == "regression":
        return None
    if len(values) == 1:
        raise DataError(
            f"{path}, column {target!r}: one class only, there is nothing to tell apart: expected "
            f"2 or more, received {values[0]!r} in each row. Choose another target."
        )
    if len(values) > MOST_CLASSES:
        raise DataError(
            f"{path}, column {target!r}: expected at most {MOST_CLASSES} classes, received "
            f"{len(values)} different values. Choose another target, or set the task to "
            "regression."
        )
    return values


def note(
    reading: Reading, columns: Columns, without: int, params: Params, *, classes: object
) -> str:
    """What is not used and what was decided, and in which unit the target is."""
    target = " and ".join(columns.targets)
    parts = [*reading.told]
    if not classes and params.get("standardise", True):
        parts.append(
            f"{target} is standardised: losses count in deviations from its mean over the training "
            "rows, metrics and tables in its own unit"
            if len(columns.targets) == 1
            else f"{target} are standardised: losses count in deviations from their means over the "
            "training rows, metrics and tables in their own units"
        )
    if without:
        parts.append(f"{without} rows without {target} are left out")
    for why in dict.fromkeys(one.why for one in columns.all if one.why):
        told = "texts" in why
        names = [
            f"{one.name} ({brief(one.example)})" if told else one.name
            for one in columns.all
            if one.why == why
        ]
        parts.append(f"not used, {why}: {few(names)}")
    gaps = [
        f"{one.name} {one.missing}" for one in columns.used if one.missing and one.kind == "number"
    ]
    if gaps:
        words = sorted(
            {w for name, own in reading.words.items() for w in own if w and columns.uses(name)}
        )
        named = f" (read as missing: {' '.join(words)})" if words else ""
        parts.append(f"missing numbers take the median of the training rows{named}: {few(gaps)}")
    return "; ".join(parts)


def few(names: Sequence[str], most: int = FEW) -> str:
    """Some names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


__all__ = ["Column", "table_content", "table_facts", "table_path"]
