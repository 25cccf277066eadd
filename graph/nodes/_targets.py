"""How predictions must fit what they are compared with; losses and metrics share these rules."""

from graph.declare import Value
from graph.errors import Mismatch, insert_before, set_upstream
from graph.tensor import TensorType


def class_axis(logits: TensorType, label: TensorType) -> int:
    """Where the classes lie: 1 in [N, classes, ...], -1 in [N, ..., classes] as sequences have.

    Raises:
        Mismatch: If the logits fit the labels neither way.
    """
    if logits.rank == label.rank + 1:
        first = logits.dims[0] == label.dims[0] and logits.dims[2:] == label.dims[1:]
        last = logits.dims[:-1] == label.dims
        if first and not (last and logits.rank > 2 and logits.dims[-1] == label.classes):
            return 1
        if last:
            return -1
    rest = "".join(f", {dim}" for dim in label.dims[1:])
    repairs = []
    if label.rank == 1 and logits.rank > 2:
        repairs.append(insert_before("logits", "shape.flatten", "Insert Flatten"))
    raise Mismatch(
        f"logits [N, classes{rest}] for labels {label}",
        logits,
        "flatten the features and end in a Linear layer" if label.rank == 1 else "check the sides",
        repairs=repairs,
    )


def check_classes(logits: TensorType, label: TensorType) -> int:
    """Logits have one score a class, labels are class numbers; gives the number of classes.

    Raises:
        Mismatch: If they do not fit.
    """
    check_labels(label)
    if logits.dtype != "float":
        raise Mismatch("scores, one a class", f"{logits.kind} {logits}", "wire logits here")
    classes = logits.dims[class_axis(logits, label)]
    if not isinstance(classes, int):
        raise Mismatch("a fixed number of classes", logits, "end in a Linear layer")
    if label.classes is not None and classes != label.classes:
        raise Mismatch(
            f"{label.classes} logits, one a class",
            classes,
            f"let the layer before give {label.classes} outputs",
            repairs=[set_upstream("logits", "units", label.classes)],
        )
    return classes


def check_labels(label: TensorType) -> None:
    """Labels are whole numbers.

    Raises:
        Mismatch: If they are not.
    """
    if label.dtype != "int":
        raise Mismatch("class numbers on `label`", label, "wire the data's labels here")


def by_class(logits: Value, label: Value) -> tuple[Value, Value]:
    """Both as torch takes them, classes on axis 1: sequences are laid out in one row."""
    if class_axis(logits.type, label.type) == 1:
        return logits, label
    rows = "*".join(str(dim) for dim in label.type.dims)
    return (
        Value(f"{logits}.flatten(0, -2)", logits.type.with_dims(rows, logits.type.dims[-1])),
        Value(f"{label}.flatten()", label.type.with_dims(rows)),
    )


def is_column(x: TensorType, of: TensorType) -> bool:
    """Is `x` the numbers of `of` as a column, [N, 1] beside [N]?"""
    return x.dims == (*of.dims, 1)


def check_pair(
    prediction: TensorType, target: TensorType, names: tuple[str, str] = ("prediction", "target")
) -> None:
    """Both have the same shape; a column [N, 1] may meet [N].

    Raises:
        Mismatch: If they do not fit.
    """
    if prediction.dims == target.dims or is_column(prediction, target):
        return
    if is_column(target, prediction):
        return
    repairs = []
    last = target.dims[-1] if target.rank > 1 else 1
    if target.rank <= 2 and prediction.rank == 2 and isinstance(last, int):
        repairs.append(set_upstream(names[0], "units", last))
    elif prediction.rank > target.rank == 2:
        repairs.append(insert_before(names[0], "shape.flatten", "Insert Flatten"))
    elif target.rank > prediction.rank == 2 and all(isinstance(d, int) for d in target.dims[1:]):
        repairs.append(
            insert_before(names[0], "shape.unflatten", "Insert Unflatten", sizes=target.dims[1:])
        )
    raise Mismatch(
        f"{names[0]} like {names[1]}, {target}",
        prediction,
        f"let what gives `{names[0]}` end in that shape",
        repairs=repairs,
    )


def pair(prediction: Value, target: Value) -> tuple[str, str]:
    """Source of both in the same shape and as floats."""
    wanted = str(target) if target.type.dtype == "float" else f"{target}.float()"
    if is_column(prediction.type, target.type):
        return f"{prediction}.squeeze(-1)", wanted
    if is_column(target.type, prediction.type):
        return str(prediction), f"{wanted}.squeeze(-1)"
    return str(prediction), wanted


def is_binary(logits: TensorType, label: TensorType) -> bool:
    """Is there one score for yes or no, rather than one a class?"""
    return logits.dims == label.dims or is_column(logits, label) or is_column(label, logits)


def check_scores(logits: TensorType, label: TensorType) -> int:
    """One score for yes or no, or one a class; gives the number of classes.

    Raises:
        Mismatch: If they do not fit.
    """
    if is_binary(logits, label):
        if label.classes not in {None, 2}:
            raise Mismatch(
                f"{label.classes} logits, one a class",
                logits,
                f"let the layer before give {label.classes} outputs",
                repairs=[set_upstream("logits", "units", label.classes)],
            )
        return 2
    return check_classes(logits, label)
