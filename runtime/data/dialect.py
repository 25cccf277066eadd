"""How a text file of a table is written: encoding, delimiter, quotes, comments, header line.

Delimiter and quotes are found by CleverCSV (van den Burg, Nazábal and Sutton, "Wrangling messy CSV
files by detecting row and type patterns", 2019); the rest is read off the lines.
"""

import bz2
import csv
import gzip
import io
import lzma
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chardet
from clevercsv.detect import Detector

from graph.core.limits import brief
from runtime.data.mendable import Mendable
from runtime.data.numerals import SURE, is_number
from runtime.data.rows import is_header, is_second_header, is_total, is_units
from runtime.exported.data import DataError

DELIMITERS = [",", ";", "\t", "|", ":", " ", "~", "^"]
RUNS = r"\s+"
"""What pandas calls runs of blanks."""
ERRORS = tuple(word for word in SURE if word.startswith("#"))
"""Words of spreadsheets that begin like a comment."""
SAMPLE_LINES, SAMPLE_LETTERS = 120, 20_000
LOOKED = 2_000
"""So many lines tell whether there is a header and how many cells a row has."""
TYPED = {"\\t": "\t", "tab": "\t", "\\x09": "\t", "\\s+": RUNS, "blanks": RUNS, "spaces": RUNS}

FOUND = {"delimiter": "", "quote": "auto"}
"""Parameters that decide where cells end, and what has them found."""
NOTHING = dict.fromkeys(("skip", "comment", "index"), "")
"""What is decided of a file as long as nothing unusual was found in it."""


@dataclass
class Dialect:
    """How a table is read: the arguments of pandas' reader, and what was decided, in words.

    Attributes:
        options: Arguments of `pd.read_csv` that differ from its own.
        text: The whole file.
        names: Columns by name.
        lines: The line each row stands in.
        decided: What was found, for people, of each parameter that matters; "" for nothing.
        told: What was left out or is unusual.
    """

    options: dict[str, Any]
    text: str
    names: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    decided: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def dialect_of(path: Path, asked: Mapping[str, Any]) -> Dialect:
    """Find a text file's dialect; what a person chose stays.

    Raises:
        DataError: If it is no table, or a row has more or fewer cells than others.
    """
    content, packing = unpacked(path)
    encoding = str(asked.get("encoding") or "") or encoding_of(content)
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise Mendable(
            f"{path}: expected text in {encoding} ({error}). Choose another encoding, or none for "
            "the one that fits.",
            ("encoding", "", "Find the encoding"),
        ) from error
    if "\0" in text[:10_000]:
        raise DataError(
            f"{path}: expected a table as text, received something else (it holds zero bytes). "
            "Export it as CSV."
        )
    found = Dialect({}, text, decided={"encoding": encoding, **NOTHING})
    if packing:
        found.options["compression"] = packing
    if encoding not in {"utf-8", "ascii"}:
        found.options["encoding"] = encoding
    Sniffer(path, found, asked).run()
    return found


PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04")
"""How packed files begin."""


def unpacked(path: Path) -> tuple[bytes, str]:
    """A file's content, and how it is packed where its name does not say so."""
    content = path.read_bytes()
    known = {
        b"\x1f\x8b": ("gzip", ".gz", gzip.decompress),
        b"BZh": ("bz2", ".bz2", bz2.decompress),
        b"\xfd7zXZ": ("xz", ".xz", lzma.decompress),
    }
    try:
        for magic, (name, ending, unpack) in known.items():
            if content.startswith(magic):
                return unpack(content), "" if path.name.lower().endswith(ending) else name
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                files = [one for one in archive.namelist() if not one.endswith("/")]
                if len(files) != 1:
                    raise DataError(
                        f"{path}: expected one table in the archive, received {len(files)} files. "
                        "Unpack it and choose one."
                    )
                return archive.read(files[0]), "" if path.suffix.lower() == ".zip" else "zip"
    except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is broken ({error}): fetch it again.") from error
    return content, ""


WESTERN = re.compile(
    r"[\s!-~£€¥§°²³µ·º½¼¾¡¿«»\u2018-\u201e\u2013\u2014…•®©ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝß"
    r"àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœ\u00a0]*"
)
"""Letters and signs of Western languages."""


