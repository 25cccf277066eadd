"""How far the numbers go that a formula gives: intervals, by the rules of arithmetic."""

import ast
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from graph.declare.ranges import LARGE, Given, Meaning, Range
from graph.nodes.shared.formulas import CONSTANTS

RISING: dict[str, Callable[[float], float]] = {
    "erf": math.erf,
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log1p": math.log1p,
    "log2": math.log2,
    "log10": math.log10,
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 0.5 + 0.5 * math.tanh(x / 2),
    "sinh": math.sinh,
    "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "mean": lambda x: x,
}
VALUED: dict[str, Callable[[float], float]] = {
    "silu": lambda x: x * RISING["sigmoid"](x),
    "gelu": lambda x: x * (0.5 + 0.5 * math.erf(x / math.sqrt(2))),
    "cosh": math.cosh,
    "tan": math.tan,
}
"""Functions that neither rise nor fall everywhere, at one number."""
STEPS = 80
"""At how many numbers a formula of one input is tried."""
Pair = tuple[float, float]
POINTS = (0.7, 1.9, 3.2, 0.4, 2.3, 1.1)
"""Where a formula is tried: no two inputs get the same number."""
SHIFTS = (0.5, 1.5)
SIGNS: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
}
MANY = 8
"""Inputs beyond which no formula is tried with all sets of them moved along."""


def met(sign: str, given: Sequence[Given]) -> Given:
    """The range of a sum, difference or product of numbers that do not hang on each other."""
    known = [one for one in given if one is not None]
    if not known or len(known) < len(given):
        return None
    if len(known) == 1:
        return known[0]
    op = SIGNS[sign]
    pair: Pair | None = (known[0].low, known[0].high)
    for one in known[1:]:
        if pair is None:
            return None
        pair = _met(op, pair, (one.low, one.high))
    reached, meaning = all(one.reached for one in known), _met_meaning(sign, known)
    return None if pair is None else Range(*pair, reached, meaning)


def _met_meaning(sign: str, known: Sequence[Range]) -> Meaning:
    """Two sets of log probabilities along one axis added up are none; of others it is not known."""
    meant = {one.meaning for one in known}
    if meant == {""} or (meant == {"probabilities"} and sign in "+*"):
        return ""
    alike = meant == {"log probabilities"} and len({one.axis for one in known}) == 1
    return "" if sign == "+" and alike and known[0].axis is not None else "open"


def joined(given: Sequence[Given]) -> Given:
    """The range of numbers side by side."""
    known = [one for one in given if one is not None]
    if not known or len(known) < len(given):
        return None
    reached = all(one.reached for one in known)
    meaning: Meaning = "" if all(one.meaning == "" for one in known) else "open"
    if len(known) == 1:
        return known[0]
    if all(one.meaning == "log probabilities" for one in known):
        meaning = "log probabilities"
    low, high = min(one.low for one in known), max(one.high for one in known)
    return Range(low, high, reached, meaning, None if meaning == "" else "any")


def span(tree: ast.expr, given: Mapping[str, Given]) -> Given:
    """The range of a formula from those of its inputs; None where it can't be told."""
    found = _span(tree, given)
    names = [one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id in given]
    once = len(set(names)) == len(names)  # x - x is 0, while its interval is wide
    if len({*names}) == 1 and (found is None or not once):
        found = _tried(tree, names[0], given[names[0]])
        once = True
    if found is None:
        return None
    reached = once and all(one is not None and one.reached for one in given.values())
    return Range(*found, reached, *_meant(tree, given))


