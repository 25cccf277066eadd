"""How well words answer a few letters."""

import re
from functools import cache

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


@cache
def _parts(words: str) -> tuple[str, ...]:
    return tuple(plain(part) for part in _WORD.findall(words))


@cache
def match(query: str, words: str) -> Score:
    """How well `words` answers `query`: 0 for not at all, 100 for exactly.

    A whole word beats a beginning, a beginning beats letters inside, and those beat letters
    that merely come in order. Blanks and hyphens may be left out.
    """
    parts = _parts(words)
    query, words = plain(query), plain(words)
    if not query:
        return 1.0
    if query == words:
        return 100.0
    if words.startswith(query):
        return 90.0 - min(20, len(words) - len(query))
    if len(query) > 2 and all(len(one) > 1 for one in parts):
        joined, dense = words.replace(" ", ""), query.replace(" ", "")
        if joined == dense:
            return 96.0
        if joined.startswith(dense):
            return 86.0 - min(20, len(joined) - len(dense))
    if any(part.startswith(query) for part in parts):
        return 68.0 - min(10, len(words) // 8)  # words of about a length stay in their order
    if query in words:
        return 50.0 - min(10, len(words) / 4)
    initials = "".join(part[0] for part in parts)
    if initials.startswith(query) and len(query) > 1:
        return NAMED
    return _in_order(query.replace(" ", ""), words)


def _in_order(query: str, words: str) -> Score:
    at, gaps = -1, 0
    for letter in query:
        found = words.find(letter, at + 1)
        if found < 0:
            return NO_MATCH
        gaps += found - at - 1 if at >= 0 else 0
        at = found
    return max(1.0, 30.0 - 2.0 * gaps) if gaps < 12 else NO_MATCH
