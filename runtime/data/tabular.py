"""What a CSV file's columns hold: numbers, categories, or text that is left out."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.nodes.data import delimiter_of
from runtime.exported.data import DataError, locate
from runtime.exported.tables import MISSING, Table, csv_table, read_csv, words_of

Params = Mapping[str, Any]

MOSTLY = 0.5
"""A column is one of numbers if at least this share of its cells are; the rest are mistakes."""
CATEGORIES = 50
"""A column of words with more different ones is left out, unless it was chosen."""
CLASSES = 20
"""A target of whole numbers with at most so many different ones is taken for classes."""


def table_path(params: Params, data_dir: str | Path | None) -> Path:
    """The file a node names."""
    if not params.get("path"):
        raise DataError("This node has no file yet: choose a CSV file with a header line.")
    return locate(str(params["path"]), data_dir)


def table_content(params: Params, data_dir: str | Path | None) -> list[str | int]:
    """The file's name, size and time."""
    path = table_path(params, data_dir)
    return [str(path), path.stat().st_size, path.stat().st_mtime_ns]


def table_facts(params: Params, data_dir: str | Path | None) -> dict[str, Any]:
    """What each column is, and what the reader must be told."""
    path = table_path(params, data_dir)
    delimiter = delimiter_of(str(params.get("delimiter") or ""))
    standardise = bool(params.get("standardise", True))
    table = read_csv(path, delimiter)
    target = str(params.get("target") or [*table.columns][-1])
    classes = classes_of(table, target, str(params.get("task") or "auto"))
    chosen = [name for name in params.get("features") or () if name != target]
    numbers: list[str] = []
    categories: dict[str, list[str]] = {}
    left_out: list[str] = []
    for name in chosen or [name for name in table.columns if name != target]:
        words = present(words_of(table, name))
        if words and is_numeric(words):
            numbers.append(name)
        elif words and (chosen or len({*words}) <= min(CATEGORIES, len(words) / 2)):
            categories[name] = sorted({*words})
        else:
            left_out.append(name)
    # The reader itself has the last word on every cell.
    (features, _), (held, _) = csv_table(
        path,
        target=target,
        numbers=numbers,
        categories=categories,
        classes=classes,
        validation=float(params.get("validation", 0.2)),
        delimiter=delimiter,
    )
    kinds = dict.fromkeys(numbers, "number") | dict.fromkeys(categories, "category")
    kinds[target] = "target"
    return {
        "outputs": {
            "features": tensor(["N", features.shape[1]], "float", "features", None),
            "target": tensor(["N"], "int", "labels", len(classes))
            if classes
            else tensor(["N", 1], "float", "features", None),
        },
        "count": len(features),
        "validation": len(held),
        "target": target,
        "numbers": numbers,
        "categories": categories,
        "classes": classes,
        "columns": [
            column(name, kinds.get(name, "left out"), words)
            for name, words in table.columns.items()
        ],
        "note": note(table, target, left_out, standardised=not classes and standardise),
    }


def tensor(dims: list[int | str], dtype: str, kind: str, classes: int | None) -> dict[str, Any]:
    """A tensor's type as facts say it."""
    return {"dims": dims, "dtype": dtype, "kind": kind, "classes": classes}


def present(words: Sequence[str]) -> list[str]:
    """The cells that are not missing."""
    return [word for word in words if word not in MISSING]


def number(word: str) -> float | None:
    """The number a cell holds, if it holds one."""
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def is_numeric(words: Sequence[str]) -> bool:
    """Is this a column of numbers, but for mistakes?"""
    return sum(number(word) is not None for word in words) >= MOSTLY * len(words)


def classes_of(table: Table, target: str, task: str) -> list[str] | None:
    """The target's classes in order, or None where a number is to be predicted."""
    words = present(words_of(table, target))
    if not words:
        raise DataError(f"{table.path}: expected values in the column {target!r}, received none.")
    different = {*words}
    values = [number(word) for word in different]
    if task == "auto":
        whole = all(value is not None and value.is_integer() for value in values)
        few = len(different) <= CLASSES
        numeric = is_numeric(words)
        task = "classification" if (whole and few) or not numeric else "regression"
    if task == "regression":
        return None
    if len(different) == 1:
        raise DataError(
            f"{table.path}, column {target!r}: one class only, there is nothing to tell apart: "
            f"expected 2 or more, received {words[0]!r} in each row. Choose another target."
        )
    if len(different) > 1000:
        raise DataError(
            f"{table.path}, column {target!r}: expected at most 1000 classes, received "
            f"{len(different)} different values. Choose another target, or set the task to "
            "regression."
        )
    return sorted(different, key=lambda word: (number(word) is None, number(word) or 0, word))


def column(name: str, kind: str, words: Sequence[str]) -> dict[str, Any]:
    """A column's facts."""
    known = present(words)
    common = Counter(known).most_common(1)
    return {
        "name": name,
        "kind": kind,
        "missing": len(words) - len(known),
        "different": len({*known}),
        "example": common[0][0] if common else "",
    }


def note(table: Table, target: str, left_out: Sequence[str], *, standardised: bool) -> str:
    """One line on what is not used, and in which unit what is."""
    parts = []
    if standardised:
        parts.append(
            f"{target} is standardised: losses count in deviations from its mean over the training "
            "rows, metrics and tables in its own unit"
        )
    without = len(table.lines) - len(present(words_of(table, target)))
    if without:
        parts.append(f"{without} rows without {target} are left out")
    if left_out:
        parts.append(f"not used, since its texts are many or none: {', '.join(left_out)}")
    return "; ".join(parts)
