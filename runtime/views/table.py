"""Held-out rows with prediction and target side by side."""

from collections.abc import Sequence

from torch import Tensor

from graph.core.wording import amount
from runtime.protocol.payloads import Table
from runtime.views.computed import View, class_numbers, probabilities

FEATURES = 12
"""At most so many columns of features are shown."""


def render(view: View) -> Table:
    """Prediction, target, then features: classes by name with their probability, or numbers."""
    tensors = view.tensors()
    prediction, target = tensors["prediction"], tensors["target"]
    right: list[bool | None] = []
    if target.is_floating_point():
        columns, cells = of_numbers(
            [*prediction.reshape(len(prediction), -1).T], [*target.reshape(len(target), -1).T]
        )
    else:
        columns, cells, right = of_classes(view, prediction, target)
    if "features" in tensors:
        features = tensors["features"].flatten(1)[:, :FEATURES]
        names = view.params.get("columns") or ()
        columns += [str(names[i]) if i < len(names) else f"x{i}" for i in range(features.shape[1])]
        cells += [words(column) for column in features.T]
    return Table(tuple(columns), tuple(zip(*cells, strict=True)), tuple(right))


def of_numbers(
    predictions: Sequence[Tensor], targets: Sequence[Tensor]
) -> tuple[list[str], list[list[str]]]:
    """Columns and their cells: a prediction and a target for each number of a row."""
    columns: list[str] = []
    cells: list[list[str]] = []
    for number, pair in enumerate(zip(predictions, targets, strict=True), start=1):
        columns += [f"{name} {number}" for name in ("prediction", "target")]
        cells += [words(column) for column in pair]
    return (columns if len(columns) > 2 else ["prediction", "target"]), cells


def of_classes(
    view: View, logits: Tensor, target: Tensor
) -> tuple[list[str], list[list[str]], list[bool | None]]:
    """Columns, their cells, and which rows are right."""
    sure, taken = probabilities(logits).max(1)
    label = class_numbers(target)
    cells = [
        [view.class_name(number) for number in taken.tolist()],
        [view.class_name(number) for number in label.tolist()],
        [f"{share:.0%}" for share in sure.tolist()],
    ]
    right: list[bool | None] = (taken == label).tolist()
    return ["prediction", "target", "probability"], cells, right


def words(numbers: Tensor) -> list[str]:
    """Numbers as a person reads them: 207,600, but 2029, which may be a year."""
    return [f"{one:.4g}" if abs(one) < 9999.5 else amount(one) for one in numbers.tolist()]
