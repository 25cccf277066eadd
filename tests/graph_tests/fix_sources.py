"""Places of the source that make a fix, and which of them a board's fixes come from.

A fix is made by `Fix` and `set_on`, or from a `Repair` and its makers. Each call of one of these is
a source; a fix comes from all the calls it was made in, and from those of the repairs and fixes it
was made of.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from graph.core.errors import Mismatch, Repair
from graph.problems.problem import Fix

ROOT = Path(__file__).resolve().parents[2]
MAKERS = {"Fix", "Repair", "set_on", "set_param", "set_upstream", "insert_before", "use"}
Source = tuple[str, int]
"""A file and the line a call begins at."""
Known = dict[int, tuple[object, set[Source]]]
"""Fixes and repairs by their ids, and where they come from."""


@cache
def calls(path: str) -> tuple[tuple[int, int], ...]:
    """First and last line of each call of a maker in a file."""
    found = []
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MAKERS:
                found.append((node.lineno, node.end_lineno or node.lineno))
    return tuple(found)


def all_sources() -> set[Source]:
    """Every call of a maker below `graph`."""
    paths = (str(path.relative_to(ROOT)) for path in sorted((ROOT / "graph").rglob("*.py")))
    return {(path, first) for path in paths for first, _ in calls(path)}


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _made_at(known: Known) -> set[Source]:
    """Calls of makers that are under way, and the sources of what they are given."""
    found: set[Source] = set()
    for depth, frame in enumerate(_frames()):
        path = frame.f_code.co_filename
        if depth > 12:
            break
        if not path.startswith(str(ROOT / "graph")) and not path.endswith("dataclasses.py"):
            if depth > 1:
                break
            continue
        name = str(Path(path).relative_to(ROOT)) if path.startswith(str(ROOT)) else ""
        here = [
            (name, first)
            for first, last in (calls(name) if name else ())
            if first <= frame.f_lineno <= last
        ]
        found.update(here)
        if here or not name:
            for one in _within(list(frame.f_locals.values())):
                if id(one) in known and known[id(one)][0] is one:
                    found |= known[id(one)][1]
            found |= _replacing(frame, known)
    return found


def _within(values: Iterable[object]) -> Iterator[object]:
    """Values, and what is in tuples, lists and dictionaries of them."""
    for value in values:
        yield value
        if type(value) in {tuple, list}:
            yield from _within(value)  # type: ignore[arg-type]
        elif type(value) is dict:
            yield from _within(value.values())


def _replacing(frame: FrameType, known: Known) -> set[Source]:
    """Where it was said that another type of node is to take the place."""
    mismatch = frame.f_back and frame.f_back.f_locals.get("mismatch")
    if not isinstance(mismatch, Mismatch):
        return set()
    type = frame.f_locals.get("type")
    repairs = [one for one in mismatch.repairs if type in one.use]
    return {source for one in repairs for source in known.get(id(one), (one, set()))[1]}


@contextmanager
def watched() -> Iterator[Callable[[Fix], set[Source]]]:
    """Gives what says where a fix that is made from here on comes from."""
    known: Known = {}

    def noting(init: Callable[..., None]) -> Callable[..., None]:
        def made(self: Any, *given: Any, **named: Any) -> None:
            init(self, *given, **named)
            known[id(self)] = (self, _made_at(known))

        return made

    with pytest.MonkeyPatch.context() as patch:
        for kind in (Fix, Repair):
            patch.setattr(kind, "__init__", noting(kind.__init__))
        yield lambda fix: known[id(fix)][1] if id(fix) in known else set()
