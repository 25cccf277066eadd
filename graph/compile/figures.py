"""What each figure that a run tells is: of a loss or a metric, and what a better one is."""

from graph.compile.plan import Plan
from graph.core.run_plan import Figure


def figures(plan: Plan) -> tuple[Figure, ...]:
    """Every loss that is minimised, what it is made of, and every metric."""
    found = []
    for step in plan.steps:
        found.append(Figure(step.loss_name, "", "loss", "lower", node=step.loss.node))
        for end in step.parts:
            part = plan.board.nodes[end.node].name
            found.append(Figure(step.loss_name, part, "loss", "lower", node=end.node))
    for node in plan.metrics:
        bound = plan.scope.bound(node.id)
        found.append(Figure(node.name, "", "metric", bound.better, bound.share, node.id))
    return tuple(found)
