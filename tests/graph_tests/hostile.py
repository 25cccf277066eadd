"""Texts that would like to be code, and where boards take text."""

import ast
import json
import keyword
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.compile import Compiled

CANARY = "NEUROWIRE_CANARY"
CODE = f"__import__('os').environ.__setitem__('{CANARY}', '1')"

TEXTS = (
    f'x""";{CODE};"""y',
    f"x''';{CODE};'''y",
    f'";{CODE};"',
    f"');{CODE};('",
    f"\\';{CODE};\\'",
    f'\\";{CODE};#',
    "\\",
    '"',
    "'",
    '"""',
    "\\" * 7,
    f"\\N{{BULLET}}\\x41\\u0041\\{CODE}",
    f"a\n{CODE}\nb",
    f"a\r{CODE}",
    f"a\u2028{CODE}\u2029{CODE}\x85{CODE}\x0c{CODE}\x0b",
    "a\0b",
    f"{{{CODE}}}",
    "{}{0}{self}%s%(prog)s%",
    f"# {CODE}",
    f"a]) or {CODE} or ([",
    "ｅｘｅｃ（ｏｓ）",  # noqa: RUF001 - look-alikes are the matter
    "\u202eоs\u202c",  # noqa: RUF001
    "\ud800x\udfff",
    "\x1b[31mred\x1b]0;title\x07",
    "[/red][bold]<img src=x onerror=alert(1)><b>&amp;",
    "a" * 300,
    '("' * 150,
    "= , [{( lambda x: y ",
    "self.os",
    *keyword.kwlist,
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """Where a file holds text: paths to values, and (True) to keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), True
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    elif isinstance(value, str):
        yield path, False


def replaced(text: str, path: tuple[Any, ...], key: bool, new: str) -> str:
    """A file's text with another text at a place."""
    content = json.loads(text)
    place = content
    for step in path[:-1]:
        place = place[step]
    if key:
        place[new] = place.pop(path[-1])
    else:
        place[path[-1]] = new
    return json.dumps(content)


def assert_only_text(project: Compiled, told: str = "") -> set[str]:
    """Every file of a project parses, and nothing hostile in it is more than a string.

    Returns:
        All strings of its sources.
    """
    found: set[str] = set()
    for name, source in project.files.items():
        lines = source.text.split("\n")
        assert len(lines) - 1 in {len(source.nodes), 0} or not source.nodes, name
        source.text.encode("utf-8")
        if not name.endswith(".py"):
            continue
        tree = ast.parse(source.text, name)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            for word in _words(node):
                assert CANARY not in word, (name, word, told)
                assert word not in {"__import__", "__setitem__", "exec"}, (name, word, told)
        for line in lines:
            assert CANARY not in line.partition("  # ")[2], (name, line)
    return found


def _words(node: ast.AST) -> Iterator[str]:
    for field, value in ast.iter_fields(node):
        if field in {"id", "attr", "name", "arg", "asname", "module"} and isinstance(value, str):
            yield value


def facts(texts: tuple[str, ...]) -> Mapping[str, Any]:
    """What a probe says of a table whose columns, words and classes are these."""
    return {
        "outputs": {
            "features": {"dims": ["N", 3], "dtype": "float", "kind": "features"},
            "target": {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": len(texts)},
            "image": {"dims": ["N", 3, 8, 8], "dtype": "float", "kind": "image"},
            "label": {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": len(texts)},
        },
        "classes": list(texts),
        "numbers": list(texts),
        "categories": {text: list(texts[:3]) for text in texts},
        "target": texts[0],
    }


def written(folder: Path, project: Compiled) -> Path:
    """A project's export in a folder."""
    folder.mkdir(parents=True)
    for name, source in project.exported.items():
        (folder / name).write_text(source.text, encoding="utf-8")
    return folder