def _tried(tree: ast.expr, name: str, given: Given) -> Pair | None:
    """The interval of a formula of one input, from its values at many of its numbers.

    Without end where the largest or the smallest lie at the end of what was tried.
    """
    if given is None or any(isinstance(one, ast.Call) and _gathers(one) for one in ast.walk(tree)):
        return None
    low, high = max(given.low, -LARGE), min(given.high, LARGE)
    found = []
    for step in range(STEPS + 1):
        x = low + (high - low) * step / STEPS
        pair = _span(tree, {name: Range(x, x)})
        if pair is None or not math.isfinite(pair[0]) or pair[0] != pair[1]:
            return None
        found.append(pair[0])
    ends = {found[0]: given.low <= -LARGE, found[-1]: given.high >= LARGE}
    far = {end for end, open in ends.items() if open and abs(end) >= LARGE}
    least, most = min(found), max(found)
    return -math.inf if least in far else least, math.inf if most in far else most


def _gathers(called: ast.Call) -> bool:
    return isinstance(called.func, ast.Name) and called.func.id in {"mean", "sum"}


Meant = tuple[Meaning, int | Literal["any"] | None]
"""What numbers are known to be, and along which axis they add up to 1."""
TINY = 1e-3
"""What is added to a probability so that its logarithm exists."""


def _meant(tree: ast.expr, given: Mapping[str, Given]) -> Meant:
    """What the numbers of a formula are: of a formula that changes probabilities, it is open."""
    match tree:
        case ast.Name(id=name):
            one = given.get(name)
            return (one.meaning, one.axis) if one is not None else ("", None)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _meant(inner, given)
        case ast.Call(func=ast.Name(id="exp"), args=[inner]):
            meaning, axis = _meant(inner, given)
            return ("probabilities" if meaning == "log probabilities" else meaning), axis
        case ast.Call(func=ast.Name(id="log"), args=[inner]):
            return _logarithm(_lifted(inner), given)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Add() | ast.Sub() | ast.Div(), right=right):
            meaning, axis = _meant(left, given)
            other = _meant(right, given)
            if meaning == "log probabilities" and isinstance(right, ast.Constant):
                return "", None
            if other[0] == "log probabilities" and isinstance(left, ast.Constant):
                return "", None
            if isinstance(tree.op, ast.Add) and other == (meaning, axis) and isinstance(axis, int):
                return "", None
    names = [one.id for one in ast.walk(tree) if isinstance(one, ast.Name)]
    known = [one for name in names if (one := given.get(name)) is not None]
    return ("", None) if all(one.meaning == "" for one in known) else ("open", "any")


def _lifted(tree: ast.expr) -> ast.expr:
    """A formula without what keeps it from 0: something tiny added, or a bound."""
    match tree:
        case (
            ast.BinOp(left=inner, op=ast.Add(), right=ast.Constant(value=float() as tiny))
            | ast.Call(func=ast.Name(id="max"), args=[inner, ast.Constant(value=float() as tiny)])
        ) if 0 < tiny <= TINY:
            return inner
    return tree


def _logarithm(inner: ast.expr, given: Mapping[str, Given]) -> Meant:
    meaning, axis = _meant(inner, given)
    if meaning == "probabilities":
        return "log probabilities", axis
    found = _span(inner, given)
    if meaning == "" and found is not None and found[0] >= 0 and found[1] <= 1:
        return "log probabilities", None  # of each number by itself
    return "open", "any"


def _span(tree: ast.expr, given: Mapping[str, Given]) -> Pair | None:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return float(number), float(number)
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name], CONSTANTS[name]
        case ast.Name(id=name):
            one = given.get(name)
            return None if one is None else (one.low, one.high)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            found = _span(inner, given)
            return None if found is None else (-found[1], -found[0])
        case ast.UnaryOp(operand=inner):
            return _span(inner, given)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _span(left, given), _span(right, given)
            return None if a is None or b is None else _met(op, a, b)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, [_span(arg, given) for arg in args])
    return None


def by_zero(tree: ast.expr, given: Mapping[str, Given]) -> list[str]:
    """The divisors of a formula that are 0, from the ranges of its inputs."""
    divisions = (ast.Div, ast.FloorDiv, ast.Mod)
    found = [
        one.right
        for one in ast.walk(tree)
        if isinstance(one, ast.BinOp) and isinstance(one.op, divisions)
    ]
    return [ast.unparse(one) for one in found if _span(one, given) == (0.0, 0.0)]


