"""How predictions must fit what they are compared with; losses and metrics share these rules."""

from graph.core.errors import Mismatch, Repair, insert_before, set_upstream, use
from graph.core.tensor import TensorType, product
from graph.declare import Value
from graph.declare.ranges import JUDGE_NUMBERS
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.fits import to_sides


def class_axis(logits: TensorType, label: TensorType, name: str = "logits") -> int:
    """Where the classes lie: 1 in [N, classes, ...], -1 in [N, ..., classes] as sequences have.

    Raises:
        Mismatch: If the logits fit the labels neither way.
    """
    if label.rank and logits.rank == label.rank + 1:
        first = logits.dims[0] == label.dims[0] and logits.dims[2:] == label.dims[1:]
        last = logits.dims[:-1] == label.dims
        if first and not (last and logits.rank > 2 and logits.dims[-1] == label.classes):
            return 1
        if last:
            return -1
    rest = "".join(f", {dim}" for dim in label.dims[1:])
    classes = "classes" if label.classes is None else label.classes
    repairs = []
    advice = f"let what gives `{name}` end in that shape"
    if label.rank == 1 and logits.rank > 2:
        repairs.append(insert_before(name, "shape.flatten", "Insert Flatten"))
        advice = "flatten the features and end in a Linear layer"
    elif label.rank == 1 and logits.rank == 1:
        advice = "end in a Linear layer with one output a class"
    raise Mismatch(f"[N, {classes}{rest}]: one score a class", logits, advice, repairs=repairs)


def check_labels(label: TensorType, name: str = "label") -> None:
    """Labels are whole numbers, one or more an example, of two classes or more.

    Raises:
        Mismatch: If they are not.
    """
    if label.dtype != "int" or not label.rank:
        repairs = judge_numbers(label)
        single = bool(repairs) and label.dims[1:] in {(), (1,)}
        advice = "wire the data's labels here" + (
            "; a number to predict is judged by Mean squared error" if single else ""
        )
        raise Mismatch(f"class numbers on `{name}`", label, advice, repairs=repairs)
    check_several(label, name)


def judge_numbers(target: TensorType) -> list[Repair]:
    """What judges how far off a number is, where there is one number an example, or a few."""
    single = target.dtype == "float" and target.rank in {1, 2}
    return [use(*JUDGE_NUMBERS)] if single else []


def check_several(label: TensorType, name: str) -> None:
    """There is more than one class.

    Raises:
        Mismatch: If there is one only: any network is always right then.
    """
    if label.classes == 1:
        raise Mismatch(
            f"two classes or more on `{name}`",
            "one class only",
            "there is nothing to tell apart: add examples of another class to the data",
        )


def check_floats(names: tuple[str, ...], *given: TensorType) -> None:
    """All are numbers that a gradient can get through.

    Raises:
        Mismatch: If one holds class numbers, tokens or truth values.
    """
    for name, one in zip(names, given, strict=True):
        if one.dtype != "float":
            kind = f"{one.kind} {one} of {one.dtype}"
            raise Mismatch(f"numbers on `{name}`", kind, "wire what the network gives here")


def check_classes(logits: TensorType, label: TensorType, name: str = "logits") -> int:
    """Logits have one score a class, labels are class numbers; gives the number of classes.

    Raises:
        Mismatch: If they do not fit.
    """
    check_labels(label)
    if logits.dtype != "float":
        raise Mismatch("scores, one a class", f"{logits.kind} {logits}", "wire logits here")
    axis = class_axis(logits, label, name)
    classes = logits.dims[axis]
    if not isinstance(classes, int):
        raise Mismatch("a fixed number of classes", logits, "end in a Linear layer")
    if classes < 2 and label.classes is None:
        raise Mismatch(
            "two scores or more, one a class",
            logits,
            "let the layer before give one output a class; for yes or no take a binary loss",
            repairs=[set_outputs(name, 2, channels=axis == 1 and logits.rank > 2)],
        )
    if label.classes is not None and classes != label.classes:
        raise Mismatch(
            f"{label.classes} scores, one a class",
            classes,
            f"let the layer before give {label.classes} outputs",
            repairs=[set_outputs(name, label.classes, channels=axis == 1 and logits.rank > 2)],
        )
    return classes


def check_probabilities(logits: TensorType, target: TensorType) -> int:
    """Logits and targets have one number a class, on axis 1; gives the number of classes.

    Raises:
        Mismatch: If they do not fit.
    """
    check_floats(("logits",), logits)
    fits = logits.rank > 1 and logits.dims == target.dims
    classes = logits.dims[1] if fits else None
    if not isinstance(classes, int) or classes < 2:
        raise Mismatch(
            "class numbers on `label`, or a probability for each class, shaped like the logits "
            f"[N, classes, ...], {logits}",
            f"{target.kind} {target}",
            "wire the data's labels here, or One-hot labels as mixing makes them; a number to "
            "predict is judged by Mean squared error",
            repairs=judge_numbers(target),
        )
    return classes


def set_outputs(port: str, count: int, *, channels: bool = False) -> Repair:
    """A repair that lets the layer upstream give so many features or channels."""
    label = f"Set the outputs of the layer before to {count}"
    return set_upstream(port, "filters" if channels else "units", count, label)


