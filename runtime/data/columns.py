"""The columns of a table: what each holds, and how a network gets it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from graph.core.limits import brief
from runtime.data.column_names import all_differ, bare, is_whole, names_rows, says_target
from runtime.data.mendable import Change, Mendable
from runtime.data.numerals import is_date
from runtime.data.reading import Reading
from runtime.data.showing import shown
from runtime.exported.data import DataError
from runtime.exported.tables import column_of

CATEGORIES = 50
"""A column of words with more different ones is left out, unless it was chosen."""
MANY = 1000
"""A chosen category with more values is better looked up in an Embedding."""
OFTEN = 5
"""Many categories can be learned from where each stands in so many rows in the mean."""
TEXT_WORDS = 200
"""So many words of a text column get a column each: those in most rows."""
DATE_PARTS = 5
FEW_ROWS = 10
"""Of fewer rows texts may all differ, and be classes."""
FEW = 12
FIRST = "the first column"
"""What the index is called that has no name."""
COUNTERS = frozenset(("", "index", "id", "rowid", "row_id", "rownames", "row", "no", "nr", "#"))
"""Names of columns that often just count the rows."""


@dataclass
class Column:
    """A column of a table.

    Attributes:
        name: Its name in the table.
        kind: number, category, embedding, text, date parts, target or left out.
        values: The categories, in order.
        part: The call that encodes it, where it is no number or category: function, arguments.
        why: Why it is left out, to be told.
        advised: The kind that a first network takes it for, where it is left out till chosen.
        could_be: The kind that it can be learned as, where it is left out.
        width: How many features it gives.
        renamed: What the file calls it, where that is not its name.
    """

    name: str
    kind: str = "left out"
    values: list[Any] = field(default_factory=list)
    part: list[Any] = field(default_factory=list)
    why: str = ""
    advised: str = ""
    could_be: str = ""
    width: int = 0
    renamed: str | None = None
    missing: int = 0
    different: int = 0
    example: str = ""

    def facts(self) -> dict[str, Any]:
        """What people are told of it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "missing": self.missing,
            "different": self.different,
            "example": self.example,
            "why": self.why,
            "advised": self.advised,
            "renamed": self.renamed,
        }


