"""What the names of columns say: which is likely to be predicted, which only name the rows."""

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

TARGETS = (
    *("target", "targets", "label", "labels", "groundtruth", "groundtruthlabel"),
    *("targetlabel", "classlabel", "targetclass", "labelclass", "classlabels"),
    *("outcome", "response", "survived", "species", "diagnosis", "churn", "exited"),
    *("class", "classes", "y", "output", "result", "sentiment"),
    *("saleprice", "medianhousevalue"),
)
"""Names of columns to predict, the surest first; only letters and digits count."""
ROWS = frozenset(("id", "ids", "uuid", "guid", "uid", "identifier", "rowid", "pk"))
"""Words in the name of a column that names its rows."""
WHOLE = frozenset(("index", "idx", "key", "rownames", "rowindex", "row"))
"""Names that say so as a whole."""
JOINED = re.compile(
    "(account|case|client|customer|device|employee|entry|file|house|image|item|loan|member|object"
    "|order|passenger|patient|person|product|record|row|sale|sample|session|student|subject"
    "|ticket|transaction|user)(id|no|nr)"
)
NUMBERS = frozenset(("no", "nr", "number", "code", "serial", "ref", "reference", "account",
                     "phone", "telephone", "zip", "isbn", "ean", "barcode", "sku", "ssn", "key",
                     "index"))  # fmt: skip
"""Last words in the name of a column that may."""


def bare(name: str) -> str:
    """A name without what is written differently: capitals, blanks, marks."""
    return re.sub(r"[\W_]+", "", name.casefold())


def parts(name: str) -> list[str]:
    """The words of a name: of `PassengerId`, `customer_id` and `Customer ID` the last is `id`."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [one for one in re.split(r"[\W_]+", spread.casefold()) if one]


def says_target(names: Sequence[str]) -> list[str]:
    """Those of some names that are called as what is to be predicted, the surest first.

    A `y` beside an `x` and others is a place, not an answer.
    """
    place = {bare(name) for name in names} >= {"x", "y"} and len(names) > 2
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(bare(name), name)
    return [by_name[one] for one in TARGETS if one in by_name and not (place and one == "y")]


def names_rows(name: str) -> bool:
    """Does a column's name say that it names the rows, or things?"""
    words, joined = parts(name), bare(name)
    if not name.strip() or re.fullmatch(r"(?i)unnamed: \d+", name.strip()):
        return True
    return joined in WHOLE or bool(ROWS.intersection(words)) or bool(JOINED.fullmatch(joined))


def may_name_rows(name: str) -> bool:
    """Does it say that it may?"""
    return names_rows(name) or parts(name)[-1:] in [[one] for one in NUMBERS]


def is_whole(cells: "pd.Series[Any]") -> bool:
    """Does a column hold whole numbers only, though some be missing?"""
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        return False
    present = cells.dropna()
    return bool(len(present)) and bool((present % 1 == 0).all())


def all_differ(cells: "pd.Series[Any]") -> bool:
    """Has each row another value?"""
    return len(cells) > 1 and bool(cells.notna().any()) and bool(cells.dropna().is_unique)