def encoding_of(content: bytes) -> str:
    """The encoding that text is in: by its mark, else UTF-8 where that fits, else a guess."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if content[1:400:2].count(0) > len(content[:400]) / 4:
        return "utf-16-le"
    if content[:400:2].count(0) > len(content[:400]) / 4:
        return "utf-16-be"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    special = bytes(one for one in content if one > 127)[:4000]
    try:
        if WESTERN.fullmatch(special.decode("cp1252")):
            return "cp1252"
    except UnicodeDecodeError:
        pass
    guess = str(chardet.detect(content[:200_000]).get("encoding") or "latin-1")
    try:
        content.decode(guess)
    except (LookupError, UnicodeDecodeError):
        return "latin-1"
    return guess.lower()


class Sniffer:
    """Finds out step by step how the lines are to be read."""

    def __init__(self, path: Path, found: Dialect, asked: Mapping[str, Any]) -> None:
        self.path, self.found, self.asked = path, found, asked
        self.lines = re.split(r"\r\n|\r|\n", found.text)
        self.skipped: set[int] = set()

    def run(self) -> None:
        """Find everything, in the order that each needs what was found before."""
        self._comments()
        first = next(iter(self._kept()), "")
        if re.fullmatch(r"[+-]?[\d.]+( \d+:\S+)+ *", first):
            raise DataError(
                f"{self.path}: expected a table, received sparse rows (libsvm), such as "
                f"{brief(first)}. Write them as CSV: "
                "pd.DataFrame(sklearn.datasets.load_svmlight_file(...)[0].toarray())."
            )
        if first.lower().startswith("@relation"):
            self._arff()
        if match := re.fullmatch(r'"?sep=(.)"?', first):
            self.skipped.add(self.lines.index(first))
            self.asked = {"delimiter": match[1], **{k: v for k, v in self.asked.items() if v}}
        sample = self._sample()
        if not sample.strip():
            raise DataError(f"{self.path}: expected rows, received none: the file is empty.")
        self._delimiter(sample)
        rows = self._rows()
        before = len(self.skipped)
        width = self._preamble(rows)
        if len(self.skipped) > before:
            rows = self._rows()
        rows = [one for one in rows if any(cell.strip() for cell in one[1])]
        rows = self._around(rows)
        self._header([cells for _, cells in rows[:LOOKED]], width)
        self._skips()
        self._check(rows, width)

    def _arff(self) -> None:
        """The columns that Weka's format names line by line, above its data."""
        names = []
        for i, line in enumerate(self.lines):
            if match := re.match(r"""\s*@attribute\s+('[^']*'|"[^"]*"|\S+)""", line, re.I):
                names.append(match[1].strip("'\""))
            if i not in self.skipped:
                self.skipped.add(i)
            if line.strip().lower() == "@data":
                break
        self.found.decided["skip"] = str(i + 1)
        self.found.told.append(f"ARFF: {len(names)} columns are named above the data")
        given = {"header": "no", "names": names, "quote": "'", "skip": i + 1}
        self.asked = {**given, **{k: v for k, v in self.asked.items() if v and v != "auto"}}

    def _kept(self) -> list[str]:
        return [one for i, one in enumerate(self.lines) if i not in self.skipped and one.strip()]

    def _sample(self) -> str:
        lines, letters = [], 0
        for line in self._kept():
            lines.append(line)
            letters += len(line)
            if len(lines) >= SAMPLE_LINES or (letters > SAMPLE_LETTERS and len(lines) > 4):
                break
        return "\n".join(lines) + "\n"

    def _comments(self) -> None:
        """Lines that begin with a comment's mark."""
        asked = str(self.asked.get("comment") or "")
        count = self.asked.get("skip")
        if count is not None:
            self.skipped.update(range(min(int(count), len(self.lines))))
            self.found.decided["skip"] = str(count)
        for mark in [asked] if asked else ["#", "%", "//"]:
            marked = {
                i
                for i, line in enumerate(self.lines)
                if line.lstrip().startswith(mark) and not line.lstrip().startswith(ERRORS)
            }
            if not marked or len(marked) > len(self.lines) / 2:
                continue
            within = any(mark in line for i, line in enumerate(self.lines) if i not in marked)
            self.found.decided["comment"] = mark
            if len(mark) == 1 and not within:
                self.found.options["comment"] = mark
            self.skipped |= marked
            self.found.told.append(f"{len(marked)} comment lines ({mark}) are skipped")
            return

    def _delimiter(self, sample: str) -> None:
        asked = str(self.asked.get("delimiter") or "")
        asked = TYPED.get(asked, asked)
        if asked and asked != RUNS and (len(asked) != 1 or asked in '\r\n"'):
            raise Mendable(
                f"{self.path}: expected one character between two cells, such as , or ; or a tab, "
                f"received {asked!r}. Change the delimiter, or leave it empty for one that fits.",
                ("delimiter", "", "Find the delimiter"),
            )
        quote = {"none": ""}.get(word := str(self.asked.get("quote") or "auto"), word)
        delimiter = asked
        if not asked and in_runs(sample):
            delimiter = RUNS
        if not delimiter or quote == "auto":
            known = [delimiter] if delimiter and delimiter != RUNS else DELIMITERS
            simple = Detector().detect(sample, delimiters=known)
            if simple is None:
                simple = Detector().detect(sample[: SAMPLE_LETTERS // 8], delimiters=known)
            delimiter = delimiter or (simple.delimiter if simple else "") or ","
            if quote == "auto":
                quote = simple.quotechar if simple and simple.quotechar else '"'
            if simple and simple.escapechar:
                self.found.options["escapechar"] = simple.escapechar
        if delimiter == " ":
            delimiter = RUNS
        self.delimiter, self.quote = delimiter, quote
        if delimiter != ",":
            self.found.options["sep"] = delimiter
        if quote != '"':
            extra: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
            self.found.options |= extra
        self.found.decided["quote"] = quote or "none"
        names = {"\t": "tab", RUNS: "runs of blanks"}
        self.found.decided["delimiter"] = names.get(delimiter, delimiter)

    def _rows(self) -> list[tuple[int, list[str]]]:
        """Rows of cells, each with the number of the line it ends in."""
        numbers = [i for i in range(len(self.lines)) if i not in self.skipped]
        lines = [self.lines[i] + "\n" for i in numbers]
        if self.delimiter == RUNS:
            pattern = re.compile(
                rf"{re.escape(self.quote)}[^{re.escape(self.quote)}]*{re.escape(self.quote)}|\S+"
                if self.quote
                else r"\S+"
            )
            split = ([w.strip(self.quote) for w in pattern.findall(line)] for line in lines)
            return [(n + 1, cells) for n, cells in zip(numbers, split, strict=True) if cells]
        csv.field_size_limit(10_000_000)
        reader = csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            escapechar=self.found.options.get("escapechar"),
        )
        try:
            return [(numbers[reader.line_num - 1] + 1, cells) for cells in reader if cells]
        except csv.Error as error:
            raise DataError(
                f"{self.path}: expected CSV text ({error}). Check the quotes."
            ) from error

    def _preamble(self, rows: list[tuple[int, list[str]]]) -> int:
        """Skip lines above the table: those with fewer cells than most rows. Gives that number."""
        counts = Counter(len(cells) for _, cells in rows[:LOOKED])
        width = max(counts, key=lambda one: (counts[one], one))
        if self.asked.get("skip") is not None:
            return width
        above = []
        for i, (line, cells) in enumerate(rows[:50]):
            filled = sum(bool(cell.strip()) for cell in cells)
            below = [row for _, row in rows[i + 1 : i + 200]]
            # One cell less is a header above a column that counts the rows, but not above a header.
            short = len(cells) < width - 1 or (
                len(cells) < width and len(below) > 1 and is_header(below[0], below[1:])
            )
            if (not short and filled > max(1, width / 3)) or width == 1:
                break
            above.append(line)
        if above and len(rows) - len(above) > 1:
            self.skipped.update(range(above[-1]))
            self.found.decided["skip"] = str(above[-1])
            self.found.told.append(f"{above[-1]} lines above the table are skipped")
        return width

    def _around(self, rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        """Leave out what is no row: units under the header, a total at the end."""
        if self.asked.get("skip") is not None or len(rows) < 5:
            return rows
        left_out = []
        cells = [[cell.strip() for cell in row] for _, row in rows[:LOOKED]]
        if str(self.asked.get("header") or "auto") == "auto" and is_second_header(cells):
            told = "a line above the header that groups its columns is left out"
            return self._without(rows, [(rows[0], told)])
        if self.asked.get("header") != "no" and is_units(cells):
            left_out.append((rows[1], "a line of units below the header is left out"))
        if is_total([row for _, row in rows]):
            left_out.append((rows[-1], "the last line is left out, as it holds a total"))
        return self._without(rows, left_out)

    def _without(
        self, rows: list[tuple[int, list[str]]], some: Sequence[tuple[tuple[int, list[str]], str]]
    ) -> list[tuple[int, list[str]]]:
        """Skip the lines of some rows, and say why; those of several lines stay."""
        gone = set()
        for (line, cells), told in some:
            if not any("\n" in cell for cell in cells):
                gone.add(line)
                self.skipped.add(line - 1)
                self.found.told.append(f"{told}: {brief(', '.join(filter(None, cells)))}")
        return [one for one in rows if one[0] not in gone]

    def _header(self, rows: list[list[str]], width: int) -> None:
        asked = str(self.asked.get("header") or "auto")
        first, rest = [cell.strip() for cell in rows[0]], rows[1:]
        words = len({*first} - {""}) == len(first) and not any(map(is_number, first))
        if not rest and (asked == "yes" or (asked == "auto" and words)):
            raise Mendable(
                f"{self.path}: expected rows below the header, received the line "
                f"{brief(', '.join(first))} alone. Choose a file with rows; if the line is one, "
                "say in Header that there is none.",
                ("header", "no", "Take the line for a row"),
            )
        has = asked == "yes" or (asked == "auto" and bool(rest) and is_header(first, rest))
        trailing = width > 1 and all(not row[-1].strip() for row in rest if len(row) == width)
        named = [str(one) for one in self.asked.get("names") or ()]
        self.found.decided["header"] = "yes" if has else "no"
        if not has:
            count = width - (trailing and not first[-1])
            names = named or [f"column_{i + 1}" for i in range(count)]
            if len({*names}) != count or len(names) != count:
                raise Mendable(
                    f"{self.path}: expected {count} different names of columns, received "
                    f"{len(names)}: {', '.join(names)}. Name each column once.",
                    *([("names", (), "Number the columns")] if named else []),
                )
            self.found.options |= {"header": None, "names": names}
            if trailing:
                self.found.options["index_col"] = False
            self.found.told.append("the file has no header line: its columns were given names")
        else:
            names = first
            if len(first) == width - 1 and rest:
                names = self._unnamed(first, trailing=trailing)
        if trailing:
            self.found.told.append(
                "an empty last column (a delimiter at the end of each line) is left out"
            )
        if self.delimiter != RUNS and any(c.startswith(" ") for row in rows[:200] for c in row[1:]):
            self.found.options["skipinitialspace"] = True
        self.found.names = names
        self.has_header = has

    def _unnamed(self, first: list[str], *, trailing: bool) -> list[str]:
        """What becomes of the first column where the header has a name too few."""
        if trailing:
            self.found.options["index_col"] = False
        elif self.asked.get("index") == "none":
            name = next(one for one in ("row", "row_number", *map(str, range(len(first) + 1)))
                        if one not in first)  # fmt: skip
            self.found.options |= {"header": 0, "names": [name, *first]}
            return [name, *first]
        else:
            self.found.options["index_col"] = 0
            self.found.told.append(
                "the first column has no name: it counts the rows, and is left out"
            )
            self.found.decided["index"] = "the first column"
        return first

    def _skips(self) -> None:
        """Say which lines pandas has to skip: so many at the top, or those listed."""
        comment = "comment" in self.found.options
        marks = self.found.options.get("comment", "")
        skipped = sorted(
            i for i in self.skipped if not (comment and self.lines[i].lstrip().startswith(marks))
        )
        top = max(skipped, default=-1) + 1
        if not skipped:
            return
        if all(i in self.skipped or not self.lines[i].strip() for i in range(top)):
            self.found.options["skiprows"] = top
        else:
            self.found.options["skiprows"] = skipped

    def _check(self, rows: list[tuple[int, list[str]]], width: int) -> None:
        body = rows[1:] if self.has_header else rows
        if not body:
            raise DataError(
                f"{self.path}: expected a header line and rows, received {len(rows)} lines."
            )
        for line, cells in body:
            if len(cells) != width and not (
                len(cells) == width - 1 and self.found.options.get("index_col") is False
            ):
                chosen = [one for one in FOUND if self.asked.get(one) not in {None, FOUND[one]}]
                raise Mendable(
                    f"{self.path}, line {line}: expected {width} cells, received {len(cells)}. "
                    "Check the delimiter and the quotes.",
                    *((one, FOUND[one], f"Find the {one}") for one in chosen),
                )
        self.found.lines = [line for line, _ in body]


def in_runs(sample: str) -> bool:
    """Do runs of blanks stand between cells, the same number in each line?"""
    lines = [re.sub(r'"[^"]*"', "q", line) for line in sample.splitlines()]
    counts = {len(line.split()) for line in lines}
    if len(counts) != 1 or max(counts) < 2 or any(one in sample for one in ",;|"):
        return False
    tabs = {line.count("\t") for line in lines}
    if len(tabs) == 1 and max(tabs) + 1 == max(counts):
        return False
    return any("  " in line.strip() or "\t" in line for line in lines) or not tabs - {0}
