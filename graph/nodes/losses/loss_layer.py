"""Losses that learn: a last layer and cross entropy in one, for very many classes."""

import itertools

from graph.core.errors import Mismatch
from graph.core.tensor import SCALAR_LOSS, TensorType
from graph.declare import Value, call, changed, node, param
from graph.nodes.layers.linear import width
from graph.nodes.losses.loss import GROUP
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.initial import Initialised
from graph.nodes.shared.targets import check_labels


def rows(hidden: Value, label: Value) -> tuple[str, str]:
    """Source of both with one row an example: sequences are laid out in one row."""
    if label.type.rank == 1:
        return str(hidden), str(label)
    return f"{operand(hidden)}.flatten(0, -2)", f"{operand(label)}.flatten()"


def check_rows(hidden: TensorType, label: TensorType) -> int:
    """Features [N, ..., features] fit labels [N, ...]; gives the number of classes.

    Raises:
        Mismatch: If they do not.
    """
    check_labels(label)
    width(hidden, "hidden")
    if hidden.dims[:-1] != label.dims:
        raise Mismatch(f"features for each label of {label}", hidden, "flatten other axes first")
    if label.classes is None:
        raise Mismatch("labels of a known number of classes", label, "wire the data's labels here")
    return label.classes


@node(
    "loss.adaptive_log_softmax",
    group=GROUP,
    title="Adaptive softmax",
    inputs="hidden label",
    outputs="loss:loss",
    source="torch.nn.AdaptiveLogSoftmaxWithLoss",
    synonyms="many classes, words, vocabulary, language model",
    learns=True,
)
class AdaptiveLogSoftmax:
    """Last layer and loss for very many classes: rare ones get fewer weights.

    Takes features, not logits. Classes must be sorted by how frequent they are
    (arxiv.org/abs/1609.04309).
    """

    cutoffs: tuple[int, ...] = param((1000,), low=1, doc="Where the groups of classes end.")
    div_value: float = param(4.0, low=1.0, doc="How much smaller each group's features are.")
    head_bias: bool = param(False, doc="Add a learned offset to the first group.", advanced=True)

    def shape(self, hidden: TensorType, label: TensorType) -> TensorType:
        classes = check_rows(hidden, label)
        if list(self.cutoffs) != sorted({*self.cutoffs}) or self.cutoffs[-1] >= classes:
            raise Mismatch(
                f"cutoffs that rise and stay below {classes}, the number of classes",
                self.cutoffs,
                "change them",
            )
        return SCALAR_LOSS

    def module(self, hidden: TensorType, label: TensorType) -> str:
        return call(
            "nn.AdaptiveLogSoftmaxWithLoss",
            width(hidden),
            check_rows(hidden, label),
            list(self.cutoffs),
            **changed(self, "div_value", "head_bias"),
        )

    def call(self, module: str, hidden: Value, label: Value) -> str:
        return f"{module}({', '.join(rows(hidden, label))}).loss"

    def weights(self, hidden: TensorType, label: TensorType) -> int:
        features, ends = width(hidden), [*self.cutoffs, check_rows(hidden, label)]
        head = self.cutoffs[0] + len(self.cutoffs)
        count = (features + self.head_bias) * head
        for index, (start, end) in enumerate(itertools.pairwise(ends), 1):
            inner = int(features // self.div_value**index)
            count += features * inner + inner * (end - start)
        return count


@node(
    "loss.linear_cross_entropy",
    group=GROUP,
    title="Linear cross entropy",
    inputs="hidden label",
    outputs="loss:loss",
    source="torch.nn.LinearCrossEntropyLoss",
    synonyms="softmax, many classes, vocabulary, language model, memory",
    learns=True,
)
class LinearCrossEntropy(Initialised):
    """Last layer and cross entropy in one.

    Takes features, not logits.
    """

    bias: bool = param(False, doc="Add a learned offset to each class.")
    label_smoothing: float = param(
        0.0, low=0.0, high=1.0, doc="Share of the target spread evenly over all classes."
    )

    def shape(self, hidden: TensorType, label: TensorType) -> TensorType:
        check_rows(hidden, label)
        return SCALAR_LOSS

    def module(self, hidden: TensorType, label: TensorType) -> str:
        rest = changed(self, "bias", "label_smoothing")
        classes = check_rows(hidden, label)
        return self.initialised(call("nn.LinearCrossEntropyLoss", width(hidden), classes, **rest))

    def call(self, module: str, hidden: Value, label: Value) -> str:
        return f"{module}({', '.join(rows(hidden, label))})"

    def weights(self, hidden: TensorType, label: TensorType) -> int:
        return (width(hidden) + self.bias) * check_rows(hidden, label)
