"""Losses: one number that says how wrong the network is. Here the usual ones, and sums of them.

A loss is a plain mean over examples, so that means of batches make that of all. One that is not
has the hook `total(*values)`: source of what is summed and of what the sum is divided by, or None
where its parameters leave it a plain mean.

One that can weigh classes by how rare they are has the hooks `balances()`, the input with the
labels and the parameter that the weights stand in for, and `balance(labels, *types)`, their source.
"""

from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import SCALAR_LOSS, TensorType, product
from graph.declare import Raw, Value, call, changed, literal, node, param, shared
from graph.declare.ranges import ANY, CLASS_SCORES, SCORES, TARGETS, Want, shares
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.class_weights import (
    IGNORED,
    ByClass,
    check_balanced,
    class_total,
    class_weights,
    own_beside_balanced,
)
from graph.nodes.shared.targets import (
    by_class,
    check_classes,
    check_pair,
    check_probabilities,
    check_yes_or_no,
    pair,
)

GROUP = "Loss"
Reduction = Literal["mean", "batchmean"]


@shared
class Reduced:
    """A loss of many numbers that becomes one number."""

    reduction: Reduction = param(
        "mean",
        doc="mean: over all numbers; batchmean: the sum of an example's numbers, then their mean.",
        advanced=True,
    )

    def summed(self, *inputs: TensorType) -> bool | None:
        """Are an example's numbers summed up, and not their mean taken? None if there is one."""
        if min(one.rank for one in inputs) < 2 or product(inputs[0].dims[1:]) == 1:
            return None
        return self.reduction == "batchmean"

    def reduced(
        self, function: str, wired: tuple[Value, Value], *rest: object, **more: object
    ) -> str:
        """Source of the call of `function` on what `pair` made of `wired`, reduced as chosen."""
        if self.reduction == "mean" or min(value.type.rank for value in wired) < 2:
            return call(function, *rest, **more)
        return call(function, *rest, **more, reduction="none") + ".flatten(1).sum(1).mean()"


@node(
    "loss.cross_entropy",
    group=GROUP,
    role="loss",
    inputs="logits label",
    outputs="loss:loss",
    source="torch.nn.CrossEntropyLoss",
    synonyms="softmax, classification, negative log likelihood, nll, log loss, softmax loss, "
    "categorical crossentropy, sparse categorical crossentropy",
)
class CrossEntropy(ByClass):
    """How surprised the network is by the right class; for one class out of many.

    Takes logits (scores before any softmax), one per class. The target is a class number, or a
    probability for each class [N, classes, ...], as of mixed pictures or of a teacher.
    """

    label_smoothing: float = param(
        0.0, low=0.0, high=1.0, doc="Share of the target spread evenly over all classes."
    )
    ignore_index: int = param(
        -100, doc="Examples with this label do not count, such as padding.", advanced=True
    )

    def shape(self, logits: TensorType, label: TensorType) -> TensorType:
        if label.dtype != "float":
            self.check_weight(check_classes(logits, label))
            return SCALAR_LOSS
        self.check_weight(check_probabilities(logits, label))
        check_balanced(self.balanced, label)
        if self.ignore_index != IGNORED:
            raise Mismatch(
                "class numbers, of which one is ignored",
                f"a probability for each class {label}",
                "probabilities have no class number to ignore",
                repairs=[set_param("ignore_index", IGNORED)],
            )
        return SCALAR_LOSS

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        if label.dtype == "float":
            return {"logits": CLASS_SCORES, "label": shares(1, log=False)}
        return {"logits": CLASS_SCORES}

    def expression(self, logits: Value, label: Value) -> str:
        soft = label.type.dtype == "float"
        return call(
            "F.cross_entropy",
            *((logits, label) if soft else by_class(logits, label)),
            **class_weights(logits, self.weight),
            **changed(self, "ignore_index", "label_smoothing"),
        )

    def total(self, logits: Value, label: Value) -> tuple[str, str] | None:
        if label.type.dtype == "float":
            return None  # a mean over examples, be they weighted or not
        given, rest = by_class(logits, label), changed(self, "label_smoothing")
        return class_total("F.cross_entropy", given, self.weight, self.ignore_index, **rest)


