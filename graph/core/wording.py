"""Numbers in words."""

LARGEST = 1e12
"""From here on powers of ten are easier to read."""


def amount(value: float) -> str:
    """A number of a person's own unit in about four digits: 207,600 and 1,234, 12.35 and 0.012."""
    return f"{value:,.0f}" if 1000 <= abs(value) < LARGEST else f"{value:.4g}"


def many(count: int, noun: str) -> str:
    """So many of something: 1 epoch, 2 epochs, 19,210 weights, 1 class, 3 classes."""
    ending = "" if count == 1 else "es" if noun.endswith(("s", "x")) else "s"
    return f"{count:,} {noun}{ending}"
