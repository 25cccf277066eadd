"""Values of parameters that are allowed and hardly meant.

A node may have the hook `unlikely()`, which gives an `Unlikely` for each value that is such. What
is only far too large is said at the parameter itself, with `usual`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unlikely:
    """A value that is hardly meant.

    Attributes:
        param: Whose value it is.
        text: What it does, as a sentence that goes on from the node's name.
        expected: What is usual.
        instead: What to take.
        advice: What to do, in words.
    """

    param: str
    text: str
    expected: str
    instead: object
    advice: str
