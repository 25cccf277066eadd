"""What the documents name is there: files, tests in them, modules, targets of make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/results.md", "docs/robustness.md"]
"""The change log is left out: it says what files were called then."""

FILE = re.compile(r"`(?:python )?([\w./-]+/[\w.-]+\.(?:py|md|toml|sh))(?:::(\w+))?[^`]*`")
MODULE = re.compile(r"`((?:graph|runtime|gui)(?:\.\w+)+)`")
TARGET = re.compile(r"`make ([\w-]+)`")


def text(document: str) -> str:
    return (REPOSITORY / document).read_text(encoding="utf-8")


def found(name: str) -> Path | None:
    """A file of the repository by its path, or by its path below the tests or a package."""
    tops = ("", "tests", "graph", "gui", "runtime")
    paths = [REPOSITORY / top / name for top in tops]
    return next((path for path in paths if path.is_file()), None)


def is_module(name: str) -> bool:
    """Is this a module, a package, or a name in one?"""
    parts = name.split(".")
    for end in (len(parts), len(parts) - 1):
        path = REPOSITORY.joinpath(*parts[:end])
        file = path.with_suffix(".py") if not path.is_dir() else path / "__init__.py"
        if file.is_file():
            return end == len(parts) or parts[-1] in file.read_text(encoding="utf-8")
    return False


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_test_that_a_document_names_is_there(document: str) -> None:
    missing = []
    for name, test in FILE.findall(text(document)):
        path = found(name)
        if path is None:
            missing.append(name)
        elif test and f"def {test}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{name}::{test}")
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_module_and_every_target_that_a_document_names_is_there(document: str) -> None:
    targets = re.findall(r"^([\w-]+):", text("Makefile"), re.MULTILINE)
    assert [name for name in MODULE.findall(text(document)) if not is_module(name)] == []
    assert [name for name in TARGET.findall(text(document)) if name not in targets] == []


def test_robustness_names_a_test_in_every_row() -> None:
    """Every kind that broke is held by a test, named by its path below `tests`."""
    rows = [line for line in text("docs/robustness.md").splitlines() if line.startswith("| ")]
    kinds = [row for row in rows if not row.startswith("| kind |")]
    assert len(kinds) > 100
    assert [row for row in kinds if not re.search(r"`\w+_tests/[\w/]*test_\w+\.py", row)] == []
