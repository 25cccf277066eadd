"""Activations that bend like ReLU, without its corner or without its flat side.

Formulas: https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
"""

import math
from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param
from graph.nodes.activations.activation import GROUP, Pointwise, sigmoid, softplus
from graph.nodes.shared.axes_of_shapes import numbers


@node("activation.elu", group=GROUP, title="ELU", source="torch.nn.ELU")
class ELU(Pointwise):
    """Keeps what is positive, and bends the rest softly towards -alpha.

    Clevert et al. 2015, https://arxiv.org/abs/1511.07289
    """

    alpha: float = param(1.0, doc="Where large negative inputs end, below 0.")

    def expression(self, x: Value) -> str:
        return call("F.elu", x, **changed(self, "alpha"))

    def curve(self, x: float) -> float:
        return x if x > 0 else self.alpha * math.expm1(x)


@node("activation.celu", group=GROUP, title="CELU", source="torch.nn.CELU")
class CELU(Pointwise):
    """Like ELU, without a kink whatever alpha is.

    Barron 2017, https://arxiv.org/abs/1704.07483
    """

    alpha: float = param(1.0, doc="Where large negative inputs end, below 0.")

    def shape(self, x: TensorType) -> TensorType:
        if not self.alpha:
            raise Mismatch(
                "an alpha other than 0",
                0,
                "it is divided by",
                repairs=[set_param("alpha", 1.0)],
            )
        return numbers(x)

    def expression(self, x: Value) -> str:
        return call("F.celu", x, **changed(self, "alpha"))

    def curve(self, x: float) -> float:
        return x if x > 0 or not self.alpha else self.alpha * math.expm1(x / self.alpha)


@node(
    "activation.selu",
    group=GROUP,
    title="SELU",
    source="torch.nn.SELU",
    synonyms="self-normalising",
)
class SELU(Pointwise):
    """An ELU scaled so that deep fully connected networks keep mean 0 and variance 1.

    Klambauer et al. 2017, https://arxiv.org/abs/1706.02515
    """

    def expression(self, x: Value) -> str:
        return f"F.selu({x})"

    def curve(self, x: float) -> float:
        scale, alpha = 1.0507009873554805, 1.6732632423543772
        return scale * (x if x > 0 else alpha * math.expm1(x))


@node(
    "activation.gelu",
    group=GROUP,
    title="GELU",
    source="torch.nn.GELU",
    synonyms="transformer, gpt",
)
class GELU(Pointwise):
    """A smooth ReLU that weighs each number by how large it is among normal ones.

    Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415
    """

    approximate: Literal["none", "tanh"] = param(
        "none", doc="Tanh: a faster formula that is nearly the same.", advanced=True
    )

    def expression(self, x: Value) -> str:
        return call("F.gelu", x, **changed(self, "approximate"))

    def curve(self, x: float) -> float:
        return x * 0.5 * (1 + math.erf(x / math.sqrt(2)))


@node(
    "activation.silu",
    group=GROUP,
    title="SiLU",
    source="torch.nn.SiLU",
    synonyms="swish, sigmoid linear unit",
)
class SiLU(Pointwise):
    """A smooth ReLU: each number times its sigmoid."""

    def expression(self, x: Value) -> str:
        return f"F.silu({x})"

    def curve(self, x: float) -> float:
        return x * sigmoid(x)


@node("activation.mish", group=GROUP, title="Mish", source="torch.nn.Mish")
class Mish(Pointwise):
    """A smooth ReLU that dips a little below 0.

    Misra 2019, https://arxiv.org/abs/1908.08681
    """

    def expression(self, x: Value) -> str:
        return f"F.mish({x})"

    def curve(self, x: float) -> float:
        return x * math.tanh(softplus(x))


@node("activation.softplus", group=GROUP, title="Softplus", source="torch.nn.Softplus")
class Softplus(Pointwise):
    """A smooth ReLU that is always positive; good for sizes and variances."""

    beta: float = param(1.0, low=0.01, doc="How sharp the bend is.")
    threshold: float = param(20.0, doc="Above this it is taken as a straight line.", advanced=True)

    def expression(self, x: Value) -> str:
        return call("F.softplus", x, **changed(self, "beta", "threshold"))

    def curve(self, x: float) -> float:
        return x if self.beta * x > self.threshold else softplus(self.beta * x) / self.beta
