"""Undo and redo: every edit goes through the history, which records it in steps."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Table = Literal["node", "link", "frame", "settings", "network", "exposed"]

MERGE_SECONDS = 1.0


@dataclass(frozen=True)
class Edit:
    """One entry of one table went from `before` to `after`; None means absent."""

    table: Table
    sheet: str
    key: Any
    before: Any
    after: Any

    @property
    def inverse(self) -> "Edit":
        """The edit that takes this one back."""
        return Edit(self.table, self.sheet, self.key, self.after, self.before)


@dataclass
class UndoStep:
    """A named group of edits that is undone at once."""

    name: str
    merge: str | None = None
    edits: list[Edit] = field(default_factory=list)
    time: float = 0.0


class History:
    """Steps done, and steps undone that can be done again.

    Args:
        apply: Brings an edit, or its inverse, into the document.
        settled: Called with the name of a step when it is complete.
    """

    def __init__(self, apply: Callable[[Edit], None], settled: Callable[[str], None]) -> None:
        self._apply, self._settled = apply, settled
        self._open: UndoStep | None = None
        self.done: list[UndoStep] = []
        self.undone: list[UndoStep] = []

    @contextmanager
    def group(self, name: str, merge: str | None = None) -> Iterator[None]:
        """Make everything inside one step; taken back as a whole if it fails."""
        if self._open is not None:
            start = len(self._open.edits)
            try:
                yield
            except BaseException:
                self._take_back(self._open, start)
                raise
            return
        step = self._open = UndoStep(name, merge)
        try:
            yield
        except BaseException:
            self._take_back(step, 0)
            self._open = None
            self._settled(name)
            raise
        self._open = None
        if step.edits:
            self._add(step)
            self._settled(name)

    def do(self, edit: Edit) -> None:
        """Apply an edit and record it, if it changes anything."""
        assert self._open is not None, "every change happens inside a group"
        if edit.before != edit.after:
            self._apply(edit)
            self._open.edits.append(edit)

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        if self.done:
            step = self.done.pop()
            self.undone.append(step)
            self._replay(f"Undo {step.name}", [edit.inverse for edit in reversed(step.edits)])

    def redo(self) -> None:
        """Do the last undone step again, if there is one."""
        if self.undone:
            step = self.undone.pop()
            step.merge = None
            self.done.append(step)
            self._replay(f"Redo {step.name}", step.edits)

    def forget(self) -> None:
        """Start with what is there as if it had always been."""
        self.done.clear()
        self.undone.clear()

    def _add(self, step: UndoStep) -> None:
        """Take a finished step in, joined to the last where both say so."""
        step.time = time.monotonic()
        self.undone.clear()
        last = self.done[-1] if self.done else None
        if (
            last is not None
            and step.merge is not None
            and step.merge == last.merge
            and step.time - last.time < MERGE_SECONDS
        ):
            last.edits += step.edits
            last.time = step.time
        else:
            self.done.append(step)

    def _take_back(self, step: UndoStep, start: int) -> None:
        while len(step.edits) > start:
            self._apply(step.edits.pop().inverse)

    def _replay(self, name: str, edits: list[Edit]) -> None:
        for edit in edits:
            self._apply(edit)
        self._settled(name)
