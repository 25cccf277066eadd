"""Writes a compiled project into a folder, as a person would keep it. No torch here."""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from graph.compile import Compiled
from graph.core.errors import FileError
from graph.format.file import write_atomic
from runtime.store import initial_weights
from runtime.store.run_source import FIRST_STEPS, RECORDED, digest
from runtime.store.run_source import FOLDER as SOURCE
from runtime.store.runs import Runs, database, last_checkpoint
from runtime.store.tensors import take_networks

WRITTEN = ".exported.json"
"""In an exported folder, the SHA-256 of each file as the last export wrote it."""

WEIGHTS = "weights.safetensors"
"""In an exported folder, what the networks had learned; on request only."""


class Edited(FileError):
    """An export would replace files that were edited by hand, or that it never wrote.

    Attributes:
        names: The files.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"{folder}: edited by hand, or not Neurowire's: {', '.join(self.names)}.")


def write_project(
    project: Compiled, folder: Path, record: Path | None, *, replace_edited: bool = False
) -> None:
    """Write every file of an export, and the recorded losses that `--verify` replays.

    Args:
        project: What to write.
        folder: Where to; it is made if it is not there.
        record: The recorded losses; None takes those of an earlier export away.
        replace_edited: Replace files even where someone's work is lost.

    Raises:
        Edited: Files there are not as an export left them; none is changed.
        FileError: A file could not be written, or the folder not be made.
    """
    texts = {**_texts(project), RECORDED: record.read_text(encoding="utf-8") if record else None}
    edited = _edited(texts, folder)
    if edited and not replace_edited:
        raise Edited(folder, edited)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _closed(folder, error) from error
    written = _written(folder)
    for name, text in texts.items():
        if text is None:
            (folder / name).unlink(missing_ok=True)  # of another board
        else:
            write_atomic(folder / name, text)
            written[name] = _hashed(text.encode())
    # What earlier boards left here and this one lacks stays known: a later board may have it again.
    board = initial_weights.of_files(project.files)
    if board is not None:
        initial_weights.keep(board, folder)
    write_atomic(folder / WRITTEN, json.dumps(written, indent=1, sort_keys=True) + "\n")


def check_edited(project: Compiled, folder: Path) -> None:
    """Look at what `write_project` would replace, before losses are recorded for it.

    Raises:
        Edited: Files there are not as an export left them.
        FileError: Something there can't be replaced.
    """
    edited = _edited(_texts(project), folder)
    if edited:
        raise Edited(folder, edited)


def _texts(project: Compiled) -> dict[str, str | None]:
    return {name: source.text for name, source in project.exported.items()}


def _edited(texts: Mapping[str, str | None], folder: Path) -> list[str]:
    """Files there that are neither what the last export wrote nor what this one would."""
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise _closed(folder, NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
    written = _written(folder)
    edited = []
    for name, text in texts.items():
        try:
            there = (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:  # a folder of that name, say
            raise FileError(
                f"{folder / name}: it can't be replaced ({error.strerror}). "
                "Export into another folder."
            ) from error
        if _hashed(there) != written.get(name) and (text is None or there != text.encode()):
            edited.append(name)
    return edited


def _closed(folder: Path, error: OSError) -> FileError:
    """What is said where no folder is, nor can be made."""
    why = error.strerror or error
    return FileError(f"{folder}: no folder can be made here ({why}). Export into another folder.")


def _written(folder: Path) -> dict[str, str]:
    """What the last export noted; nothing where it did not, or where the note can't be read."""
    try:
        noted = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def source_of(project: Compiled) -> str:
    """A name for what trains, as `Run.source` has it."""
    return digest(project.files)


def recorded(project: Compiled) -> Path | None:
    """The recorded losses of the newest run whose source was exactly this one.

    A run that was ended after a few steps only counts where there is no longer one.
    """
    if not os.path.exists(database()):
        return None
    short, source = None, source_of(project)
    try:
        with Runs(database()) as runs:
            found = runs.of_source(source)
        for run in found:
            record = Path(run.folder) / RECORDED
            if not os.path.exists(record):
                continue
            if len(json.loads(record.read_text())["steps"]) >= FIRST_STEPS:
                return record
            short = short or record
    except (OSError, sqlite3.Error, ValueError, LookupError, TypeError):
        return None  # an export needs no run: one that can't be read is passed over
    return short


def trained(project: Compiled) -> Path | None:
    """The last checkpoint of the newest run that trained these very networks.

    A run counts whose `model.py` was this one, whatever has changed in how it is trained.
    """
    if not os.path.exists(database()):
        return None
    wanted = _meaning(project.files["model.py"].text)
    try:
        with Runs(database()) as runs:
            folders = [Path(run.folder) for run in runs.all()]
    except (OSError, sqlite3.Error, ValueError, LookupError, TypeError):
        return None
    for folder in folders:
        try:
            text = (folder / SOURCE / "model.py").read_text(encoding="utf-8")
            same = _meaning(text) == wanted
        except (OSError, ValueError, SyntaxError, RecursionError):
            continue
        if same and os.path.exists(last_checkpoint(folder)):
            return last_checkpoint(folder)
    return None


def _meaning(text: str) -> str:
    """What source says but for comments and the docstring, which names the board."""
    tree = ast.parse(text)
    if ast.get_docstring(tree) is not None:
        del tree.body[0]
    return ast.dump(tree)


def write_weights(project: Compiled, folder: Path) -> Path:
    """Put the weights of the last run of these networks beside an exported project.

    Raises:
        FileError: If there is no such run, or its weights can't be read or written.
    """
    found = trained(project)
    if found is None:
        raise FileError(
            "There are no weights: no run has trained these networks as they are drawn now. Train "
            "the board, then export again."
        )
    take_networks(found, folder / WEIGHTS)
    return folder / WEIGHTS
