"""Does a table name pictures that lie beside it? A look at its text that needs no library."""

import bz2
import gzip
import lzma
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
READ = 100_000
"""Bytes of a table that are looked at."""
SEEN = 20_000
"""Files below a table's folder that are looked at."""
ROWS = 40
MOST = 20
"""So many tables of a folder are looked at."""
ENOUGH = 0.5
"""So many of a column's cells must name pictures."""
OPENERS: dict[bytes, Any] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""What opens a packed file, by how it begins."""


PARTS = re.compile(r"(?i)(train|val|test|dev|images?|pictures?|photos?|img|jpe?g|png)")
"""How folders of pictures are called that are no classes."""


def table_of_pictures(path: Path, opens: Sequence[str]) -> Path | None:
    """The table that names pictures: this file, or the one in this folder that has no classes."""
    if not os.path.isdir(path):
        return path if names_pictures(path) else None
    try:
        names = sorted(os.listdir(path))
        folders = [one for one in names if one[0] != "." and os.path.isdir(path / one)]
        classes = [one for one in folders if not PARTS.match(one) and _pictures(path / one)]
    except OSError:
        return None
    tables = [path / one for one in names if one.lower().endswith(tuple(opens))]
    found = [one for one in tables[:MOST] if len(classes) < 2 and names_pictures(one)]
    return found[0] if len(found) == 1 else None


def names_pictures(path: Path) -> bool:
    """Is one of a table's columns that of the names of pictures beside it or below?"""
    try:
        text = _text(path)
        known = _pictures(path.parent) if text else set()
    except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile):
        return False
    return bool(known) and any(_named(column, known) for column in _columns(text))


def _text(path: Path) -> str:
    """The beginning of a table's text."""
    with path.open("rb") as file:
        content = file.read(READ)
    for begin, opened in OPENERS.items():
        if content.startswith(begin):
            with opened(path) as unpacked:
                content = unpacked.read(READ)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            names = [one for one in archive.namelist() if not one.endswith("/")]
            shared = [one for one in names if one.endswith("sharedStrings.xml")]
            if shared or len(names) == 1:
                with archive.open((shared or names)[0]) as file:
                    content = file.read(READ)
    if content[:400].count(0) > 100:
        content = content.replace(b"\0", b"")
    return content.decode("utf-8", "replace")


def _pictures(folder: Path) -> set[str]:
    """What pictures in a folder and below are called, with and without their endings."""
    files = (name for _, _, names in os.walk(folder) for name in names)
    found = [name.lower() for name in islice(files, SEEN) if name.lower().endswith(ENDINGS)]
    return {*found, *(name.rpartition(".")[0] for name in found)}


def _columns(text: str) -> Iterator[Sequence[str]]:
    """The columns of a text, however its cells are told apart; of other files all words."""
    lines = [line for line in text.splitlines() if line.strip()][1 : ROWS + 1]
    for mark in ",;\t| ":
        rows = [line.split(mark) for line in lines]
        width = min(map(len, rows), default=0)
        yield from ([row[place] for row in rows] for place in range(width if width > 1 else 0))
    words = re.findall(r"[^<>\"\x00-\x1f]+\.\w{3,4}(?=[<\"\x00-\x1f])", text)
    yield words[:ROWS]


def _named(cells: Sequence[str], known: set[str]) -> bool:
    """Do most of these cells, all different, name pictures?"""
    names = [re.split(r"[\\/]", cell.strip().strip("'\""))[-1].lower() for cell in cells]
    names = [name for name in names if name]
    hits = sum(name in known for name in names)
    if all(name.isdecimal() for name in names):  # an age or a count is soon a picture's number, too
        return hits > 0 and hits == len({*names}) == len(names)
    return hits > 0 and hits >= ENOUGH * len(names) and len({*names}) * 2 > len(names)
