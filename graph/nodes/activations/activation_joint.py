"""Activations that look at several numbers at once: softmax and gates.

The curves are drawn for the simplest case: two numbers, of which one is 0 or equal to the other.
"""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, node, param, shared
from graph.declare.ranges import Given, Range, logs, parts
from graph.nodes.activations.activation import GROUP, sigmoid, softplus
from graph.nodes.shared.axes_of_shapes import NAMES, axis, known, numbers
from graph.nodes.shared.nearest import outputs


@shared
class Along:
    """Works along one axis and leaves the sizes as they are."""

    single: ClassVar[str] = "activation.sigmoid"
    """The type that shares out between yes and no, from one number."""

    dim: int = param(
        1, torch=None, doc="Axis along which the numbers meet; 1 is that of the classes."
    )

    def shape(self, x: TensorType) -> TensorType:
        axis(numbers(x), self.dim)
        return x

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return (axis(x, self.dim),)

    def shares(self, x: TensorType) -> int:
        """The axis along which what comes out adds up to 1, or its exponentials."""
        return axis(x, self.dim)

    def bounds(self, x: Given) -> Range:
        """Shares of 1: of many they are small, though their scores are near."""
        return parts(x)

    def summary(self) -> str:
        return f"axis {self.dim}"


@node(
    "activation.softmax",
    group=GROUP,
    title="Softmax",
    source="torch.nn.Softmax",
    synonyms="probabilities, normalise",
)
class Softmax(Along):
    """Turns scores into probabilities that add up to 1.

    Not needed before Cross entropy, which does it itself.
    """

    def expression(self, x: Value) -> str:
        return call("F.softmax", x, dim=self.dim)

    def curve(self, x: float) -> float:
        return sigmoid(x)


@node("activation.softmin", group=GROUP, title="Softmin", source="torch.nn.Softmin")
class Softmin(Along):
    """Like Softmax, and the smallest score gets the highest probability."""

    def expression(self, x: Value) -> str:
        return call("F.softmin", x, dim=self.dim)

    def curve(self, x: float) -> float:
        return sigmoid(-x)


@node(
    "activation.log_softmax",
    group=GROUP,
    title="Log softmax",
    source="torch.nn.LogSoftmax",
    synonyms="log probabilities",
)
class LogSoftmax(Along):
    """The logarithm of Softmax: log probabilities, computed without loss of digits."""

    single: ClassVar[str] = "activation.log_sigmoid"

    def bounds(self, x: Given) -> Range:
        """Logarithms of probabilities."""
        return logs(x)

    def expression(self, x: Value) -> str:
        return call("F.log_softmax", x, dim=self.dim)

    def curve(self, x: float) -> float:
        return -softplus(-x)


@node(
    "activation.softmax2d",
    group=GROUP,
    title="Softmax2d",
    source="torch.nn.Softmax2d",
    synonyms="probabilities, segmentation",
)
class Softmax2d:
    """Softmax over the channels of each pixel of a picture [N, C, H, W]."""

    single: ClassVar[str] = "activation.sigmoid"

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank != 4:
            raise Mismatch(f"pictures {NAMES[2]}", x, "use Softmax and pick its axis")
        return x

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return (1,)

    def shares(self, x: TensorType) -> int:
        """The axis along which what comes out adds up to 1."""
        return 1

    def bounds(self, x: Given) -> Range:
        """Shares of 1."""
        return parts(x)

    def expression(self, x: Value) -> str:
        return call("F.softmax", x, dim=1)

    def curve(self, x: float) -> float:
        return sigmoid(x)


@node(
    "activation.glu",
    group=GROUP,
    title="GLU",
    source="torch.nn.GLU",
    synonyms="gated linear unit, gate",
)
class GLU:
    """One half of the numbers decides how much of the other half passes.

    Dauphin et al. 2016, https://arxiv.org/abs/1612.08083
    """

    dim: int = param(-1, doc="Axis that is cut into halves.")

    def shape(self, x: TensorType) -> TensorType:
        where = axis(numbers(x), self.dim)
        if not where:
            repairs = [set_param("dim", 1)] if x.rank > 1 else []
            advice = "the batch can't be halved: pick another axis"
            raise Mismatch("an axis behind the batch", f"axis 0 of {x}", advice, repairs=repairs)
        size = known(x, where, "halves")
        if size % 2:
            raise Mismatch(
                "an even size to cut into halves",
                f"{size} on axis {where} of {x}",
                "give the layer before an even number of outputs",
                repairs=outputs(x, where, size + 1),
            )
        return x.with_dims(*x.dims[:where], size // 2, *x.dims[where + 1 :])

    def bounds(self, x: Given) -> Given:
        """Of either sign, as the half that passes is."""
        return x if x is not None and x.free else None

    def expression(self, x: Value) -> str:
        return call("F.glu", x, **({} if self.dim == -1 else {"dim": self.dim}))

    def curve(self, x: float) -> float:
        return x * sigmoid(x)

    def summary(self) -> str:
        return f"axis {self.dim}"
