"""Numbers in words."""


def many(count: int, noun: str) -> str:
    """So many of something: 1 epoch, 2 epochs, 19,210 weights, 1 class, 3 classes."""
    ending = "" if count == 1 else "es" if noun.endswith(("s", "x")) else "s"
    return f"{count:,} {noun}{ending}"
