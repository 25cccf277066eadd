"""Undo and redo: the inverses that the document's gate recorded."""

import time
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
class Step:
    """A named group of edits that is undone at once."""

    name: str
    merge: str | None = None
    edits: list[Edit] = field(default_factory=list)
    time: float = 0.0


class History:
    """Steps done, and steps undone that can be done again."""

    def __init__(self) -> None:
        self.done: list[Step] = []
        self.undone: list[Step] = []

    def add(self, step: Step) -> None:
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

    def back(self) -> Step:
        """Move the last step to the undone ones and give its inverse."""
        step = self.done.pop()
        self.undone.append(step)
        return Step(f"Undo {step.name}", edits=[edit.inverse for edit in reversed(step.edits)])

    def forth(self) -> Step:
        """Move the last undone step back and give it."""
        step = self.undone.pop()
        step.merge = None
        self.done.append(step)
        return Step(f"Redo {step.name}", edits=step.edits)