class Columns:
    """All columns of a table, after what was asked for.

    Attributes:
        all: Every column.
        targets: Names of those to predict.
        choice: Why the first of them is, where nobody said.
    """

    def __init__(
        self,
        path: Path,
        reading: Reading,
        params: Mapping[str, Any],
        setting: Callable[[str], tuple[str, Any]] = lambda name: ("target", name),
    ) -> None:
        self._path, self._reading, self._params = path, reading, params
        self._table = reading.table
        self._table.columns = self._table.columns.map(str)
        self._kinds = {
            self._find(str(name)): str(one) for name, one in dict(params.get("kinds") or {}).items()
        }
        index = str(params.get("index") or "")
        self._index = index if index in {"", "none", FIRST} else self._find(index)
        names = [*self._table.columns]
        empty = [name for name in names if self._table[name].isna().all()]
        asked, self.choice = str(params.get("target") or ""), ""
        if not asked:
            asked, self.choice = self._likely(names, empty)
        first = self._find(asked)
        further = [self._find(str(one)) for one in params.get("also") or ()]
        self.targets = [first, *(one for one in further if one != first)]
        for name in self.targets:
            if name in empty:
                others = [f", such as {one!r}" for one in names if one not in empty]
                raise Mendable(
                    f"{path}: expected values in the column {name!r}, which is to be predicted, "
                    f"received none. Choose another target{''.join(others[-1:])}.",
                    *(setting(one) for one in [one for one in names if one not in empty][-1:]),
                )
        chosen = [self._find(str(one)) for one in params.get("features") or ()]
        self._chosen = [one for one in chosen if one not in self.targets]
        self.all = [self._column(name) for name in names]

    @property
    def used(self) -> list[Column]:
        """Those that are learned from, in the order of the choice."""
        order = {name: i for i, name in enumerate(self._chosen)}
        found = [one for one in self.all if one.kind not in {"left out", "target"}]
        return sorted(found, key=lambda one: order.get(one.name, 0))

    def uses(self, name: str) -> bool:
        """Is a column learned from?"""
        return any(one.name == name for one in self.used)

    def check_numbers(self, names: Sequence[str]) -> None:
        """Refuse words in columns of numbers."""
        for name in names:
            if name in self._reading.wrong:
                self._refuse(name)

    def _likely(self, names: Sequence[str], empty: Collection[str]) -> tuple[str, str]:
        """The column to predict where nobody said, and why: by its name, or else the last."""
        unnamed = [name for name in empty if self._reading.is_unnamed(name)]
        free = [one for one in names if one not in unnamed and self._kinds.get(one) != "ignore"]
        called = [*says_target(free), *(one for one in free if bare(one) == bare(self._path.stem))]
        for name in called:
            if self._is_learnable(name):
                return name, "as it is called so"
        for name in reversed(free):
            if self._is_learnable(name):
                last = name == free[-1]
                return name, "the last column" if last else "the last column that can be learned"
        return (free or names)[-1], "the last column"

    def _is_learnable(self, name: str) -> bool:
        """Can a column be what is to be predicted? Not one that is constant, or names the rows."""
        cells = column_of(self._table, name)
        counts = cells.value_counts()
        present, different = int(counts.sum()), len(counts)
        if different < 2 or name == self._index:
            return False
        if self._names_rows(name, cells):
            return False
        words = is_text(cells) and not holds_dates(cells) and name not in self._reading.wrong
        return not words or present < FEW_ROWS or different * 2 <= present

    def _names_rows(self, name: str, cells: "pd.Series[Any]") -> bool:
        """Is a column called an id, with another whole number or text in each row?"""
        if self._index or not names_rows(name) or not all_differ(cells):
            return False
        return is_whole(cells) or (is_text(cells) and not holds_dates(cells))

    def _find(self, asked: str) -> str:
        return column_called(self._path, [str(one) for one in self._table.columns], asked)

    def _refuse(self, name: str) -> None:
        where, word = self._reading.wrong[name]
        missing = (*(self._params.get("missing") or ()), word)
        raise Mendable(
            f"{self._path}, {where}, column {name!r}: expected a number, received {word!r}. Mend "
            "the cell, add the word to `missing`, or set the column's kind to category or ignore.",
            ("missing", missing, f"Take {brief(word)} for a missing value"),
            self._take(name, "category", f"Take {name} for categories"),
            self._take(name, "ignore", f"Leave {name} out"),
        )

    def _take(self, name: str, kind: str, label: str) -> Change:
        """The change that takes a column for something else."""
        return "kinds", tuple({**self._kinds, name: kind}.items()), label

    def _column(self, name: str) -> Column:
        cells = column_of(self._table, name)
        counts = cells.value_counts()
        found = Column(name, missing=int(cells.isna().sum()), different=len(counts))
        found.renamed = self._reading.renamed.get(name)
        found.example = shown(counts.index[0]) if len(counts) else ""
        if name in self.targets:
            found.kind = "target"
            return found
        asked = self._kinds.get(name, "auto")
        if self._chosen and name not in self._chosen:
            return found
        kind, found.why = self._auto(name, cells, found) if asked == "auto" else (asked, "")
        if kind != "left out":
            self._fill(found, kind, cells)
        return found

    def _auto(self, name: str, cells: "pd.Series[Any]", found: Column) -> tuple[str, str]:
        """What a column is where nobody said, and why it is left out."""
        chosen = name in self._chosen
        if not found.different:
            return "left out", "since nothing is in them"
        if name in self._reading.wrong:
            self._refuse(name)
        if not chosen and self._is_index(name, cells):
            self._reading.decided["index"] = name
            return "left out", "since they count the rows"
        if not chosen and self._names_rows(name, cells):
            found.could_be = "number" if is_whole(cells) else "text"
            return "left out", "since they name the rows (set the kind to take one)"
        if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
            return "number", ""
        if holds_dates(cells):
            if chosen:
                return "date parts", ""
            found.could_be = "date parts"
            return "left out", "since they are dates (set the kind to date parts)"
        few = found.different <= min(CATEGORIES, (len(cells) - found.missing) / 2)
        if chosen or few:
            return "category", ""
        if found.different * OFTEN <= len(cells) - found.missing:
            found.advised = "embedding"
        found.could_be = "text"
        advice = "set the kind to category, embedding or text"
        return "left out", f"since its texts are many ({advice})"

    def _is_index(self, name: str, cells: "pd.Series[Any]") -> bool:
        """Does a column only count the rows, by what was chosen or else by its numbers?"""
        if self._index in {"", "none"}:
            return not self._index and counts_rows(name, cells)
        return name == self._index

    def _fill(self, found: Column, kind: str, cells: "pd.Series[Any]") -> None:
        found.kind = kind
        if kind == "ignore":
            found.kind, found.why = "left out", "as you chose"
        elif kind == "number":
            self.check_numbers([found.name])
            if not pd.api.types.is_numeric_dtype(cells):
                kinds = {one: kind for one, kind in self._kinds.items() if one != found.name}
                raise Mendable(
                    f"{self._path}, column {found.name!r}: expected numbers, received "
                    f"{found.example!r}. Set the column's kind to auto.",
                    ("kinds", tuple(kinds.items()), f"Look what {found.name} is"),
                )
            found.width = 1
        elif kind == "category":
            found.values = values_of(cells)
            found.width = len(found.values)
        elif kind == "embedding":
            found.values = values_of(cells)
        elif kind == "date parts":
            found.part, found.width = ["date_parts", found.name, date_format(cells)], DATE_PARTS
        elif kind == "text":
            words = common_words(cells)
            found.part, found.width = ["words_in", found.name, words], len(words)


