"""Losses by class that weigh classes: by given numbers, or so that rare ones count as much."""

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Raw, Value, call, literal, param, shared
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.targets import class_axis

IGNORED = -100
"""The label that torch leaves out unless told otherwise; no data gives it."""
Weights = tuple[float, ...] | Raw
"""Numbers, or the source of a tensor of them."""


@shared
class ByClass:
    """A loss of class numbers, of which some can count more.

    Where it is `balanced`, the compiler has the source of the weights stand in for `weight`.
    """

    weight: tuple[float, ...] = param(
        (), torch=None, low=0.0, doc="How much each class counts; alike if empty.", advanced=True
    )
    balanced: bool = param(
        False,
        doc="Weigh classes so that each counts alike, however few of the training rows it has.",
        advanced=True,
    )

    def balances(self) -> tuple[str, str] | None:
        """The input with the labels and the parameter that is computed; None if none is."""
        return ("label", "weight") if self.balanced else None

    def balance(self, labels: str, *given: TensorType) -> str:
        """Source of the weights.

        Args:
            labels: Source of the labels of all training rows.
            given: The types of the inputs: scores, labels.
        """
        scores, label = given
        classes = scores.dims[class_axis(scores, label)]
        ignored = getattr(self, "ignore_index", IGNORED)
        rest = {} if ignored == IGNORED else {"ignored": ignored}
        return call("class_weights", Raw(labels), classes, **rest)

    def check_weight(self, classes: int) -> None:
        """Class weights are one a class, or none, and not both given and computed.

        Raises:
            Mismatch: If they are not.
        """
        check_weight(self.weight, classes)
        if self.balanced and self.weight:
            raise own_beside_balanced("weight", (), self.weight)


def class_weights(logits: Value, weight: Weights) -> dict[str, Raw]:
    """The `weight` argument, on the device of the logits."""
    return {"weight": _source(logits, weight)} if weight else {}


def _source(scores: Value, weight: Weights) -> Raw:
    if isinstance(weight, Raw):
        return weight
    return Raw(f"{scores}.new_tensor({literal(list(weight))})")


def class_total(
    function: str,
    given: tuple[Value, Value],
    weight: Weights,
    ignore_index: int,
    **more: object,
) -> tuple[str, str] | None:
    """What a loss by class sums up over labels and divides by; None if it is a mean over them.

    Torch divides by the weights of the labels that count, which differ from batch to batch.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html

    Args:
        function: The loss of torch.
        given: Scores and labels, as torch takes them.
        weight: How much each class counts; alike if empty.
        ignore_index: The label that does not count.
        more: Further arguments of the loss.
    """
    if not weight and ignore_index == IGNORED:
        return None
    scores, label = Value(f"{operand(given[0])}.float()", given[0].type), given[1]
    ignored = {} if ignore_index == IGNORED else {"ignore_index": ignore_index}
    rest = {**class_weights(scores, weight), **ignored, **more, "reduction": "sum"}
    counted = f"{operand(label)} != {ignore_index}"
    if not weight:
        return call(function, scores, label, **rest), f"({counted}).sum()"
    kept = f"{operand(label)}[{counted}]" if ignored else str(label)
    return call(function, scores, label, **rest), f"{_source(scores, weight)}[{kept}].sum()"


def check_weight(weight: tuple[float, ...], classes: int) -> None:
    """Class weights are one a class, or none.

    Raises:
        Mismatch: If they are not.
    """
    if weight and len(weight) != classes:
        raise Mismatch(
            f"{classes} weights, one a class",
            len(weight),
            "write one number for each class, or none",
            repairs=[set_param("weight", ())],
        )


def check_balanced(balanced: bool, label: TensorType) -> None:
    """Classes can be counted where labels are class numbers.

    Raises:
        Mismatch: If they are to be balanced and are not.
    """
    if balanced and label.dtype != "int":
        raise Mismatch(
            "class numbers, which can be counted",
            f"{label.kind} {label}",
            "wire the data's labels here, or turn `balanced` off",
            repairs=[set_param("balanced", False)],
        )


def own_beside_balanced(name: str, none: object, given: object) -> Mismatch:
    """What is raised where weights are both given and to be computed."""
    return Mismatch(
        f"either `balanced` or a {name.replace('_', ' ')} of your own",
        f"both, {given}",
        "turn one of them off",
        repairs=[set_param(name, none), set_param("balanced", False)],
    )
