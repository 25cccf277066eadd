"""Which tests a module's change should make fail, nearest first."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

ROOMS = ("graph", "runtime", "gui")
WHOLE: dict[str, tuple[str, ...]] = {
    "graph/compile": ("graph_tests/test_golden.py", "runtime_tests/compile_tests/*"),
    "graph/declare": (
        *("graph_tests/test_declare.py", "graph_tests/test_golden.py"),
        "graph_tests/diagnose_tests/*",
    ),
    "graph/edit": ("graph_tests/networks_tests/*",),
    "graph/infer": ("graph_tests/networks_tests/*", "graph_tests/test_fitting.py"),
    "graph/format": ("graph_tests/test_mutations.py",),
    "graph/model": ("graph_tests/test_gate.py", "graph_tests/test_golden.py"),
    "graph/neurons": ("runtime_tests/test_neurons.py", "runtime_tests/test_drawn.py"),
    "graph/nodes": ("runtime_tests/test_contract_*", "graph_tests/test_golden.py"),
    "graph/suggest": ("runtime_tests/test_first_network.py",),
    "runtime/exported": ("runtime_tests/test_contract_*", "runtime_tests/publications/*"),
    "runtime/worker": ("runtime_tests/test_*",),
}
"""Tests that are a room's, wherever they lie."""


def modules_of(root: Path) -> dict[str, Path]:
    """All modules by their dotted names, tests among them."""
    found = {}
    for top in (*ROOMS, "tests"):
        for path in sorted((root / top).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


class Choosing:
    """The tests of every module, by what imports what."""

    def __init__(self, root: Path) -> None:
        modules = modules_of(root)
        self.root = root
        self.tests = {name: path for name, path in modules.items() if path.name.startswith("test_")}
        self.importers: dict[str, set[str]] = {name: set() for name in modules}
        for name, path in modules.items():
            for imported in _imports(path):
                known = imported if imported in modules else imported.rpartition(".")[0]
                if known in modules:
                    self.importers[known].add(name)

    def of(self, path: str) -> list[str]:
        """Test files for a module, the nearest first: its own, its room's, those that import it."""
        module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        distances = self._distances(module)
        top, *rest = path.split("/")
        mirror = "/".join([f"tests/{top}_tests", *(f"{one}_tests" for one in rest[:-1])])
        room = "/".join([top, *rest[:1]])
        whole = {
            str(one.relative_to(self.root))
            for pattern in WHOLE.get(room, ())
            for one in (self.root / "tests").glob(pattern)
        }
        own = f"test_{rest[-1]}" if rest else ""

        def rank(name: str) -> tuple[int, ...]:
            test = str(self.tests[name].relative_to(self.root))
            nearness = (
                test.endswith(f"/{own}") and test.startswith(f"tests/{top}_tests/"),
                test.startswith(mirror + "/"),
                test in whole,
                test.startswith(f"tests/{top}_tests/"),
            )
            return (*(-int(one) for one in nearness), distances.get(name, 99))

        reached = [
            name
            for name, test in self.tests.items()
            if name in distances or str(test.relative_to(self.root)) in whole
        ]
        ordered = sorted(reached, key=lambda name: (*rank(name), name))
        return [str(self.tests[name].relative_to(self.root)) for name in ordered]

    def _distances(self, module: str) -> dict[str, int]:
        """How many imports lie between a module and each that needs it."""
        found = {module: 0}
        edge: Iterable[str] = [module]
        while edge:
            nearer = {other for one in edge for other in self.importers[one]} - set(found)
            found |= dict.fromkeys(nearer, max(found.values()) + 1)
            edge = nearer
        return found


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found