def column_called(path: Path, names: Sequence[str], asked: str) -> str:
    """The column that a person means: by name, however it is written, or by number.

    Raises:
        DataError: If there is none.
    """
    if asked in names:
        return asked
    for same in (str.strip, lambda text: text.strip().casefold()):
        alike = [name for name in names if same(name) == same(asked)]
        if len(alike) == 1:
            return alike[0]
    if asked.lstrip("-").isdigit() and 0 < abs(int(asked)) <= len(names):
        return names[int(asked) - (int(asked) > 0)]
    raise DataError(f"{path}: expected a column {asked!r}, received {', '.join(names)}.")


def values_of(cells: "pd.Series[Any]") -> list[Any]:
    """The different values of a column: numbers by size, then words by name."""
    found = [plain(one) for one in cells.dropna().unique().tolist()]
    different = list(dict.fromkeys(found))
    return sorted(
        different,
        key=lambda one: (isinstance(one, str), 0 if isinstance(one, str) else one, str(one)),
    )


def plain(value: Any) -> Any:
    """A value as source and JSON can say it; whole numbers without a point."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return int(value) if float(value).is_integer() else float(value)
    return str(value)


def counts_rows(name: str, cells: "pd.Series[Any]") -> bool:
    """Does a column only count the rows?"""
    called = re.sub(r"^unnamed: \d+$", "", name.strip().casefold())
    if called not in COUNTERS or not pd.api.types.is_integer_dtype(cells) or len(cells) < 2:
        return False
    return bool((cells.diff().iloc[1:] == 1).all()) and cells.iloc[0] in {0, 1}


def is_text(cells: "pd.Series[Any]") -> bool:
    """Are the cells words?"""
    numbers = pd.api.types.is_numeric_dtype(cells)
    return not numbers and not pd.api.types.is_datetime64_any_dtype(cells)


def holds_dates(cells: "pd.Series[Any]") -> bool:
    """Are the cells dates?"""
    if pd.api.types.is_datetime64_any_dtype(cells):
        return True
    words = cells.dropna().head(200)
    return bool(len(words)) and all(isinstance(one, str) and is_date(one) for one in words)


def date_format(cells: "pd.Series[Any]") -> str:
    """How dates are written; nothing where they are no text."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        return ""
    words = [str(one) for one in cells.dropna().unique()]
    firsts = [int(match[1]) for one in words if (match := re.match(r"(\d{1,2})[-/.]", one))]
    day_first = any(one > 12 for one in firsts) or bool(words and re.match(r"\d{1,2}\.", words[0]))
    guess = Counter(
        pd.tseries.api.guess_datetime_format(one, dayfirst=day_first) for one in words[:200]
    ).most_common(1)
    if not guess or guess[0][0] is None:
        raise DataError(f"Column {cells.name!r}: expected dates, received {words[:1]}.")
    return str(guess[0][0])


def common_words(cells: "pd.Series[Any]") -> list[str]:
    """The words in most rows, in order of the alphabet."""
    texts = cells.dropna().astype(str).str.lower().str.findall(r"\w+")
    rows = Counter(word for text in texts for word in {*text} if len(word) > 1)
    return sorted(word for word, _ in rows.most_common(TEXT_WORDS))
