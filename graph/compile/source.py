"""Lines of Python that know which nodes they come from, laid out as a formatter would."""

import ast
import functools
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graph.compile.formatting import INDENT, WIDTH, powers, wrapped
from graph.core.run_plan import Source


@dataclass
class Writer:
    """Collects lines; statements that are too long are split at their brackets."""

    lines: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    packages: set[str] = field(default_factory=set)

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
        lines = list(wrapped(powers(text) if " ** " in text else text, level))
        if comment and len(f"{lines[-1]}  # {comment}") <= WIDTH:
            lines[-1] += f"  # {comment}"
        self.lines += [(line, ids) for line in lines]

    def block(self, text: str, nodes: Iterable[str] = (), *, level: int = 0) -> None:
        """Add several lines as they stand."""
        ids = tuple(nodes)
        for line in text.splitlines():
            self.lines.append((f"{INDENT * level}{line}" if line else "", ids))

    def imports(self, statements: Iterable[str]) -> None:
        """Add import statements, merged and sorted."""
        given = sorted({*statements})
        self.packages.update(map(package, given))
        self.block("\n".join(import_lines(given)))

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
        return Source(self.text, tuple(ids for _, ids in self.lines), frozenset(self.packages))


# -- imports

LOCAL = frozenset(
    """
    arguments checkpoint data diffusion latents layers losses metrics model neurons optimizers
    pretrained processes sampling schedules script threads train
    """.split()  # noqa: SIM905
)
SHORT = {
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "Tensor": "from torch import Tensor",
    "Iterator": "from collections.abc import Iterator",
    "pd": "import pandas as pd",
    "Path": "from pathlib import Path",
    "Any": "from typing import Any",
}


@functools.lru_cache(maxsize=64)
def names_used(text: str) -> frozenset[str]:
    """Names a piece of Python reads, the roots of dotted names among them."""
    tree = ast.parse(text)
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def package(statement: str) -> str:
    """The first word of the name that an import statement imports from."""
    return statement.split()[1].partition(".")[0]


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
