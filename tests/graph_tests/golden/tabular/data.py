"""The data of this project, as tensors in memory."""

import csv
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from processes import share, world_size

STREAM = 1_000_003


class DataError(ValueError):
    """Data that can't be read; says where, what was expected, what came, what to do."""


def locate(path: str | Path, data_dir: str | Path | None = None) -> Path:
    """Find a file or folder in data_dir, the folders of $NEUROWIRE_DATA, ./data or here."""
    named = [data_dir, *os.environ.get("NEUROWIRE_DATA", "").split(os.pathsep), "data", "."]
    folders = [Path(folder) for folder in named if folder]
    found = [Path(path)] if Path(path).is_absolute() else []
    # A file that was chosen by its full path on another machine may lie in a data folder here.
    found += [folder / (Path(path).name if found else path) for folder in folders]
    for candidate in found:
        if candidate.exists():
            return candidate
    looked = ", ".join(str(candidate) for candidate in found)
    raise DataError(f"{path} is missing: expected one of {looked}. Put it there or set --data-dir.")


def split(
    tensors: tuple[Tensor, ...], *, validation: float, seed: int
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Shuffle the rows once and cut off the validation part; with 0 validate on all rows."""
    if validation == 0:
        return tensors, tensors
    count = len(tensors[0])
    held = round(count * validation)
    if not 0 < held < count:
        raise DataError(
            f"A validation part of {validation} of {count} rows leaves {count - held} rows to "
            f"train and {held} to validate: expected at least 1 of each. Change the part, or 0 to "
            "validate on the training rows."
        )
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    held_out, rest = order[:held], order[held:]
    return tuple(t[rest] for t in tensors), tuple(t[held_out] for t in tensors)


def batch_count(rows: int, size: int) -> int:
    """How many batches an epoch has.

    A last batch that leaves a process fewer than two rows, too few for a batch norm, is joined to
    the one before it.
    """
    whole, rest = divmod(rows, size)
    return max(1, whole + (rest >= 2 * world_size()))


def batches(
    tensors: tuple[Tensor, ...],
    size: int,
    *,
    seed: int | None = None,
    stream: int = 0,
    start: int = 0,
    rows: int = 0,
) -> Iterator[tuple[Tensor, ...]]:
    """Yield this process's part of each batch from `start` on, shuffled when given a seed.

    Another stream has another order. Where more rows are asked for than there are, they begin
    again.
    """
    own = len(tensors[0])
    rows = rows or own
    if seed is None:
        order = torch.arange(rows) % own
    else:
        generator = torch.Generator().manual_seed(seed + STREAM * stream)
        passes = range(0, rows, own)
        order = torch.cat([torch.randperm(own, generator=generator) for _ in passes])[:rows]
    order = order.to(tensors[0].device)
    last = batch_count(rows, size) - 1
    for batch in range(start, last + 1):
        part = order[batch * size :] if batch == last else order[batch * size : (batch + 1) * size]
        mine = share(part)
        yield tuple(t.index_select(0, mine) for t in tensors)  # t[mine] takes twice as long


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
