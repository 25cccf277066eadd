"""Numbers on a command line: read, or refused in a line that says what was expected."""

import argparse
from collections.abc import Callable

LARGEST = 2**63 - 1  # what a seed may be, and be counted up from


def about(text: str | None) -> str | None:
    """What a file says of itself, for argparse: shown letter by letter, whatever is in it."""
    if text is None:
        return None
    shown = "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
    return shown.replace("%", "%%") if "%(prog)" in shown else shown


def whole(low: int, high: int = LARGEST) -> Callable[[str], int]:
    """Reads a whole number within these bounds, both included."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            bound = f"up to {high}" if number > high else f"from {low}"
            raise argparse.ArgumentTypeError(f"expected a whole number {bound}, got {text!r}")
        return number

    return read
