"""Metrics: figures for people, measured on held-out examples. Here those of classifiers.

A plain mean over examples has the hook `total(*values)`: source of what is summed and of what the
sum is divided by; `figure(mean, home)` may make the figure from their quotient, by the functions
of `math` or `torch`. Any other has
`metric(*types)`, source of a torchmetrics constructor, and `update(*values)`, source of the
arguments of its update; several processes agree on both; `of_batch(*values)` is source of what one
training batch gives, which is cheaper than such an object. Each says whether a "higher" or a
"lower" figure is `better` ("" where that is not known), and whether it is a `share`: 0 to 1.
"""

from typing import ClassVar, Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Raw, Value, call, node, param, shared
from graph.declare.ranges import ORDER, SIGN, SURPRISE, YES_OR_NO, Want
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.targets import by_class, check_classes, check_scores, same_numbers

GROUP = "Metric"
Average = Literal["macro", "micro", "weighted"]


class Share:
    """A share of what is right: between 0 and 1, and the higher the better."""

    better: ClassVar[str] = "higher"
    share: ClassVar[bool] = True


def one_score(logits: Value, label: Value) -> tuple[str, str]:
    """Source of the scores for yes or no and of their labels, in the same shape; the latter whole.

    Targets between 0 and 1 count as yes from one half on.
    """
    score, wanted = operand(logits), str(label)
    if logits.type.rank > label.type.rank:
        score += ".squeeze(-1)"
    if label.type.dtype == "float":
        wanted = f"({wanted} > 0.5)"
    elif label.type.rank > logits.type.rank:
        wanted = operand(label)
    if label.type.rank > logits.type.rank:
        wanted += ".squeeze(-1)"
    return score, wanted


def judged(logits: TensorType, label: TensorType) -> dict[str, Want]:
    """What is wanted of scores by their sign, or of those of which the highest counts."""
    if not same_numbers(logits, label):
        return {"logits": ORDER}
    return {"logits": SIGN, "label": YES_OR_NO} if label.dtype == "float" else {"logits": SIGN}


def nats(logits: Value, label: Value) -> str:
    """Source of the cross entropy summed over all labels."""
    scores, wanted = by_class(logits, label)
    return f'F.cross_entropy({operand(scores)}.float(), {wanted}, reduction="sum")'


@node(
    "metric.accuracy",
    group=GROUP,
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.Accuracy",
    synonyms="hit rate, share right, error rate",
)
class Accuracy(Share):
    """Share of examples whose highest score is the right class; of one score, its sign."""

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_scores(logits, label)
        return ()

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return judged(logits, label)

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        if same_numbers(logits.type, label.type):
            score, wanted = one_score(logits, label)
            return f"(({score} > 0) == {wanted}).sum()", f"{operand(label)}.numel()"
        scores, wanted = by_class(logits, label)
        right = f"({operand(scores)}.argmax(1) == {wanted}).sum()"
        return right, f"{operand(label)}.numel()"


@node(
    "metric.top_k",
    group=GROUP,
    title="Top-k accuracy",
    role="metric",
    inputs="logits label",
    outputs="",
    synonyms="hit rate, top-5",
)
class TopK(Share):
    """Share of examples whose right class is among the `k` highest scores."""

    k: int = param(5, low=1, doc="How many guesses count.")

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        classes = check_classes(logits, label)
        if self.k > classes:
            raise Mismatch(
                f"k up to {classes}, the number of classes",
                self.k,
                "lower it",
                repairs=[set_param("k", classes)],
            )
        return ()

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": ORDER}

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        scores, wanted = by_class(logits, label)
        found = f"{operand(scores)}.topk({self.k}, 1).indices"
        return f"({found} == {operand(wanted)}.unsqueeze(1)).sum()", f"{operand(label)}.numel()"

    def summary(self) -> str:
        return f"top {self.k}"


