"""Finding node types by a few letters, with the words people use for them."""

import re
from collections.abc import Callable, Iterable, Mapping

from graph.declare import REGISTRY, Declaration

Score = float
NO_MATCH = 0.0
STEP = 18.0
"""By how much what may fit stands back behind what fits."""
_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9a-z]*|[0-9]+")


def match(query: str, words: str) -> Score:
    """How well `words` answers `query`: 0 for not at all, 100 for exactly.

    A whole word beats a beginning, a beginning beats letters inside, and those beat letters
    that merely come in order.
    """
    parts = [part.lower() for part in _WORD.findall(words)]
    query, words = query.lower().strip(), words.lower()
    if not query:
        return 1.0
    if query == words:
        return 100.0
    if words.startswith(query):
        return 90.0 - min(20, len(words) - len(query))
    if any(part.startswith(query) for part in parts):
        return 68.0 - min(10, len(words) // 8)  # words of about a length stay in their order
    if query in words:
        return 50.0 - min(10, len(words) / 4)
    initials = "".join(part[0] for part in parts)
    if initials.startswith(query) and len(query) > 1:
        return 46.0
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


def score(query: str, declaration: Declaration) -> Score:
    """How well a node type answers a query, by title, synonyms, type, then family."""
    best = match(query, declaration.title)
    named = match(query, declaration.type.partition(".")[2])
    best = max(best, named - 2 if named >= 46 else NO_MATCH)
    for synonym in declaration.synonyms:
        found = match(query, synonym)
        if found >= 46:
            best = max(best, found - (4 if found == 100 else 24))
    if match(query, declaration.group) >= 68:
        best = max(best, 55.0 if query.lower().strip() == declaration.group.lower() else 20.0)
    return best


def find(
    query: str,
    allowed: Callable[[Declaration], bool] | None = None,
    limit: int = 60,
    among: Iterable[Declaration] = REGISTRY,
    levels: Mapping[str, float] | None = None,
) -> list[Declaration]:
    """Node types that answer a query, best first; all in their order for an empty one.

    `levels` says of types how far they stand back behind others that answer as well.
    """
    ranked = []
    for place, declaration in enumerate(among):
        if allowed is not None and not allowed(declaration):
            continue
        found = score(query, declaration)
        if found > NO_MATCH:
            back = STEP * (levels or {}).get(declaration.type, 0)
            ranked.append((back - found if query.strip() else back, place, declaration))
    ranked.sort(key=lambda one: one[:2])
    return [declaration for _, _, declaration in ranked[: limit if query.strip() else None]]


def why_nothing(
    query: str,
    among: Iterable[Declaration],
    refused: Iterable[tuple[Declaration, str]] = (),
) -> str:
    """Why a search offers nothing of `among`, which is what the sheet takes.

    Args:
        query: What was typed.
        among: What may stand on the sheet.
        refused: What may not stand there, or does not fit, and why.
    """
    reasons = list(refused)
    if known := find(query, among=[one for one, _ in reasons]):
        reason = next(reason for one, reason in reasons if one is known[0])
        return reason[:1].upper() + reason[1:] + "."
    if find(query, among=among):
        return "What goes by that name does not fit this wire."
    elsewhere = find(query)
    if not elsewhere:
        return "Nothing goes by that name."
    match elsewhere[0].role:
        case "instance":
            return "There is no network yet: select nodes and group them (Ctrl+G)."
        case "input" | "output":
            where = "inside a network"
        case _:
            where = "on the board"
    return f"{elsewhere[0].title} stands {where} only."
