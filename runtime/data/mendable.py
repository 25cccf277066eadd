"""What is raised where data can't be read till a parameter is changed: with the changes that do."""

from collections.abc import Sequence
from typing import Any

from runtime.exported.data import DataError

Change = tuple[str, Any] | tuple[str, Any, str]
"""A parameter, its value and what the button says, where that is not just this."""


class Mendable(DataError):
    """Data that can be read once a parameter is changed.

    Attributes:
        fixes: The changes, each of which does.
    """

    def __init__(self, text: str, *fixes: Change) -> None:
        super().__init__(text)
        self.fixes = fixes


def fixes_of(error: BaseException) -> Sequence[Change]:
    """What mends an error, where that is known."""
    return error.fixes if isinstance(error, Mendable) else ()
