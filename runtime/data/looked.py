"""What the words of a table are: numbers, amounts, missing values or mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runtime.data.numerals import AMONG_NUMBERS, PANDAS, SURE, Marks, is_date, marks_of

AS_TEXT = ("text", "category", "embedding", "ignore")
"""Kinds of columns whose cells stay words."""
MOSTLY = 0.5
"""A column is one of numbers if at least this share of its cells are; the rest are mistakes."""


@dataclass
class Words:
    """The different words of a column, in the order they come in, and how often each does.

    Each is looked at once, however many rows have it.
    """

    words: list[str]
    counts: list[int]

    @classmethod
    def of(cls, column: Any) -> "Words":
        """The words of a column's cells that are texts, without blanks around them."""
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            return cls([], [])
        cells = column.to_numpy(dtype=object, na_value=None)
        if column.dtype == object:
            cells = np.array([w if isinstance(w, str) else None for w in cells], dtype=object)
        codes, found = pd.factorize(cells)
        counts = np.bincount(codes[codes >= 0], minlength=len(found)).tolist()
        together: dict[str, int] = {}
        for word, count in zip(found.tolist(), counts, strict=True):
            bare = str(word).strip()
            together[bare] = together.get(bare, 0) + count
        return cls([*together], [*together.values()])

    def __len__(self) -> int:
        return sum(self.counts)


class Looked:
    """What the words of a table are, column by column.

    Attributes:
        marks: How its numbers are written.
        own: The person's words for missing values, and `own_numbers` those that are numbers.
        missing: Words that stand for a missing value, by column.
        real: Words that are values, though they may look like missing ones.
        wrong: Row and word of the first that is no number, in columns that mostly have numbers.
        amounts: Columns of numbers with something around them, and the first such word.
        texts: Columns that a reader must not take for numbers.
    """

    def __init__(self, table: pd.DataFrame, asked: Mapping[str, Any], *, typed: bool) -> None:
        self._typed = typed
        kinds = {str(name): kind for name, kind in dict(asked.get("kinds") or {}).items()}
        kept = [str(name) for name in asked.get("words") or ()]
        kinds |= dict.fromkeys(kept, "text")
        self.own = {str(word) for word in asked.get("missing") or ()}
        numbers = [number for w in self.own if (number := Marks().value(w)) is not None]
        self.own_numbers = {int(one) if one.is_integer() else one for one in numbers}
        self.missing: dict[str, list[str]] = {}
        self.wrong: dict[str, tuple[int, str]] = {}
        self.amounts: dict[str, str] = {}
        self.texts: list[str] = [] if typed else kept
        self.real: set[str] = set()
        columns = {str(name): Words.of(table[name]) for name in table.columns}
        self.marks = marks_of((column.words for column in columns.values()), asked)
        for name, column in columns.items():
            self._look(name, column, table[name], kinds.get(name, "auto"))

    def _look(self, name: str, column: Words, cells: Any, kind: str) -> None:
        words, marks = column.words, self.marks
        if not words:
            return
        values = dict(zip(words, map(marks.value, words), strict=True))
        others = int(cells.notna().sum()) - len(column)
        numeric = is_numeric(column, others, values, self.own) and kind not in AS_TEXT
        same = {word for word in words if numeric and values[word] in self.own_numbers}
        gone = self.own | SURE | same | (AMONG_NUMBERS if numeric else frozenset())
        rest = [word for word in words if word not in gone]
        wrong = [word for word in rest if values[word] is None]
        if found := sorted(gone.intersection(words)):
            self.missing[name] = found
        self.real |= (PANDAS | gone | AMONG_NUMBERS).intersection(rest)
        if numeric and wrong:
            self.wrong[name] = (row_of(wrong[0], cells), wrong[0])
        around = [w for w in rest if self._typed or not marks.is_plain(w)] if numeric else []
        if around and not wrong:
            self.amounts[name] = around[0]
        if (around and not wrong) or (
            wrong and (len(wrong) < len(rest) or any(map(is_date, wrong[:50])))
        ):
            self.texts.append(name)


def row_of(word: str, cells: Any) -> int:
    """The first row of a column that has a word, blanks around it aside."""
    return next(i for i, c in enumerate(cells) if isinstance(c, str) and c.strip() == word)


def is_numeric(
    column: Words, others: int, values: Mapping[str, float | None], own: set[str]
) -> bool:
    """Is this a column of numbers, but for mistakes and missing values?

    Args:
        column: Its cells that are texts.
        others: How many cells are none.
        values: The number that each word is, if it is one.
        own: The person's words for missing values.
    """
    gone = SURE | own | AMONG_NUMBERS
    among = [(w, n) for w, n in zip(column.words, column.counts, strict=True) if w not in gone]
    found = others + sum(n for word, n in among if values[word] is not None)
    return bool(found) and found >= MOSTLY * (others + sum(n for _, n in among))
