"""The file behind the open document: saving it, what became of it meanwhile, and its copy."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from graph.format.file import write_atomic
from graph.format.text import Texts
from gui.core.autosave import Copy, Kept
from gui.core.session import Session
from runtime.store import paths

SETTLE_MS = 400
"""How long after an edit the recovery copy is written."""

OnDisk = Literal["same", "changed", "gone", "protected"]
"""A file beside what was last read or written of it: as it was, or how it differs."""


class File(QObject):
    """Where the open document is saved, whether it has changes, and its recovery copy.

    Attributes:
        path: Its file; None for a board never saved.
        modified: Has it changes that are not saved?
        seen: Digest of the file as it was when it was last read or written.
        elsewhere: Is the file open in another window?
    """

    changed = Signal()
    """The path or the modified mark changed."""
    unkept = Signal(str)
    """Changes can't be kept in case of a crash, and why; once until they can again."""
    _written = Signal(object)
    """A recovery copy was written (None), or why it was not; told by the thread that writes."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.path: Path | None = None
        self.modified = False
        self.seen = ""
        self.elsewhere = False
        self._open: QLockFile | None = None
        self._texts = Texts()
        self._saved_text = self._text()
        self._written.connect(self._on_written)
        self._copy = Copy(self._written.emit)
        self._unkept = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.keep)
        session.settled.connect(self._on_settled)

    @property
    def name(self) -> str:
        """The file's name without its ending, or the name of a board never saved."""
        return self._session.document.name

    def show(self, path: Path | None, *, modified: bool = False, seen: str = "") -> None:
        """Say which file the document just opened came from.

        Args:
            path: The file, if there is one.
            modified: Does the document differ from it?
            seen: Digest of the file the document comes from, where that may be an older one.
        """
        self._timer.stop()
        self._settle(path, seen or digest(path))
        self.modified = modified
        self._saved_text = "" if modified else self._text()
        self._copy.forget()
        if modified:
            self.keep()
        self.changed.emit()

    def save(self, path: Path) -> None:
        """Write the document. Nothing that fails after it is written is an error.

        Raises:
            FileError: The file is as it was, and so is the board.
        """
        text = self._text()
        write_atomic(path, text)
        self._timer.stop()
        self._session.document.name = path.stem
        self._settle(path, hashlib.sha256(text.encode()).hexdigest())
        self.modified, self._saved_text = False, text
        self._copy.forget()
        self.changed.emit()

    def on_disk(self) -> OnDisk:
        """What became of the file since it was last read or written."""
        if self.path is None or not self.seen:
            return "same"
        found = digest(self.path)
        if not found:
            return "gone"
        if found != self.seen:
            return "changed"
        return "same" if _may_write(self.path) else "protected"

    def accept(self) -> None:
        """Take the file as it is on disk for seen: the user knows of it."""
        self.seen = digest(self.path)

    @property
    def keeping(self) -> bool:
        """Are there changes of which the recovery copy is not written yet?"""
        return self._timer.isActive() or self._copy.busy

    def keep(self) -> None:
        """Write the recovery copy, or remove it where the document is as it was saved."""
        text = self._text()
        self._set_modified(text != self._saved_text)
        if not self.modified:
            self._copy.forget()
            return
        try:
            self._copy.write(Kept(self.path, self.name, text, self.seen))
        except OSError as error:
            self._on_written(error)

    def is_kept(self) -> bool:
        """Wait for the recovery copy: is there one on the disk?"""
        self._copy.wait()
        return os.path.exists(self._copy.path)

    def close(self) -> None:
        """The document is saved or given up: nothing is left to recover."""
        self._timer.stop()
        self._copy.forget()
        self._let_go()

    def _text(self) -> str:
        return self._texts.of(self._session.document)

    def _on_written(self, error: object) -> None:
        if error is not None and not self._unkept:
            self.unkept.emit(str(error))
        self._unkept = error is not None

    def _settle(self, path: Path | None, seen: str) -> None:
        if path != self.path or self._open is None:
            self._let_go()
            self._open = _claim(path) if path else None
            self.elsewhere = path is not None and self._open is None
        self.path, self.seen = path, seen

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.unlock()
            self._open = None

    def _on_settled(self, _: str) -> None:
        self._set_modified(True)
        self._timer.start()

    def _set_modified(self, modified: bool) -> None:
        if modified != self.modified:
            self.modified = modified
            self.changed.emit()


def digest(path: Path | None) -> str:
    """What a file holds, in few letters; empty where it can't be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""
    except OSError:
        return ""


def _may_write(path: Path) -> bool:
    """Is a file free of write protection? Replacing it would need its folder's alone."""
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & 0o222)


def _claim(path: Path) -> QLockFile | None:
    """Say that a board's file is open; None where another window has said so.

    Where the note can't be kept, the window is taken for the only one.
    """
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    lock = QLockFile(str(paths.data_dir() / "open" / f"{name}.lock"))
    lock.setStaleLockTime(0)
    with suppress(OSError):
        (paths.data_dir() / "open").mkdir(parents=True, exist_ok=True)
    lock.tryLock(0)
    return None if lock.error() == QLockFile.LockError.LockFailedError else lock
