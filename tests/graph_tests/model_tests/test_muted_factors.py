"""Muted factors: what is left of a product is a loss or is left out; nothing trains scores down."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.compile import compile_document
from graph.model.sheet import Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net


class Judged(Net):
    """A net with a loss, a weight of it and a regulariser."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = self.judge("loss.cross_entropy", self.last, train=False)
        self.other = self.judge("loss.multi_margin", self.last, train=False)
        shares = self.add("activation.softmax", self.last)
        self.weight = self.formula("mean((1 - a) ** 2)", shares)  # of the scores, and no loss
        self.number = self.add("layer.constant")
        self.learned = self.add("layer.parameter", sizes=(1,))

    def formula(self, text: str, *sources: Node) -> Node:
        return self.add("merge.expression", *sources, formula=text)

    def train(self, node: Node) -> None:
        self.add("optimizer.adam", self.add("loss.mean", node))

    def mute(self, *nodes: Node) -> list[str]:
        """The errors, each with a way out that is to unmute."""
        self.document.set_muted([one.id for one in nodes], True)
        errors = [one for one in self.inference.problems if one.severity == "error"]
        for one in errors:
            assert [fix.label.split()[0] for fix in one.fixes] == ["Unmute"], one
        return [f"{one.name}: {one.text}" for one in errors]

    def step(self) -> str:
        text = compile_document(self.document, inference=self.inference).files["train.py"].text
        body = text.partition("def step_adam")[2].partition("zero_grad")[0]
        return " ".join(body.partition("self.autocast:")[2].split())


Make = Callable[[Judged, Node, Node], Node]
PRODUCTS: dict[str, Make] = {
    "multiply": lambda net, a, b: net.add("merge.multiply", a, b),
    "multiplied": lambda net, a, b: net.add("merge.multiply", b, a),
    "a * b": lambda net, a, b: net.formula("a * b", a, b),
    "b * a": lambda net, a, b: net.formula("b * a", b, a),
    "divide": lambda net, a, b: net.add("merge.divide", a, b),
    "a / b": lambda net, a, b: net.formula("a / b", a, b),
    "a ** b": lambda net, a, b: net.formula("a ** b", a, b),
}
WEIGHTS = ("weight", "number", "learned")


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("product", PRODUCTS)
def test_a_loss_stays_without_its_weight(product: str, weight: str) -> None:
    net = Judged()
    net.train(PRODUCTS[product](net, net.loss, getattr(net, weight)))
    assert net.mute() == []
    assert net.mute(getattr(net, weight)) == []
    assert "cross_entropy" in net.step()
    assert "softmax" not in net.step()


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("product", PRODUCTS)
def test_a_weight_goes_with_its_loss(product: str, weight: str) -> None:
    net = Judged()
    made = PRODUCTS[product](net, net.loss, getattr(net, weight))
    net.train(made)
    (error,) = net.mute(net.loss)
    assert error == f"{made.name}: nothing is left of it: cross_entropy is muted"


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("product", PRODUCTS)
def test_in_a_sum_the_others_stay(product: str, weight: str) -> None:
    net = Judged()
    net.train(
        net.add("merge.add", net.other, PRODUCTS[product](net, net.loss, getattr(net, weight)))
    )
    assert net.mute(net.loss) == []
    step = net.step()
    assert "multi_margin" in step
    assert not {"cross_entropy", "softmax", "model_2", "constant", " * "} & {*step.split()}
    assert "loss = F.multi_margin_loss(self.model(image), label)" in step or "+" not in step


def test_two_losses_that_are_multiplied() -> None:
    net = Judged()
    net.train(net.add("merge.multiply", net.loss, net.other))
    assert net.mute(net.loss) == []
    assert "multi_margin" in net.step()


@pytest.mark.parametrize("formula", ["a - b", "exp(-a) * b", "max(a, b)", "a ** b", "2 ** a * b"])
def test_what_would_be_made_large_or_is_no_loss_is_left_out(formula: str) -> None:
    net = Judged()
    made = net.formula(formula, net.loss, net.weight)
    net.train(made)
    (error,) = net.mute(net.loss)
    assert "nothing is left of it" in error


@pytest.mark.parametrize("formula", ["exp(-a) * b", "1 / (1 + a) * b", "(1 - exp(-a)) ** 2 * b"])
def test_a_weight_made_of_a_loss_is_none(formula: str) -> None:
    net = Judged()
    made = net.formula(formula, net.loss, net.other)
    net.train(made)
    left = net.mute(net.other)
    assert left == [f"{made.name}: nothing is left of it: multi_margin is muted"]


def test_a_gate_of_features_is_left_out() -> None:
    net = Net()
    gate = net.add("activation.sigmoid", net.add("layer.parameter", sizes=(10,)))
    gated = net.add("merge.multiply", net.last, gate)
    net.judge("loss.cross_entropy", gated)
    net.document.set_muted([net.document.board.into(gate.id)[0].source.node, gate.id], True)
    assert not [one for one in net.inference.problems if one.severity == "error"]


@pytest.mark.parametrize("first", ["weight", "loss"])
def test_a_muted_product_hands_on_its_loss_or_nothing(first: str) -> None:
    net = Judged()
    one, other = (net.weight, net.loss) if first == "weight" else (net.loss, net.weight)
    product = net.add("merge.multiply", one, other)
    net.train(product)
    errors = net.mute(product)
    if first == "loss":
        assert errors == []
        assert "cross_entropy" in net.step()
    else:
        assert errors == [f"{product.name}: is muted: nothing comes out at `y`"]


@pytest.mark.parametrize("which", ["condition", "a", "b"])
def test_a_choice_without_one_side_is_told(which: str) -> None:
    net = Judged()
    condition = net.add("merge.compare", net.loss, net.weight)
    made = net.add("merge.where", condition, net.loss, net.other)
    net.train(made)
    muted = {"condition": condition, "a": net.loss, "b": net.other}[which]
    (error,) = net.mute(muted)
    assert error.startswith(f"{muted.name}: is muted: nothing comes out at")


BY_HAND: dict[str, tuple[Callable[[Net], Node], str]] = {
    "square": (lambda net: net.add("merge.expression", net.last, formula="a ** 2"), "error"),
    "minus": (
        lambda net: net.add(
            "merge.scale", net.add("activation.log_softmax", net.last), factor=-1.0
        ),
        "error",
    ),
    "surprise": (
        lambda net: net.add(
            "merge.expression", net.add("activation.softmax", net.last), formula="-log(p + 0.01)"
        ),
        "warning",
    ),
}


@pytest.mark.parametrize("kind", BY_HAND)
@pytest.mark.parametrize("weighed", [False, True])
def test_scores_that_a_mute_leaves_to_be_made_small_are_told(kind: str, weighed: bool) -> None:
    net = Net()
    make, severity = BY_HAND[kind]
    judged = make(net)
    given = net.add("merge.scale", judged, factor=2.0) if weighed else judged
    net.add("optimizer.adam", net.add("loss.mean", given))
    assert not net.inference.problems
    net.document.set_muted([judged.id], True)
    (problem,) = [one for one in net.inference.problems if one.name == judged.name]
    assert problem.severity == severity
    (fix,) = problem.fixes
    fix.apply(net.document)
    assert not net.inference.problems


def test_a_muted_weight_of_a_loss_is_not_told() -> None:
    net = Judged()
    scaled = net.add("merge.scale", net.loss, factor=2.0)
    net.train(net.add("merge.add", scaled, net.other))
    assert net.mute(scaled) == []
    assert not [one for one in net.inference.problems if one.name == scaled.name]
