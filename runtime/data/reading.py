"""Reading a table: which reader of pandas, and with what arguments."""

import json
import os
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from runtime.data.dialect import LOOKED, PACKED, dialect_of, unpacked
from runtime.data.looked import Looked
from runtime.data.mendable import Mendable
from runtime.data.numerals import PANDAS
from runtime.data.rows import is_header, is_second_header, is_total, is_units
from runtime.data.showing import shown
from runtime.exported.data import DataError
from runtime.exported.tables import cleaned

FEW_SHEETS = 3
"""So many are offered where one is not there."""
NESTED = (list, dict)


@dataclass
class Reading:
    """A table as it was read.

    Attributes:
        table: What the written call gives.
        cells: The same before any word was taken for a number or for missing.
        function: The reader of pandas.
        options: Its arguments beside the file.
        decided: What was found out, for people, of each parameter that matters; "" for nothing.
        renamed: Columns that the file calls otherwise, and how.
        told: What was skipped or is unusual.
        wrong: The first cell that is no number, in columns that mostly have numbers: where, what.
        words: The missing words of each column, where there are any.
        cleaned: What `runtime.exported.tables.cleaned` is called with, if it is.
        sheets: Of an Excel file, all there are.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    function: str
    options: dict[str, Any] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    wrong: dict[str, tuple[str, str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    cleaned: dict[str, Any] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)

    def is_unnamed(self, name: str) -> bool:
        """Has a column no name in the file?"""
        return self.decided.get("header") == "no" or self.renamed.get(name) == ""


def read_table(path: Path, asked: Mapping[str, Any]) -> Reading:
    """Read a table of any kind that pandas reads.

    Args:
        path: The file.
        asked: Parameters of its node, and as `words` columns that stay as they are written.

    Raises:
        DataError: If it can't be read; says where and what to do.
    """
    if not os.path.isfile(path):
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
    if start.startswith(b"\x93NUMPY") or path.suffix.lower() == ".npz":
        raise DataError(
            f"{path}: expected a table, received NumPy arrays. Write them as CSV: "
            "pd.DataFrame(np.load(...)).to_csv(...)."
        )
    if start.startswith(b"PK\x03\x04") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(name.startswith("xl/") for name in archive.namelist()):
                return "Excel"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(f"{path}: expected a table, received an old Excel file. Save it as .xlsx.")
    if start.startswith(PACKED):
        start = unpacked(path)[0][:4096]
    begin = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    records = begin[1:].lstrip() if begin[:1] == b"[" else begin
    if records[:1] == b"{" and records[1:].lstrip()[:1] in (b'"', b"}"):
        return "JSON"  # a first column may be called {x}, too
    return "CSV"


def read_text(path: Path, asked: Mapping[str, Any]) -> Reading:
    """A table of text."""
    dialect = dialect_of(path, asked)
    raw = pd.read_csv(path, dtype=str, na_filter=False, **dialect.options)
    raw = raw.apply(lambda column: column.str.strip())
    options, reading = dialect.options, Reading(raw, raw, "read_csv", told=dialect.told)
    rename(reading, dialect.names)
    found = Looked(raw, asked, typed=False)
    marks = found.marks
    if marks.decimal != ".":
        options["decimal"] = marks.decimal
    if marks.thousands and marks.thousands.isascii():
        options["thousands"] = marks.thousands
    options |= missing_options(found.missing, found.real)
    if found.texts or found.large:
        options["dtype"] = {**dict.fromkeys(found.texts, "str"),
                            **dict.fromkeys(found.large, "float64")}  # fmt: skip
    for name, (row, word) in found.wrong.items():
        line = dialect.lines[row] if row < len(dialect.lines) else row + 1
        reading.wrong[name] = (f"line {line}", word)
    reading.options = options
    reading.decided = dialect.decided
    finish(reading, found, pd.read_csv(path, low_memory=False, **options))
    reading.words = found.missing
    return reading


def read_frame(reading: Reading, asked: Mapping[str, Any]) -> Reading:
    """What was read from a file that knows its numbers, with those its texts hold."""
    table = reading.table
    nested = [n for n in table.columns if table[n].map(lambda cell: isinstance(cell, NESTED)).any()]
    if nested:
        reading.told.append(f"not used, since lists are in them: {', '.join(map(str, nested))}")
        table = table.drop(columns=nested)
    found = Looked(table, asked, typed=True)
    reading.wrong = {name: (f"row {row + 1}", word) for name, (row, word) in found.wrong.items()}
    for name in table.select_dtypes("number"):
        if (endless := table[name].abs().eq(float("inf"))).any():
            reading.wrong[str(name)] = (f"row {int(endless.to_numpy().argmax()) + 1}", "inf")
    missing: dict[str, list[Any]] = dict(found.missing)
    for name in table.columns:
        if pd.api.types.is_numeric_dtype(table[name]):
            gone = [plain for plain in found.own_numbers if table[name].eq(plain).any()]
            missing |= {name: gone} if gone else {}
    if missing:
        reading.cleaned["missing"] = missing
    reading.words = {name: [str(word) for word in words] for name, words in missing.items()}
    finish(reading, found, table)
    return reading


def finish(reading: Reading, found: Looked, table: pd.DataFrame) -> None:
    """Keep the table with its amounts as numbers, and what was decided."""
    if found.amounts:
        reading.cleaned["amounts"] = [*found.amounts]
        if found.marks.decimal != ".":
            reading.cleaned["decimal"] = found.marks.decimal
        if found.marks.thousands in {".", ","}:
            reading.cleaned["thousands"] = found.marks.thousands
        some = (f"{n} ({word} as {found.marks.value(word):g})" for n, word in found.amounts.items())
        reading.told.append(f"read as numbers: {', '.join(some)}")
    reading.table = cleaned(table, **reading.cleaned)
    words = {word for column in found.missing.values() for word in column} - {""}
    reading.decided |= {
        "decimal": found.marks.decimal,
        "thousands": {"": "none", " ": "blank"}.get(found.marks.thousands, found.marks.thousands),
        "missing": " ".join(sorted(map(str, words))),
    }
    reading.decided.setdefault("index", "")


def rename(reading: Reading, names: Sequence[str]) -> None:
    """Keep which columns got other names than the header gives them: each needs its own."""
    columns = [str(one) for one in reading.table.columns]
    pairs = [(old, new) for old, new in zip(names, columns, strict=False) if old != new]
    reading.renamed = {new: old for old, new in pairs}
    if again := [f"{new} for {old}" for old, new in pairs if old]:
        reading.told.append(f"names that stand twice in the header: {', '.join(again)}")
    if unnamed := [new for old, new in pairs if not old]:
        reading.told.append(f"columns without a name: {', '.join(unnamed)}")


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


def read_parquet(path: Path, asked: Mapping[str, Any]) -> Reading:
    """A Parquet file."""
    table = pd.read_parquet(path)
    reading = Reading(table, table, "read_parquet", decided={"format": "Parquet"})
    if named := [str(name) for name in table.index.names if name is not None]:
        reading.told.append(f"the index is left out: {', '.join(named)}")
    return read_frame(reading, asked)


def read_excel(path: Path, asked: Mapping[str, Any]) -> Reading:
    """A sheet of an Excel file."""
    options: dict[str, Any] = {}
    with pd.ExcelFile(path) as file:
        sheets = [str(name) for name in file.sheet_names]
    sheet = str(asked.get("sheet") or "")
    sheet, plain = sheet_of(path, sheet, sheets)
    if sheet:
        options["sheet_name"] = sheet
    skip = asked.get("skip")
    full = plain.notna().sum(axis=1).ge(max(1, plain.shape[1] / 2)).to_numpy()
    above = int(full.argmax() if skip is None else skip)
    rows = [[shown(cell) for cell in row] for row in plain.iloc[above:].head(LOOKED).to_numpy()]
    header = str(asked.get("header") or "auto")
    if skip is None and header == "auto" and is_second_header(rows):
        rows, above = rows[1:], above + 1
    if above:
        options["skiprows"] = above
    told = [f"{above} lines above the table are skipped"] if above else []
    if skip is None and header != "no" and len(rows) > 4 and is_units(rows):
        told.append(f"a line of units below the header is left out: {', '.join(rows[1])}")
        options["skiprows"], rows = [*range(above), above + 1], [rows[0], *rows[2:]]
    last = [[shown(cell) for cell in row] for row in plain.iloc[above:].to_numpy()]
    if skip is None and len(last) > 4 and is_total(last):
        told.append(f"the last line is left out, as it holds a total: {', '.join(last[-1])}")
        options["skipfooter"], rows = 1, rows[: len(last) - 1]
    named = header == "yes" or (header == "auto" and len(rows) > 1 and is_header(rows[0], rows[1:]))
    if not named:
        names = [str(one) for one in asked.get("names") or ()]
        options |= {
            "header": None,
            "names": names or [f"column_{i + 1}" for i in range(plain.shape[1])],
        }
        told.append("the file has no header line: its columns were given names")
    if len(sheets) > 1:
        told.append(f"the sheet {sheet or sheets[0]} of {', '.join(sheets)} is read")
    decided = {
        "format": "Excel",
        "sheet": sheet or sheets[0],
        "header": "yes" if named else "no",
        "skip": str(above or ""),
    }
    table = pd.read_excel(path, **options)
    reading = Reading(table, table, "read_excel", options, decided, told=told, sheets=sheets)
    if named:
        rename(reading, rows[0])
    return read_frame(reading, asked)


def sheet_of(path: Path, asked: str, sheets: Sequence[str]) -> tuple[str, pd.DataFrame]:
    """The sheet to read, nothing for the first, and its cells; the first that holds a table.

    Raises:
        DataError: If there is none of the name that is asked for.
    """
    if asked and asked not in sheets:
        raise Mendable(
            f"{path}: expected a sheet {asked!r}, received {', '.join(sheets)}.",
            *(("sheet", one) for one in sheets[:FEW_SHEETS]),
        )
    first = pd.read_excel(path, header=None, sheet_name=asked or sheets[0])
    if asked or is_table(first):
        return asked, first
    for name in sheets[1:]:
        if is_table(found := pd.read_excel(path, header=None, sheet_name=name)):
            return name, found
    return "", first


def is_table(sheet: pd.DataFrame) -> bool:
    """Has a sheet rows of more than one cell?"""
    return int(sheet.notna().sum(axis=1).ge(2).sum()) > 2


def read_json(path: Path, asked: Mapping[str, Any]) -> Reading:
    """JSON lines, or a list of records."""
    content, packing = unpacked(path)
    start = content[:100].lstrip(b"\xef\xbb\xbf \r\n\t")
    whole = start[:1] == b"{" and is_by_column(path, content)
    options: dict[str, Any] = {"lines": True} if start[:1] == b"{" and not whole else {}
    if options:
        for number, line in enumerate(content.decode("utf-8-sig").splitlines(), 1):
            try:
                json.loads(line) if line.strip() else None
            except ValueError as error:
                raise DataError(
                    f"{path}, line {number}: expected one JSON object a line ({error}). Mend the "
                    "line."
                ) from error
    if packing:
        options["compression"] = packing
    table = pd.read_json(path, **options)
    decided = {"format": "JSON lines" if options.get("lines") else "JSON"}
    return read_frame(Reading(table, table, "read_json", options, decided), asked)


def is_by_column(path: Path, content: bytes) -> bool:
    """Is the whole file one JSON object, of a list or an object for each column?

    Raises:
        DataError: If it is one object that holds something else.
    """
    try:
        held = json.loads(content.decode("utf-8-sig"))
    except ValueError:
        return False  # one object a line
    columns = [one for one in held.values() if isinstance(one, list | dict)]
    lengths = {len(one) for one in columns}
    records = [name for name, one in held.items() if isinstance(one, list) and len(one) > 1
               and all(isinstance(row, dict) for row in one)]  # fmt: skip
    if columns and len(columns) == len(held) and len(lengths) == 1 and not records:
        return True
    if not columns:
        return False  # a single line
    inside = f"; its rows seem to lie in {records[0]!r}: save that alone" if records else ""
    raise DataError(
        f"{path}: expected one JSON object a line, a list of them, or a list for each column, "
        f"received one object of {', '.join(map(repr, list(held)[:6]))}{inside}. Save it as CSV."
    )


KINDS = {"CSV": read_text, "Parquet": read_parquet, "Excel": read_excel, "JSON": read_json}
