"""What a search says of parameters: `conv2d 3x3`, `kaiming`, `weight decay`, `linear 64`."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from graph.core.errors import BadParameter
from graph.declare import GROUPS, Declaration, Param
from gui.canvas.fuzzy_match import NAMED, NO_MATCH, Score, match, plain

EXACT, BEGUN = 40.0, 36.0
"""Scores of a parameter's words: behind those of all that goes by the name itself."""
SHORT, OWN = 3, 70.0
"""Up to so many letters a parameter's word counts as much as a name's beginning: `lr`, `he`."""
FILLERS = {"layer", "layers", "node", "function", "op", "operation", "a", "the", "on", "of", "with"}
"""Words beside others that say nothing."""


@dataclass(frozen=True)
class Asked:
    """What of a query is about a node's parameters.

    Attributes:
        score: How well the node answers the query so.
        values: The values that it asks for.
        because: What it found, in a few words; nothing where all is about the name.
    """

    score: Score = NO_MATCH
    values: Mapping[str, Any] = field(default_factory=dict)
    because: str = ""


def asked_of(query: str, declaration: Declaration, named: Callable[[str], Score]) -> Asked:
    """What a query asks of a node: as a whole, or word by word beside the node's name.

    Args:
        query: What was typed.
        declaration: The node type.
        named: How well the node goes by a word.
    """
    whole = _found(query, declaration)
    if whole is not None:
        return whole
    words = [word for word in query.split() if word.lower() not in FILLERS] or query.split()
    if len(query.split()) < 2:
        return Asked()
    names = [named(word) for word in words]
    rest = [
        _found(word, declaration) for word, one in zip(words, names, strict=True) if one < NAMED
    ]
    found = [one for one in rest if one is not None]
    if len(found) < len(rest):
        return Asked()
    best = max(names)
    scores = [one.score for one in found]
    return Asked(
        0.9 * best if best >= NAMED else min(scores, default=NO_MATCH),
        {name: value for one in found for name, value in one.values.items()},
        ", ".join(one.because for one in found),
    )


def _found(words: str, declaration: Declaration) -> Asked | None:
    """The parameter that some words are about."""
    if re.fullmatch(r"\d+([x×]\d+)+|\d*\.?\d+", words):
        return _number(words, declaration)
    late = GROUPS.index(declaration.group) / 10 if declaration.group in GROUPS else 0.0
    best: Asked | None = None
    for param in declaration.params:
        if param.kind in {"values", "kinds"}:
            continue
        for word, value in param.called:
            found = match(words, word)
            if found < 68 or (value is None and found < 80):
                continue
            score = (EXACT if found == 100 else BEGUN) - late
            if found == 100 and 1 < len(words) <= SHORT:
                score = OWN - late
            if best is None or score > best.score:
                values = {param.name: value} if value is not None else {}
                shown = f"{param.label}: {plain(str(value))}" if value is not None else param.label
                best = Asked(score, values, shown)
    return best


def _number(words: str, declaration: Declaration) -> Asked | None:
    """The first parameter that takes such a number, or such numbers."""
    parts = re.split("[x×]", words)
    for param, value in _numbers(parts, declaration):
        with suppress(BadParameter):
            return Asked(EXACT, {param.name: param.check(value)}, f"{param.label}: {words}")
    return None


def _numbers(parts: list[str], declaration: Declaration) -> Iterator[tuple[Param, Any]]:
    whole = all(part.isdigit() for part in parts)
    for param in declaration.params:
        if len(parts) > 1 and whole and param.kind == "ints" and param.sizes == len(parts):
            yield param, tuple(map(int, parts))
        elif len(parts) == 1 and param.kind == ("int" if whole else "float"):
            yield param, int(parts[0]) if whole else float(parts[0])
