"""The targets of a table: which are learned as classes, which as numbers, and from which rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from runtime.data.columns import Columns, date_format, holds_dates, values_of
from runtime.data.mendable import Mendable
from runtime.data.numerals import is_endless
from runtime.data.reading import Reading
from runtime.exported import tables

Params = Mapping[str, Any]

CLASSES = 20
"""A target of whole numbers with at most so many different ones is taken for classes."""
FEW_ROWS = 10
"""Of so many rows or more whole numbers that all differ are no classes."""
MOST_CLASSES = 1000
LARGE = 2**53
"""Whole numbers from here on are not exact any more."""


class WrongTarget(Mendable):
    """A column that can't be predicted as it was asked for; another may be."""


@dataclass(frozen=True)
class Learned:
    """What is to be predicted.

    Attributes:
        values: The classes of each target in order, or None where it is a number.
        apart: Has each an output of its own?
        rows: The rows that have all of them.
        words: Targets of words beside others of numbers, on one output.
    """

    values: dict[str, list[Any] | None]
    apart: bool
    rows: torch.Tensor
    words: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[str]:
        """The targets that are numbers."""
        return [name for name, values in self.values.items() if values is None]

    def outputs(self) -> dict[str, Any]:
        """The types of the outputs, as facts say them."""
        if not self.apart:
            (first, *_), width = self.values.values(), len(self.values)
            return {"target": target_type(first, width)}
        ports = ["target", *(f"target_{number}" for number in range(2, 1 + len(self.values)))]
        values = self.values.values()
        return {port: target_type(one) for port, one in zip(ports, values, strict=True)}

    def told(self) -> list[str]:
        """Which output each is given at, where it has one of its own."""
        if not self.apart:
            return []
        return [
            f"at {port}: {name}, {'a number' if values is None else f'{len(values)} classes'}"
            for port, (name, values) in zip(self.outputs(), self.values.items(), strict=True)
        ]

    def facts(self) -> dict[str, Any]:
        """What the reader is called with, and names of the classes of the first."""
        first = next(iter(self.values.values()))
        found = {"classes": [*map(str, first)] if first else None, "class_values": first}
        if self.apart:
            found["apart"] = [{"name": n, "values": one} for n, one in self.values.items()]
        return found

    def counts(self, table: pd.DataFrame, train: torch.Tensor) -> list[int] | None:
        """How often each class of the first target comes among the training rows."""
        name, values = next(iter(self.values.items()))
        if values is None:
            return None
        places = tables.place_column(table, name, values)[train]
        return torch.bincount(places, minlength=len(values)).tolist()

    def reaches(self, table: pd.DataFrame) -> dict[str, list[float]]:
        """How far the numbers to predict go, as they stand in the file, by output."""
        if self.words:
            return {}
        together = [[name] for name in self.values] if self.apart else [[*self.values]]
        found = {}
        for port, names in zip(self.outputs(), together, strict=True):
            if len(self.rows) and all(self.values[name] is None for name in names):
                given = [tables.number_column(table, name)[self.rows] for name in names]
                joined = torch.cat(given)
                found[port] = [joined.min().item(), joined.max().item()]
        return found

    def mixed(self, params: Params) -> list[dict[str, Any]]:
        """What is told where words and numbers can't go together."""
        if not self.words:
            return []
        numbers = " and ".join(name for name in self.values if name not in self.words)
        beside = f" beside numbers of {numbers}" if numbers else ""
        return [
            {
                "severity": "error",
                "text": f"predicts words of {' and '.join(self.words)}{beside} on one output",
                "advice": "give each an output of its own, with a loss that suits it",
                "fixes": [["apart", True]],
                "asked": [["apart", False], ["also", params.get("also")]],
            }
        ]


def target_type(values: Sequence[Any] | None, width: int = 1) -> dict[str, Any]:
    """The type of an output of class numbers, or of so many numbers."""
    if values is not None:
        return tensor(["N"], "int", "labels", len(values))
    return tensor(["N", width], "float", "features", None)


def learned_of(path: Path, reading: Reading, columns: Columns, params: Params) -> Learned:
    """How the targets of a table are learned; those that are dates become numbers in it.

    Raises:
        DataError: If one can't be.
    """
    targets = columns.targets
    apart = bool(params.get("apart")) and len(targets) > 1
    if params.get("apart") and len(targets) != 1 + len(params.get("also") or ()):
        raise Mendable(
            f"{path}: expected each column to predict once, received {targets[0]!r} as the target "
            "and among the further ones. Take it out of `also`.",
            ("also", tuple(targets[1:]), f"Predict {targets[0]} once"),
        )
    days = as_days(reading, targets, params)
    alone = apart or len(targets) == 1
    values = {
        name: None if not alone or name in days else classes_of(path, reading, name, params)
        for name in targets
    }
    table = reading.table
    words = () if alone else tuple(name for name in targets if is_words(table, name, reading))
    columns.check_numbers([name for name, one in values.items() if one is None])
    if not words:
        return Learned(values, apart, known_rows(table, values))
    present = torch.tensor(table[targets].notna().all(axis=1).to_numpy())
    return Learned(values, apart, present.nonzero().squeeze(1), words)


def is_words(table: pd.DataFrame, name: str, reading: Reading) -> bool:
    """Is a column one of words, and not of numbers with mistakes among them?"""
    column = table[name]
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return not numeric and name not in reading.wrong


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


def known_rows(table: pd.DataFrame, targets: Mapping[str, Sequence[object] | None]) -> torch.Tensor:
    """The rows that have all targets."""
    known = [
        ~tables.number_column(table, name).isnan()
        if values is None
        else tables.place_column(table, name, values) >= 0
        for name, values in targets.items()
    ]
    return torch.stack(known).all(0).nonzero().squeeze(1)


def tensor(dims: list[int | str], dtype: str, kind: str, classes: int | None) -> dict[str, Any]:
    """A tensor's type as facts say it."""
    return {"dims": dims, "dtype": dtype, "kind": kind, "classes": classes}


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
        differ = FEW_ROWS <= len(values) == int(column.notna().sum())
        few = whole and len(values) <= CLASSES and not differ
        task = "regression" if (numeric and not few) or many_words else "classification"
    if task == "regression":
        return None
    if len(values) == 1:
        raise WrongTarget(
            f"{path}, column {target!r}: one class only, there is nothing to tell apart: expected "
            f"2 or more, received {values[0]!r} in each row. Choose another target."
        )
    if len(values) > MOST_CLASSES:
        raise WrongTarget(
            f"{path}, column {target!r}: expected at most {MOST_CLASSES} classes, received "
            f"{len(values)} different values. Choose another target, or set the task to "
            "regression.",
            *([("task", "regression")] if numeric else []),
        )
    return values
