"""Activations: what bends a straight line."""

import math

from graph.declare import Value, call, changed, node, param
from graph.tensor import TensorType

GROUP = "Activation"


class Pointwise:
    """Changes each number by itself."""

    def shape(self, x: TensorType) -> TensorType:
        return x


@node("activation.relu", group=GROUP, title="ReLU", source="torch.nn.ReLU", synonyms="rectifier")
class ReLU(Pointwise):
    """Keeps what is positive, and gives 0 for the rest."""

    def expression(self, x: Value) -> str:
        return f"F.relu({x})"

    def curve(self, x: float) -> float:
        return max(x, 0.0)


@node(
    "activation.leaky_relu",
    group=GROUP,
    title="Leaky ReLU",
    source="torch.nn.LeakyReLU",
    synonyms="lrelu",
)
class LeakyReLU(Pointwise):
    """Keeps what is positive, and lets a little of the rest through."""

    negative_slope: float = param(0.01, doc="Slope for negative inputs.")

    def expression(self, x: Value) -> str:
        return call("F.leaky_relu", x, **changed(self, "negative_slope"))

    def curve(self, x: float) -> float:
        return x if x > 0 else self.negative_slope * x

    def summary(self) -> str:
        return f"slope {self.negative_slope:g}"


@node("activation.tanh", group=GROUP, title="Tanh", source="torch.nn.Tanh", synonyms="squash")
class Tanh(Pointwise):
    """Squeezes every number into -1 to 1."""

    def expression(self, x: Value) -> str:
        return f"F.tanh({x})"

    def curve(self, x: float) -> float:
        return math.tanh(x)
