"""Statements laid out as a formatter would."""

import ast
import itertools
import re
from collections.abc import Iterator

WIDTH = 100
INDENT = "    "

_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\]|\\.)*"' r"|'(?:[^'\\]|\\.)*'", re.DOTALL)
"""A string literal, as `literal` and `docstring` write them."""
_SIMPLE = r"(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\d[\d.]*(?:e-?\d+)?)"
_POWER = re.compile(
    rf"{_STRING.pattern}|(?<![\w.\])])({_SIMPLE}) \*\* (-?{_SIMPLE})(?![\w.(\[])", re.DOTALL
)
"""A string, or a power of simple things, which formatters write without spaces."""


def powers(text: str) -> str:
    """Powers as a formatter writes them: tight where simple, in parentheses behind a minus."""
    text = _POWER.sub(lambda m: f"{m[1]}**{m[2]}" if m[1] else m[0], text)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    data = text.encode()  # the tree counts bytes
    found: list[tuple[int, bytes]] = []
    for node in ast.walk(tree):
        power = node.operand if isinstance(node, ast.UnaryOp) else None
        if not isinstance(power, ast.BinOp) or not isinstance(power.op, ast.Pow):
            continue
        if data[: power.col_offset].endswith(b"-"):
            found += [(power.col_offset, b"("), (power.end_col_offset or 0, b")")]
    for place, bracket in sorted(found, reverse=True):
        data = data[:place] + bracket + data[place:]
    return data.decode()


def wrapped(text: str, level: int) -> Iterator[str]:
    """A statement as one line, or split as a formatter would where it is too long."""
    if len(INDENT) * level + len(text) <= WIDTH:
        yield INDENT * level + text
        return
    head, value = _value_of(text)
    terms = _terms(value)
    if len(terms) > 1 and not (len(terms) == 2 and _splits_last(text, level)):
        if len(terms) == 2 and value.startswith("("):
            end = _outer_brackets(value)[0][1]
            rest = list(_brackets(value[end:], level))
            if _is_enclosed(value[: end + 1]) and max(map(len, rest)) <= WIDTH:
                yield f"{INDENT * level}{head}("
                yield from _argument(value[1:end], level + 1, "", alone=True)
                yield from rest
                return
        yield f"{INDENT * level}{head}("
        yield from _argument(value, level + 1, "")
        yield f"{INDENT * level})"
        return
    opened = len(INDENT) * level + len(head) + value.find("(") + 1
    if ", " in head and value.endswith("()") and opened > WIDTH:
        yield from _unpacked(head.removesuffix(" = "), value, level)
        return
    yield from _brackets(text, level)


def _unpacked(targets: str, value: str, level: int) -> Iterator[str]:
    """Many targets and a value that has no bracket to be split at."""
    prefix = INDENT * level
    if len(f"{prefix}{targets} = (") <= WIDTH:
        yield from (f"{prefix}{targets} = (", f"{prefix}{INDENT}{value}", f"{prefix})")
        return
    yield f"{prefix}("
    yield from (f"{prefix}{INDENT}{target}," for target in split_commas(targets))
    yield f"{prefix}) = {value}"


def _brackets(text: str, level: int) -> Iterator[str]:
    """Split at the first bracket whose line would be too long, then what follows it likewise."""
    prefix = INDENT * level
    room = WIDTH - len(prefix)
    pair = _too_long(text, room)
    if len(text) <= room or pair is None:
        yield prefix + text
        return
    start, end = pair
    inner = text[start + 1 : end].removesuffix(",")
    parts = split_commas(inner)
    display = text[start] != "(" or not text[start - 1 : start].isidentifier()
    display = display and (len(parts) > 1 or text[start] in "[{")
    yield prefix + text[: start + 1]
    if len(prefix) + len(INDENT) + len(inner) <= WIDTH and not display:
        yield prefix + INDENT + inner
    else:
        for part in parts:
            yield from _argument(part, level + 1, "," if len(parts) > 1 or display else "")
    yield from _brackets(text[end:], level)


def _argument(text: str, level: int, comma: str, *, alone: bool = False) -> Iterator[str]:
    """One of the things between brackets, on lines of its own; `alone` takes no comma at all."""
    if len(INDENT) * level + len(f"{text}{comma}") <= WIDTH:
        yield f"{INDENT * level}{text}{comma}"
        return
    terms = _terms(text)
    if len(terms) > 1:
        yield from _operators(terms, level, comma)
    elif _is_enclosed(text):
        yield f"{INDENT * level}("
        yield from _argument(text[1:-1], level + 1, "", alone=True)
        yield f"{INDENT * level}){comma}"
    else:
        yield from _brackets(text if alone else f"{text}{comma or ','}", level)


def _operators(terms: list[str], level: int, comma: str) -> Iterator[str]:
    """A sum or product, one term a line; a term that is too long is split by its own operators."""
    prefix = INDENT * level
    for number, term in enumerate(terms, 1):
        after = comma if number == len(terms) else ""
        operator, operand = _OPERATOR.fullmatch(term).groups()  # type: ignore[union-attr]
        if len(prefix) + len(term + after) <= WIDTH:
            yield f"{prefix}{term}{after}"
        elif _is_enclosed(operand):
            yield f"{prefix}{operator}("
            yield from _argument(operand[1:-1], level + 1, "", alone=True)
            yield f"{prefix}){after}"
        elif len(inner := _terms(operand)) > 1:
            yield from _operators([operator + inner[0], *inner[1:]], level, after)
        else:
            yield from _brackets(term + after, level)


