"""What asks whether a file is there takes any path that a person can type, and never raises."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAISING = {"exists", "is_file", "is_dir", "is_symlink"}
"""Methods of `Path` that raise in folders that can't be entered, and at names that are too long."""


def test_nothing_asks_in_a_way_that_raises() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)}"
        for folder in ("graph", "gui", "runtime")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in RAISING
        and ast.unparse(call.func.value) != "os.path"
    ]
    assert not found, "take os.path.exists, isfile, isdir, islink"
