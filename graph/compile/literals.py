"""Where sources of the same constructor differ: the literals that become arguments."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graph.declare import literal, short

Default = Callable[[str], Any]
"""Gives what an argument left out stands for, or `UNKNOWN`."""

UNKNOWN = object()


@dataclass(frozen=True)
class Slot:
    """A literal that differs, by its place in the first of the sources.

    Attributes:
        start: First byte.
        end: Byte behind the last; equal to `start` where the first source leaves it out.
        prefix: Written before it where the first source leaves it out.
        callee: What is called.
        word: The argument's name, if it has one.
        index: Its place among the arguments, if it has no name.
        literals: Its text in each source.
    """

    start: int
    end: int
    prefix: str
    callee: str
    word: str
    index: int
    literals: tuple[str, ...]


class NotAlike(Exception):
    """The sources differ in more than literals."""


def slots(sources: Sequence[str], default: Default) -> list[Slot]:
    """Every literal in which sources of one expression differ.

    Raises:
        NotAlike: If they differ in more.
    """
    if len(set(sources)) == 1:
        return []
    trees = [ast.parse(source, mode="eval").body for source in sources]
    return _Comparison(tuple(sources), default).compare(trees)


def filled(source: str, found: Sequence[tuple[Slot, str]]) -> str:
    """The first source with names in the places of its slots."""
    text = source.encode()
    for slot, name in sorted(found, key=lambda pair: (pair[0].start, pair[0].prefix), reverse=True):
        text = text[: slot.start] + f"{slot.prefix}{name}".encode() + text[slot.end :]
    return text.decode()


def annotation(literals: Sequence[str]) -> str:
    """The type of a parameter that takes these values: `int`, `int | str`, `float | None`."""
    found = {_annotation(ast.literal_eval(text)): None for text in literals}
    if {"int", "float"} <= found.keys():
        del found["int"]
    return " | ".join(sorted(found, key="None".__eq__))


def _annotation(value: Any) -> str:
    if isinstance(value, tuple | list):
        inner = " | ".join(dict.fromkeys(map(_annotation, value)))
        inner = "float" if inner in {"int | float", "float | int"} else inner
        inner = inner or "int"  # of an empty one nothing is known
        return f"tuple[{inner}, ...]" if isinstance(value, tuple) else f"list[{inner}]"
    return "None" if value is None else type(value).__name__


@dataclass
class _Comparison:
    sources: tuple[str, ...]
    default: Default
    callee: str = ""
    word: str = ""
    index: int = 0

    def compare(self, nodes: Sequence[Any]) -> list[Slot]:
        values = [_value(node) for node in nodes]
        if UNKNOWN not in values:
            return self._literals(nodes, [self._text(n, s) for n, s in self._pairs(nodes)])
        if len({type(node) for node in nodes}) != 1:
            raise NotAlike
        if isinstance(nodes[0], ast.Call):
            return self._calls(nodes)
        return self._fields(nodes)

    def _pairs(self, nodes: Sequence[Any]) -> list[tuple[Any, str]]:
        return list(zip(nodes, self.sources, strict=True))

    def _text(self, node: Any, source: str) -> str:
        return ast.get_source_segment(source, node) or ""

    def _literals(self, nodes: Sequence[Any], texts: list[str]) -> list[Slot]:
        if len(set(texts)) == 1:
            return []
        start, end = nodes[0].col_offset, nodes[0].end_col_offset
        return [Slot(start, end, "", self.callee, self.word, self.index, tuple(texts))]

    def _fields(self, nodes: Sequence[Any]) -> list[Slot]:
        found: list[Slot] = []
        for name in nodes[0]._fields:
            parts = [getattr(node, name) for node in nodes]
            if isinstance(parts[0], list):
                if len({len(part) for part in parts}) != 1:
                    raise NotAlike
                for column in zip(*parts, strict=True):
                    found += self.compare(column)
            elif isinstance(parts[0], ast.AST):
                found += self.compare(parts)
            elif len(set(map(repr, parts))) != 1:
                raise NotAlike
        return found

    def _calls(self, nodes: Sequence[Any]) -> list[Slot]:
        found = self._inside(nodes[0], "", 0).compare([node.func for node in nodes])
        if len({len(node.args) for node in nodes}) != 1:
            raise NotAlike
        for index, column in enumerate(zip(*(node.args for node in nodes), strict=True)):
            found += self._inside(nodes[0], "", index).compare(column)
        words = dict.fromkeys(word.arg for node in nodes for word in node.keywords)
        for word in words:
            if word is None:
                raise NotAlike
            found += self._word(nodes, word)
        return found

    def _inside(self, call: Any, word: str, index: int) -> "_Comparison":
        return _Comparison(self.sources, self.default, ast.unparse(call.func), word, index)

    def _word(self, nodes: Sequence[Any], word: str) -> list[Slot]:
        """An argument by name, which some calls may leave out."""
        given = [next((k.value for k in n.keywords if k.arg == word), None) for n in nodes]
        inside = self._inside(nodes[0], word, 0)
        if None not in given:
            return inside.compare(given)
        left_out = self.default(word)
        if left_out is UNKNOWN or any(_value(one) is UNKNOWN for one in given if one is not None):
            raise NotAlike
        texts = [
            literal(short(left_out)) if one is None else self._text(one, source)
            for one, source in self._pairs(given)
        ]
        if given[0] is not None:
            return inside._literals(given, texts)
        end = nodes[0].end_col_offset - 1
        comma = ", " if nodes[0].args or nodes[0].keywords else ""
        return [Slot(end, end, f"{comma}{word}=", inside.callee, word, 0, tuple(texts))]


def _value(node: Any) -> Any:
    if not isinstance(node, ast.Constant | ast.UnaryOp | ast.Tuple | ast.List):
        return UNKNOWN
    try:
        return ast.literal_eval(node)
    except ValueError:
        return UNKNOWN
