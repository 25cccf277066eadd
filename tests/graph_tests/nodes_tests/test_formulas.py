"""Formulas: what is on the list works, everything else is refused."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.core.errors import Mismatch
from graph.core.tensor import features
from graph.declare import Value
from graph.nodes.shared.formulas import inputs, parse, sizes, write
from tests.graph_tests.infer_tests.test_inference import Board

TYPES = {"a": features("N", 8), "b": features("N", 1), "c": features()}


def test_inputs_are_the_names_in_order() -> None:
    assert inputs("b * exp(-a) + pi - 1e5") == ["b", "a"]
    assert inputs("a + ") == ["a"]
    assert inputs("lambda a: a if a else 2") == ["a"]


def test_a_word_before_a_bracket_is_no_input() -> None:
    assert inputs("where(a > 0, a, b)") == ["a", "b"]
    assert inputs("SIN (a)") == ["a"]
    assert inputs("a(b + 1)") == ["a", "b"], "a `*` is missing; its wire stays"


@pytest.mark.parametrize(
    ("formula", "advice"),
    [
        ("where(a > 0, a, b)", "Compare and Where"),
        ("a > b", "Compare and Where"),
        ("a if b else c", "Compare and Where"),
        ("clamp(a, 0, 1)", r"max\(min\(a, 1\), 0\)"),
        ("pow(a, 2)", r"a \*\* 2"),
        ("a ^ 2", r"a \*\* 2"),
        ("maximum(a, b)", "use max$"),
        ("Tanh(a)", "use tanh$"),
        ("a @ b", "MatMul"),
        ("max(a)", "takes 2 or more"),
        ("open(a)", "one of abs"),
    ],
)
def test_what_there_is_instead_is_said(formula: str, advice: str) -> None:
    with pytest.raises(Mismatch) as refused:
        sizes(parse(formula), TYPES)
    assert re.search(advice, refused.value.advice)


def test_the_largest_of_several() -> None:
    kinds = {name: Value(name, kind) for name, kind in TYPES.items()}
    assert write(parse("max(a, b, c)"), kinds) == "torch.maximum(torch.maximum(a, b), c)"
    assert (
        write(parse("min(0, a * 2, 1)"), kinds) == "torch.clamp(torch.clamp(a * 2, max=0), max=1)"
    )
    assert sizes(parse("max(b, a + 1, 0)"), TYPES) == ("N", 8)


def test_sizes_broadcast_and_means_are_numbers() -> None:
    assert sizes(parse("a * b + c"), TYPES) == ("N", 8)
    assert sizes(parse("mean((a - b) ** 2)"), TYPES) == ()


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "a +",
        "1 + 2",
        "a.data",
        "a[0]",
        "open(a)",
        "__import__('os')",
        "exp(a, b)",
        "exp(x=a)",
        "exp(1) + a",
        "max(a)",
        "[a]",
        "a if b else c",
        "a and b",
        "a < b",
        "'a' * 3",
        "True + a",
        "1j * a",
        "a + 1 / 0",
        "a + 10 ** 400",
        "(-1) ** 0.5 * a",
        "(lambda: a)()",
        "(a := b)",
        "f'{a}'",
        "a @ b",
        "~a",
        "not a",
        "-" * 5000 + "a",
        "(" * 240 + "a" + ")" * 240,
    ],
)
def test_refused(formula: str) -> None:
    with pytest.raises(Mismatch):
        sizes(parse(formula), TYPES)
    with pytest.raises(Mismatch):
        write(parse(formula), {name: Value(name, kind) for name, kind in TYPES.items()})


@given(st.text("ab+-*/%()., 0123456789expmaxin_[]'=", max_size=30))
def test_source_holds_nothing_but_arithmetic(formula: str) -> None:
    try:
        source = write(parse(formula), {name: Value(name, kind) for name, kind in TYPES.items()})
    except Mismatch:
        return
    allowed = ast.Expression | ast.BinOp | ast.UnaryOp | ast.Call | ast.keyword | ast.Attribute
    allowed |= ast.Name | ast.Constant | ast.operator | ast.unaryop | ast.expr_context
    for node in ast.walk(ast.parse(source, mode="eval")):
        assert isinstance(node, allowed)
        if isinstance(node, ast.Attribute) and node.attr != "detach":
            assert isinstance(node.value, ast.Name)
            assert node.value.id in {"torch", "F", "math"}


@pytest.mark.parametrize(
    ("formula", "fixes"),
    [
        ("sine(a)", ["Set formula of expression to sin(a)"]),
        ("2 * ReLU(a)", ["Set formula of expression to 2 * relu(a)"]),
        ("ln(a)", ["Set formula of expression to log(a)"]),
        ("torch.exp(-a)", ["Set formula of expression to exp(-a)"]),
        ("a.abs() + 1", ["Set formula of expression to abs(a) + 1"]),
        ("maximum(a, 0)", ["Set formula of expression to max(a, 0)"]),
        ("a ^ 2 + pow(a, 3)", ["Set formula of expression to a ** 2 + a ** 3"]),
        ("softmax(a)", ["Use Softmax"]),
        ("leaky_relu(a)", ["Use Leaky ReLU"]),
        ("xyzzy(a)", ["Take expression out"]),
    ],
)
@pytest.mark.parametrize("wired", [False, True])
def test_an_unknown_function_gets_the_nearest(formula: str, fixes: list[str], wired: bool) -> None:
    """Told as soon as it is typed, and it makes no input of its own."""
    board = Board()
    flat = board.add("shape.flatten", board.add("data.digits"))
    node = board.add("merge.expression", *[flat] * wired, formula=formula)
    assert [port.name for port in board.document.ports(node).inputs] == ["a"]
    board.add("layer.linear", node)
    wrong = next(one for one in board.inference.problems_of(node.id) if "formula" in one.text)
    # a logarithm is kept from what has none in the same click
    labels = [fix.label.partition(" and ")[0] for fix in wrong.fixes]
    assert labels == fixes or (not wired and not fixes[0].startswith("Set"))
    if wired:
        wrong.fixes[0].apply(board.document)
        assert not board.inference.problems_of(node.id)
