"""Copies of boards with changes, kept in case of a crash and offered at the next start."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile

from graph.core.errors import FileError
from graph.format.file import tidy, write_atomic
from runtime.store import paths


@dataclass(frozen=True)
class Kept:
    """What a copy holds.

    Attributes:
        path: The board's file, where it has one.
        name: The board's name.
        text: The board with its changes, as the text of a file.
        seen: Digest of the file as it was when it was last read or written.
    """

    path: Path | None
    name: str
    text: str
    seen: str


class Copy:
    """The copy of one open board, and the lock that says its application is running.

    It is written by a thread, one at a time: of what comes while it writes only the newest counts.

    Args:
        told: Called on that thread after each: with what kept the copy from being written, or None.
    """

    def __init__(self, told: Callable[[FileError | None], object]) -> None:
        self.path = folder() / f"{uuid.uuid4().hex}.json"
        self._lock: QLockFile | None = None
        self._told = told
        self._turn = threading.Lock()
        self._next: Kept | None = None
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Is something still to be written?"""
        return self._thread is not None

    def write(self, kept: Kept) -> None:
        """Keep the board as it is now, soon. Where that fails, the copy before is as it was.

        Raises:
            OSError: If the folder can't be made.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._lock is None:
            self._lock = _lock(self.path)
            self._lock.tryLock(0)
        with self._turn:
            self._next = kept
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="recovery-copy")
                self._thread.start()

    def wait(self) -> None:
        """Until all is written."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def forget(self) -> None:
        """Remove the copy: its board is saved or given up. One that can't be removed stays."""
        with self._turn:
            self._next = None
        self.wait()
        _remove(self.path)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _work(self) -> None:
        while (kept := self._take()) is not None:
            path = str(kept.path) if kept.path else None
            content = {"path": path, "name": kept.name, "text": kept.text, "seen": kept.seen}
            try:
                write_atomic(self.path, json.dumps(content))
            except FileError as error:
                self._told(error)
            else:
                self._told(None)

    def _take(self) -> Kept | None:
        with self._turn:
            kept, self._next = self._next, None
            if kept is None:
                self._thread = None
            return kept


@dataclass(frozen=True)
class Leftover:
    """A copy that a crash left behind; no other window is offered it while this one has it."""

    kept: Kept
    copy: Path
    lock: QLockFile

    def discard(self) -> None:
        """Remove the copy."""
        _remove(self.copy)
        self.lock.unlock()

    def leave(self) -> None:
        """Let another window have it."""
        self.lock.unlock()


def leftovers() -> list[Leftover]:
    """Take the copies whose application is no longer running, newest first."""
    found = []
    tidy(folder())
    for copy in _copies():
        lock = _lock(copy)
        if not lock.tryLock(0):
            continue
        kept = _read(copy)
        if kept is not None:
            found.append(Leftover(kept, copy, lock))
        else:
            lock.unlock()
    return found


def folder() -> Path:
    """Where copies are kept."""
    return paths.data_dir() / "recovery"


def _copies() -> list[Path]:
    try:
        copies = [(copy.stat().st_mtime, copy) for copy in folder().glob("*.json")]
    except OSError:  # a folder that can't be entered offers nothing
        return []
    return [copy for _, copy in sorted(copies, reverse=True)]


def _read(copy: Path) -> Kept | None:
    """What a copy holds; None where another window took it meanwhile or it is no copy."""
    try:
        found = json.loads(copy.read_text(encoding="utf-8"))
        path = Path(found["path"]) if found["path"] else None
        return Kept(path, str(found["name"]), str(found["text"]), str(found.get("seen", "")))
    except (ValueError, KeyError, TypeError):
        _remove(copy)
    except OSError:
        pass
    return None


def _lock(copy: Path) -> QLockFile:
    lock = QLockFile(str(copy.with_suffix(".lock")))
    lock.setStaleLockTime(0)
    return lock


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
