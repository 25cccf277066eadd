"""What a person copied, found in the text around it: code fences, words of a chat, curly quotes."""

import json
import re
from collections.abc import Iterator
from typing import Any

FENCE = re.compile(r"(?:```+|~~~+)[^\n`]*\n(.*?)(?:```+|~~~+|\Z)", re.DOTALL)
CURLY = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00a0": " ", "\ufeff": " "})
"""What chats and word processors make of quotes and blanks."""
LONGEST = 20_000_000
"""Letters of a text that is looked at."""


def tables(text: str) -> Iterator[dict[str, Any]]:
    """The JSON tables in a text, the likeliest first: all of it, in fences, in braces."""
    for candidate in _candidates(text[:LONGEST]):
        for form in (candidate, _mended(candidate)):
            try:
                content = json.loads(form)
            except (ValueError, RecursionError):
                continue
            if isinstance(content, dict):
                yield content
            break


def _candidates(text: str) -> Iterator[str]:
    yield text
    for found in FENCE.finditer(text):
        yield found[1]
    first, last = text.find("{"), text.rfind("}")
    if 0 <= first < last:
        yield text[first : last + 1]


def _mended(text: str) -> str:
    """Straight quotes, plain blanks, no comma behind the last."""
    return re.sub(r",(\s*[}\]])", r"\1", text.translate(CURLY))
