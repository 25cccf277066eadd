"""Schedules in schedules: what torch can't follow is refused, wherever it comes from."""

from typing import Any

import pytest

from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net

JOINED = ("schedule.sequential", "schedule.chained")
ALONE = ("schedule.one_cycle", "schedule.plateau", "schedule.cyclic")


class Scheduled(Net):
    """A net whose optimizer follows schedules."""

    def __init__(self) -> None:
        super().__init__()
        self.judge("loss.cross_entropy", self.last)
        (self.optimizer,) = self.document.board.with_role("optimizer")

    def two(self, kind: str, first: Node, **params: Any) -> Node:
        """A schedule made of one and Cosine."""
        return self.add(kind, first, self.add("schedule.cosine"), **params)

    def follow(self, schedule: Node) -> None:
        self.document.link(End(schedule.id, "schedule"), End(self.optimizer.id, "schedule"))


@pytest.mark.parametrize("outer", JOINED)
@pytest.mark.parametrize("inner", [*JOINED, *ALONE])
@pytest.mark.parametrize("through_mute", [False, True])
def test_what_can_be_no_part_is_told(outer: str, inner: str, through_mute: bool) -> None:
    net = Scheduled()
    part = net.add(inner) if inner in ALONE else net.two(inner, net.add("schedule.warm_up"))
    given = net.two("schedule.chained", part) if through_mute else part
    net.follow(net.two(outer, given))
    if through_mute:
        net.document.set_muted([given.id], True)
    (problem,) = net.inference.problems
    assert problem.severity == "error"
    assert problem.text == f"{part.name} can't be part of another schedule"
    for fix in problem.fixes:
        fix.apply(net.document)
        assert not net.inference.problems, fix.label
        net.document.undo()


def test_products_of_schedules_are_one_product() -> None:
    net = Scheduled()
    inner = net.two("schedule.chained", net.add("schedule.warm_up"))
    outer = net.add("schedule.chained", inner, net.add("schedule.exponential"))
    net.follow(outer)
    (problem,) = net.inference.problems
    fix = problem.fixes[0]
    assert fix.label == f"Wire what {inner.name} is made of here"
    fix.apply(net.document)
    assert not net.inference.problems
    wired = [link.source.node for link in net.document.board.into(outer.id)]
    assert [net.document.node(one).name for one in wired] == ["exponential", "warm_up", "cosine"]
