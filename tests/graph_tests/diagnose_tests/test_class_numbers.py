"""Class numbers that a loss of differences takes for amounts."""

import pytest

from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net


@pytest.mark.parametrize("loss", ["loss.mse", "loss.l1", "loss.smooth_l1", "loss.huber"])
def test_numbers_of_classes_are_no_amounts(loss: str) -> None:
    net = Net(units=1)
    judged = net.judge(loss, net.last)
    problem = net.problem(judged)
    assert "takes class numbers for amounts" in problem.text
    net.mend(problem)
    assert net.document.node(net.last.id).params["units"] == 10
    assert not net.inference.problems


def test_of_yes_and_no_a_difference_is_a_choice() -> None:
    net = Net("data.moons", units=1)
    net.judge("loss.mse", net.add("activation.sigmoid", net.last))
    assert not net.inference.problems
