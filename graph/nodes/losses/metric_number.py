"""Metrics of regression and of other numbers."""

from typing import ClassVar

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import Value, node
from graph.nodes.losses.metric import GROUP
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.targets import check_pair, pair


class NumberMetric:
    """Compares predicted numbers with true ones, in the unit of these."""

    better: ClassVar[str] = "lower"
    share: ClassVar[bool] = False
    own_unit: ClassVar[tuple[str, ...]] = ("prediction", "target")

    def shape(self, prediction: TensorType, target: TensorType) -> tuple[TensorType, ...]:
        check_pair(prediction, target)
        if not prediction.rank or not target.rank:
            lone = prediction if target.rank else target
            raise Mismatch("numbers of each example, [N, ...]", lone, "wire a batch here")
        return ()


def difference(prediction: Value, target: Value) -> str:
    """Source of prediction minus target, in brackets."""
    return "({} - {})".format(*map(operand, pair(prediction, target)))


@node(
    "metric.mae",
    group=GROUP,
    title="MAE",
    role="metric",
    inputs="prediction target",
    outputs="",
    source="torchmetrics.MeanAbsoluteError",
    synonyms="mean absolute error, l1, regression",
)
class MAE(NumberMetric):
    """How far predictions are from their targets, on average."""

    def total(self, prediction: Value, target: Value) -> tuple[str, str]:
        return f"{difference(prediction, target)}.abs().sum()", f"{operand(target)}.numel()"


@node(
    "metric.mse",
    group=GROUP,
    title="MSE",
    role="metric",
    inputs="prediction target",
    outputs="",
    source="torchmetrics.MeanSquaredError",
    synonyms="mean squared error, l2, regression",
)
class MSE(NumberMetric):
    """Mean of the squared differences."""

    def total(self, prediction: Value, target: Value) -> tuple[str, str]:
        return f"{difference(prediction, target)}.square().sum()", f"{operand(target)}.numel()"


@node(
    "metric.rmse",
    group=GROUP,
    title="RMSE",
    role="metric",
    inputs="prediction target",
    outputs="",
    source="torchmetrics.MeanSquaredError",
    synonyms="root mean squared error, regression",
)
class RMSE(NumberMetric):
    """Root of the mean of the squared differences: in the target's own unit."""

    def total(self, prediction: Value, target: Value) -> tuple[str, str]:
        return f"{difference(prediction, target)}.square().sum()", f"{operand(target)}.numel()"

    def figure(self, mean: str, home: str = "math") -> str:
        return f"{home}.sqrt({mean})"


@node(
    "metric.r2",
    group=GROUP,
    title="R2",
    role="metric",
    inputs="prediction target",
    outputs="",
    source="torchmetrics.R2Score",
    synonyms="coefficient of determination, explained variance, regression",
)
class R2(NumberMetric):
    """Share of the target's variance the network explains: 1 is perfect, 0 the mean's."""

    better: ClassVar[str] = "higher"
    own_unit: ClassVar[tuple[str, ...]] = ()  # it is the same in any

    def metric(self, prediction: TensorType, target: TensorType) -> str:
        return "torchmetrics.R2Score()"

    def of_batch(self, prediction: Value, target: Value) -> str:
        return f"r_squared({self.update(prediction, target)})"

    def update(self, prediction: Value, target: Value) -> str:
        found, wanted = pair(prediction, target)
        if prediction.type.rank < 2 or target.type.rank < 2:
            return f"{found}, {wanted}"
        if prediction.type.rank == 2 and prediction.type.dims[1] != 1:
            return f"{found}, {wanted}"
        return f"{operand(found)}.flatten(), {operand(wanted)}.flatten()"


@node(
    "metric.mean",
    group=GROUP,
    title="Mean value",
    role="metric",
    inputs="x",
    outputs="",
    synonyms="average, loss, own figure",
)
class MeanValue:
    """The mean of any numbers, such as a loss that is computed but not trained."""

    better: ClassVar[str] = ""
    share: ClassVar[bool] = False
    own_unit: ClassVar[tuple[str, ...]] = ("x",)

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        if x.rank < 1 or x.dims[0] != "N":
            raise Mismatch("numbers of each example, [N, ...]", x, "wire what is there for each")
        return ()

    def total(self, x: Value) -> tuple[str, str]:
        return f"{operand(x)}.float().sum()", f"{operand(x)}.numel()"
