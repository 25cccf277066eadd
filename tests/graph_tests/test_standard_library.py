"""graph/ needs nothing but Python: every module imports, and imports nothing else."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "graph"
ALLOWED = sys.stdlib_module_names | {"graph"}
MODULES = sorted(FOLDER.rglob("*.py"))


def _name(path: Path) -> str:
    parts = path.relative_to(FOLDER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_imports_the_standard_library_only(path: Path) -> None:
    importlib.import_module(_name(path))
    imported: set[str] = set()
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            imported.add(statement.module.partition(".")[0])
    assert imported <= ALLOWED


def test_there_are_modules() -> None:
    assert len(MODULES) > 1
