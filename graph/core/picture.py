"""What a view with a picture of its own is declared with: what it sees, and what it sends.

Such a node has the hook `picture(seen)`, which gives a record; a painter in `gui/previews/pictures`
draws that. Nothing else knows of either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol


class Seen(Protocol):
    """The values that a view is wired to, of the examples that it shows."""

    @property
    def classes(self) -> Sequence[str]:
        """Names of the classes, where the data say."""

    def has(self, port: str) -> bool:
        """Is this port wired?"""

    def columns(self, port: str) -> list[list[float]]:
        """The numbers of a port, [N, ...], as columns of N: one for each number of an example."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A record that travels to the window: plain numbers and text, no tensors.

    Attributes:
        shape: Height of what is drawn for each pixel of its width.
    """

    shape: ClassVar[float] = 0.6

    def in_words(self) -> str:
        """The same for a terminal and for those who do not see it, on one line."""
        raise NotImplementedError