def _met(op: ast.operator, one: Pair, other: Pair) -> Pair | None:
    match op:
        case ast.Add():
            return one[0] + other[0], one[1] + other[1]
        case ast.Sub():
            return one[0] - other[1], one[1] - other[0]
        case ast.Mult():
            return product(one, other)
        case ast.Div() if other[0] > 0 or other[1] < 0:
            return product(one, (1 / other[1], 1 / other[0]))
        case ast.Div() if other[0] == 0 < other[1]:
            return product(one, (1 / other[1], math.inf))
        case ast.Pow() if other[0] == other[1] == 2:
            return _square(one)
    return None


def product(one: Pair, other: Pair) -> Pair:
    """The interval of products; nothing times without end is nothing."""
    found = [a * b if a and b else 0.0 for a, b in itertools.product(one, other)]
    return min(found), max(found)


def _square(one: Pair) -> Pair:
    low, high = sorted((abs(one[0]), abs(one[1])))
    return (0.0 if one[0] <= 0 <= one[1] else low * low), high * high


def _called(name: str, args: list[Pair | None]) -> Pair | None:
    known = [one for one in args if one is not None]
    if name in {"min", "max"} and len(known) == 2:
        pick = min if name == "min" else max
        return pick(known[0][0], known[1][0]), pick(known[0][1], known[1][1])
    if name in {"sin", "cos", "sign"}:
        return -1.0, 1.0
    if len(known) != 1:
        return (0.0, 1.0) if name == "sigmoid" else (-1.0, 1.0) if name == "tanh" else None
    low, high = known[0]
    if name == "square":
        return _square(known[0])
    if name == "abs":
        ends = sorted((abs(low), abs(high)))
        return (0.0 if low <= 0 <= high else ends[0]), ends[1]
    if name in VALUED and low == high:
        return VALUED[name](low), VALUED[name](low)
    rising = RISING.get(name)
    return None if rising is None else (_at(rising, low), _at(rising, high))


def _at(rising: Callable[[float], float], x: float) -> float:
    """The value of a function that rises; without end where it has none."""
    try:
        return rising(x)
    except OverflowError:
        return math.inf
    except ValueError:  # a logarithm or a root of what is below 0
        return -math.inf


def absolute(tree: ast.expr, names: Sequence[str], name: str) -> bool:
    """Does a formula hang on where zero lies for one of its inputs?

    It does not where moving that input, and some of the others by as much, changes what comes out
    by the same amount wherever it is tried: a difference, or a sum of what is in the same unit.
    Nor where its numbers can't be told.

    Args:
        tree: The formula.
        names: Its inputs.
        name: Which of them.
    """
    others = [one for one in names if one != name]
    if len(names) > MANY:
        return False
    sets = [{*some} for size in range(len(names)) for some in itertools.combinations(others, size)]
    return all(_bent(tree, names, {name, *along}) for along in sets)


def _bent(tree: ast.expr, names: Sequence[str], moved: set[str]) -> bool:
    for shift in SHIFTS:
        steps = []
        for turn in range(3):
            start = {
                name: POINTS[(place + turn) % len(POINTS)] + place // len(POINTS)
                for place, name in enumerate(names)
            }
            to = {name: x + shift * (name in moved) for name, x in start.items()}
            before, after = _value(tree, start), _value(tree, to)
            if before is None or after is None:
                return False
            steps.append(after - before)
        if max(steps) - min(steps) > 1e-9 * max(1.0, *map(abs, steps)):
            return True
    return False


def _value(tree: ast.expr, numbers: Mapping[str, float]) -> float | None:
    found = span(tree, {name: Range(x, x) for name, x in numbers.items()})
    return found.low if found is not None and found.low == found.high else None
