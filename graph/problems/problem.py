"""What is wrong with a board, and what mends it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from graph.core.errors import NeurowireError
from graph.core.limits import SAID, cut
from graph.core.plain_text import plain
from graph.edit.document import Document

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fix:
    """One way to mend a problem, applied by one click and undone by one undo."""

    label: str
    apply: Callable[[Document], None]
    sets: tuple[str, str, object] | None = None
    """The node, the parameter and the value, where that is all it does."""
    instead: "Fix | None" = None
    """The same with what gives those that follow the shape they had, where it alone does not do."""


@dataclass(frozen=True)
class Problem:
    """Something a user should know before training.

    Attributes:
        node: Id of the node it is about, or None for the whole document.
        sheet: Name of the sheet that the node is on.
        name: Name of that node, for messages.
        place: Where it is wrong, if it is not on the board: a network, or some of its instances.
        text: What is wrong, in one sentence.
        expected: What the node needs.
        received: What it got.
        advice: What to do.
    """

    node: str | None
    sheet: str
    text: str
    name: str = ""
    place: str = ""
    severity: Severity = "error"
    expected: str = ""
    received: str = ""
    advice: str = ""
    fixes: Sequence[Fix] = ()

    def __post_init__(self) -> None:
        for name in ("text", "expected", "received", "advice"):
            if len(getattr(self, name)) > SAID:
                object.__setattr__(self, name, cut(getattr(self, name)))

    @property
    def subject(self) -> str:
        """What it is about: a node's name, and the place where that is no node of the board."""
        return f"{self.name} in {self.place}" if self.place else self.name

    def __str__(self) -> str:
        subject = f"{self.subject}: " if self.name else ""
        advice = f"{self.advice[:1].upper()}{self.advice[1:]}"
        return plain(" ".join(sentence(one) for one in (subject + self.text, advice) if one))


def sentence(text: str) -> str:
    """With its full stop, once."""
    return text if text[-1:] in ".:!?" else f"{text}."


class CompileError(NeurowireError):
    """A board that cannot be compiled yet."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
