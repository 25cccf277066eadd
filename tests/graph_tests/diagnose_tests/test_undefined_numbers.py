"""Logarithms, roots and divisions of what has none are told, with a way out; others are not."""

from __future__ import annotations

from typing import Any

import pytest

from graph.diagnose.diagnosis import Diagnosis
from graph.format import templates
from graph.model.sheet import Node
from graph.problems.problem import Problem
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net, grouped

Act = tuple[str, dict[str, Any]]
NONE: Act = ("layer.identity", {})
RELU: Act = ("activation.relu", {})
CUT: Act = ("merge.clamp", {"min": 0.0, "max": None})

TOLD = [
    ("log(a)", NONE),
    ("log2(a)", ("activation.tanh", {})),
    ("log1p(a)", NONE),
    ("sqrt(a)", NONE),
    ("sqrt(a)", ("activation.elu", {})),
    ("1 / a", NONE),
    ("1 / a", ("activation.softsign", {})),
    ("a ** 0.5", NONE),
    ("a ** -1", NONE),
    ("a ** a", NONE),
    ("log(a)", RELU),
    ("1 / a", RELU),
    ("a ** -0.5", RELU),
    ("log(a)", CUT),
    ("log(relu(a))", NONE),
    ("log(max(a, 0))", NONE),
    ("log(abs(a))", NONE),
    ("1 / a ** 2", NONE),
    ("-log(a)", NONE),
]
FINE = [
    ("log(a)", ("activation.softplus", {})),
    ("log(a)", ("activation.sigmoid", {})),
    ("log(a + 0.000001)", ("activation.softmax", {})),
    ("log(a)", ("merge.clamp", {"min": 1e-6, "max": None})),
    ("1 / a", ("activation.softplus", {})),
    ("log(exp(a))", NONE),
    ("log(1 + exp(a))", NONE),
    ("log(abs(a) + 0.001)", NONE),
    ("log(max(a, 0.001))", NONE),
    ("sqrt(a)", RELU),
    ("sqrt(a ** 2 + 0.00001)", NONE),
    ("a / sqrt(a * a + 1)", NONE),
    ("sqrt(1 - tanh(a) ** 2)", NONE),
    ("1 / (1 + exp(-a))", NONE),
    ("a ** 2 + a ** 3", NONE),
    ("a ** 1.5", RELU),
    ("2 ** a", NONE),
]


def written(net: Net, formula: str, act: Act, *, inside: bool = False) -> Node:
    """A formula behind a layer, and an optimizer that waits for it."""
    kind, params = act
    node = net.add("merge.expression", net.add(kind, net.last, **params), formula=formula)
    if inside:
        net.judge("loss.cross_entropy", node)
        grouped(net, node)
        return node
    net.add("optimizer.adam", net.add("loss.mean", node))
    return node


def told(net: Net, node: Node) -> list[Problem]:
    return [one for one in net.inference.problems_of(node.id) if "no finite value" in one.text]


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(("formula", "act"), TOLD)
def test_what_has_no_value_is_told_and_every_fix_mends_it(
    formula: str, act: Act, inside: bool
) -> None:
    net = Net()
    node = written(net, formula, act, inside=inside)
    (problem,) = told(net, node)
    assert problem.severity == "warning"
    assert problem.fixes
    for fix in problem.fixes:
        fix.apply(net.document)
        assert not told(net, node), fix.label
        assert not [one for one in net.inference.problems if one.severity == "error"], fix.label
        net.document.undo()


@pytest.mark.parametrize(("formula", "act"), FINE)
def test_what_has_values_everywhere_is_not(formula: str, act: Act) -> None:
    net = Net()
    assert not told(net, written(net, formula, act))


@pytest.mark.parametrize(
    ("kind", "is_told"),
    [
        ("layer.identity", True),
        ("activation.relu", True),
        ("activation.tanh", True),
        ("activation.softplus", False),
        ("activation.sigmoid", False),
    ],
)
def test_a_divisor(kind: str, is_told: bool) -> None:
    net = Net()
    node = net.add("merge.divide", net.last, net.add(kind, net.last))
    net.judge("loss.cross_entropy", node)
    assert bool(told(net, node)) == is_told
    for problem in told(net, node):
        labels = [fix.label for fix in problem.fixes]
        assert labels == ["Insert Softplus at b", "Insert Clamp at b"]
        for fix in problem.fixes:
            fix.apply(net.document)
            assert not told(net, node)
            net.document.undo()


def test_pixels_are_0_in_places() -> None:
    net = Net("data.mnist")
    node = net.add("merge.expression", net.data, formula="log(a)")
    assert told(net, node)
    net.document.set_params(node.id, formula="log(a + 0.01)")
    assert not told(net, node)


def test_a_number_times_itself_is_not_below_0() -> None:
    net = Net()
    square = net.add("merge.multiply", net.last, net.last)
    assert not told(net, net.add("merge.expression", square, formula="sqrt(a + 0.001)"))


@pytest.mark.parametrize("name", templates.names())
def test_no_template_is_told(name: str) -> None:
    document = templates.open_template(name)
    assert not [one for one in Diagnosis(document).problems if "finite" in one.text]