def by_class(logits: Value, label: Value) -> tuple[Value, Value]:
    """Both as torch takes them, classes on axis 1: sequences are laid out in one row."""
    if class_axis(logits.type, label.type) == 1:
        return logits, label
    rows = product(label.type.dims)
    return (
        Value(
            f"{operand(logits)}.flatten(0, -2)", logits.type.with_dims(rows, logits.type.dims[-1])
        ),
        Value(f"{operand(label)}.flatten()", label.type.with_dims(rows)),
    )


def is_column(x: TensorType, of: TensorType) -> bool:
    """Is `x` the numbers of `of` as a column, [N, 1] beside [N]?"""
    return x.dims == (*of.dims, 1)


def same_numbers(x: TensorType, other: TensorType) -> bool:
    """Have both the same shape, a column [N, 1] being taken for [N]?"""
    return x.dims == other.dims or is_column(x, other) or is_column(other, x)


def check_pair(
    prediction: TensorType, target: TensorType, names: tuple[str, str] = ("prediction", "target")
) -> None:
    """Both have the same shape; a column [N, 1] may meet [N].

    Raises:
        Mismatch: If they do not fit.
    """
    if prediction.dtype != "float":
        kind = f"{prediction.kind} {prediction}"
        raise Mismatch(f"numbers on `{names[0]}`", kind, "wire what the network gives here")
    if same_numbers(prediction, target):
        return
    raise Mismatch(
        f"{names[0]} shaped like {names[1]}, {target}",
        prediction,
        f"let what gives `{names[0]}` end in that shape",
        repairs=[*_by_class(prediction, target), *_to_shape(names[0], prediction, target)],
    )


def _by_class(prediction: TensorType, target: TensorType) -> list[Repair]:
    """What judges scores by class, where there is one a class."""
    classes = target.classes or 0
    fits = classes > 1 and prediction.rank == target.rank + 1 and classes in prediction.dims
    return [use("loss.cross_entropy", "metric.accuracy")] if fits else []


def _to_shape(port: str, given: TensorType, wanted: TensorType) -> list[Repair]:
    sides = [dim for dim in wanted.dims[1:] if isinstance(dim, int)]
    if given.rank < 2 or len(sides) < wanted.rank - 1:
        return []
    numbers = product(sides)
    if given.rank == 2 and given.dims[1] != numbers:
        return [set_outputs(port, int(numbers))]
    if given.rank == 2:
        unflatten = insert_before(
            port, "shape.unflatten", "Insert Unflatten", dim=1, sizes=tuple(sides)
        )
        return [unflatten] if sides else []
    if wanted.rank <= 2 and product(given.dims[1:]) == numbers:
        return [insert_before(port, "shape.flatten", "Insert Flatten")]
    if given.rank == wanted.rank and given.dims[1] == wanted.dims[1]:
        return to_sides(port, given, wanted)
    if given.rank == wanted.rank and given.dims[2:] == wanted.dims[2:]:
        return [set_outputs(port, sides[0], channels=given.rank > 2)]
    return []


def pair(prediction: Value, target: Value) -> tuple[str, str]:
    """Source of both in the same shape and as floats."""
    wanted = str(target) if target.type.dtype == "float" else f"{operand(target)}.float()"
    if is_column(prediction.type, target.type):
        return f"{operand(prediction)}.squeeze(-1)", wanted
    if is_column(target.type, prediction.type):
        return str(prediction), f"{operand(wanted)}.squeeze(-1)"
    return str(prediction), wanted


def as_sign(target: Value) -> Value:
    """Source of targets of -1 (no) and 1 (yes): class numbers 0 and 1, or truth, are turned."""
    if target.type.dtype == "float" or (
        target.type.dtype == "int" and target.type.kind != "labels"
    ):
        return target
    numbers = operand(target) if target.type.dtype == "int" else f"{operand(target)}.float()"
    return Value(f"{numbers} * 2 - 1", TensorType(target.type.dims))


def check_yes_or_no(
    logits: TensorType, target: TensorType, names: tuple[str, str] = ("logits", "target")
) -> None:
    """Targets are 0 to 1, or labels of two classes, one for each score.

    Raises:
        Mismatch: If they are not.
    """
    if target.dtype == "int":
        check_several(target, names[1])
    if target.dtype == "int" and target.classes not in {None, 2}:
        raise Mismatch(
            f"yes or no on `{names[1]}`",
            f"{target.kind} of {target.classes} classes",
            "use Cross entropy for one class out of many",
            repairs=[use("loss.cross_entropy")],
        )
    check_pair(logits, target, names)


def check_scores(logits: TensorType, label: TensorType, name: str = "logits") -> int:
    """One score for yes or no, or one a class; gives the number of classes.

    Raises:
        Mismatch: If they do not fit.
    """
    if not logits.rank or not label.rank:
        lone = logits if label.rank else label
        raise Mismatch("scores and labels of each example, [N, ...]", lone, "wire a batch here")
    if same_numbers(logits, label):
        if label.dtype == "float" and logits.dtype != "float":
            kind = f"{logits.kind} {logits}"
            raise Mismatch(f"scores on `{name}`", kind, "wire what the network gives here")
        if label.dtype == "int":
            check_several(label, "label")
        if label.classes not in {None, 2}:
            raise Mismatch(
                f"{label.classes} scores, one a class",
                logits,
                f"let the layer before give {label.classes} outputs",
                repairs=[set_outputs(name, label.classes or 2)],
            )
        return 2
    return check_classes(logits, label, name)
