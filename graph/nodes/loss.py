"""Losses: one number that says how wrong the network is."""

from graph.declare import Value, call, changed, node, param
from graph.nodes._targets import by_class, check_classes, check_pair, pair
from graph.tensor import SCALAR_LOSS, TensorType

GROUP = "Loss"


@node(
    "loss.cross_entropy",
    group=GROUP,
    role="loss",
    inputs="logits label",
    outputs="loss:loss",
    source="torch.nn.CrossEntropyLoss",
    synonyms="softmax, classification, negative log likelihood, nll",
)
class CrossEntropy:
    """How surprised the network is by the right class; for one class out of many.

    Takes logits (scores before any softmax), one per class.
    """

    label_smoothing: float = param(
        0.0, low=0.0, high=1.0, doc="Share of the target spread evenly over all classes."
    )

    def shape(self, logits: TensorType, label: TensorType) -> TensorType:
        check_classes(logits, label)
        return SCALAR_LOSS

    def expression(self, logits: Value, label: Value) -> str:
        return call("F.cross_entropy", *by_class(logits, label), **changed(self, "label_smoothing"))


@node(
    "loss.mse",
    group=GROUP,
    title="Mean squared error",
    role="loss",
    inputs="prediction target",
    outputs="loss:loss",
    source="torch.nn.MSELoss",
    synonyms="mse, l2, regression, least squares, reconstruction",
)
class MeanSquaredError:
    """Mean of the squared differences between prediction and target."""

    def shape(self, prediction: TensorType, target: TensorType) -> TensorType:
        check_pair(prediction, target)
        return SCALAR_LOSS

    def expression(self, prediction: Value, target: Value) -> str:
        return "F.mse_loss({}, {})".format(*pair(prediction, target))


@node(
    "loss.binary_cross_entropy",
    group=GROUP,
    role="loss",
    inputs="logits target",
    outputs="loss:loss",
    source="torch.nn.BCEWithLogitsLoss",
    synonyms="bce, sigmoid, logistic, yes or no, multi-label",
)
class BinaryCrossEntropy:
    """How surprised the network is by each yes or no.

    Takes logits (scores before any sigmoid); targets are 0 to 1, or labels of two classes.
    """

    def shape(self, logits: TensorType, target: TensorType) -> TensorType:
        check_pair(logits, target, ("logits", "target"))
        return SCALAR_LOSS

    def expression(self, logits: Value, target: Value) -> str:
        return "F.binary_cross_entropy_with_logits({}, {})".format(*pair(logits, target))
