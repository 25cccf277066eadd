"""What may be wrong with a column that is to be predicted: told, with another that may be meant."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from graph.core.limits import brief
from runtime.data.column_names import all_differ, is_whole, may_name_rows, names_rows
from runtime.data.columns import CATEGORIES, FEW, Columns
from runtime.exported.tables import column_of

FEW_ROWS = 10
"""Of fewer rows nothing is said: most values of a small table differ."""
MANY = 20
"""So many rows that all differ are names of rows, not classes."""
TRUTHS = frozenset("yes no true false y n t f 1 0 1.0 0.0".split())  # noqa: SIM905
Setting = Callable[[str], tuple[str, Any]]
"""The parameter of a node, and its value, that make a column the target."""


def doubts_of(
    columns: Columns,
    table: pd.DataFrame,
    values: Mapping[str, Sequence[Any] | None],
    setting: Setting,
    params: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """What a person should know of the targets before training.

    Args:
        columns: All columns.
        table: The table as it is read.
        values: The classes of each target, or None where it is learned as a number.
        setting: How a node is told of another target.
        params: What the node was told.

    Returns:
        Problems as facts say them: severity, text, advice, fixes as a parameter and its value, and
        as `asked` the parameters that they hold for.
    """
    task = str(params.get("task") or "auto")
    found = []
    for name, classes in values.items():
        cells = column_of(table, name).dropna()
        said = of_classes(cells, classes, task) if classes is not None else of_numbers(cells)
        if said is None:
            continue
        severity, text, advice = said
        other = another(columns, table) if len(columns.targets) == 1 else ""
        fixes = [list(setting(other))] if other else []
        asked = [[one, params.get(one)] for one in (setting(name)[0], "task") if one in params]
        found.append({"severity": severity, "text": f"the target {name!r} {text}",
                      "advice": advice, "fixes": fixes, "asked": asked})  # fmt: skip
    return found


def of_classes(cells: Any, classes: Sequence[Any], task: str) -> tuple[str, str, str] | None:
    """Why a column may be no class: severity, what is odd, what to do."""
    rows, different = len(cells), len(classes)
    if rows >= FEW_ROWS and different == rows:
        serious = rows > MANY and task != "classification"
        text = f"has another value in each of its {rows:,} rows, such as {brief(classes[0])}"
        advice = "it names rows, and can't be learned as classes: choose another target"
        return "error" if serious else "warning", text, advice
    if rows >= FEW_ROWS and different * 2 > rows:
        text = f"has {different:,} classes in {rows:,} rows: most have a single row"
        return "warning", text, "choose another target, or merge its classes in the file"
    alike: dict[str, list[Any]] = {}
    for one in classes:
        alike.setdefault(" ".join(str(one).casefold().split()), []).append(one)
    twice = [names for names in alike.values() if len(names) > 1]
    if twice:
        names = " and ".join(map(repr, twice[0]))
        return (
            "warning",
            f"has classes that differ in capitals or blanks only: {names}",
            ("write them alike in the file, if one is meant"),
        )
    if different > 2 and alike.keys() <= TRUTHS:
        text = f"says yes and no in several ways: {', '.join(map(str, classes))}"
        return "warning", text, "write them alike in the file: they are learned as classes apart"
    return None


def of_numbers(cells: Any) -> tuple[str, str, str] | None:
    """Why there may be nothing to learn in a column of numbers."""
    rows = len(cells)
    if not pd.api.types.is_numeric_dtype(cells):
        return None
    if rows > 1 and cells.nunique() == 1:
        text = f"is {cells.iloc[0]:g} in each row: there is nothing to learn"
        return "error", text, "choose another target"
    counted = rows > MANY and pd.api.types.is_integer_dtype(cells)
    if counted and len({*cells.diff().iloc[1:]}) == 1 and cells.is_monotonic_increasing:
        text = f"only counts the rows, {cells.iloc[0]}, {cells.iloc[1]} and so on"
        return "warning", text, "choose another target, if it is not meant"
    return None


def identities(
    columns: Columns, table: pd.DataFrame, params: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Columns of numbers that may name the rows, or things, and are learned from as amounts.

    Each can be left out, or be taken for categories where there are few.
    """
    kinds = dict(params.get("kinds") or {})
    chosen = {*kinds, *(params.get("features") or ())}
    found = []
    for one in columns.used:
        if one.kind != "number" or one.name in chosen or not may_name_rows(one.name):
            continue
        cells = column_of(table, one.name)
        differ = all_differ(cells)
        if not is_whole(cells) or one.different <= FEW or not (differ or names_rows(one.name)):
            continue
        choices = {"ignore": f"Leave {one.name} out"}
        if one.different <= CATEGORIES:
            choices["category"] = f"Take {one.name} for categories"
        what = "has another whole number in each row" if differ else "seems to name things"
        fixes = [
            ["kinds", [*kinds.items(), (one.name, kind)], label] for kind, label in choices.items()
        ]
        found.append(
            {
                "severity": "warning",
                "text": f"the column {one.name!r} {what}, and is learned from as an amount",
                "advice": "leave it out, if its numbers only are names",
                "fixes": fixes,
                "asked": [["kinds", params.get("kinds")]] if "kinds" in params else [],
            }
        )
    return found


def another(columns: Columns, table: pd.DataFrame) -> str:
    """The last column beside the targets that can be learned; nothing where there is none."""
    for one in reversed(columns.all):
        if one.kind in {"number", "category"} and one.different > 1:
            cells = column_of(table, one.name).dropna()
            if one.kind == "category" or of_numbers(cells) is None:
                return one.name
    return ""
