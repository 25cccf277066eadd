"""What a table's columns hold, and what a network gets of them: the facts of a table node."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from graph.core.limits import brief
from runtime.data.columns import FEW, Column, Columns
from runtime.data.copies import copies
from runtime.data.cuts import cut_of
from runtime.data.doubts import another, doubts_of, identities
from runtime.data.learned import WrongTarget, learned_of, tensor
from runtime.data.mendable import Change, Mendable, fixes_of
from runtime.data.reading import Reading, read_table
from runtime.data.showing import shown
from runtime.exported import tables
from runtime.exported.data import DataError, locate

Params = Mapping[str, Any]

FIRST_ROWS = 8
FEW_FIXES = 3


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
        text = text if text.startswith(str(path)) else f"{path}: {text}"
        raise Mendable(text, *fixes_of(error)) from error


def facts_of(path: Path, reading: Reading, params: Params) -> dict[str, Any]:
    """The facts of a table that was read."""
    columns = Columns(path, reading, params)
    try:
        learned = learned_of(path, reading, columns, params)
    except WrongTarget as error:
        other = another(columns, reading.table)
        others = [("target", other)] if other and len(columns.targets) == 1 else []
        raise Mendable(str(error), *error.fixes, *others) from error
    reading.told += learned.told()
    table, targets = reading.table, columns.targets
    used = columns.used
    if not used:
        raise Mendable(nothing_to_learn_from(reading, columns), *taken(columns, params))
    cut = cut_of(table, targets, params)
    train, held = parted(cut, table, learned.rows, float(params.get("validation", 0.2)))
    indices = {one.name: one.values for one in used if one.kind == "embedding"}
    without = len(table) - len(learned.rows)
    return {
        "outputs": {**given(used, indices), **learned.outputs()},
        "count": len(train),
        "validation": len(held),
        "target": targets[0] if len(targets) == 1 else targets,
        "numbers": [one.name for one in used if one.kind == "number"],
        "categories": {one.name: one.values for one in used if one.kind == "category"},
        "more": [one.part for one in used if one.part],
        "indices": indices,
        **learned.facts(),
        "counts": learned.counts(table, train),
        "reaches": learned.reaches(table),
        "cut": list(cut) if cut else None,
        **read_facts(reading),
        "rows": first_rows(table),
        "columns": [one.facts() for one in columns.all],
        "doubts": [
            *doubts_of(columns, table, learned.values, lambda name: ("target", name), params),
            *learned.mixed(params),
            *identities(columns, table, params),
            *copies(columns, table, params),
        ],
        "note": note(reading, columns, without, params, numbers=learned.numbers),
    }


def given(used: Sequence[Column], indices: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The outputs that are learned from."""
    width = sum(one.width for one in used)
    outputs = {"features": tensor(["N", width], "float", "features", None)}
    if indices:
        dims: list[int | str] = ["N"] if len(indices) == 1 else ["N", len(indices)]
        outputs["indices"] = tensor(dims, "int", "labels", 1 + sum(map(len, indices.values())))
    return outputs


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


def taken(columns: Columns, params: Params) -> Sequence[Change]:
    """The columns that are left out and could be learned from, each as a change that takes it."""
    kinds = dict(params.get("kinds") or {})
    return [
        (
            "kinds",
            tuple({**kinds, one.name: one.could_be}.items()),
            f"Learn from {one.name} as {one.could_be}",
        )
        for one in columns.all
        if one.could_be and not params.get("features")
    ][:FEW_FIXES]


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


def first_rows(table: pd.DataFrame, count: int = FIRST_ROWS) -> list[list[str]]:
    """The first rows, for people."""
    head = table.head(count)
    return [[shown(cell) for cell in row] for row in head.astype(object).itertuples(index=False)]


def predicted(columns: Columns) -> list[str]:
    """Which column is predicted, where nobody said, and why."""
    if not columns.choice:
        return []
    return [f"predicts {columns.targets[0]}, {columns.choice} (choose another as target)"]


def note(
    reading: Reading, columns: Columns, without: int, params: Params, *, numbers: Sequence[str]
) -> str:
    """What is not used and what was decided, and in which unit the targets are."""
    target = " and ".join(columns.targets)
    parts = [*predicted(columns), *reading.told]
    if numbers and params.get("standardise", True):
        parts.append(
            f"{numbers[0]} is standardised: losses count in deviations from its mean over the "
            "training rows, metrics and tables in its own unit"
            if len(numbers) == 1
            else f"{' and '.join(numbers)} are standardised: losses count in deviations from their "
            "means over the training rows, metrics and tables in their own units"
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