_OPERATOR = re.compile(r"((?:(?:[-+*/%@<>=!&|^]+|and|or) )?)(.*)", re.DOTALL)
"""A term: the operator before it, if there is one, and the operand."""


def _is_enclosed(text: str) -> bool:
    """Does one pair of parentheses go around it all, and not as a tuple's?"""
    pairs = _outer_brackets(text)
    whole = text.startswith("(") and pairs[:1] == [(0, len(text) - 1)]
    return whole and len(split_commas(text[1:-1])) == 1 and not text.endswith(",)")


def _splits_last(text: str, level: int) -> bool:
    """Is it enough to split a statement with one operator at its brackets?"""
    pairs = _outer_brackets(text)
    if not pairs or pairs[-1][1] != len(text) - 1 or pairs[-1][1] == pairs[-1][0] + 1:
        return False
    start = pairs[-1][0]
    if text[start] == "[" and re.match(r"[\w)\]]", text[start - 1 : start]):
        return False  # formatters do not break what a value is indexed by
    lines = list(_brackets(text, level))
    return max(map(len, lines)) <= WIDTH


def _value_of(text: str) -> tuple[str, str]:
    """A statement as what stands before its value, and the value; the value may be empty."""
    if text.endswith(":"):
        return text, ""
    found = re.match(r"return |[\w.\[\], ]+? [-+*]?= ", text)
    return (found[0], text[found.end() :]) if found else (text, "")


def _terms(text: str) -> list[str]:
    """The operands of the operators that bind least, each with the operator before it.

    A chain of three calls or more, `f(x).sum(1).mean()`, is split before its dots.
    """
    try:
        tree = ast.parse(text, mode="eval").body if text else None
    except SyntaxError:
        return []
    if _is_enclosed(text):
        return []
    if isinstance(tree, ast.Call):
        return _links(text)
    data = text.encode()  # the tree counts bytes
    places = []
    for left, right in _gaps(tree, data):
        operator = re.search(rb"[^\s()]", data[left:right])
        if operator is None:
            return []
        places.append(left + operator.start())
    cuts = [0, *sorted(places), len(data)]
    return [data[a:b].decode().strip() for a, b in itertools.pairwise(cuts)]


def _gaps(tree: ast.expr | None, data: bytes) -> Iterator[tuple[int, int]]:
    """Where the operators that bind least stand: the places around each."""
    if isinstance(tree, ast.Compare | ast.BoolOp):
        several = [tree.left, *tree.comparators] if isinstance(tree, ast.Compare) else tree.values
        for a, b in itertools.pairwise(several):
            yield a.end_col_offset or 0, b.col_offset
        return
    rank = _LOOSE.get(type(tree.op)) if isinstance(tree, ast.BinOp) else None
    while isinstance(tree, ast.BinOp) and _LOOSE.get(type(tree.op)) == rank:
        yield tree.left.end_col_offset or 0, tree.right.col_offset
        tree = tree.left
        if data[: tree.col_offset].rstrip().endswith(b"("):
            return  # what stands in parentheses is one operand


def _links(text: str) -> list[str]:
    closed = [end for _, end in _outer_brackets(text)]
    cuts = [end + 1 for end in closed if text[end + 1 : end + 2] == "."]
    return [text[a:b] for a, b in itertools.pairwise([0, *cuts, len(text)])] if cuts[1:] else []


_LOOSE: dict[type[ast.operator], int] = {
    ast.Add: 1,
    ast.Sub: 1,
    ast.Mult: 2,
    ast.Div: 2,
    ast.MatMult: 2,
    ast.FloorDiv: 2,
    ast.Mod: 2,
    ast.Pow: 3,
}
"""Operators by how tightly they bind; those of one number are split together."""


def blanked(text: str) -> str:
    """The text with a letter that means nothing for each letter of its strings."""
    return _STRING.sub(lambda found: "_" * len(found[0]), text)


def split_commas(text: str) -> list[str]:
    """Split at the commas that stand in no bracket, no string and between no lambda's arguments."""
    parts, depth, start, naming = [], 0, 0, False
    bare = blanked(text)
    for index, letter in enumerate(bare):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == ":" if naming else _LAMBDA.match(bare, index):
            naming = not naming
            depth += 1 if naming else -1
        elif letter == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    rest = text[start:].strip()
    return [*parts, rest] if rest else parts


_LAMBDA = re.compile(r"\blambda\b")


def _too_long(text: str, room: int) -> tuple[int, int] | None:
    """The first bracket pair, not nested, that does not fit on a line with what follows it."""
    pairs = _outer_brackets(text)
    if text.startswith(("def ", "class ")):
        return pairs[0] if pairs else None
    full = [(start, end) for start, end in pairs if end > start + 1]
    ends = [*(start + 1 for start, _ in full[1:]), len(text)]
    for pair, following in zip(full, ends, strict=False):
        if following > room:
            return pair
    return None


def _outer_brackets(text: str) -> list[tuple[int, int]]:
    """The bracket pairs that stand in no other."""
    pairs, opened = [], []
    for index, letter in enumerate(blanked(text)):
        if letter in "([{":
            opened.append(index)
        elif letter in ")]}" and opened:
            start = opened.pop()
            if not opened:
                pairs.append((start, index))
    return pairs
