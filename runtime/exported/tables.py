"""Readers of tables: features [N, F] and the column to predict."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from runtime.exported.data import DataError, locate, split

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "?")


class Table(NamedTuple):
    """The words of a CSV file by column, and the line each row came from."""

    path: Path
    lines: list[int]
    columns: dict[str, list[str]]


def csv_table(
    path: str | Path,
    *,
    target: str,
    numbers: Sequence[str],
    categories: Mapping[str, Sequence[str]],
    classes: Sequence[str] | None = None,
    validation: float = 0.2,
    seed: int = 0,
    delimiter: str = ",",
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Rows of a CSV file: features [N, F], and label [N] or, without classes, value [N, 1].

    Numbers are scaled to mean 0 and deviation 1, a missing one takes the median, all three of the
    training rows. Categories become one column a value, all 0 where missing or unknown. Rows
    without a target are left out.
    """
    table = read_csv(locate(path, data_dir), delimiter)
    if not numbers and not categories:
        raise DataError(f"{table.path}: expected at least one column to learn from, received none.")
    if classes is None:
        wanted = number_column(table, target).float().unsqueeze(1)
        known = ~wanted.isnan().squeeze(1)
    else:
        wanted = class_column(table, target, classes)
        known = wanted >= 0
    (train,), (held_out,) = split((known.nonzero().squeeze(1),), validation=validation, seed=seed)
    columns = [scaled(number_column(table, name), train) for name in numbers]
    columns += [flags(words_of(table, name), values) for name, values in categories.items()]
    features = torch.cat(columns, dim=1)
    return (features[train], wanted[train]), (features[held_out], wanted[held_out])


def read_csv(path: Path, delimiter: str = ",") -> Table:
    """Read a CSV file with a header line, every cell as text."""
    if not path.is_file():
        raise DataError(f"{path}: expected a CSV file, received a folder. Choose a file.")
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise DataError(
            f"{path}: expected one character between two cells, such as , or ; or a tab, "
            f"received {delimiter!r}. Change the delimiter."
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            rows = [(reader.line_num, row) for row in reader if row]
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected CSV text in UTF-8 ({error}). Save it so.") from error
    if len(rows) < 2:
        raise DataError(f"{path}: expected a header line and rows, received {len(rows)} lines.")
    header = [name.strip() for name in rows.pop(0)[1]]
    if len({*header}) < len(header):
        raise DataError(f"{path}, line 1: expected each column's name once: {', '.join(header)}.")
    for line, row in rows:
        if len(row) != len(header):
            raise DataError(
                f"{path}, line {line}: expected {len(header)} cells, received {len(row)}. "
                "Check the delimiter and the quotes."
            )
    cells = zip(*(row for _, row in rows), strict=True)
    columns = {
        name: [cell.strip() for cell in column] for name, column in zip(header, cells, strict=True)
    }
    return Table(path, [line for line, _ in rows], columns)


def words_of(table: Table, name: str) -> list[str]:
    """A column's cells."""
    if name not in table.columns:
        known = ", ".join(table.columns)
        raise DataError(f"{table.path}: expected a column {name!r}, received {known}.")
    return table.columns[name]


def number_column(table: Table, name: str) -> Tensor:
    """A column's numbers [N], NaN where missing."""
    numbers = []
    for line, word in zip(table.lines, words_of(table, name), strict=True):
        try:
            number = float("nan" if word in MISSING else word)
        except ValueError:
            number = math.inf
        if math.isinf(number):
            raise DataError(
                f"{table.path}, line {line}, column {name!r}: expected a number, received "
                f"{word!r}. Mend the cell, leave it empty, or make the column a category."
            )
        numbers.append(number)
    return torch.tensor(numbers, dtype=torch.float64)


def class_column(table: Table, name: str, classes: Sequence[str]) -> Tensor:
    """A column's class numbers [N], -1 where missing."""
    place = {word: i for i, word in enumerate(classes)} | dict.fromkeys(MISSING, -1)
    words = words_of(table, name)
    for line, word in zip(table.lines, words, strict=True):
        if word not in place:
            raise DataError(
                f"{table.path}, line {line}, column {name!r}: expected one of "
                f"{', '.join(classes)}, received {word!r}."
            )
    return torch.tensor([place[word] for word in words])


def scaled(numbers: Tensor, train: Tensor) -> Tensor:
    """Fill with the median and scale to mean 0, deviation 1 of the training rows: [N, 1]."""
    filled = numbers.nan_to_num(numbers[train].nanmedian().nan_to_num(0).item())
    mean, deviation = filled[train].mean(), filled[train].std(correction=0)
    if deviation == 0:
        deviation = torch.ones_like(deviation)
    return ((filled - mean) / deviation).float().unsqueeze(1)


def flags(words: list[str], values: Sequence[str]) -> Tensor:
    """One column for each value, 1 where the cell is that value: [N, len(values)]."""
    return torch.tensor([[float(word == value) for value in values] for word in words])
