"""Functions carried over word for word: the very ones the application runs.

They live in `runtime/exported`. This reads those files as text; it imports nothing.
"""

import ast
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from graph.compile.source import Writer, names_used, package
from graph.core.run_plan import Source

FOLDER = Path(__file__).resolve().parents[2] / "runtime" / "exported"
PACKAGE = "runtime.exported"
READERS = ("data", "images", "partners", "tables", "picture_tables", "toys")
"""Files whose functions go to the project's data.py, each after those it builds on."""
WHOLE = ("arguments", "processes", "checkpoint", "script", "threads", "sampling")
"""Files that are carried as they stand; their functions are known by the file's name."""


@dataclass(frozen=True)
class Piece:
    """A function, class or constant of a carried file."""

    name: str
    module: str
    text: str
    line: int
    uses: frozenset[str]


@dataclass(frozen=True)
class Module:
    """A carried file: its text, its pieces and what it imports."""

    name: str
    text: str
    doc: str
    pieces: dict[str, Piece]
    imports: dict[str, str]


@functools.cache
def modules() -> dict[str, Module]:
    """All carried files by name."""
    files = sorted(FOLDER.glob("*.py"))
    return {file.stem: _read(file) for file in files if file.stem != "__init__"}


def home(name: str) -> str | None:
    """The project file a carried name goes to, without its ending."""
    for module in modules().values():
        if name in module.pieces and module.name not in WHOLE:
            return "data" if module.name in READERS else module.name
    return None


def whole(name: str) -> Source:
    """A carried file as it stands, its imports made the project's own."""
    text = modules()[name].text.replace(f"from {PACKAGE}.", "from ")
    packages = frozenset(map(package, modules()[name].imports.values()))
    return Source(text, ((),) * text.count("\n"), packages)


def chosen(target: str, wanted: Iterable[str], doc: str) -> Source:
    """One project file with the wanted functions and all they use.

    Args:
        target: Name of the project file: data, losses, ...
        wanted: Names of functions, classes and constants.
        doc: Its docstring.
    """
    pool = [modules()[name] for name in (READERS if target == "data" else (target,))]
    found = _closure(pool, wanted)
    order = {module.name: index for index, module in enumerate(pool)}
    pieces = sorted(found.values(), key=lambda p: (order[p.module], p.line))
    imports = set()
    for piece in pieces:
        for name, statement in modules()[piece.module].imports.items():
            if name in piece.uses and home(name) != target:
                imports.add(statement.replace(f"from {PACKAGE}.", "from "))
    writer = Writer()
    writer.add(f'"""{doc}"""')
    if imports:
        writer.add()
        writer.imports(imports)
    for index, piece in enumerate(pieces):
        small = piece.text.count("\n") == 0
        together = small and index and pieces[index - 1].text.count("\n") == 0
        for _ in range(0 if together else 1 if small and not index else 2):
            writer.add()
        writer.block(piece.text)
    return writer.source


def needs(name: str) -> set[str]:
    """Project files that a carried file imports."""
    found = set()
    for statement in modules()[name].imports.values():
        if statement.startswith(f"from {PACKAGE}."):
            found.add(statement.removeprefix(f"from {PACKAGE}.").split()[0])
    return found


def names_in(text: str) -> set[str]:
    """Carried names that a piece of source uses."""
    return {name for name in names_used(text) if home(name)}


def closure_of_files(wanted: Iterable[str]) -> list[str]:
    """Carried files and all the carried files they import, readers left out."""
    found: dict[str, None] = {}
    ahead = list(wanted)
    while ahead:
        name = ahead.pop(0)
        if name not in found and name not in READERS:
            found[name] = None
            ahead += needs(name)
    return list(found)


def _closure(pool: list[Module], wanted: Iterable[str]) -> dict[str, Piece]:
    found: dict[str, Piece] = {}
    ahead = list(wanted)
    while ahead:
        name = ahead.pop()
        for module in pool:
            piece = module.pieces.get(name)
            if piece is not None and name not in found:
                found[name] = piece
                ahead += piece.uses
    return found


def _read(file: Path) -> Module:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.splitlines()
    pieces = {piece.name: piece for piece in _pieces(file.stem, tree, lines)}
    imports = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                called = f" as {alias.asname}" if alias.asname else ""
                source = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
                name = alias.asname or alias.name.split(".")[0]
                imports[name] = f"{source}import {alias.name}{called}"
    return Module(file.stem, text, ast.get_docstring(tree) or "", pieces, imports)


def _pieces(module: str, tree: ast.Module, lines: list[str]) -> Iterator[Piece]:
    for node in tree.body:
        names: list[str] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        start = node.lineno
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
            start = node.decorator_list[0].lineno
        while names and start > 1 and lines[start - 2].startswith("#"):
            start -= 1
        text = "\n".join(lines[start - 1 : node.end_lineno])
        for name in names:
            yield Piece(name, module, text, start, frozenset(names_used(text) - {name}))
