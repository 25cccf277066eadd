"""Reading a table: which reader of pandas, and with what arguments."""

import json
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from runtime.data.dialect import Dialect, dialect_of
from runtime.data.numerals import AMONG_NUMBERS, PANDAS, SURE, Marks, is_date, marks_of
from runtime.exported.data import DataError

MOSTLY = 0.5
"""A column is one of numbers if at least this share of its cells are; the rest are mistakes."""


@dataclass
class Reading:
    """A table as it was read.

    Attributes:
        table: What the written call gives.
        function: The reader of pandas.
        options: Its arguments beside the file.
        decided: What was found out, by parameter, for people.
        told: What was skipped or is unusual.
        wrong: The first cell that is no number, in columns that mostly have numbers: where, what.
        words: The missing words of each column, where there are any.
    """

    table: pd.DataFrame
    function: str
    options: dict[str, Any] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    wrong: dict[str, tuple[str, str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)


def read_table(path: Path, asked: Mapping[str, Any]) -> Reading:
    """Read a table of any kind that pandas reads.

    Raises:
        DataError: If it can't be read; says where and what to do.
    """
    if not path.is_file():
        raise DataError(f"{path}: expected a table, received a folder. Choose a file.")
    kind = kind_of(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reading = KINDS[kind](path, asked)
    except DataError:
        raise
    except (ValueError, OSError, KeyError, ImportError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: expected a table ({error}). Check the file's format.") from error
    if reading.table.empty:
        raise DataError(f"{path}: expected a header line and rows, received no rows.")
    return reading


def kind_of(path: Path) -> str:
    """The format of a file: by how it begins, as a name may say anything."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        return "Parquet"
    if start.startswith(b"PK\x03\x04") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(name.startswith("xl/") for name in archive.namelist()):
                return "Excel"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(f"{path}: expected a table, received an old Excel file. Save it as .xlsx.")
    begin = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    if begin[:1] == b"{" or (begin[:1] == b"[" and begin[1:].lstrip()[:1] == b"{"):
        return "JSON"
    return "CSV"


def read_text(path: Path, asked: Mapping[str, Any]) -> Reading:
    """A table of text."""
    dialect = dialect_of(path, asked)
    raw = pd.read_csv(path, dtype=str, na_filter=False, **dialect.options)
    raw = raw.apply(lambda column: column.str.strip())
    kinds = dict(asked.get("kinds") or {})
    own = {str(word) for word in asked.get("missing") or ()}
    uniques = {str(name): [str(w) for w in raw[name].unique()] for name in raw.columns}
    options, reading = dialect.options, Reading(raw, "read_csv")
    marks = marks_of(uniques.values(), asked)
    if marks.decimal != ".":
        options["decimal"] = marks.decimal
        reading.decided["decimal"] = marks.decimal
    if marks.thousands:
        options["thousands"] = marks.thousands
        reading.decided["thousands"] = marks.thousands
    real: set[str] = set()
    as_text: list[str] = []
    for name, words in uniques.items():
        numeric = is_numeric(raw[name], marks, own) and kinds.get(name) != "text"
        gone = own | SURE | (AMONG_NUMBERS if numeric else frozenset())
        rest = [word for word in words if word not in gone]
        wrong = [word for word in rest if marks.value(word) is None]
        if found := sorted(set(words) & gone):
            reading.words[name] = found
        real |= set(rest) & (PANDAS | gone | AMONG_NUMBERS)
        if numeric and wrong:
            row = int((raw[name] == wrong[0]).to_numpy().argmax())
            line = dialect.lines[row] if row < len(dialect.lines) else row + 1
            reading.wrong[name] = (f"line {line}", wrong[0])
        if wrong and (len(wrong) < len(rest) or any(map(is_date, wrong[:50]))):
            as_text.append(name)
    options |= missing_options(reading.words, real)
    if as_text:
        options["dtype"] = dict.fromkeys(as_text, "str")
    reading.table = pd.read_csv(path, low_memory=False, **options)
    reading.options = options
    reading.decided = described(dialect, reading, own)
    reading.told = dialect.told
    return reading


def is_numeric(column: "pd.Series[str]", marks: Marks, own: set[str]) -> bool:
    """Is this a column of numbers, but for mistakes and missing values?"""
    counts = column.value_counts()
    known = {str(w): n for w, n in counts.items() if w not in SURE and w not in own}
    among = {word: n for word, n in known.items() if word not in AMONG_NUMBERS}
    found = sum(n for word, n in among.items() if marks.value(word) is not None)
    return bool(found) and found >= MOSTLY * sum(among.values())


def missing_options(words: Mapping[str, list[str]], real: set[str]) -> dict[str, Any]:
    """What pandas must be told of missing values; nothing where its own list will do.

    Args:
        words: The missing words of each column.
        real: Words of other columns that are values, though they may look like missing ones.
    """
    found = {word for column in words.values() for word in column}
    if not real & (found | PANDAS):
        extra = sorted(found - PANDAS)
        return {"na_values": extra} if extra else {}
    if not real & found:
        return {"keep_default_na": False, "na_values": sorted(found | {""})}
    return {"keep_default_na": False, "na_values": {n: list(one) for n, one in words.items()}}


def described(dialect: Dialect, reading: Reading, own: set[str]) -> dict[str, str]:
    """What was decided, for people."""
    found = {**dialect.decided, **reading.decided}
    words = {word for column in reading.words.values() for word in column} - {""}
    if words:
        found["missing"] = " ".join(sorted(words))
    return found


def read_parquet(path: Path, asked: Mapping[str, Any]) -> Reading:
    """A Parquet file."""
    return Reading(pd.read_parquet(path), "read_parquet", decided={"format": "Parquet"})


def read_excel(path: Path, asked: Mapping[str, Any]) -> Reading:
    """A sheet of an Excel file."""
    options: dict[str, Any] = {}
    sheets = [str(name) for name in pd.ExcelFile(path).sheet_names]
    sheet = str(asked.get("sheet") or "")
    if sheet and sheet not in sheets:
        raise DataError(f"{path}: expected a sheet {sheet!r}, received {', '.join(sheets)}.")
    if sheet:
        options["sheet_name"] = sheet
    plain = pd.read_excel(path, header=None, **options)
    above = int(plain.notna().sum(axis=1).ge(max(1, plain.shape[1] / 2)).to_numpy().argmax())
    if above:
        options["skiprows"] = above
    body = plain.iloc[above + 1 :].astype(object)
    own = {str(word) for word in asked.get("missing") or ()}
    words = {str(w).strip() for column in body for w in body[column].unique() if isinstance(w, str)}
    found = words & (own | SURE) - PANDAS
    if found:
        options["na_values"] = sorted(found)
    told = [f"{above} lines above the table are skipped"] if above else []
    if len(sheets) > 1:
        told.append(f"the sheet {sheet or sheets[0]} of {', '.join(sheets)} is read")
    decided = {"format": "Excel", "sheet": sheet or sheets[0]}
    return Reading(pd.read_excel(path, **options), "read_excel", options, decided, told)


def read_json(path: Path, asked: Mapping[str, Any]) -> Reading:
    """JSON lines, or a list of records."""
    with path.open("rb") as file:
        start = file.read(100).lstrip(b"\xef\xbb\xbf \r\n\t")
    options: dict[str, Any] = {"lines": True} if start[:1] == b"{" else {}
    if options:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    json.loads(line or "{}") if line.strip() else None
                except ValueError as error:
                    raise DataError(
                        f"{path}, line {number}: expected one JSON object a line ({error}). "
                        "Mend the line."
                    ) from error
    table = pd.read_json(path, **options)
    return Reading(table, "read_json", options, {"format": "JSON lines" if options else "JSON"})


KINDS = {"CSV": read_text, "Parquet": read_parquet, "Excel": read_excel, "JSON": read_json}
