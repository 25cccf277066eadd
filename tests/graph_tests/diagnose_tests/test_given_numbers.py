"""Columns of a table and points as targets and in formulas: they lie on both sides of 0."""

from __future__ import annotations

import pytest

from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net
from tests.graph_tests.infer_tests.test_inference import Board

REFUSED = "expected targets of 0 to 1; {} gives numbers below 0 and above 1"


class Rebuilt(Net):
    """An autoencoder of a table's columns, or of points."""

    reaches = (3.0, 103.0)
    """How far the numbers to predict go in the file."""

    def __init__(self, data: str, numbers: tuple[str, ...] = ("length", "width")) -> None:
        Board.__init__(self)
        self.given = self.add(data)
        self.numbers = numbers
        self.learn()
        code = self.add("layer.linear", self.given, units=3)
        self.rebuilt = self.add("layer.linear", code, units=2)

    def learn(self) -> None:
        if self.given.type == "data.csv":
            kind = {"dtype": "float", "kind": "features"}
            outputs = {"features": {**kind, "dims": ["N", 2]}, "target": {**kind, "dims": ["N", 1]}}
            facts = {"outputs": outputs, "numbers": self.numbers, "categories": {}, "classes": []}
            facts["reaches"] = {"target": self.reaches}
            self.inference.set_facts(self.given.id, facts)

    def judged(self, loss: str, bend: str, target: str = "") -> Node:
        found = self.add(f"activation.{bend}", self.rebuilt) if bend else self.rebuilt
        node = self.add(loss, found)
        port = target or self.document.ports(self.given).outputs[0].name
        self.document.link(End(self.given.id, port), End(node.id, "target"))
        self.add("optimizer.adam", node)
        return node


DATA = ("data.csv", "data.moons", "data.spiral", "data.circles", "data.blobs")


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(
    ("loss", "bend", "severity"),
    [
        ("loss.bce", "sigmoid", "error"),
        ("loss.binary_cross_entropy", "", "warning"),
        ("loss.multilabel_soft_margin", "", "warning"),
    ],
)
def test_what_lies_around_0_is_no_target_of_0_to_1(
    data: str, loss: str, bend: str, severity: str
) -> None:
    net = Rebuilt(data)
    problem = net.problem(net.judged(loss, bend))
    assert REFUSED.format(net.given.name) in problem.text
    assert problem.severity == severity
    (fix,) = problem.fixes
    assert "Use Mean squared error" in fix.label
    fix.apply(net.document)
    net.learn()
    assert not net.inference.problems


@pytest.mark.parametrize("data", DATA)
def test_what_lies_around_0_is_out_of_reach_of_a_sigmoid(data: str) -> None:
    net = Rebuilt(data)
    problem = net.problem(net.judged("loss.mse", "sigmoid"))
    assert "sigmoid gives none below 0" in problem.text
    (fix,) = problem.fixes
    fix.apply(net.document)
    net.learn()
    assert not net.inference.problems


@pytest.mark.parametrize(
    ("data", "loss", "bend"),
    [
        ("data.csv", "loss.mse", ""),
        ("data.spiral", "loss.mse", "tanh"),
        ("data.circles", "loss.l1", ""),
        ("data.xor", "loss.bce", "sigmoid"),
    ],
)
def test_what_gets_there_is_right(data: str, loss: str, bend: str) -> None:
    net = Rebuilt(data)
    net.judged(loss, bend)
    assert not net.inference.problems


def test_columns_of_categories_are_0_or_1() -> None:
    net = Rebuilt("data.csv", numbers=())
    net.judged("loss.bce", "sigmoid")
    assert not net.inference.problems


def test_a_price_that_is_no_probability_is_none_as_it_stands_either() -> None:
    """No fix leads to a board that fails in its first step."""
    net = Rebuilt("data.csv")
    net.document.set_params(net.rebuilt.id, units=1)
    problem = net.problem(net.judged("loss.bce", "sigmoid", "target"))
    assert [fix.label for fix in problem.fixes] == ["Use Mean squared error and take sigmoid out"]


@pytest.mark.parametrize("data", ["data.csv", "data.moons"])
@pytest.mark.parametrize("text", ["log(a)", "sqrt(a)", "1 / a", "a ** 0.5"])
def test_what_has_no_logarithm_is_told_of_data(data: str, text: str) -> None:
    net = Rebuilt(data)
    formula = net.document.add_node("merge.expression", params={"formula": text})
    port = net.document.ports(net.given).outputs[0].name
    net.document.link(End(net.given.id, port), End(formula.id, "a"))
    net.learn()
    assert "has no finite value for some of what" in net.problem(formula).text


def raw(loss: str, bend: str, *reaches: float) -> tuple[Rebuilt, Node]:
    """A number to predict as it stands in its file."""
    net = Rebuilt("data.csv")
    net.reaches = (reaches[0], reaches[1])
    net.document.set_params(net.rebuilt.id, units=1)
    net.document.set_params(net.given.id, standardise=False)
    judged = net.judged(loss, bend, "target")
    net.learn()
    return net, judged


@pytest.mark.parametrize(
    ("loss", "bend", "said"),
    [
        ("loss.bce", "sigmoid", "gives numbers above 1"),
        ("loss.binary_cross_entropy", "", "gives numbers above 1"),
        ("loss.mse", "sigmoid", "its target goes from 3 to 103"),
    ],
)
def test_a_number_as_it_stands_goes_as_far_as_the_file_says(
    loss: str, bend: str, said: str
) -> None:
    net, judged = raw(loss, bend, 3.0, 103.0)
    assert said in net.problem(judged).text


@pytest.mark.parametrize(
    ("loss", "bend"), [("loss.bce", "sigmoid"), ("loss.binary_cross_entropy", "")]
)
def test_shares_in_a_file_are_targets_of_0_to_1(loss: str, bend: str) -> None:
    net, _ = raw(loss, bend, 0.02, 0.97)
    assert not net.inference.problems


@pytest.mark.parametrize(
    ("kind", "said"),
    [("merge.distance", "gives none below 0"), ("merge.cosine_similarity", "gives none below -1")],
)
def test_what_two_vectors_have_between_them_is_no_score(kind: str, said: str) -> None:
    net = Net("data.moons", units=4)
    other = net.add("layer.linear", net.add("shape.flatten", net.data), units=4)
    judged = net.judge("loss.binary_cross_entropy", net.add(kind, net.last, other))
    assert said in net.problem(judged).text
