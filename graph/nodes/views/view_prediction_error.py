"""Numbers that a network predicts against those that are true."""

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from graph.core.picture import Picture, Seen
from graph.core.tensor import TensorType
from graph.core.wording import many
from graph.declare import node, param
from graph.nodes.shared.targets import check_pair
from graph.nodes.views.view import GROUP

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scatter(Picture):
    """Points of true and predicted number, for each column of the target.

    Attributes:
        columns: The points (true, predicted) of each column.
        low: The least number of all.
        high: The largest.
        left_out: How many pairs hold a number that is none.
    """

    shape: ClassVar[float] = 1.0

    columns: tuple[tuple[Point, ...], ...]
    low: float
    high: float
    left_out: int = 0

    @property
    def explained(self) -> tuple[float, ...]:
        """Of each column, the share of its variance that is predicted, R²; 1 is all of it."""
        return tuple(map(explained, self.columns))

    def in_words(self) -> str:
        shares = ", ".join(f"{share:.3f}" for share in self.explained)
        rest = f", {self.left_out} not finite" if self.left_out else ""
        return f"R² {shares} of {many(max(map(len, self.columns), default=0), 'example')}{rest}"


def explained(points: tuple[Point, ...]) -> float:
    """R²: 1 - sum (y - p)² / sum (y - mean y)²; 0 where all that is true is one number."""
    mean = sum(true for true, _ in points) / max(1, len(points))
    spread = sum((true - mean) ** 2 for true, _ in points)
    missed = sum((true - predicted) ** 2 for true, predicted in points)
    return 1 - missed / spread if spread else 0.0


@node(
    "view.prediction_error",
    group=GROUP,
    title="Predicted against true",
    role="view",
    inputs="prediction target",
    outputs="",
    synonyms="regression, scatter, parity, residuals, actual, r2",
)
class PredictionError:
    """A point for each held-out number: what is true to the right, what is predicted upwards."""

    own_unit: ClassVar[tuple[str, ...]] = ("prediction", "target")

    count: int = param(500, low=1, high=5000, doc="How many held-out examples are drawn.")

    def shape(self, prediction: TensorType, target: TensorType) -> tuple[TensorType, ...]:
        check_pair(prediction, target)
        return ()

    def picture(self, seen: Seen) -> Scatter:
        pairs = zip(seen.columns("target"), seen.columns("prediction"), strict=True)
        columns = [tuple(zip(true, predicted, strict=True)) for true, predicted in pairs]
        drawn = tuple(tuple(p for p in one if all(map(isfinite, p))) for one in columns)
        numbers = [number for one in drawn for point in one for number in point] or [0.0, 1.0]
        left_out = sum(map(len, columns)) - sum(map(len, drawn))
        return Scatter(drawn, min(numbers), max(numbers), left_out)

    def summary(self) -> str:
        return many(self.count, "held-out example")
