"""The file behind the open document: saving it, and keeping a copy in case of a crash."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from graph.errors import FileError
from graph.file import save_text, write_atomic
from gui.session import Session
from runtime import places

SETTLE_MS = 400
"""How long after an edit the recovery copy is written."""


@dataclass(frozen=True)
class Leftover:
    """A copy of a board that a crash left behind."""

    path: Path | None
    name: str
    text: str
    copy: Path

    def discard(self) -> None:
        """Remove the copy."""
        self.copy.unlink(missing_ok=True)
        self.copy.with_suffix(".lock").unlink(missing_ok=True)


def leftovers() -> list[Leftover]:
    """Copies whose application is no longer running, newest first."""
    found = []
    folder = places.data_dir() / "recovery"
    copies = sorted(folder.glob("*.json"), key=lambda copy: copy.stat().st_mtime, reverse=True)
    for copy in copies:
        lock = QLockFile(str(copy.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            continue
        lock.unlock()
        try:
            kept = json.loads(copy.read_text(encoding="utf-8"))
            path = Path(kept["path"]) if kept["path"] else None
            found.append(Leftover(path, str(kept["name"]), str(kept["text"]), copy))
        except (ValueError, KeyError, TypeError, OSError):
            copy.unlink(missing_ok=True)
    return found


class File(QObject):
    """Where the open document is saved, whether it has changes, and its recovery copy."""

    changed = Signal()
    """The path or the modified mark changed."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.path: Path | None = None
        self.modified = False
        self._saved_text = save_text(session.document)
        self._copy = places.data_dir() / "recovery" / f"{uuid.uuid4().hex}.json"
        self._lock: QLockFile | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self.keep)
        session.settled.connect(self._on_settled)

    @property
    def name(self) -> str:
        """The file's name without its ending, or the name of a board never saved."""
        return self._session.document.name

    def show(self, path: Path | None, *, modified: bool = False) -> None:
        """Say which file the document just opened came from."""
        self._timer.stop()
        self.path, self.modified = path, modified
        self._saved_text = "" if modified else save_text(self._session.document)
        self.forget()
        if modified:
            self._timer.start()
        self.changed.emit()

    def save(self, path: Path) -> None:
        """Write the document.

        Raises:
            FileError: The file is as it was, and so is the board.
        """
        text = save_text(self._session.document)
        write_atomic(path, text)
        self._timer.stop()
        self._session.document.name = path.stem
        self.path, self.modified, self._saved_text = path, False, text
        self.forget()
        self.changed.emit()

    def keep(self) -> None:
        """Write the recovery copy, or remove it where the document is as it was saved."""
        text = save_text(self._session.document)
        self._set_modified(text != self._saved_text)
        if not self.modified:
            self.forget()
            return
        kept = {"path": str(self.path) if self.path else None, "name": self.name, "text": text}
        try:
            self._copy.parent.mkdir(parents=True, exist_ok=True)
            if self._lock is None:
                self._lock = QLockFile(str(self._copy.with_suffix(".lock")))
                self._lock.setStaleLockTime(0)
                self._lock.tryLock(0)
            write_atomic(self._copy, json.dumps(kept))
        except (OSError, FileError):
            pass  # A full disk must not stop the work; saving will report it.

    def forget(self) -> None:
        """Remove the recovery copy."""
        self._copy.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def close(self) -> None:
        """The document is saved or given up: nothing is left to recover."""
        self._timer.stop()
        self.forget()

    def _on_settled(self, _: str) -> None:
        self._set_modified(True)
        self._timer.start()

    def _set_modified(self, modified: bool) -> None:
        if modified != self.modified:
            self.modified = modified
            self.changed.emit()
