"""Names that generated source has two meanings for: what it uses itself, and what a board calls so.

Nothing is listed by hand: the written files are read, and what they import, define, call and take
is compared with what they bind.
"""

import ast
import builtins
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from graph.core.run_plan import Source

BUILT_IN = frozenset(dir(builtins))
Function = ast.FunctionDef | ast.Lambda


def clashes(files: Mapping[str, Source]) -> frozenset[str]:
    """Names that nodes and networks must not have in these files."""
    return frozenset().union(*(_in_file(source.text) for source in files.values()))


@lru_cache(maxsize=64)
def _in_file(text: str) -> frozenset[str]:
    """Those of one file; most edits of a board leave most files as they were."""
    return frozenset(_in_module(ast.parse(text)))


def _in_module(tree: ast.Module) -> Iterator[str]:
    taken = Counter(name for statement in tree.body for name in _bound_by(statement))
    yield from _repeated(taken)
    yield from taken.keys() & _loaded(tree) & BUILT_IN
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield from _in_function(node, taken)
        elif isinstance(node, ast.ClassDef):
            yield from _in_class(node)


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    """What a statement of a module binds."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    else:
        yield from _stored(statement)


def _in_function(function: Function, taken: Mapping[str, int]) -> Iterator[str]:
    """Local names that hide what the module has, or a built-in function that is called here."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    names = Counter(one.arg for one in arguments)
    yield from _repeated(names)
    stored = Counter(_stored(function))
    own = stored.keys() | names.keys()
    yield from (name for name in own if name in taken)
    if any(one.arg == "self" for one in arguments) and "self" in stored:
        yield "self"
    called = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    yield from own & called & BUILT_IN
    if isinstance(function, ast.FunctionDef) and function.name == "main":
        yield from _repeated(stored)


def _in_class(node: ast.ClassDef) -> Iterator[str]:
    """Members of a class that are made twice."""
    members = Counter(one.name for one in node.body if isinstance(one, ast.FunctionDef))
    start = next((one for one in node.body if getattr(one, "name", "") == "__init__"), None)
    if start is not None:
        members.update(
            one.attr
            for one in ast.walk(start)
            if isinstance(one, ast.Attribute)
            and isinstance(one.ctx, ast.Store)
            and isinstance(one.value, ast.Name)
            and one.value.id == "self"
        )
    yield from _repeated(members)


def _stored(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and one.id != "_":
            yield one.id


def _loaded(node: ast.AST) -> set[str]:
    """The names that are read, in annotations as well."""
    names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in names if isinstance(one.ctx, ast.Load)}


def _repeated(names: Mapping[str, int] | Iterable[str]) -> Iterator[str]:
    counted = names if isinstance(names, Counter) else Counter(names)
    return (name for name, count in counted.items() if count > 1)
