"""Shares of one number, which are always 1, and shares of what are shares already."""

import pytest

from graph.model.sheet import Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net, grouped


@pytest.mark.parametrize(
    "kind", ["activation.softmax", "activation.softmin", "random.gumbel_softmax"]
)
def test_a_softmax_of_one_number_is_told_and_becomes_a_sigmoid(kind: str) -> None:
    net = Net("data.moons", units=1)
    bent = net.add(kind, net.last)
    loss = net.judge("loss.bce", bent)
    problem = net.problem(bent)
    assert "gives 1 everywhere" in problem.text
    net.mend(problem)
    assert net.document.node(
        net.document.board.into(loss.id, "probability")[0].source.node
    ).type == ("activation.sigmoid")
    assert not net.inference.problems


def test_a_log_softmax_of_one_number_is_told() -> None:
    net = Net("data.moons", units=1)
    bent = net.add("activation.log_softmax", net.last)
    net.add("optimizer.adam", net.add("loss.mean", bent))
    problem = net.problem(bent)
    assert "gives 0 everywhere" in problem.text
    net.mend(problem)


def test_where_classes_lie_on_another_axis_that_is_set() -> None:
    net = Net()
    wide = net.add("shape.unsqueeze", net.last)
    bent = net.add("activation.softmax", wide)
    row = net.add("shape.flatten", bent)
    net.judge("loss.cross_entropy", net.add("layer.linear", row, units=10))
    problem = net.problem(bent)
    assert "axis 1 of [N, 1, 10] has one number" in problem.text
    net.mend(problem)
    assert net.document.node(bent.id).params["dim"] == 2


def test_of_a_softmax_over_the_batch_the_fix_picks_an_axis_with_several_numbers() -> None:
    net = Net()
    bent = net.add("activation.softmax", net.add("shape.unsqueeze", net.last, dim=0))
    row = net.add("shape.squeeze", bent, dim=0)
    net.judge("loss.cross_entropy", net.add("layer.linear", row, units=10))
    net.mend(net.problem(bent))
    assert net.document.node(bent.id).params["dim"] == 2
    assert not net.inference.problems


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("softmax", "softmax"),
        ("softmax", "log_softmax"),
        ("log_softmax", "log_softmax"),
        ("softmin", "softmax"),
    ],
)
def test_shares_of_shares_are_told(first: str, second: str, inside: bool) -> None:
    net = Net()
    once = net.add("layer.identity", net.add(f"activation.{first}", net.last))
    twice = net.add(f"activation.{second}", once)
    if second == "log_softmax":
        net.judge("loss.nll", twice)
    else:
        net.judge("loss.cross_entropy", net.add("layer.linear", twice, units=10))
    if inside:
        grouped(net, once, twice)
    problem = next(one for one in net.inference.problems if one.node == twice.id)
    assert [problem] == net.inference.problems, net.said()
    assert "already" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def attention(net: Net) -> Node:
    """Shares along one axis, then along another; log probabilities turned back."""
    rows = net.add("shape.unflatten", net.last, sizes=(2, 5))
    along = net.add("activation.softmax", rows, dim=2)
    return net.add("activation.softmax", along, dim=1)


def test_shares_along_another_axis_and_of_logarithms_are_no_slip() -> None:
    net = Net()
    wide = net.add("layer.linear", net.add("shape.flatten", attention(net)), units=10)
    logs = net.add("activation.log_softmax", wide)
    net.judge("loss.nll", logs)
    mixed = net.add("activation.softmax", logs)
    sharp = net.add("activation.softmax", net.add("merge.scale", mixed, factor=10.0))
    net.judge("metric.accuracy", sharp)
    assert not net.inference.problems
