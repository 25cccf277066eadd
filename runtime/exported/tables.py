"""Readers of tables: features [N, F] and the column to predict."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from runtime.exported.data import DataError, locate, split

Part = Callable[[pd.DataFrame, Tensor], Tensor]
"""Features [N, K] of all rows, given the table and the rows to train on."""
Cut = Callable[[pd.DataFrame, Tensor, float, int], tuple[Tensor, Tensor]]
"""Which of some rows are trained on and which held out, by a share and a seed."""


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


AROUND = re.compile(r"[^\W\d_]{2,}\.?|(?<!\d)[eE]|[eE](?![\d+-])|[^\d.,eE+-]")
"""What stands around a number or groups its digits: currencies, percent, blanks, quotes."""


def cleaned(
    table: pd.DataFrame,
    *,
    amounts: Sequence[str] = (),
    decimal: str = ".",
    thousands: str = "",
    missing: Mapping[str, Sequence[object]] | None = None,
    dates: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Turn amounts such as $1,000.50 or 5 % into numbers, and words for missing values into gaps.

    Args:
        table: Changed in place.
        amounts: Columns of amounts.
        decimal: The decimal mark in them.
        thousands: What groups their digits, beside blanks and quotes.
        missing: Values of each column that stand for a missing one.
        dates: How columns of dates are written that become days since 1970-01-01.
    """
    for name, words in (missing or {}).items():
        column = column_of(table, name)
        table[name] = column.mask(column.isin(list(words)))
    for name in amounts:
        column = column_of(table, name)
        table[name] = column.map(lambda cell: amount(cell, decimal, thousands))
    for name, format in (dates or {}).items():
        column = column_of(table, name)
        times = pd.to_datetime(column, format=format or None, utc=True, errors="coerce")
        table[name] = (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)
    return table


def amount(cell: Any, decimal: str = ".", thousands: str = "") -> Any:
    """The number in a text, negative in brackets; anything else as it is."""
    if not isinstance(cell, str):
        return cell
    plain = AROUND.sub("", cell.replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-"))
    plain = plain.replace(thousands, "") if thousands else plain
    try:
        number = float(plain.replace(decimal, "."))
    except ValueError:
        return cell
    return -number if cell.lstrip().startswith("(") else number


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


def date_parts(name: str, format: str) -> Part:
    """Year, month, day, weekday and hour of a column of dates, scaled like numbers."""

    def part(table: pd.DataFrame, train: Tensor) -> Tensor:
        dates = pd.to_datetime(table[name], format=format, errors="coerce")
        each = (dates.dt.year, dates.dt.month, dates.dt.day, dates.dt.day_of_week, dates.dt.hour)
        found = [torch.tensor(one.to_numpy("float64")) for one in each]
        return torch.cat([scaled(numbers, train) for numbers in found], dim=1)

    return part


def words_in(name: str, words: Sequence[str]) -> Part:
    """One column a word, 1 where a text has it."""

    def part(table: pd.DataFrame, train: Tensor) -> Tensor:
        place = {word: i for i, word in enumerate(words)}
        found = torch.zeros(len(table), len(words))
        texts = table[name].fillna("").astype(str).str.lower().str.findall(r"\w+")
        for row, text in enumerate(texts):
            found[row, [place[word] for word in text if word in place]] = 1
        return found

    return part


def stratified(name: str) -> Cut:
    """Hold out the same share of each value of a column."""

    def cut(
        table: pd.DataFrame, rows: Tensor, validation: float, seed: int
    ) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(seed)
        codes = torch.tensor(pd.factorize(column_of(table, name))[0])[rows]
        sets: tuple[list[Tensor], list[Tensor]] = ([], [])
        for code in codes.unique():
            own = rows[codes == code]
            own = own[torch.randperm(len(own), generator=generator)]
            held = round(len(own) * validation)
            sets[0].append(own[held:])
            sets[1].append(own[:held])
        return both(torch.cat(sets[0]), torch.cat(sets[1]))

    return cut


def by_group(name: str) -> Cut:
    """Hold out whole groups: no value of a column is on both sides."""

    def cut(
        table: pd.DataFrame, rows: Tensor, validation: float, seed: int
    ) -> tuple[Tensor, Tensor]:
        codes = torch.tensor(pd.factorize(column_of(table, name), use_na_sentinel=False)[0])[rows]
        groups = codes.unique()
        order = groups[torch.randperm(len(groups), generator=torch.Generator().manual_seed(seed))]
        sizes = torch.stack([(codes == group).sum() for group in order]).cumsum(0)
        count = int((sizes - len(rows) * validation).abs().argmin()) + 1 if validation else 0
        held = torch.isin(codes, order[:count])
        return both(rows[~held], rows[held])

    return cut


def by_time(name: str, format: str = "") -> Cut:
    """Hold out the last rows by a column of dates or numbers; those without are trained on."""

    def cut(
        table: pd.DataFrame, rows: Tensor, validation: float, seed: int
    ) -> tuple[Tensor, Tensor]:
        column = pd.to_datetime(table[name], format=format) if format else table[name]
        times = column.iloc[rows.numpy()].reset_index(drop=True)
        order = torch.tensor(times.sort_values(kind="stable", na_position="first").index.to_numpy())
        kept = len(rows) - round(len(rows) * validation)
        return both(rows[order[:kept]], rows[order[kept:]])

    return cut


def by_column(name: str, held_out: Sequence[object]) -> Cut:
    """Hold out the rows where a column says so."""

    def cut(
        table: pd.DataFrame, rows: Tensor, validation: float, seed: int
    ) -> tuple[Tensor, Tensor]:
        held = torch.tensor(column_of(table, name).isin(list(held_out)).to_numpy())[rows]
        return both(rows[~held], rows[held])

    return cut


def both(train: Tensor, held_out: Tensor) -> tuple[Tensor, Tensor]:
    """Two sets of rows, neither of them empty."""
    if not len(train) or not len(held_out):
        raise DataError(
            f"The split leaves {len(train)} rows to train and {len(held_out)} to validate: "
            "expected at least 1 of each. Choose another split, or another part to hold out."
        )
    return train, held_out
