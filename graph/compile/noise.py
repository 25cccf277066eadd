"""What is made of noise alone: as many rows as asked for, however many examples there are."""

import math
from collections.abc import Iterable

from graph.compile.auxiliary import drawn
from graph.compile.body import Item
from graph.compile.plan import Plan
from graph.model.order import upstream
from graph.model.sheet import End, Node

ROWS = "count"
"""The argument that says how many."""


def counted(plan: Plan, items: Iterable[Item]) -> list[Item]:
    """The same items, with as many draws of noise as `count` says and not as a batch has rows."""
    return [
        drawn(plan, plan.units, item.nodes[0], rows=ROWS) if is_noise(plan, item) else item
        for item in items
    ]


def is_noise(plan: Plan, item: Item) -> bool:
    """Is it a draw, or made of a draw from beginning to end?"""
    return plan.scope.role(item.nodes[0]) == "noise"


def of_noise_alone(plan: Plan, items: Iterable[Item], goals: Iterable[End]) -> bool:
    """Do values that `counted` items give depend on noise and on nothing of the data?"""
    items, batch = list(items), set(plan.batch)
    reads = {*goals, *(end for item in items for end in item.reads)}
    return not reads & batch and any(is_noise(plan, item) for item in items)


def varying(plan: Plan, view: Node) -> list[str]:
    """The nodes above a view that give every example something of its own, by age."""
    above = sorted(upstream(plan.board, [view.id]), key=lambda one: plan.board.nodes[one].number)
    return [one for one in above if plan.scope.role(one) in {"data", "pairs", "noise"}]


def in_a_row(plan: Plan, view: Node) -> int | None:
    """How many of a view's pictures belong side by side, where what they come from has an order.

    Returns:
        0 where there are as many rows as columns; None where there is no order.
    """
    for one in varying(plan, view):
        bound = plan.scope.bound(one)
        if plan.scope.declaration(one).has("in_a_row"):
            return int(bound.in_a_row())
    return None


def square(count: int) -> int:
    """How many of so many fill the largest square."""
    return math.isqrt(count) ** 2
