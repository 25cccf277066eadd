"""Many names said short: what they have in common, and lists such as `h1 to h64`."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

WIDTH = 40
"""Longest list in full; what is longer says how many more there are."""


def stem(name: str) -> str:
    """A name without the number at its end: `hidden_12` gives `hidden`."""
    return re.sub(r"_?\d+$", "", name)


def common(names: Sequence[str]) -> str:
    """The words all names begin with, their numbers left out; may be empty."""
    if len(names) == 1:
        return names[0]
    words = [stem(name).split("_") for name in names]
    shared = []
    for parts in zip(*words, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "_".join(shared)


def listing(noun: str, names: Sequence[str]) -> str:
    """Names as people list them: `neurons h1 to h64, top`."""
    parts: list[str] = []
    said = 0
    for first, last, count in _runs(names):
        part = {1: first, 2: f"{first}, {last}"}.get(count, f"{first} to {last}")
        if parts and len(", ".join([*parts, part])) > WIDTH:
            parts[-1] += f" and {len(names) - said} more"
            break
        parts.append(part)
        said += count
    return f"{noun}{'s' * (len(names) != 1)} {', '.join(parts)}"


def _runs(names: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Names that count up, as first, last and how many."""
    first, count = names[0], 1
    for before, name in pairwise(names):
        if _number(name) == (stem(before), (_number(before)[1] or 1) + 1):
            count += 1
            continue
        yield first, before, count
        first, count = name, 1
    yield first, names[-1], count


def _number(name: str) -> tuple[str, int]:
    found = re.search(r"\d+$", name)
    return stem(name), int(found.group()) if found else 0
