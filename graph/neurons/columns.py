"""Columns of tensors, and the source that puts them side by side as rows [N, columns]."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from graph.core.tensor import BATCH, features
from graph.declare import Value
from graph.model.sheet import End

Values = Mapping[End, Value]


class Column(NamedTuple):
    """One number per example.

    Attributes:
        end: The value that carries it.
        place: Which of that value's columns; None where the value itself is the number.
    """

    end: End
    place: int | None = None


def ends(columns: Iterable[Column]) -> tuple[End, ...]:
    """The values that columns come from, each once."""
    return tuple(dict.fromkeys(column.end for column in columns))


def one(column: Column, values: Values) -> Value:
    """Source of a column, [N]."""
    value = values[column.end]
    if column.place is None:
        return value
    return Value(f"{value}[:, {column.place}]", features(BATCH))


def side_by_side(columns: Sequence[Column], values: Values) -> Value:
    """Source of rows [N, columns] from where the columns come from.

    A value all of whose columns are wanted in order is taken as it is; neighbours are sliced;
    the rest is picked, and pieces are concatenated.
    """
    kind = features(BATCH, len(columns))
    runs = list(_runs(columns))
    example = next(values[run[0].end] for run in runs if values[run[0].end].type.dims)
    if all(column.place is None for column in columns):
        found = [values[column.end] for column in columns]
        if len(found) == 1:
            return Value(f"{found[0]}.unsqueeze(1)", kind)
        scalars = (str(v) if v.type.dims else f"{v}.expand_as({example})" for v in found)
        return Value(f"torch.stack([{', '.join(scalars)}], dim=1)", kind)
    pieces = [_piece(run, values, example) for run in runs]
    if len(pieces) == 1:
        return Value(pieces[0], kind)
    return Value(f"torch.cat([{', '.join(pieces)}], dim=1)", kind)


def _runs(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Columns in pieces that come from one value; a repeated column starts a new piece."""
    run: list[Column] = []
    for column in columns:
        fits = run and run[-1].end == column.end and column.place is not None
        if run and (not fits or column in run[:1]):
            yield run
            run = []
        run.append(column)
    if run:
        yield run


def _piece(run: Sequence[Column], values: Values, example: Value) -> str:
    value = values[run[0].end]
    places = [column.place for column in run if column.place is not None]
    if not places:
        return f"{value}.unsqueeze(1)" if value.type.dims else f"{value}.expand(len({example}), 1)"
    width = value.type.dims[-1]
    start, stop = places[0], places[-1] + 1
    if places != list(range(start, stop)):
        return f"{value}[:, {places}]"
    if start == 0 and stop == width:
        return str(value)
    return f"{value}[:, {start or ''}:{'' if stop == width else stop}]"
