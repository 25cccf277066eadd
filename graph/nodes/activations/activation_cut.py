"""Activations made of straight pieces: hard, shrinking and cut-off ones.

Formulas: https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
"""

import math

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param
from graph.nodes.activations.activation import GROUP, Pointwise
from graph.nodes.shared.axes_of_shapes import numbers


@node(
    "activation.hardtanh",
    group=GROUP,
    title="Hardtanh",
    source="torch.nn.Hardtanh",
    synonyms="clip, clamp",
)
class Hardtanh(Pointwise):
    """Cuts every number off below one value and above another."""

    min_val: float = param(-1.0, doc="Smallest output.")
    max_val: float = param(1.0, doc="Largest output.")

    def shape(self, x: TensorType) -> TensorType:
        if self.min_val > self.max_val:
            raise Mismatch(
                f"a smallest output of at most {self.max_val:g}",
                f"{self.min_val:g}",
                "swap the two",
                repairs=[set_param("min_val", -abs(self.max_val))],
            )
        return numbers(x)

    def expression(self, x: Value) -> str:
        return call("F.hardtanh", x, **changed(self, "min_val", "max_val"))

    def curve(self, x: float) -> float:
        return min(max(x, self.min_val), self.max_val)


@node("activation.hardsigmoid", group=GROUP, title="Hardsigmoid", source="torch.nn.Hardsigmoid")
class Hardsigmoid(Pointwise):
    """A sigmoid of three straight pieces; quick to compute."""

    def expression(self, x: Value) -> str:
        return f"F.hardsigmoid({x})"

    def curve(self, x: float) -> float:
        return min(max(x / 6 + 0.5, 0.0), 1.0)


@node(
    "activation.hardswish",
    group=GROUP,
    title="Hardswish",
    source="torch.nn.Hardswish",
    synonyms="mobilenet",
)
class Hardswish(Pointwise):
    """A SiLU of simple pieces; quick to compute.

    Howard et al. 2019, https://arxiv.org/abs/1905.02244
    """

    def expression(self, x: Value) -> str:
        return f"F.hardswish({x})"

    def curve(self, x: float) -> float:
        return x * min(max(x / 6 + 0.5, 0.0), 1.0)


@node("activation.hardshrink", group=GROUP, title="Hardshrink", source="torch.nn.Hardshrink")
class Hardshrink(Pointwise):
    """Sets small numbers to 0 and keeps the others."""

    lambd: float = param(0.5, low=0.0, doc="What counts as small.")

    def expression(self, x: Value) -> str:
        return call("F.hardshrink", x, **changed(self, "lambd"))

    def curve(self, x: float) -> float:
        return x if abs(x) > self.lambd else 0.0


@node("activation.softshrink", group=GROUP, title="Softshrink", source="torch.nn.Softshrink")
class Softshrink(Pointwise):
    """Moves every number towards 0 by the same step, and small ones onto it."""

    lambd: float = param(0.5, low=0.0, doc="Size of the step.")

    def expression(self, x: Value) -> str:
        return call("F.softshrink", x, **changed(self, "lambd"))

    def curve(self, x: float) -> float:
        return math.copysign(max(abs(x) - self.lambd, 0.0), x)


@node("activation.tanhshrink", group=GROUP, title="Tanhshrink", source="torch.nn.Tanhshrink")
class Tanhshrink(Pointwise):
    """What Tanh takes away: flat around 0, straight far out."""

    def expression(self, x: Value) -> str:
        return f"F.tanhshrink({x})"

    def curve(self, x: float) -> float:
        return x - math.tanh(x)


@node(
    "activation.threshold",
    group=GROUP,
    title="Threshold",
    source="torch.nn.Threshold",
    synonyms="step, cut-off",
)
class Threshold(Pointwise):
    """Keeps numbers above a threshold and puts one value in place of the others."""

    threshold: float = param(0.0, doc="What a number must exceed.")
    value: float = param(0.0, doc="What stands for the others.")

    def expression(self, x: Value) -> str:
        return call("F.threshold", x, self.threshold, self.value)

    def curve(self, x: float) -> float:
        return x if x > self.threshold else self.value
