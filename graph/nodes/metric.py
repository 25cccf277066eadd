"""Metrics: figures for people, measured on held-out examples."""

from graph.declare import Value, node
from graph.nodes.loss import check_classes
from graph.tensor import TensorType

GROUP = "Metric"


@node(
    "metric.accuracy",
    group=GROUP,
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.Accuracy",
    synonyms="hit rate, share right",
)
class Accuracy:
    """Share of examples whose highest score is the right class."""

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_classes(logits, label)
        return ()

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        """Source of what is summed over the examples, and of what the sum is divided by."""
        return f"({logits}.argmax(1) == {label}).sum()", f"{label}.numel()"
