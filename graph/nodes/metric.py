"""Metrics: figures for people, measured on held-out examples.

A plain mean over examples has the hook `total(*values)`: source of what is summed and of what the
sum is divided by. Any other has `metric(*types)`, source of a torchmetrics constructor, and
`update(*values)`, source of the arguments of its update; several processes agree on both.
"""

from graph.declare import Value, node
from graph.nodes._targets import by_class, check_pair, check_scores, is_binary, pair
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
    """Share of examples whose highest score is the right class; of one score, its sign."""

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_scores(logits, label)
        return ()

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        if is_binary(logits.type, label.type):
            score, wanted = squeezed(logits, label)
            right = f"(({score} > 0) == {over_half(wanted)}).sum()"
            return right, f"{label}.numel()"
        scores, wanted = by_class(logits, label)
        return f"({scores}.argmax(1) == {wanted}).sum()", f"{wanted}.numel()"


@node(
    "metric.mae",
    group=GROUP,
    title="Mean absolute error",
    role="metric",
    inputs="prediction target",
    outputs="",
    source="torchmetrics.MeanAbsoluteError",
    synonyms="mae, l1, regression",
)
class MeanAbsoluteError:
    """How far predictions are from their targets, on average."""

    def shape(self, prediction: TensorType, target: TensorType) -> tuple[TensorType, ...]:
        check_pair(prediction, target)
        return ()

    def total(self, prediction: Value, target: Value) -> tuple[str, str]:
        found, wanted = pair(prediction, target)
        return f"({found} - {wanted}).abs().sum()", f"{target}.numel()"


@node(
    "metric.f1",
    group=GROUP,
    title="F1",
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.F1Score",
    synonyms="f-score, harmonic mean, precision, recall",
)
class F1:
    """Harmonic mean of precision and recall, averaged over the classes."""

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_scores(logits, label)
        return ()

    def metric(self, logits: TensorType, label: TensorType) -> str:
        classes = check_scores(logits, label)
        if is_binary(logits, label):
            return 'torchmetrics.F1Score(task="binary")'
        return f'torchmetrics.F1Score(task="multiclass", num_classes={classes}, average="macro")'

    def update(self, logits: Value, label: Value) -> str:
        if is_binary(logits.type, label.type):
            score, wanted = squeezed(logits, label)
            return f"({score}).sigmoid(), {wanted}" if " " in score else f"{score} > 0, {wanted}"
        return ", ".join(by_class(logits, label))


def squeezed(logits: Value, label: Value) -> tuple[str, Value]:
    """One score and one label each, in the same shape; the label keeps its type."""
    score, _ = pair(logits, label)
    wanted = f"{label}.squeeze(-1)" if label.type.rank > logits.type.rank else str(label)
    return score, Value(wanted, label.type)


def over_half(label: Value) -> str:
    """Source of a label of two classes as yes or no."""
    return str(label) if label.type.dtype == "int" else f"({label} > 0.5)"
