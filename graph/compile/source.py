"""Lines of Python that know which nodes they come from, laid out as a formatter would."""

import ast
import functools
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

WIDTH = 100
INDENT = "    "


@dataclass(frozen=True)
class Source:
    """A file's text.

    Attributes:
        text: The text, with a line break at its end.
        nodes: For every line, the ids of the nodes it comes from.
    """

    text: str
    nodes: tuple[tuple[str, ...], ...] = ()

    def lines_of(self, node: str) -> list[int]:
        """Numbers (from 0) of the lines a node accounts for."""
        return [number for number, ids in enumerate(self.nodes) if node in ids]


@dataclass
class Writer:
    """Collects lines; statements that are too long are split at their brackets."""

    lines: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def add(
        self, text: str = "", nodes: Iterable[str] = (), *, level: int = 0, comment: str = ""
    ) -> None:
        """Add one statement at an indentation level.

        Args:
            text: The statement on one line.
            nodes: Ids of the nodes it comes from.
            level: Indentation.
            comment: Put behind it, where it fits.
        """
        ids = tuple(nodes)
        if not text:
            self.lines.append(("", ids))
            return
        lines = list(wrapped(text, level))
        if comment and len(f"{lines[-1]}  # {comment}") <= WIDTH:
            lines[-1] += f"  # {comment}"
        self.lines += [(line, ids) for line in lines]

    def block(self, text: str, nodes: Iterable[str] = (), *, level: int = 0) -> None:
        """Add several lines as they stand."""
        ids = tuple(nodes)
        for line in text.splitlines():
            self.lines.append((f"{INDENT * level}{line}" if line else "", ids))

    def extend(self, other: "Writer", *, level: int = 0) -> None:
        """Add another writer's lines."""
        for line, ids in other.lines:
            self.lines.append((f"{INDENT * level}{line}" if line else "", ids))

    @property
    def text(self) -> str:
        """Everything so far."""
        return "".join(f"{line}\n" for line, _ in self.lines)

    @property
    def source(self) -> Source:
        """The finished file."""
        return Source(self.text, tuple(ids for _, ids in self.lines))


def wrapped(text: str, level: int) -> Iterator[str]:
    """A statement as one line, or split as a formatter would where it is too long."""
    if len(INDENT) * level + len(text) <= WIDTH:
        yield INDENT * level + text
        return
    head, value = _value_of(text)
    terms = _terms(value)
    if len(terms) > 1 and not (len(terms) == 2 and _splits_last(text, level)):
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


def _argument(text: str, level: int, comma: str) -> Iterator[str]:
    """One of the things between brackets, on lines of its own."""
    if len(INDENT) * level + len(f"{text}{comma}") <= WIDTH:
        yield f"{INDENT * level}{text}{comma}"
        return
    terms = _terms(text)
    if len(terms) > 1:
        yield from _operators(terms, level, comma)
    else:
        yield from _brackets(f"{text}{comma or ','}", level)


def _operators(terms: list[str], level: int, comma: str) -> Iterator[str]:
    """A sum or product, one term a line."""
    for number, term in enumerate(terms, 1):
        yield from _brackets(term + (comma if number == len(terms) else ""), level)


def _splits_last(text: str, level: int) -> bool:
    """Is it enough to split a statement with one operator at its brackets?"""
    pairs = _outer_brackets(text)
    if not pairs or pairs[-1][1] != len(text) - 1 or pairs[-1][1] == pairs[-1][0] + 1:
        return False
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
    if isinstance(tree, ast.Call):
        return _links(text)
    if not isinstance(tree, ast.BinOp):
        return []
    rank = _LOOSE.get(type(tree.op))
    places: list[int] = []
    data = text.encode()  # the tree counts bytes
    while isinstance(tree, ast.BinOp) and _LOOSE.get(type(tree.op)) == rank is not None:
        gap = data[tree.left.end_col_offset or 0 : tree.right.col_offset]
        operator = re.search(rb"[^\s()]", gap)
        if operator is None:
            return []
        places.append((tree.left.end_col_offset or 0) + operator.start())
        tree = tree.left
    cuts = [0, *reversed(places), len(data)]
    return [data[a:b].decode().strip() for a, b in itertools.pairwise(cuts)]


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
}
"""Operators by how tightly they bind; those of one number are split together."""


_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\]|\\.)*"' r"|'(?:[^'\\]|\\.)*'", re.DOTALL)
"""A string literal, as `literal` and `docstring` write them."""


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
    ends = [*(start + 1 for start, _ in pairs[1:]), len(text)]
    for (start, end), following in zip(pairs, ends, strict=False):
        if following > room and end > start + 1:
            return start, end
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


# -- imports

LOCAL = frozenset(
    """
    arguments checkpoint data diffusion latents layers losses metrics model optimizers processes
    sampling schedules script threads train
    """.split()  # noqa: SIM905
)
SHORT = {
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "Iterator": "from collections.abc import Iterator",
    "Path": "from pathlib import Path",
    "Any": "from typing import Any",
}


@functools.lru_cache(maxsize=64)
def names_used(text: str) -> frozenset[str]:
    """Names a piece of Python reads, the roots of dotted names among them."""
    tree = ast.parse(text)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def import_lines(statements: Iterable[str]) -> list[str]:
    """Import statements merged and sorted: standard library, others, this project's own."""
    plain: set[str] = set()
    members: dict[str, set[str]] = {}
    for statement in statements:
        for node in ast.parse(statement).body:
            if isinstance(node, ast.Import):
                plain.update(f"{a.name} as {a.asname}" if a.asname else a.name for a in node.names)
            elif isinstance(node, ast.ImportFrom):
                found = members.setdefault(node.module or "", set())
                found.update(f"{a.name} as {a.asname}" if a.asname else a.name for a in node.names)
    sections: list[list[str]] = [[], [], []]
    for name in sorted(plain, key=str.lower):
        sections[_section(name)].append(f"import {name}")
    for module in sorted(members, key=str.lower):
        names = ", ".join(sorted(members[module], key=_member_key))
        sections[_section(module)] += _from_line(module, names)
    lines: list[str] = []
    for section in sections:
        if section:
            lines += ["", *section] if lines else section
    return lines


def _from_line(module: str, names: str) -> list[str]:
    line = f"from {module} import {names}"
    if len(line) <= WIDTH:
        return [line]
    return [f"from {module} import (", *(f"{INDENT}{n}," for n in names.split(", ")), ")"]


def _section(module: str) -> int:
    root = re.split(r"[. ]", module)[0]
    if root in sys.stdlib_module_names:
        return 0
    return 2 if root in LOCAL else 1


def _member_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[0].isupper() else (2, name)


def import_short(names: Iterable[str], modules: Sequence[str] = ()) -> list[str]:
    """Import statements for the short names generated code uses."""
    found = [SHORT[name] for name in names if name in SHORT]
    found += [f"import {name}" for name in names if name in {"torch", "math", "torchmetrics"}]
    return [*found, *modules]
