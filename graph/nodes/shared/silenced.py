"""What is left of a sum, a product or a formula where mutes silence some of what it takes.

A muted term of a sum counts nothing, so it is left out. What is left of a product without one of
its factors may stay where it still is a loss, or numbers for each example; a mere weight of a loss
that is muted goes with it, as it would be trained in its place.
"""

import ast
from collections.abc import Collection, Iterable, Mapping

from graph.core.errors import Mismatch
from graph.core.tensor import BATCH, TensorType
from graph.declare import Value
from graph.nodes.shared.formulas import PAIRS, WHOLE, measure


def type_of(given: TensorType | Value) -> TensorType:
    """The type of what a hook gets: a type, or source that carries it."""
    return given.type if isinstance(given, Value) else given


def stays(rest: Iterable[TensorType]) -> bool:
    """May the factors stay that are left of a product?"""
    return any(one.kind == "loss" or BATCH in one.dims for one in rest)


def judges(tree: ast.expr, types: Mapping[str, TensorType]) -> bool:
    """Is what a formula gives large where a loss that it takes is? A weight made of one is not."""
    match tree:
        case ast.Name(id=name):
            return name in types and types[name].kind == "loss"
        case ast.BinOp(left=one, op=ast.Add() | ast.Mult(), right=other):
            return judges(one, types) or judges(other, types)
        case ast.BinOp(left=one, op=ast.Sub() | ast.Div() | ast.Pow()):
            return judges(one, types)
        case ast.Call(func=ast.Name(id=name), args=args):
            rises = name in {*WHOLE, *PAIRS, "abs", "log", "log1p", "relu", "sqrt", "square"}
            return rises and any(judges(one, types) for one in args)
    return False


def left(tree: ast.expr, given: Mapping[str, TensorType | Value | None]) -> ast.expr | None:
    """A formula without what is silent; None if nothing is left.

    Args:
        tree: The formula.
        given: Its inputs; None for those that are silent.
    """
    silent = {name for name, one in given.items() if one is None}
    types = {name: type_of(one) for name, one in given.items() if one is not None}
    rest = _without(tree, silent, types)
    return rest if rest is not None and _names(rest) else None


def _names(tree: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}


def _without(
    tree: ast.expr, silent: Collection[str], types: Mapping[str, TensorType]
) -> ast.expr | None:
    if not _names(tree) & {*silent}:
        return tree
    match tree:
        case ast.UnaryOp(op=sign, operand=inner):
            rest = _without(inner, silent, types)
            return rest and ast.UnaryOp(sign, rest)
        case ast.BinOp(left=first, op=sign, right=second):
            one, other = _without(first, silent, types), _without(second, silent, types)
            if one and other:
                return ast.BinOp(one, sign, other)
            return _half(sign, one, other, types)
        case ast.Call(func=ast.Name(id=name) as function, args=args):
            some = [rest for arg in args if (rest := _without(arg, silent, types)) is not None]
            if name in PAIRS and len(some) == 1:
                return some[0] if _stays(some[0], types) else None
            if name in PAIRS:
                return ast.Call(function, some, []) if some else None
            return ast.Call(function, some, []) if some and name in WHOLE else None
    return None


def _half(
    sign: ast.operator,
    one: ast.expr | None,
    other: ast.expr | None,
    types: Mapping[str, TensorType],
) -> ast.expr | None:
    """What is left of an operation, one side of which is gone, or both."""
    match sign:
        case ast.Add():
            return one or other
        case ast.Sub():
            return one  # what would be taken away from nothing would be made large
        case ast.Mult():
            rest = one or other
        case ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Pow():
            rest = one
        case _:
            return None
    return rest if rest is not None and _stays(rest, types) else None


def _stays(rest: ast.expr, types: Mapping[str, TensorType]) -> bool:
    try:
        dims = measure(rest, types)
    except Mismatch:  # told where its shape is asked for
        return True
    return judges(rest, types) or (isinstance(dims, tuple) and BATCH in dims)
