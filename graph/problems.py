"""What is wrong with a board, and what mends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from graph.document import Document

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Fix:
    """One way to mend a problem, applied by one click and undone by one undo."""

    label: str
    apply: "Callable[[Document], None]"


@dataclass(frozen=True)
class Problem:
    """Something a user should know before training.

    Attributes:
        node: Id of the node it is about, or None for the whole document.
        name: Name of that node, for messages.
        text: What is wrong, in one sentence.
        expected: What the node needs.
        received: What it got.
        advice: What to do.
    """

    node: str | None
    sheet: str
    text: str
    name: str = ""
    severity: Severity = "error"
    expected: str = ""
    received: str = ""
    advice: str = ""
    fixes: tuple[Fix, ...] = ()

    def __str__(self) -> str:
        place = f"{self.name}: " if self.name else ""
        advice = f"{self.advice[:1].upper()}{self.advice[1:]}"
        return " ".join(sentence(one) for one in (place + self.text, advice) if one)


def sentence(text: str) -> str:
    """With its full stop, once."""
    return text if text[-1:] in ".:!?" else f"{text}."