@shared
class ClassMetric(Share):
    """A torchmetrics figure that is averaged over the classes."""

    function: ClassVar[str] = ""
    of_rows: ClassVar[str] = ""
    """The same as a function."""

    average: Average = param(
        "macro",
        doc="macro: all classes alike; micro: all examples alike; weighted: by class size.",
    )

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_scores(logits, label)
        return ()

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return judged(logits, label)

    def metric(self, logits: TensorType, label: TensorType) -> str:
        return call(self.function, **self._task(logits, label))

    def of_batch(self, logits: Value, label: Value) -> str:
        given = Raw(self.update(logits, label))
        task = self._task(logits.type, label.type)
        return call(self.of_rows, given, **task, validate_args=False)

    def _task(self, logits: TensorType, label: TensorType) -> dict[str, object]:
        if same_numbers(logits, label):
            return {"task": "binary"}
        classes = check_classes(logits, label)
        return {"task": "multiclass", "num_classes": classes, "average": self.average}

    def update(self, logits: Value, label: Value) -> str:
        if same_numbers(logits.type, label.type):
            score, wanted = one_score(logits, label)
            # As whole numbers: torchmetrics would take scores that happen to lie in 0 to 1 for
            # probabilities.
            wanted = wanted if label.type.dtype == "int" else f"{wanted}.int()"
            return f"({score} > 0).int(), {wanted}"
        return ", ".join(by_class(logits, label))


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
class F1(ClassMetric):
    """Harmonic mean of precision and recall."""

    function: ClassVar[str] = "torchmetrics.F1Score"
    of_rows: ClassVar[str] = "torchmetrics.functional.f1_score"


@node(
    "metric.precision",
    group=GROUP,
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.Precision",
    synonyms="positive predictive value",
)
class Precision(ClassMetric):
    """Of what is taken for a class, the share that is."""

    function: ClassVar[str] = "torchmetrics.Precision"
    of_rows: ClassVar[str] = "torchmetrics.functional.precision"


@node(
    "metric.recall",
    group=GROUP,
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.Recall",
    synonyms="sensitivity, hit rate, true positive rate",
)
class Recall(ClassMetric):
    """Of what is of a class, the share that is taken for it."""

    function: ClassVar[str] = "torchmetrics.Recall"
    of_rows: ClassVar[str] = "torchmetrics.functional.recall"


@node(
    "metric.iou",
    group=GROUP,
    title="IoU",
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.JaccardIndex",
    synonyms="intersection over union, jaccard, segmentation, mask",
)
class IoU(ClassMetric):
    """Overlap of what is found and what is there: both by either, over all examples."""

    function: ClassVar[str] = "torchmetrics.JaccardIndex"
    of_rows: ClassVar[str] = "torchmetrics.functional.jaccard_index"


@node(
    "metric.dice",
    group=GROUP,
    title="Dice score",
    role="metric",
    inputs="logits label",
    outputs="",
    synonyms="segmentation, overlap, mask, f1",
)
class DiceScore(Share):
    """Overlap of the found mask and the true one, a mean over pictures; 1 is perfect."""

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        if min(logits.rank, label.rank) < 2 or not same_numbers(logits, label):
            raise Mismatch(
                "one score a pixel, and masks of the same shape",
                f"{logits} and {label}",
                "wire scores and masks [N, ...]; for many classes use IoU",
            )
        check_scores(logits, label)
        return ()

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return judged(logits, label)

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        score, wanted = one_score(logits, label)
        return f"mask_dice({score} > 0, {wanted}).sum()", f"len({label})"


@node(
    "metric.perplexity",
    group=GROUP,
    role="metric",
    inputs="logits label",
    outputs="",
    source="torchmetrics.text.Perplexity",
    synonyms="language model, cross entropy, exponential",
)
class Perplexity:
    """Among how many equally likely classes the network seems to choose: exp of cross entropy."""

    better: ClassVar[str] = "lower"
    share: ClassVar[bool] = False

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_classes(logits, label)
        return ()

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": SURPRISE}

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        return nats(logits, label), f"{operand(label)}.numel()"

    def figure(self, mean: str, home: str = "math") -> str:
        return f"{home}.exp({mean})"


@node(
    "metric.bits",
    group=GROUP,
    title="Bits per character",
    role="metric",
    inputs="logits label",
    outputs="",
    synonyms="language model, cross entropy, compression, bpc",
)
class Bits:
    """How many bits each label costs, were the network to compress them."""

    better: ClassVar[str] = "lower"
    share: ClassVar[bool] = False

    def shape(self, logits: TensorType, label: TensorType) -> tuple[TensorType, ...]:
        check_classes(logits, label)
        return ()

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": SURPRISE}

    def total(self, logits: Value, label: Value) -> tuple[str, str]:
        return f"{nats(logits, label)} / math.log(2)", f"{operand(label)}.numel()"
