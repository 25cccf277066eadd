"""Activations: what bends a straight line.

Formulas: https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
"""

import math

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param
from graph.declare.ranges import Given, Range, logs
from graph.nodes.shared.axes_of_shapes import channels, numbers

GROUP = "Activation"


class Pointwise:
    """Changes each number by itself."""

    def shape(self, x: TensorType) -> TensorType:
        return numbers(x)


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), safe for large numbers."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x: float) -> float:
    """log(1 + exp(x)), safe for large numbers."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@node("activation.relu", group=GROUP, title="ReLU", source="torch.nn.ReLU", synonyms="rectifier")
class ReLU(Pointwise):
    """Keeps what is positive, and gives 0 for the rest."""

    def expression(self, x: Value) -> str:
        return f"F.relu({x})"

    def curve(self, x: float) -> float:
        return max(x, 0.0)


@node("activation.relu6", group=GROUP, title="ReLU6", source="torch.nn.ReLU6", synonyms="mobilenet")
class ReLU6(Pointwise):
    """Like ReLU, and never above 6."""

    def expression(self, x: Value) -> str:
        return f"F.relu6({x})"

    def curve(self, x: float) -> float:
        return min(max(x, 0.0), 6.0)


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


@node(
    "activation.prelu",
    group=GROUP,
    title="PReLU",
    source="torch.nn.PReLU",
    synonyms="parametric relu, learned slope",
    learns=True,
)
class PReLU:
    """Like Leaky ReLU, with a slope for negative inputs that is learned.

    He et al. 2015, https://arxiv.org/abs/1502.01852
    """

    per_channel: bool = param(False, doc="Learn a slope for each channel instead of one for all.")
    init: float = param(0.25, doc="Slope at the start.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        self.slopes(numbers(x))
        return x

    def slopes(self, x: TensorType) -> int:
        """How many slopes are learned."""
        return channels(x) if self.per_channel else 1

    def module(self, x: TensorType) -> str:
        count = self.slopes(x)
        return call("nn.PReLU", *([count] if count > 1 else []), **changed(self, "init"))

    def weights(self, x: TensorType) -> int:
        return self.slopes(x)

    def curve(self, x: float) -> float:
        return x if x > 0 else self.init * x

    def summary(self) -> str:
        return "a slope a channel" if self.per_channel else "one slope"


@node(
    "activation.rrelu",
    group=GROUP,
    title="RReLU",
    source="torch.nn.RReLU",
    synonyms="randomised leaky relu",
)
class RReLU(Pointwise):
    """Like Leaky ReLU, with a slope drawn at random while training."""

    lower: float = param(1 / 8, doc="Smallest slope.")
    upper: float = param(1 / 3, doc="Largest slope.")

    def shape(self, x: TensorType) -> TensorType:
        if self.lower > self.upper:
            raise Mismatch(
                f"a lower slope of at most {self.upper:g}",
                f"{self.lower:g}",
                "swap lower and upper",
                repairs=[set_param("lower", self.upper)],
            )
        return numbers(x)

    def module(self, x: TensorType) -> str:
        return call("nn.RReLU", **changed(self, "lower", "upper"))

    def modes(self) -> bool:
        return True

    def curve(self, x: float) -> float:
        return x if x > 0 else (self.lower + self.upper) / 2 * x


@node("activation.tanh", group=GROUP, title="Tanh", source="torch.nn.Tanh", synonyms="squash")
class Tanh(Pointwise):
    """Squeezes every number into -1 to 1."""

    def expression(self, x: Value) -> str:
        return f"F.tanh({x})"

    def curve(self, x: float) -> float:
        return math.tanh(x)


@node(
    "activation.sigmoid",
    group=GROUP,
    title="Sigmoid",
    source="torch.nn.Sigmoid",
    synonyms="logistic, squash, probability",
)
class Sigmoid(Pointwise):
    """Squeezes every number into 0 to 1, to be read as a probability."""

    def expression(self, x: Value) -> str:
        return f"F.sigmoid({x})"

    def curve(self, x: float) -> float:
        return sigmoid(x)


@node("activation.log_sigmoid", group=GROUP, title="Log sigmoid", source="torch.nn.LogSigmoid")
class LogSigmoid(Pointwise):
    """The logarithm of the sigmoid: a log probability, computed without loss of digits."""

    def bounds(self, x: Given) -> Range:
        """Logarithms of probabilities."""
        return logs(x)

    def expression(self, x: Value) -> str:
        return f"F.logsigmoid({x})"

    def curve(self, x: float) -> float:
        return -softplus(-x)


@node("activation.softsign", group=GROUP, title="Softsign", source="torch.nn.Softsign")
class Softsign(Pointwise):
    """Squeezes every number into -1 to 1, more gently than Tanh."""

    def expression(self, x: Value) -> str:
        return f"F.softsign({x})"

    def curve(self, x: float) -> float:
        return x / (1 + abs(x))
