"""Where a formula has no value, or none that is finite: logarithms, roots and divisions."""

import ast
import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from graph.declare.ranges import Given
from graph.nodes.shared.spans import span

LOGARITHMS = {"log": 0.0, "log2": 0.0, "log10": 0.0, "log1p": -1.0}
"""Functions with no value at a number, and below it."""
TINY = 1e-6
"""What stands for the least number above 0."""
FLAT = frozenset({"relu", "abs", "square"})
"""Functions that give 0 itself, and nothing below."""


@dataclass(frozen=True)
class Undefined:
    """Part of a formula that has no finite value for some of what it gets.

    Attributes:
        part: That part, as it is written.
        of: What it takes.
        name: The input that this is, if it is one as it stands.
        wanted: What it has a value of.
        mended: The whole formula, with a bound there.
    """

    part: str
    of: str
    name: str
    wanted: str
    mended: str


def undefined(
    tree: ast.expr, given: Mapping[str, Given], zeros: Collection[str]
) -> Iterator[Undefined]:
    """The parts of a formula that have no finite value, as far as the ranges tell for sure.

    Args:
        tree: The formula.
        given: The ranges of its inputs.
        zeros: Inputs of which some numbers are exactly 0.
    """
    for part in ast.walk(tree):
        for inner, low, closed, wanted in _wants(part, given):
            if _below(inner, given, low) or (not closed and _touches(inner, given, zeros, low)):
                name = inner.id if isinstance(inner, ast.Name) else ""
                yield Undefined(
                    ast.unparse(part), ast.unparse(inner), name, wanted, _bound(tree, inner, low)
                )


Wanted = tuple[ast.expr, float, bool, str]
"""An argument, the end of where there are values, whether there is one at it, and in words."""


def _wants(part: ast.AST, given: Mapping[str, Given]) -> Iterator[Wanted]:
    match part:
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in LOGARITHMS:
            low = LOGARITHMS[name]
            yield inner, low, False, f"numbers above {low:g}"
        case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
            yield inner, 0.0, True, "numbers not below 0"
        case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod(), right=inner):
            # a mean of everything is as good as never exactly 0
            if not _always_below(inner, given) and not _gathers(inner):
                yield inner, 0.0, False, "a divisor other than 0"
        case ast.BinOp(left=inner, op=ast.Pow(), right=power):
            exponent = span(power, given)
            if exponent is None or exponent.low != exponent.high:
                if exponent is not None and exponent.reached:
                    yield (
                        inner,
                        0.0,
                        True,
                        "numbers not below 0, as the exponent is no whole number",
                    )
            elif exponent.low < 0:
                yield inner, 0.0, False, "numbers other than 0, as the exponent is negative"
            elif exponent.low % 1:
                yield inner, 0.0, True, "numbers not below 0, as the exponent is no whole number"


def _below(inner: ast.expr, given: Mapping[str, Given], low: float) -> bool:
    """Are some of its numbers surely below an end?"""
    found = span(inner, given)
    return found is not None and found.reached and found.low < low


def _gathers(inner: ast.expr) -> bool:
    match inner:
        case ast.Call(func=ast.Name(id="mean" | "sum")):
            return True
    return False


def _always_below(inner: ast.expr, given: Mapping[str, Given]) -> bool:
    found = span(inner, given)
    return found is not None and found.high < 0


def _touches(
    inner: ast.expr, given: Mapping[str, Given], zeros: Collection[str], low: float
) -> bool:
    """Are some of its numbers exactly at an end, as those of a ReLU are 0?"""
    found = span(inner, given)
    if low or found is None or found.low != 0:
        return False
    match inner:
        case ast.Name(id=name):
            return name in zeros
        case ast.Call(func=ast.Name(id="max"), args=args):
            return any(isinstance(one, ast.Constant) and one.value == 0 for one in args)
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in FLAT:
            reached = span(argument, given)
            return reached is not None and reached.reached
        case ast.BinOp(left=base, op=ast.Pow()):
            reached = span(base, given)
            return reached is not None and reached.reached and reached.low <= 0 <= reached.high
    return False


def _bound(tree: ast.expr, inner: ast.expr, low: float) -> str:
    """The formula with a bound of something just above an end in place of one of its parts."""
    bound = ast.Call(ast.Name("max"), [copy.deepcopy(inner), ast.Constant(low + TINY)], [])

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return bound if node is inner else self.generic_visit(node)

    memo = {id(inner): inner}
    return ast.unparse(Put().visit(copy.deepcopy(tree, memo)))


def divides(b: Given, *, zeros: bool) -> bool:
    """Are some divisors of a range 0, as far as is known for sure?"""
    if b is None:
        return False
    return (b.reached and b.low < 0 < b.high) or (b.low == 0 and zeros)
