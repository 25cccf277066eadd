"""Python's operators of numbers, and what a small sum such as `8*8` comes to."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
UNARY: Mapping[type[ast.unaryop], Callable[[float], float]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
LONGEST = 100
"""Letters of a sum."""
HIGHEST = 64
"""No exponent is larger, so that no sum takes long."""


def evaluate(text: str) -> float:
    """The value of a sum of numbers: + - * / // % ** and brackets; whole where it is.

    Raises:
        ValueError: If it is something else, or has no value.
    """
    if len(text) > LONGEST:
        raise ValueError(text)
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ArithmeticError, RecursionError, MemoryError, TypeError) as error:
        raise ValueError(text) from error


def _value(part: ast.expr) -> float:
    match part:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=sign, operand=inner) if type(sign) in UNARY:
            return UNARY[type(sign)](_value(inner))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in BINARY:
            first, second = _value(left), _value(right)
            if isinstance(sign, ast.Pow) and (abs(second) > HIGHEST or abs(first) > 1e6):
                raise ValueError("too large")
            found = BINARY[type(sign)](first, second)
            if isinstance(found, complex):
                raise ValueError("no number")
            return found
    raise ValueError(ast.dump(part))
