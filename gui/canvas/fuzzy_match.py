"""How well words answer a few letters."""

import re
from functools import cache
from typing import NamedTuple

Score = float
NO_MATCH = 0.0
NAMED = 46.0
"""From here on it is what was meant: words, beginnings and letters inside, not letters apart."""
_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9a-z]*|[0-9]+")


_PREFIX = re.compile(r"^((torch|nn|functional|f|optim|keras|layers|tf|losses)\.)+")
"""Where libraries keep what people paste from their code."""


@cache
def plain(text: str) -> str:
    """A text as it is compared: small letters, one way to spell, blanks for marks between words.

    Of a line of code, such as `nn.Linear(64)`, it is the name.
    """
    code = _PREFIX.sub("", text.lower().strip()).partition("(")[0]
    small = re.sub(r"[\s_\-]+", " ", code).strip()
    return re.sub(r"iz(?=[eai])", "is", small)


class _Words(NamedTuple):
    """What is compared of some words, worked out once for all queries."""

    text: str
    dense: str
    parts: tuple[str, ...]
    initials: str
    apart: bool
    """Do all parts have two letters at least?"""


@cache
def _read(words: str) -> _Words:
    text, parts = plain(words), tuple(plain(part) for part in _WORD.findall(words))
    initials = "".join(part[0] for part in parts)
    return _Words(text, text.replace(" ", ""), parts, initials, all(len(one) > 1 for one in parts))


@cache
def match(query: str, words: str) -> Score:
    """How well `words` answers `query`: 0 for not at all, 100 for exactly.

    A whole word beats a beginning, a beginning beats letters inside, and those beat letters
    that merely come in order. Blanks and hyphens may be left out.
    """
    query, asked = plain(query), _read(words)
    words = asked.text
    if not query:
        return 1.0
    if query == words:
        return 100.0
    if words.startswith(query):
        return 90.0 - min(20, len(words) - len(query))
    dense = query.replace(" ", "")
    if len(query) > 2 and asked.apart:
        if asked.dense == dense:
            return 96.0
        if asked.dense.startswith(dense):
            return 86.0 - min(20, len(asked.dense) - len(dense))
    for part in asked.parts:
        if part.startswith(query):
            return 68.0 - min(10, len(words) // 8)  # words of about a length stay in their order
    if query in words:
        return 50.0 - min(10, len(words) / 4)
    if asked.initials.startswith(query) and len(query) > 1:
        return NAMED
    return _in_order(dense, words)


def _in_order(query: str, words: str) -> Score:
    at, gaps = -1, 0
    for letter in query:
        found = words.find(letter, at + 1)
        if found < 0:
            return NO_MATCH
        gaps += found - at - 1 if at >= 0 else 0
        at = found
    return max(1.0, 30.0 - 2.0 * gaps) if gaps < 12 else NO_MATCH
