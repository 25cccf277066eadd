"""What each figure that a run tells is: of a loss or a metric, and what a better one is."""

from dataclasses import dataclass
from typing import Literal

from graph.compile.plan import Plan


@dataclass(frozen=True)
class FigureSpec:
    """One loss or metric.

    Attributes:
        name: What keys call it behind the split.
        part: The node of a loss that it is the sum of; "" is the loss itself.
        kind: "loss" or "metric".
        better: Is a "lower" or a "higher" one better? "" where that is not known.
        share: Does it lie between 0 and 1, to be read as a percentage?
    """

    name: str
    part: str = ""
    kind: Literal["loss", "metric"] = "loss"
    better: Literal["lower", "higher", ""] = "lower"
    share: bool = False


def figure_specs(plan: Plan) -> tuple[FigureSpec, ...]:
    """Every loss that is minimised, what it is made of, and every metric."""
    found = []
    for step in plan.steps:
        found.append(FigureSpec(step.loss_name))
        found += [FigureSpec(step.loss_name, plan.board.nodes[e.node].name) for e in step.parts]
    for node in plan.metrics:
        bound = plan.scope.bound(node.id)
        found.append(FigureSpec(node.name, "", "metric", bound.better, bound.share))
    return tuple(found)
