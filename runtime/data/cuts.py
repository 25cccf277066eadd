"""Which rows of a table are held out: the call that says so."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from runtime.data.columns import date_format, holds_dates, plain
from runtime.data.mendable import Mendable
from runtime.exported.tables import column_of

HELD = frozenset(
    ["test", "val", "valid", "validation", "dev", "holdout", "held_out", "eval", "testing"]
)
TRAINED = frozenset(["train", "training", "fit", "learn"])


def cut_of(
    table: pd.DataFrame, targets: Sequence[str], params: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """The function of `runtime.exported.tables` and its arguments; None for rows at random.

    Raises:
        DataError: If a column is needed and not named, or does not say what is held out.
    """
    how = str(params.get("split") or "random")
    if how == "random":
        return None
    name = str(params.get("split_column") or "")
    if how == "stratified":
        return "stratified", name or targets[0]
    if not name:
        raise Mendable(
            f"A split {how} needs a column: choose it as `split column`, or split at random.",
            ("split", "random"),
        )
    cells = column_of(table, name)
    if how == "by group":
        return "by_group", name
    if how == "by time":
        return ("by_time", name, date_format(cells)) if holds_dates(cells) else ("by_time", name)
    values = [plain(one) for one in cells.dropna().unique().tolist()]
    held = [one for one in values if str(one).strip().casefold() in HELD]
    if not held and len(values) == 2:
        trained = [one for one in values if str(one).strip().casefold() in TRAINED]
        held = [one for one in values if one not in trained] if trained else []
        held = held or [one for one in values if one in (1, True) or str(one) in {"1", "True"}]
    if not held:
        some = ", ".join(map(str, values[:8]))
        raise Mendable(
            f"Column {name!r}: expected words such as train and test that say which rows are held "
            f"out, received {some}. Choose another column, or split by group.",
            ("split", "by group"),
        )
    return "by_column", name, held
