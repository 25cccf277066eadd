"""How large boards may be, and how long what is said of them: past that a file is told or refused.

A board of a person stays far below. They keep a damaged or hostile file from costing more than a
moment, and a message from being longer than a line or two.
"""

import math
from typing import Any

FILE_MB = 64
"""Of a file."""
NESTING = 40
"""How deep lists and tables of a file may lie in each other."""
NODES = 20_000
"""Of a file, on all its sheets together."""
NAME = 100
"""Letters of a node's, network's or parameter's name."""
TEXT = 10_000
"""Letters of a text, such as a path or a formula."""
ENTRIES = 10_000
"""Of a list that is one parameter's value."""
NUMBER = 2**63 - 1
"""Largest whole number: what a seed may be."""
COORDINATE = 1e6
"""How far from the middle of a sheet something may lie, in pixels."""
PICTURE = (160.0, 80.0), (1600.0, 1200.0)
"""Width and height of a picture on a node, at least and at most, in pixels."""
PLACED = 5_000
"""Nodes of a placed network, with those of all networks inside it."""
DEPTH = 50
"""How deep networks may be placed in each other."""
REPEAT = 1_000
"""How often a network may be stacked in one place."""
FORMULA = 100
"""How deep the operations of a formula may lie in each other."""
SHOWN = 60
"""Letters of a value that a message shows."""
SAID = 600
"""Letters of a message."""


def picture_size(width: float, height: float) -> tuple[float, float]:
    """A size for a picture on a node: the nearest that it may have."""
    (narrow, low), (wide, high) = PICTURE
    return max(narrow, min(wide, float(width))), max(low, min(high, float(height)))


def read_size(given: Any) -> tuple[float, float] | None:
    """A picture's size as a file or text has it; None where that is none."""
    try:
        width, height = map(float, given)
    except (TypeError, ValueError, OverflowError):
        return None
    return picture_size(width, height) if math.isfinite(width + height) else None


def brief(value: object) -> str:
    """A value as a message can show it."""
    if isinstance(value, str):  # never make what will be cut: it may be as large as a file
        return cut(repr(value[:SHOWN]), SHOWN) if len(value) <= SHOWN else _cut_text(value)
    return cut(_shown(value), SHOWN)


def cut(text: str, most: int = SAID) -> str:
    """A text, or its beginning with dots."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _cut_text(text: str) -> str:
    return f"{text[: SHOWN - 5]!r}... ({len(text):,} letters)"


def _shown(value: object) -> str:
    try:
        if isinstance(value, list | tuple):
            inner = ", ".join(brief(one) for one in value[:SHOWN])
            return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
        if isinstance(value, dict):
            pairs = list(value.items())[:SHOWN]
            return f"{{{', '.join(f'{brief(key)}: {brief(one)}' for key, one in pairs)}}}"
        return repr(value)
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        return f"a {type(value).__name__} that is too large to show"