@node(
    "loss.binary_cross_entropy",
    group=GROUP,
    role="loss",
    inputs="logits target",
    outputs="loss:loss",
    source="torch.nn.BCEWithLogitsLoss",
    synonyms="bce, sigmoid, logistic, log loss, binary crossentropy, yes or no, multi-label",
)
class BinaryCrossEntropy(Reduced):
    """How surprised the network is by each yes or no.

    Takes logits (scores before any sigmoid); targets are 0 to 1, or labels of two classes.
    """

    pos_weight: float = param(
        1.0, torch=None, low=0.0, doc="How much a yes counts beside a no.", advanced=True
    )
    balanced: bool = param(
        False,
        doc="Count a yes so that all yes of the training rows count as much as all no.",
        advanced=True,
    )

    def balances(self) -> tuple[str, str] | None:
        return ("target", "pos_weight") if self.balanced else None

    def balance(self, labels: str, *given: TensorType) -> str:
        """Source of the weight of a yes, from that of the labels of all training rows."""
        return call("yes_weight", Raw(labels))

    def shape(self, logits: TensorType, target: TensorType) -> TensorType:
        check_yes_or_no(logits, target)
        check_balanced(self.balanced, target)
        if self.balanced and self.pos_weight != 1:
            raise own_beside_balanced("pos_weight", 1.0, self.pos_weight)
        return SCALAR_LOSS

    def wants(self, logits: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": SCORES, "target": TARGETS}

    def expression(self, logits: Value, target: Value) -> str:
        scores, wanted = pair(logits, target)
        weight = {}
        if isinstance(self.pos_weight, Raw):
            weight["pos_weight"] = self.pos_weight
        elif self.pos_weight != 1:
            weight["pos_weight"] = Raw(f"{operand(logits)}.new_tensor({literal(self.pos_weight)})")
        function = "F.binary_cross_entropy_with_logits"
        return self.reduced(function, (logits, target), Raw(scores), Raw(wanted), **weight)


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
class MeanSquaredError(Reduced):
    """Mean of the squared differences between prediction and target."""

    def shape(self, prediction: TensorType, target: TensorType) -> TensorType:
        check_pair(prediction, target)
        return SCALAR_LOSS

    def wants(self, prediction: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"prediction": ANY}

    def expression(self, prediction: Value, target: Value) -> str:
        return self.reduced("F.mse_loss", (prediction, target), *map(Raw, pair(prediction, target)))


@node(
    "loss.l1",
    group=GROUP,
    title="Mean absolute error",
    role="loss",
    inputs="prediction target",
    outputs="loss:loss",
    source="torch.nn.L1Loss",
    synonyms="l1, mae, regression, reconstruction",
)
class L1(Reduced):
    """Mean of the differences between prediction and target, their sign left out."""

    def shape(self, prediction: TensorType, target: TensorType) -> TensorType:
        check_pair(prediction, target)
        return SCALAR_LOSS

    def wants(self, prediction: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"prediction": ANY}

    def expression(self, prediction: Value, target: Value) -> str:
        return self.reduced("F.l1_loss", (prediction, target), *map(Raw, pair(prediction, target)))


@node(
    "loss.weighted_sum",
    group=GROUP,
    role="loss",
    inputs="losses*:loss",
    outputs="loss:loss",
    synonyms="add, total, combine, multi-task, beta",
)
class WeightedSum:
    """Adds losses up, each times its weight."""

    factors: tuple[float, ...] = param(
        (1.0,), doc="The losses' weights, in the order of their wires; 1 for those left out."
    )

    def drops(self, losses: tuple[TensorType | None, ...]) -> bool:
        """Is nothing left? A loss that a mute silences is left out, with its weight."""
        return all(loss is None for loss in losses)

    def shape(self, losses: tuple[TensorType | None, ...]) -> TensorType:
        if len(self.factors) > max(len(losses), 1):
            raise Mismatch(
                f"{len(self.factors)} losses, one a weight",
                len(losses),
                "wire more losses, or remove weights",
                repairs=[set_param("factors", self.factors[: max(len(losses), 1)])],
            )
        for loss in losses:
            if loss is not None and loss.dims:
                raise Mismatch("losses, each one number", loss, "wire a Mean loss between")
        return SCALAR_LOSS

    def weighs(self, count: int) -> tuple[float, ...]:
        """How much each of so many terms counts."""
        return (*self.factors, *(1.0,) * count)[:count]

    def expression(self, losses: tuple[Value | None, ...]) -> str:
        weights = (*self.factors, *(1.0 for _ in losses))
        return " + ".join(
            str(loss) if weight == 1 else f"{literal(weight)} * {operand(loss)}"
            for weight, loss in zip(weights, losses, strict=False)
            if loss is not None
        )

    def summary(self) -> str:
        return ", ".join(f"{weight:g}" for weight in self.factors)


@node(
    "loss.mean",
    group=GROUP,
    title="Mean loss",
    role="loss",
    inputs="x",
    outputs="loss:loss",
    synonyms="average, own loss, formula",
)
class MeanLoss:
    """The mean of any numbers as a loss: what you compute yourself, made as small as can be."""

    def shape(self, x: TensorType) -> TensorType:
        if x.dtype != "float":
            raise Mismatch("numbers with a gradient", f"{x.kind} {x}", "wire what is computed")
        return SCALAR_LOSS

    def expression(self, x: Value) -> str:
        return f"{operand(x)}.mean()"
