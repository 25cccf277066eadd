"""What the words of a table are: numbers, amounts, missing values or mistakes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runtime.data.numerals import AMONG_NUMBERS, PANDAS, SURE, Marks, is_date, is_endless, marks_of

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
        large: Columns of numbers that are too large for whole ones of 64 bits.
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
        self.large: list[str] = []
        self.real: set[str] = set()
        columns = {str(name): Words.of(table[name]) for name in table.columns}
        self.marks = marks_of([column.words for column in columns.values()], asked)
        for name, column in columns.items():
            self._look(name, column, table[name], kinds.get(name, "auto"))

    def _look(self, name: str, column: Words, cells: Any, kind: str) -> None:
        if not column.words:
            return
        odd, marks = self._odd(column), self.marks
        values = {word: marks.value(word) for word in odd}
        plain = len(column.words) - len(odd)
        others = int(cells.notna().sum()) - sum(odd.values())
        numeric = is_numeric(odd, others, values, self.own) and kind not in AS_TEXT
        same = {word for word in odd if numeric and values[word] in self.own_numbers}
        gone = self.own | SURE | same | (AMONG_NUMBERS if numeric else frozenset())
        rest = [word for word in odd if word not in gone]
        wrong = [word for word in rest if values[word] is None]
        if found := sorted(gone.intersection(odd)):
            self.missing[name] = found
        self.real |= (PANDAS | gone | AMONG_NUMBERS).intersection(rest)
        if numeric and wrong:
            self.wrong[name] = (row_of(wrong[0], cells), wrong[0])
        if numeric and not self._typed and any(map(is_large, column.words)):
            self.large.append(name)
        around = [w for w in rest if self._typed or not marks.is_plain(w)] if numeric else []
        if around and not wrong:
            self.amounts[name] = around[0]
        if (around and not wrong) or (
            wrong and (len(wrong) < len(rest) + plain or any(map(is_date, wrong[:50])))
        ):
            self.texts.append(name)

    def _odd(self, column: Words) -> dict[str, int]:
        """The words that are not just digits and a decimal mark, and how often each comes.

        There may be millions of the others, of which all is known: they are numbers, and every
        reader takes them for such. Where some numbers are none, or are texts, all are odd.
        """
        counts = zip(column.words, column.counts, strict=True)
        if self._typed or self.own_numbers:
            return dict(counts)
        digits = self.marks.digits.fullmatch
        return {word: count for word, count in counts if word in self.own or not digits(word)}


def is_large(word: str) -> bool:
    """Is it a whole number of more than 64 bits?"""
    return len(word) > 18 and word.lstrip("+-").isdecimal() and abs(int(word[:400])) >= 2**63


def row_of(word: str, cells: Any) -> int:
    """The first row of a column that has a word, blanks around it aside."""
    return next(i for i, c in enumerate(cells) if isinstance(c, str) and c.strip() == word)


def is_numeric(
    odd: Mapping[str, int], others: int, values: Mapping[str, float | None], own: set[str]
) -> bool:
    """Is this a column of numbers, but for mistakes and missing values?

    Args:
        odd: Its words that need a look, and how often each comes.
        others: How many cells are numbers beyond doubt.
        values: The number that each of the words is, if it is one.
        own: The person's words for missing values.
    """
    gone = SURE | own | AMONG_NUMBERS
    among = {word: count for word, count in odd.items() if word not in gone}
    found = others + sum(count for word, count in among.items() if values[word] is not None)
    if found:
        found += sum(count for word, count in among.items() if is_endless(word))
    return bool(found) and found >= MOSTLY * (others + sum(among.values()))
