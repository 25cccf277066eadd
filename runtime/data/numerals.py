"""How numbers, dates and missing values are written in a table."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

SURE = frozenset(
    """
    NA N/A NaN nan -NaN -nan NaT NULL null ? n/a <NA> #N/A #NA \\N
    #VALUE! #DIV/0! #REF! #NAME? #NUM! #NULL!
    """.split()  # noqa: SIM905
) | {"", "#N/A N/A"}
"""Words that stand for a missing value in any column."""
AMONG_NUMBERS = frozenset(
    """
    None none NONE na Na n.a. N.A. n.d. nd ND k.A. NAN Nan Null (null) nil Nil undefined
    missing Missing MISSING unknown Unknown UNKNOWN
    - -- --- . .. ... * x X ?? \N{EN DASH} \N{EM DASH}
    """.split()  # noqa: SIM905
)
"""Words that do so in a column of numbers; in one of words they may be a word."""
PANDAS = frozenset(
    """
    #N/A #NA -1.#IND -1.#QNAN -NaN -nan 1.#IND 1.#QNAN <NA> N/A NA NULL NaN None n/a nan null
    """.split()  # noqa: SIM905
) | {"", " ", "#N/A N/A"}
"""What pandas reads as missing where it is told nothing."""

DIGIT = re.compile(r"\d")
NUMBER = re.compile(
    r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?"
    r"|[+-]?\d{1,3}([.,' \u2019\u00a0\u202f]\d{3})+([.,]\d*)?"
    r"|[+-]?\d{1,2}(,\d{2})+,\d{3}(\.\d*)?"
)
MARK = re.compile("[,' \u2019\u00a0\u202f]")
GROUPED = {
    mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+")
    for mark in ".,' \u2019\u00a0\u202f"
}
GROUPED[","] = re.compile(r"[+-]?[1-9](?:\d{0,2}(?:,\d{3})+|\d?(?:,\d{2})+,\d{3})")
"""Digits in groups of three; with commas also as India writes 12,34,567."""
DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))"
    r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?(Z|[+-]\d{2}:?\d{2})?)?"
)


CURRENCY = (
    r"[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20a9\u20ba\u20ab\u0e3f]|R\$|US\$|A\$|C\$|kr\.?|z\u0142|K\u010d|Fr\.|Rs\.?"
    r"|USD|EUR|GBP|CHF|JPY|CNY|RMB|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|BRL|MXN|RUB|TRY|ZAR|KRW"
)
MINUS = "\u2212\u2013-"
AMOUNT = re.compile(
    rf"(\()?\s*([+{MINUS}]?)\s*(?:{CURRENCY})?\s*([+{MINUS}]?)"
    r"(\d[\d.,' \u2019\u00a0\u202f]*|[.,]\d+)\s*"
    rf"(?:[%\u2030]|{CURRENCY})?\s*(\))?"
)


def bare(word: str) -> str:
    """The number alone of an amount: of $5.00, 5 %, (5) for -5, or one with a printed minus."""
    if NUMBER.fullmatch(word) or not (match := AMOUNT.fullmatch(word)):
        return word
    opened, first, second, number, closed = match.groups()
    if bool(opened) != bool(closed):
        return word
    minus = bool(opened) != bool({*(first or ""), *(second or "")} & {*MINUS})
    return f"{'-' if minus else ''}{number.strip()}"


def number_in(word: str) -> str:
    """The number alone of a number or an amount; nothing of another word."""
    if not DIGIT.search(word):
        return ""
    if NUMBER.fullmatch(word):
        return word
    plain = bare(word)
    return plain if NUMBER.fullmatch(plain) else ""


def is_missing(word: str) -> bool:
    """Does a word stand for a missing value, whatever stands beside it?"""
    return word in SURE


def is_number(word: str) -> bool:
    """Is it a number, in one of the ways people write them?"""
    return bool(number_in(word))


def is_endless(word: str) -> bool:
    """Is it a number beyond all that can be computed with: infinity, or 1e400?"""
    if word.strip("+-").casefold() in {"inf", "infinity"}:
        return True
    plain = number_in(word).replace(",", ".")
    try:
        return bool(plain) and math.isinf(float(plain))
    except ValueError:
        return False


def is_date(word: str) -> bool:
    """Is it a date, or a date and a time?"""
    return DATE.fullmatch(word) is not None


@dataclass(frozen=True)
class Marks:
    """What stands within numbers: the decimal mark, and what groups thousands (or nothing)."""

    decimal: str = "."
    thousands: str = ""

    def value(self, word: str) -> float | None:
        """The number a word is, if it is one."""
        if not DIGIT.search(word):
            return None
        plain = word = bare(word)
        if self.thousands and self.thousands in word:
            whole, mark, part = word.partition(self.decimal)
            if not GROUPED[self.thousands].fullmatch(whole.lstrip("+-")):
                return None
            plain = whole.replace(self.thousands, "") + mark + part
        if self.decimal == ",":
            if "." in plain:
                return None
            plain = plain.replace(",", ".")
        try:
            found = float(plain) if "_" not in plain else None
        except ValueError:
            return None
        return found if found is not None and abs(found) < float("inf") else None

    @cached_property
    def digits(self) -> re.Pattern[str]:
        """Words that are numbers beyond doubt: digits, a sign, the decimal mark, an exponent."""
        mark = re.escape(self.decimal)
        return re.compile(rf"[+-]?(\d{{1,200}}({mark}\d*)?|{mark}\d+)([eE][+-]?\d{{1,2}})?", re.A)

    def is_plain(self, word: str) -> bool:
        """Does pandas read this number, told of the marks?"""
        return (
            self.value(word) is not None
            and bare(word) == word
            and (not self.thousands or self.thousands.isascii() or self.thousands not in word)
        )


def marks_of(columns: Sequence[Sequence[str]], asked: Mapping[str, object]) -> Marks:
    """How the numbers of a file are written, by all cells that may be numbers."""
    decimal, thousands = str(asked.get("decimal") or "auto"), str(asked.get("thousands") or "auto")
    named = {"none": "", "blank": " ", "space": " "}
    thousands = named.get(thousands, thousands)
    if decimal == thousands == "auto" and not any(map(has_marks, columns)):
        return Marks()  # nothing but points: no word needs a look of its own
    words = {word for column in columns for word in numbers_among(column)}
    for mark in ("'", "\u2019", "\u00a0", "\u202f", " "):
        if thousands == "auto" and any(mark in word for word in words):
            thousands = mark
    if thousands not in {"auto", "", ".", ","}:
        words = {word.replace(thousands, "") for word in words}
    if decimal == "auto":
        decimal = _decimal(words)
    if thousands == "auto":
        other = "," if decimal == "." else "."
        grouped = [word for word in words if other in word]
        fit = [word for word in grouped if GROUPED[other].fullmatch(word.partition(decimal)[0])]
        thousands = other if grouped and len(fit) == len(grouped) else ""
    return Marks(decimal, thousands)


def has_marks(words: Sequence[str]) -> bool:
    """Are there marks other than a point in a column that mostly has numbers?"""
    return MARK.search("\n".join(words)) is not None and any(map(MARK.search, numbers_among(words)))


def numbers_among(words: Sequence[str]) -> list[str]:
    """The numbers of a column that mostly has numbers."""
    present = [word for word in words if word not in SURE and word not in AMONG_NUMBERS]
    found = [plain for word in present if (plain := number_in(word))]
    return found if len(found) >= 0.5 * len(present) else []


def _decimal(words: set[str]) -> str:
    comma = [word for word in words if "," in word]
    dot = [word for word in words if "." in word]
    mixed = [word for word in comma if "." in word]
    if mixed:
        return "," if sum(w.rfind(",") > w.rfind(".") for w in mixed) * 2 > len(mixed) else "."
    if not comma:
        return "."
    plain = [word for word in comma if not GROUPED[","].fullmatch(word)]
    if not plain:
        return "."
    ungrouped = [word for word in dot if not GROUPED["."].fullmatch(word)]
    return "," if len(plain) > len(ungrouped) else "."
