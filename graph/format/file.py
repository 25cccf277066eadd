"""The `.neurowire` file: JSON text with sorted keys. Loading is read, migrate, build."""

import errno
import glob
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from graph.core import limits
from graph.core.errors import DataFile, FileError
from graph.edit.document import Document
from graph.edit.dropped_files import is_data
from graph.format import migrations
from graph.format.loader import Builder, Loaded
from graph.format.text import FORMAT, Texts

SUFFIX = ".neurowire"
HALF = ".new"
"""How the hidden file ends that is written before it takes another's place."""
STALE_S = 10.0

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: migrations.keep_tables}
"""From the format of the key to the next: each takes the file's content and gives it changed."""


def save_text(document: Document) -> str:
    """The document as the text of a file; the same document gives the same text."""
    return Texts().of(document)


def save(document: Document, path: Path) -> None:
    """Write the file; a reader finds the old one or the new one, never half of one.

    Raises:
        FileError: If it can't be written; the old file is as it was.
    """
    write_atomic(path, save_text(document))


def write_atomic(path: Path, text: str) -> None:
    """Write text beside a file, then put it in the file's place.

    Raises:
        FileError: If it can't be written; the old file is as it was.
    """
    aside = None
    try:
        path = path.resolve()
        descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=HALF, dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(path.stat().st_mode if os.path.exists(path) else 0o644)
        Path(aside).replace(path)
    except BaseException as error:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        advice = _ADVICE.get(error.errno or 0, "").format(folder=path.parent)
        raise FileError(
            f"{path}: it can't be written ({error.strerror}). {advice}"
            f"{'or choose' if advice else 'Choose'} another folder; "
            "what was saved before is unchanged."
        ) from error


_ADVICE = {
    errno.ENOENT: "Make the folder {folder} first ",
    errno.ENOSPC: "Free some space ",
    errno.EDQUOT: "Free some space ",
    errno.EACCES: "Get the right to write in {folder} ",
    errno.EPERM: "Get the right to write in {folder} ",
    errno.EROFS: "Make {folder} writable ",
    errno.ENAMETOOLONG: "Choose a shorter name ",
}
"""What helps against an error of the system, by its number."""


def tidy(folder: Path, name: str = "*") -> None:
    """Remove what writers that were killed left of a file, or of all in a folder of ours.

    What was written to a moment ago stays: another process may be at it.
    """
    with suppress(OSError):
        wanted = name if name == "*" else glob.escape(name)
        for left in folder.glob(f".{wanted}.????????{HALF}"):
            if time.time() - left.stat().st_mtime > STALE_S:
                left.unlink()


def load(path: Path) -> Loaded:
    """Read a file.

    Raises:
        DataFile: If it is no board, but data that can come onto one.
        FileError: If it can't be read, is not ours, or comes from a newer Neurowire.
    """
    try:
        return _load(path)
    except FileError as error:
        if path.suffix != SUFFIX and is_data(path):
            raise DataFile(path) from error
        raise


def _load(path: Path) -> Loaded:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            text = "it is a pipe or a device, which may never end"
            raise FileError(f"{path}: {text}. Choose a {SUFFIX} file.")
        if found.st_size > limits.FILE_MB * 1_000_000:
            raise FileError(f"{path}: expected a board of at most {limits.FILE_MB} MB.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise FileError(f"{path}: it can't be read ({reason}). Choose a {SUFFIX} file.") from error
    tidy(path.resolve().parent, path.resolve().name)
    loaded = load_text(text, place=str(path))
    loaded.document.name = path.stem
    return loaded


def is_there(path: Path) -> bool:
    """Is there such a file? One in a folder that can't be entered may be: who reads it says so."""
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):  # a name that no file can have is an error, too
        return False
    return True


def load_text(text: str, *, place: str = "this text") -> Loaded:
    """Read a file's text; what can't be understood becomes a problem, never a loss.

    Raises:
        FileError: If it is not ours, or comes from a newer Neurowire.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        advice = "The file is damaged: restore it from a copy; it was not changed."
        if Path(place).suffix not in {"", SUFFIX}:
            advice = f"It is no board: choose a {SUFFIX} file."
        raise FileError(
            f"{place}: expected JSON, found something else at {error}. {advice}"
        ) from error
    version = content.get("format") if isinstance(content, dict) else None
    if type(version) is not int or version < min([FORMAT, *MIGRATIONS]):
        raise FileError(
            f"{place}: expected a Neurowire file with a `format`; this is another file."
        )
    if version > FORMAT:
        raise FileError(
            f"{place}: it has format {version}, this version reads up to {FORMAT}. "
            "Open it with a newer Neurowire; it was not changed."
        )
    _check_size(content, place)
    for step in range(version, FORMAT):
        content = MIGRATIONS[step](content)
    return Builder(content).build()


def _check_size(content: dict[str, Any], place: str) -> None:
    """A file is no larger and no deeper than can be looked at in a moment.

    Raises:
        FileError: If it is; before anything is built of it.
    """
    ahead: list[Any] = [content]
    depth = 0
    while ahead:
        depth += 1
        if depth > limits.NESTING:
            raise FileError(
                f"{place}: expected tables and lists at most {limits.NESTING} deep in each other, "
                "found more. The file is damaged: restore it from a copy; it was not changed."
            )
        inner = [one.values() if isinstance(one, dict) else one for one in ahead]
        ahead = [one for many in inner for one in many if isinstance(one, dict | list)]
    tables = [content.get("board"), *_entries(content.get("networks"))]
    nodes = [one.get("nodes") for one in tables if isinstance(one, dict)]
    count = sum(len(one) for one in nodes if isinstance(one, dict))
    if count > limits.NODES:
        raise FileError(
            f"{place}: expected at most {limits.NODES:,} nodes, found {count:,}. "
            "Draw what repeats as a network, and place that; the file was not changed."
        )


def _entries(table: Any) -> list[Any]:
    return list(table.values()) if isinstance(table, dict) else []
