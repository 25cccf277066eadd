"""Losses of classifiers beside cross entropy, of masks, and of sequences without alignment."""

from dataclasses import replace
from typing import Literal

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import SCALAR_LOSS, TensorType
from graph.declare import Raw, Value, call, changed, node, param
from graph.declare.ranges import CLASS_SCORES, PROBABILITIES, SCORES, SIGNS, TARGETS, Want, shares
from graph.nodes.losses.loss import GROUP, Reduced
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.class_weights import ByClass, check_weight, class_total, class_weights
from graph.nodes.shared.targets import (
    as_sign,
    by_class,
    check_classes,
    check_floats,
    check_labels,
    check_scores,
    check_yes_or_no,
    class_axis,
    pair,
    same_numbers,
)


@node(
    "loss.nll",
    group=GROUP,
    title="Negative log likelihood",
    role="loss",
    inputs="log_probability label",
    outputs="loss:loss",
    source="torch.nn.NLLLoss",
    synonyms="nll, log softmax",
)
class NLL(ByClass):
    """Cross entropy for networks that end in Log softmax."""

    ignore_index: int = param(
        -100, doc="Examples with this label do not count, such as padding.", advanced=True
    )

    def shape(self, log_probability: TensorType, label: TensorType) -> TensorType:
        self.check_weight(check_classes(log_probability, label, "log_probability"))
        return SCALAR_LOSS

    def wants(self, log_probability: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        axis = class_axis(log_probability, label, "log_probability")
        along = axis % log_probability.rank
        return {"log_probability": shares(axis, log=True, along=along)}

    def expression(self, log_probability: Value, label: Value) -> str:
        return call(
            "F.nll_loss",
            *by_class(log_probability, label),
            **class_weights(log_probability, self.weight),
            **changed(self, "ignore_index"),
        )

    def total(self, log_probability: Value, label: Value) -> tuple[str, str] | None:
        given = by_class(log_probability, label)
        return class_total("F.nll_loss", given, self.weight, self.ignore_index)


@node(
    "loss.bce",
    group=GROUP,
    title="Binary cross entropy of probabilities",
    role="loss",
    inputs="probability target",
    outputs="loss:loss",
    source="torch.nn.BCELoss",
    synonyms="bce, sigmoid",
)
class BCE(Reduced):
    """Binary cross entropy for networks that end in Sigmoid; from logits it is more exact."""

    def shape(self, probability: TensorType, target: TensorType) -> TensorType:
        check_yes_or_no(probability, target, ("probability", "target"))
        return SCALAR_LOSS

    def wants(self, probability: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"probability": PROBABILITIES, "target": replace(TARGETS, severe=True)}

    def expression(self, probability: Value, target: Value) -> str:
        given = map(Raw, pair(probability, target))
        return self.reduced("probability_cross_entropy", (probability, target), *given)


@node(
    "loss.focal",
    group=GROUP,
    role="loss",
    inputs="logits label",
    outputs="loss:loss",
    synonyms="imbalanced, hard examples, retinanet",
)
class Focal:
    """Cross entropy that looks less at what is already right; for rare classes.

    With one score for yes or no, `alpha` is the weight of yes (arxiv.org/abs/1708.02002).
    """

    gamma: float = param(2.0, low=0.0, doc="How little the easy examples count; 0 is plain.")
    alpha: float = param(
        0.25, low=0.0, high=1.0, doc="Weight of yes; only with one score.", advanced=True
    )

    def shape(self, logits: TensorType, label: TensorType) -> TensorType:
        check_floats(("logits",), logits)
        check_scores(logits, label)
        return SCALAR_LOSS

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        if same_numbers(logits, label):
            return {"logits": SCORES, "label": TARGETS}
        return {"logits": CLASS_SCORES}

    def expression(self, logits: Value, label: Value) -> str:
        if same_numbers(logits.type, label.type):
            given = map(Raw, pair(logits, label))
            return call("binary_focal_loss", *given, **changed(self, "gamma", "alpha"))
        return call("focal_loss", *by_class(logits, label), **changed(self, "gamma"))


@node(
    "loss.dice",
    group=GROUP,
    role="loss",
    inputs="logits target",
    outputs="loss:loss",
    synonyms="segmentation, overlap, mask, f1",
)
class Dice:
    """How little the found mask and the true one overlap: 1 - Dice, a mean over pictures.

    One score a pixel for a mask, or one a class for class numbers (arxiv.org/abs/1606.04797).
    """

    smooth: float = param(1.0, low=0.0, doc="Keeps empty masks from counting too much.")

    def shape(self, logits: TensorType, target: TensorType) -> TensorType:
        for port, one in (("logits", logits), ("target", target)):
            if one.rank < 2:
                repairs = [insert_before(port, "shape.unsqueeze", "Insert Unsqueeze", dim=1)]
                advice = "a mask has a place for each pixel; for one number an example use Binary "
                raise Mismatch(
                    f"masks [N, ...] on `{port}`",
                    one,
                    advice + "cross entropy",
                    repairs=repairs if one.rank else (),
                )
        if same_numbers(logits, target) or target.dtype != "int":
            check_yes_or_no(logits, target)
        else:
            check_classes(logits, target)
        return SCALAR_LOSS

    def wants(self, logits: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": SCORES, "target": TARGETS}

    def expression(self, logits: Value, target: Value) -> str:
        if same_numbers(logits.type, target.type):
            return call("dice_loss", *map(Raw, pair(logits, target)), **changed(self, "smooth"))
        scores = logits
        if (
            logits.type.dims[:-1] == target.type.dims
            and logits.type.dims[2:] != target.type.dims[1:]
        ):
            scores = Value(f"{operand(logits)}.movedim(-1, 1)", logits.type)
        return call("multiclass_dice_loss", scores, target, **changed(self, "smooth"))


@node(
    "loss.multi_margin",
    group=GROUP,
    role="loss",
    inputs="logits label",
    outputs="loss:loss",
    source="torch.nn.MultiMarginLoss",
    synonyms="hinge, svm, classification",
)
class MultiMargin(ByClass):
    """The right class's score should exceed every other by `margin`."""

    p: Literal["1", "2"] = param("1", torch=1, doc="1: as far as it falls short; 2: squared.")
    margin: float = param(1.0, doc="By how much.")

    def shape(self, logits: TensorType, label: TensorType) -> TensorType:
        self.check_weight(check_classes(logits, label))
        return SCALAR_LOSS

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": CLASS_SCORES}

    def expression(self, logits: Value, label: Value) -> str:
        scores, wanted = by_class(logits, label)
        if logits.type.rank > 2 and scores is logits:
            scores = Value(f"{operand(logits)}.movedim(1, -1).flatten(0, -2)", logits.type)
            wanted = Value(f"{operand(label)}.flatten()", label.type)
        power = {"p": 2} if self.p == "2" else {}
        rest = {**power, **changed(self, "margin"), **class_weights(logits, self.weight)}
        return call("F.multi_margin_loss", scores, wanted, **rest)


@node(
    "loss.multilabel_margin",
    group=GROUP,
    role="loss",
    inputs="logits label",
    outputs="loss:loss",
    source="torch.nn.MultiLabelMarginLoss",
    synonyms="hinge, multi-label, classification",
)
class MultilabelMargin:
    """Every right class's score should exceed every wrong one's by 1.

    Labels [N, classes] list the right classes' numbers first, then -1.
    """

    def shape(self, logits: TensorType, label: TensorType) -> TensorType:
        check_floats(("logits",), logits)
        check_labels(label)
        check_pair_of_rows(logits, label)
        if label.classes is not None and label.classes != logits.dims[1]:
            raise Mismatch(
                f"{label.classes} scores, one a class",
                logits,
                "list as many class numbers for each example, the rest -1",
            )
        return SCALAR_LOSS

    def wants(self, logits: TensorType, label: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": CLASS_SCORES}

    def expression(self, logits: Value, label: Value) -> str:
        return call("F.multilabel_margin_loss", logits, label)


def check_pair_of_rows(logits: TensorType, label: TensorType) -> None:
    """Both are [N, classes].

    Raises:
        Mismatch: If they are not.
    """
    if logits.rank != 2 or logits.dims != label.dims or logits.dims[1] == 1:
        raise Mismatch(
            f"scores [N, classes] of two classes or more, shaped like the labels, {label}",
            logits,
            "end in a Linear layer",
        )


@node(
    "loss.multilabel_soft_margin",
    group=GROUP,
    role="loss",
    inputs="logits target",
    outputs="loss:loss",
    source="torch.nn.MultiLabelSoftMarginLoss",
    synonyms="multi-label, classification, yes or no",
)
class MultilabelSoftMargin:
    """Binary cross entropy of each class, a mean over the classes; several may be right."""

    weight: tuple[float, ...] = param(
        (), torch=None, low=0.0, doc="How much each class counts; alike if empty.", advanced=True
    )

    def shape(self, logits: TensorType, target: TensorType) -> TensorType:
        check_yes_or_no(logits, target)
        if not logits.rank:
            raise Mismatch("scores [N, classes]", logits, "wire a batch here")
        classes = logits.dims[-1]
        if isinstance(classes, int):
            check_weight(self.weight, classes)
        return SCALAR_LOSS

    def wants(self, logits: TensorType, target: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": SCORES, "target": TARGETS}

    def expression(self, logits: Value, target: Value) -> str:
        rest = class_weights(logits, self.weight)
        return call("F.multilabel_soft_margin_loss", *map(Raw, pair(logits, target)), **rest)


@node(
    "loss.soft_margin",
    group=GROUP,
    role="loss",
    inputs="logits sign",
    outputs="loss:loss",
    source="torch.nn.SoftMarginLoss",
    synonyms="logistic, yes or no",
)
class SoftMargin(Reduced):
    """Logistic loss for targets of -1 (no) and 1 (yes), or labels of two classes."""

    def shape(self, logits: TensorType, sign: TensorType) -> TensorType:
        check_yes_or_no(logits, sign, ("logits", "sign"))
        return SCALAR_LOSS

    def wants(self, logits: TensorType, sign: TensorType) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": SCORES, "sign": SIGNS}

    def expression(self, logits: Value, sign: Value) -> str:
        given = map(Raw, pair(logits, as_sign(sign)))
        return self.reduced("F.soft_margin_loss", (logits, sign), *given)


@node(
    "loss.ctc",
    group=GROUP,
    title="CTC",
    role="loss",
    inputs="logits label logits_length? label_length?",
    outputs="loss:loss",
    source="torch.nn.CTCLoss",
    synonyms="connectionist temporal classification, speech, handwriting, alignment",
)
class CTC:
    """How likely the labels come out in their order, whenever it may be.

    Takes logits [N, T, classes], one of the classes being the blank, and labels [N, S]. Without
    lengths every logit counts, and every label that is not the blank (cs.toronto.edu/~graves).
    """

    blank: int = param(0, low=0, doc="Number of the class that stands for nothing.")
    zero_infinity: bool = param(
        False, doc="Leave out examples whose labels do not fit in their time.", advanced=True
    )

    def shape(
        self,
        logits: TensorType,
        label: TensorType,
        logits_length: TensorType | None,
        label_length: TensorType | None,
    ) -> TensorType:
        check_floats(("logits",), logits)
        check_labels(label)
        if logits.rank != 3:
            raise Mismatch("logits [N, T, classes]", logits, "end in a Linear layer along time")
        if label.rank != 2:
            raise Mismatch("labels [N, S]", label, "wire sequences of labels here")
        classes = logits.dims[2]
        if isinstance(classes, int) and self.blank >= classes:
            raise Mismatch(
                f"a blank below {classes}, the number of classes", self.blank, "lower it"
            )
        return SCALAR_LOSS

    def wants(self, logits: TensorType, *rest: TensorType | None) -> dict[str, Want]:
        """What it wants at its inputs."""
        return {"logits": CLASS_SCORES}

    def expression(
        self,
        logits: Value,
        label: Value,
        logits_length: Value | None,
        label_length: Value | None,
    ) -> str:
        lengths = {"logits_length": logits_length, "label_length": label_length}
        given = {name: value for name, value in lengths.items() if value is not None}
        rest = changed(self, "blank", "zero_infinity")
        return call("ctc_loss", logits, label, **given, **rest)
