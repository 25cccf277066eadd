"""Fuzzy search among declared nodes: titles, types and synonyms."""

from __future__ import annotations

from collections.abc import Iterable

from graph.declare import Declaration


def score(query: str, text: str) -> float | None:
    """How well `query` fits `text`, higher is better; None where its letters do not all occur.

    A whole match is best, then a beginning, the beginning of a word, a part, and last letters
    in their order with gaps.
    """
    query, text = query.lower().strip(), text.lower()
    if not query:
        return 0.0
    if query == text:
        return 100.0
    if text.startswith(query):
        return 90.0 - 0.1 * len(text)
    words = text.replace("_", " ").replace(".", " ").split()
    if any(word.startswith(query) for word in words):
        return 80.0 - 0.1 * len(text)
    if query in text:
        return 60.0 - 0.1 * len(text)
    place, gaps = -1, 0
    for letter in query:
        following = text.find(letter, place + 1)
        if following < 0:
            return None
        gaps += following - place - 1
        place = following
    return 40.0 - gaps - 0.1 * len(text) if gaps <= 2 * len(query) else None


def rank(query: str, declarations: Iterable[Declaration]) -> list[Declaration]:
    """The declarations that fit a query, best first; families stay together."""
    scored: list[tuple[float, Declaration]] = []
    for declaration in declarations:
        marks = [score(query, declaration.title)]
        marks += [_less(score(query, word)) for word in declaration.synonyms]
        marks.append(_less(score(query, declaration.type), 20))
        best = max((mark for mark in marks if mark is not None), default=None)
        if best is not None:
            scored.append((best, declaration))
    scored.sort(key=lambda pair: -pair[0])
    return [declaration for _, declaration in scored]


def _less(mark: float | None, by: float = 5) -> float | None:
    return None if mark is None else mark - by
