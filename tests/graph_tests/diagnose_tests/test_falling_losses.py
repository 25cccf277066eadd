"""A loss that is made large, or counts nothing, is told; one against another is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.model.sheet import Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net

Make = Callable[[Net, Node], Node]
MINUS: dict[str, tuple[Make, str]] = {
    "scale": (
        lambda net, loss: net.add("merge.scale", loss, factor=-2.0),
        "Set factor of scale to 2",
    ),
    "sum": (
        lambda net, loss: net.add("loss.weighted_sum", loss, factors=(-1.0,)),
        "Set factors of weighted_sum to 1",
    ),
    "nothing": (
        lambda net, loss: net.add("loss.weighted_sum", loss, factors=(0.0,)),
        "Set factors of weighted_sum to 1",
    ),
    "mean of a scale": (
        lambda net, loss: net.add("loss.mean", net.add("merge.scale", loss, factor=-0.5)),
        "Set factor of scale to 0.5",
    ),
    "sum of a scale": (
        lambda net, loss: net.add("merge.add", net.add("merge.scale", loss, factor=-1.0)),
        "Set factor of scale to 1",
    ),
}


def judged(net: Net, kind: str = "loss.cross_entropy") -> Node:
    return net.judge(kind, net.last, train=False)


@pytest.mark.parametrize("kind", MINUS)
def test_a_loss_that_is_made_large_is_told_and_turned(kind: str) -> None:
    net = Net()
    make, label = MINUS[kind]
    adam = net.add("optimizer.adam", make(net, judged(net)))
    problem = net.problem(adam)
    assert problem.severity == "warning"
    said = "counts 0 times" if kind == "nothing" else "makes cross_entropy large"
    assert said in problem.text
    (fix,) = problem.fixes
    assert fix.label == label
    fix.apply(net.document)
    assert not net.inference.problems


FINE: dict[str, Make] = {
    "plain": lambda net, loss: loss,
    "another": lambda net, loss: net.add(
        "loss.weighted_sum", loss, judged(net, "loss.multi_margin"), factors=(1.0, -0.1)
    ),
    "difference": lambda net, loss: net.add(
        "merge.subtract", loss, judged(net, "loss.multi_margin")
    ),
    "formula": lambda net, loss: net.add("merge.expression", loss, formula="a * exp(-a) + a"),
}


@pytest.mark.parametrize("kind", FINE)
def test_what_counts_more_than_nothing_is_not(kind: str) -> None:
    net = Net()
    adam = net.add("optimizer.adam", FINE[kind](net, judged(net)))
    assert not net.inference.problems_of(adam.id)


def test_one_against_another_is_meant() -> None:
    net = Net()
    loss = judged(net)
    first = net.add("optimizer.adam", loss)
    second = net.add("optimizer.adam", net.add("merge.scale", loss, factor=-1.0))
    said = [one.text for user in (first, second) for one in net.inference.problems_of(user.id)]
    assert not [one for one in said if "large" in one]
