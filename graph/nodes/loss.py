"""Losses: one number that says how wrong the network is."""

from graph.declare import Value, call, changed, node, param
from graph.errors import Mismatch, set_param
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
        return call("F.cross_entropy", logits, label, **changed(self, "label_smoothing"))


def check_classes(logits: TensorType, label: TensorType) -> None:
    """Logits [N, classes, ...] fit labels [N, ...].

    Raises:
        Mismatch: If they do not.
    """
    if label.dtype != "int":
        raise Mismatch("class numbers on `label`", label, "wire the data's labels here")
    if logits.rank != label.rank + 1 or logits.dims[2:] != label.dims[1:]:
        expected = f"logits [N, classes{''.join(f', {d}' for d in label.dims[1:])}]"
        raise Mismatch(expected, logits, "flatten the features and end in a Linear layer")
    classes = logits.dims[1]
    if label.classes is not None and classes != label.classes:
        raise Mismatch(
            f"{label.classes} logits, one a class",
            classes,
            f"let the layer before give {label.classes} outputs",
            repairs=[set_param("units", label.classes)],
        )
