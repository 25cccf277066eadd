"""The data of this project, as tensors in memory."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
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
    looked: list[str] = []
    for candidate in found:
        try:
            candidate.stat()
            return candidate
        except PermissionError:
            looked.append(f"{candidate} (in a folder that can't be entered)")
        except (OSError, ValueError):  # it is not there, or no file can have this name
            looked.append(str(candidate))
    places = ", ".join(looked)
    raise DataError(f"{path} is missing: expected one of {places}. Put it there or set --data-dir.")


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


def validation_pause(held_out: int, size: int) -> int:
    """Steps between two validations within an epoch, so that they cost little beside training.

    At least 1,000, and enough to train on four times the rows that are held out.
    """
    return max(1000, -(-4 * held_out // size))


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


Part = Callable[[pd.DataFrame, Tensor], Tensor]
Cut = Callable[[pd.DataFrame, Tensor, float, int], tuple[Tensor, Tensor]]
CHANGED = "If the file has changed since, look at it again: open the board in Neurowire anew."


def table_sets(
    table: pd.DataFrame,
    *,
    target: str | Sequence[str],
    numbers: Sequence[str] = (),
    categories: Mapping[str, Sequence[object]] | None = None,
    more: Sequence[Part] = (),
    indices: Mapping[str, Sequence[object]] | None = None,
    classes: Sequence[object] | None = None,
    also: Mapping[str, Sequence[object] | None] | None = None,
    validation: float = 0.2,
    seed: int = 0,
    cut: Cut | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Rows of a table: features [N, F], and label [N] or, without classes, value [N, 1].

    Columns to predict `also` follow, each as a tensor of its own: those with classes and, with
    None, those of numbers.

    Numbers are scaled to mean 0 and deviation 1, a missing one takes the median, all three of the
    training rows. Categories become one column a value, all 0 where missing or unknown. Rows
    without a target are left out.
    """
    targets = [target] if isinstance(target, str) else list(target)
    wanted = [wanted_columns(table, targets, classes)]
    wanted += [wanted_columns(table, [name], values) for name, values in (also or {}).items()]
    known = torch.stack([known for _, known in wanted]).all(0)
    train, held_out = parted(table, known.nonzero().squeeze(1), cut, validation, seed)
    dense = [scaled(number_column(table, name), train) for name in numbers]
    dense += [part(table, train) for part in more]
    places = [
        (place_column(table, name, values, strict=False), len(values))
        for name, values in (categories or {}).items()
    ]
    if not dense and not places and not indices:
        raise DataError(
            f"{place_of(table)}: expected at least one column to learn from, received none."
        )
    sets = []
    for part_rows in (train, held_out):
        tensors = [feature_rows(part_rows, dense, places)]
        if indices:
            tensors.append(index_rows(table, indices)[part_rows])
        sets.append((*tensors, *(column[part_rows] for column, _ in wanted)))
    return sets[0], sets[1]


def wanted_columns(
    table: pd.DataFrame, targets: Sequence[str], classes: Sequence[object] | None
) -> tuple[Tensor, Tensor]:
    """What is to be predicted, label [N] or value [N, targets], and which rows have it [N]."""
    if classes is None:
        wanted = torch.stack([number_column(table, one) for one in targets], dim=1).float()
        return wanted, ~wanted.isnan().any(1)
    wanted = place_column(table, targets[0], classes)
    return wanted, wanted >= 0


def parted(
    table: pd.DataFrame, rows: Tensor, cut: Cut | None, validation: float, seed: int
) -> tuple[Tensor, Tensor]:
    """Which of some rows are trained on and which held out: at random, or as a cut says."""
    if cut is not None:
        return cut(table, rows, validation, seed)
    (train,), (held_out,) = split((rows,), validation=validation, seed=seed)
    return train, held_out


