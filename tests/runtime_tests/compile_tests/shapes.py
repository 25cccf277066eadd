"""Shape comments and docstrings in generated code, held against what really comes of each line."""

import ast
import re
from collections.abc import Sequence
from typing import Any

COMMENT = re.compile(r"# (\[.*?\])$")
TOLD = re.compile(r"(\w+) (\[[^\]]*\])")
MODULE = "tests.runtime_tests.compile_tests"

CHECKED: list[str] = []
"""What was checked, for tests that want that something was."""


def checked(text: str) -> str:
    """A file that checks its comments while it runs.

    A name such as `H` may be any size, but the same one wherever it stands in one call.
    """
    lines, tree = text.splitlines(), ast.parse(text)
    before: dict[int, list[str]] = {}
    after: dict[int, list[str]] = {}
    for statement in ast.walk(tree):
        if isinstance(statement, ast.FunctionDef | ast.For):  # each batch may be another size
            first = statement.body[0]
            before[first.lineno] = [" " * first.col_offset + "_sizes = {}"]
        if isinstance(statement, ast.Assign | ast.Return):
            _follow(lines, statement, after)
    for one in (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef)):
        _describe(lines, one, before, after)
    written = [lines[0], f"from {MODULE} import shapes as _shapes"]
    for number, line in enumerate(lines[1:], 2):
        written += [*before.get(number, []), line, *after.get(number, [])]
    return "\n".join(written) + "\n"


def _follow(
    lines: list[str], statement: ast.Assign | ast.Return, after: dict[int, list[str]]
) -> None:
    assert statement.end_lineno is not None
    comment = COMMENT.search(lines[statement.end_lineno - 1])
    more = [_call(comment[1], "_given")] if comment else []
    if isinstance(statement, ast.Return):
        start = statement.lineno - 1
        lines[start] = lines[start].replace("return", "_given =", 1)
        more.append("return _given")
    elif comment:
        more = [_call(comment[1], ast.unparse(statement.targets[0]))]
    after[statement.end_lineno] = [" " * statement.col_offset + one for one in more]


def _describe(
    lines: list[str], made: ast.ClassDef, before: dict[int, list[str]], after: dict[int, list[str]]
) -> None:
    """What a class's docstring says of its forward."""
    doc = ast.get_docstring(made) or ""
    takes, _, gives = doc.partition("Gives:" if "Gives:" in doc else " -> ")
    forward = next(
        (o for o in made.body if isinstance(o, ast.FunctionDef) and o.name == "forward"), None
    )
    if forward is None or not gives:
        return
    known = {argument.arg for argument in forward.args.args}
    start, indent = forward.body[0], " " * forward.body[0].col_offset
    before[start.lineno] += [
        indent + _call(kind, name) for name, kind in TOLD.findall(takes) if name in known
    ]
    given = [kind for _, kind in TOLD.findall(gives)]
    last = after[forward.body[-1].end_lineno or 0]
    several = gives.count(", ") > 0 and len(given) > 1
    for place, kind in enumerate(given if "scalar" not in gives else []):
        value = f"_given[{place}]" if several else "_given"
        last.insert(-1, indent + _call(kind, value))


def _call(comment: str, value: str) -> str:
    return f"_shapes.check(_sizes, {comment!r}, {value})"


def check(sizes: dict[str, int], comment: str, value: Any) -> None:
    """Hold a value against its comment."""
    parts = ast.parse(comment, mode="eval").body
    assert isinstance(parts, ast.List)
    if "..." in comment:
        return
    found = f"{comment}, but it is {list(value.shape)}"
    assert value.ndim == len(parts.elts), found
    _hold(parts.elts, value.shape, sizes, found)
    CHECKED.append(comment)


def _hold(
    parts: Sequence[ast.expr], shape: Sequence[int], sizes: dict[str, int], what: str
) -> None:
    for part, size in zip(parts, shape, strict=True):
        if isinstance(part, ast.Name):
            assert sizes.setdefault(part.id, size) == size, f"{what}, where before {sizes}"
            continue
        names = {one.id for one in ast.walk(part) if isinstance(one, ast.Name)}
        if names - {"min"} <= sizes.keys():
            assert eval(ast.unparse(part), dict(sizes)) == size, f"{what}, where before {sizes}"
