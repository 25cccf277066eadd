"""Formulas against plain Python and finite differences: every function, operator and pair."""

from __future__ import annotations

import ast
import itertools
import math
from typing import Any

import pytest
import torch
from torch import Tensor

from graph.core.tensor import features
from graph.declare import Value
from graph.nodes.shared.formulas import FUNCTIONS, PAIRS, WHOLE, inputs, parse, sizes, sloped, write
from tests.runtime_tests.evaluate import evaluate

LINE: dict[str, Any] = {
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "sign": lambda x: math.copysign(1, x),
    "square": lambda x: x * x,
    "abs": abs,
    "round": round,
    "min": min,
    "max": max,
    "e": math.e,
    "pi": math.pi,
}
LINE |= {name: getattr(math, name) for name in FUNCTIONS if name not in {*LINE, *WHOLE}}
COMPOUND = ("a", "2", "a + b", "-a", "min(a, b)", "mean(a)", "1 + 2", "a ** 2")
OPERATORS = ("+", "-", "*", "/", "//", "%", "**")


def formulas() -> dict[str, list[str]]:
    """Every function and operator around every pair of compound arguments."""
    both = list(itertools.product(COMPOUND, COMPOUND))
    found = {name: [f"{name}({x}, {y})" for x, y in both] for name in PAIRS}
    found |= {op: [f"({x}) {op} ({y})" for x, y in both] for op in OPERATORS}
    single = ("a", "a + b", "min(a, b)", "a * b - 1")
    found |= {f: [f"{f}({x})" for x in single] for f in FUNCTIONS if f not in PAIRS}
    found["nested"] = ["max(a - b, 0) - abs(b) // 2", "max(min(a, b + 1), -round(a) / 2)"]
    return {name: [one for one in some if _depends(one)] for name, some in found.items()}


def _depends(formula: str) -> bool:
    """Does each function take an input, and the whole one too?"""
    tree = parse(formula)
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    return all(inputs(ast.unparse(one)) for one in (tree, *calls))


def written(formula: str, **given: Tensor) -> Tensor:
    values = {name: Value(name, features(*one.shape)) for name, one in given.items()}
    found: Tensor = evaluate(write(parse(formula), values), **given)
    assert found.shape == sizes(parse(formula), {n: v.type for n, v in values.items()})
    return found


@pytest.mark.parametrize("group", formulas())
def test_a_formula_is_what_python_makes_of_it_and_its_gradient_its_slope(group: str) -> None:
    for formula in formulas()[group]:
        _check(formula)


def _check(formula: str) -> None:
    at = {name: {"a": 0.7, "b": 0.45}[name] for name in inputs(formula)}
    given = {
        name: torch.tensor([one], dtype=torch.double, requires_grad=True)
        for name, one in at.items()
    }
    ours = written(formula, **given)
    try:
        wanted = by_hand(formula, at)
    except (ValueError, TypeError):  # acosh of 0.7, a root of -0.7 and the like
        assert ours.isnan().all(), formula
        return
    assert ours.sum().item() == pytest.approx(wanted, abs=1e-9), formula
    if ours.requires_grad:
        ours.sum().backward()
    for name, one in given.items():
        up, down = ({**at, name: at[name] + step} for step in (1e-6, -1e-6))
        slope = (by_hand(formula, up) - by_hand(formula, down)) / 2e-6
        found = 0.0 if one.grad is None else one.grad.item()
        assert found == 0 or name in sloped(parse(formula)), formula
        if abs(slope) < 1e4 and not _at_a_corner(formula):
            assert found == pytest.approx(slope, abs=1e-4), formula


def by_hand(formula: str, at: dict[str, float]) -> float:
    return float(eval(formula, {**LINE, **dict.fromkeys(WHOLE, lambda x: x), **at}))


def _at_a_corner(formula: str) -> bool:
    """Where the two sides of min or max are equal, each takes half of the slope."""
    at = {"a": 0.7, "b": 0.45}
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Name)
        and one.func.id in PAIRS
        and len({round(by_hand(ast.unparse(arg), at), 9) for arg in one.args}) == 1
        for one in ast.walk(parse(formula))
    )