def read_table(
    reader: Callable[..., pd.DataFrame],
    path: str | Path,
    data_dir: str | Path | None = None,
    /,
    **options: Any,
) -> pd.DataFrame:
    """Read a table by one of pandas' readers; what is wrong with it later is told by its name."""
    place = locate(path, data_dir)
    try:
        table = reader(place, **options)
    except (ValueError, OSError, KeyError, ImportError) as error:
        raise DataError(f"{place}: expected another table ({error}). {CHANGED}") from error
    table.attrs["place"] = str(place)
    return table


def place_of(table: pd.DataFrame) -> str:
    """How errors name a table."""
    return str(table.attrs.get("place", "The table"))


def column_of(table: pd.DataFrame, name: str) -> Any:
    """A column (a pandas Series), its words without blanks around them."""
    if name not in table.columns:
        known = ", ".join(map(str, table.columns))
        raise DataError(f"{place_of(table)}: expected a column {name!r}, received {known}.")
    column = table[name]
    if column.dtype == object:
        return column.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
    return column.str.strip() if pd.api.types.is_string_dtype(column) else column


def number_column(table: pd.DataFrame, name: str) -> Tensor:
    """A column's numbers [N], NaN where missing."""
    column = column_of(table, name)
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    wrong = (numbers.isna() & column.notna()) | numbers.abs().eq(float("inf"))
    check_cells(table, column, wrong, "a number")
    return torch.tensor(numbers.to_numpy(), dtype=torch.float64)


def place_column(
    table: pd.DataFrame, name: str, values: Sequence[object], *, strict: bool = True
) -> Tensor:
    """The place [N] of each cell among the values, -1 where missing or, if not strict, unknown."""
    column = column_of(table, name)
    places = pd.Index(list(values), dtype=object).get_indexer(pd.Index(column.astype(object)))
    if strict:
        wrong = column.notna() & (places < 0)
        check_cells(table, column, wrong, f"one of {', '.join(map(str, values))}")
    return torch.tensor(places, dtype=torch.int64)


def check_cells(table: pd.DataFrame, column: Any, wrong: Any, expected: str) -> None:
    """Refuse the first cell that is marked as wrong."""
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise DataError(
            f"{place_of(table)}, row {row + 1}, column {column.name!r}: expected {expected}, "
            f"received {column.astype(object).iloc[row]!r}. Mend or empty the cell. {CHANGED}"
        )


def scaled(numbers: Tensor, train: Tensor) -> Tensor:
    """Fill with the median and scale to mean 0, deviation 1 of the training rows: [N, 1]."""
    filled = numbers.nan_to_num(numbers[train].nanmedian().nan_to_num(0).item())
    mean, deviation = filled[train].mean(), filled[train].std(correction=0)
    if deviation == 0:
        deviation = torch.ones_like(deviation)
    return ((filled - mean) / deviation).float().unsqueeze(1)


def feature_rows(
    rows: Tensor, dense: Sequence[Tensor], places: Sequence[tuple[Tensor, int]]
) -> Tensor:
    """Some rows of numbers, and behind them one column a value, 1 where the cell is that value."""
    start = sum(numbers.shape[1] for numbers in dense)
    found = torch.zeros(len(rows), start + sum(count for _, count in places))
    if dense:
        found[:, :start] = torch.cat([numbers[rows] for numbers in dense], dim=1)
    for place, count in places:
        known = (place[rows] >= 0).nonzero().squeeze(1)
        found[known, start + place[rows][known]] = 1
        start += count
    return found


def index_rows(table: pd.DataFrame, indices: Mapping[str, Sequence[object]]) -> Tensor:
    """Numbers of categories for an Embedding: [N], or [N, K] of several columns.

    Missing or unknown is 0; a column's values are numbered on from those of the one before it.
    """
    columns, start = [], 1
    for name, values in indices.items():
        place = place_column(table, name, values, strict=False)
        columns.append(torch.where(place < 0, 0, start + place))
        start += len(values)
    return columns[0] if len(columns) == 1 else torch.stack(columns, dim=1)
