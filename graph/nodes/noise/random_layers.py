"""Layers that draw random numbers each time they are computed."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param
from graph.declare.ranges import PROBABILITY, Given, Range, unsure
from graph.nodes.noise.random import GROUP
from graph.nodes.shared.axes_of_shapes import axis, numbers, spatial
from graph.nodes.shared.spans import joined


@node(
    "random.gumbel_softmax",
    group=GROUP,
    source="torch.nn.functional.gumbel_softmax",
    synonyms="categorical, discrete, sample, one hot, concrete, relaxation",
)
class GumbelSoftmax:
    """Draws a class from logits, softly, so that gradients reach them.

    Sources: Jang et al. 2016, https://arxiv.org/abs/1611.01144; Maddison et al. 2016,
    https://arxiv.org/abs/1611.00712
    """

    single: ClassVar[str] = "activation.sigmoid"

    tau: float = param(1.0, low=1e-6, doc="Temperature: near 0 it is all one class.")
    hard: bool = param(False, doc="Give exactly one class, with the gradients of the soft draw.")
    dim: int = param(-1, doc="The axis of the classes.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        axis(numbers(x), self.dim)
        return x

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return (axis(x, self.dim),)

    def shares(self, x: TensorType) -> int:
        """The axis along which what comes out adds up to 1."""
        return axis(x, self.dim)

    def bounds(self, x: Given) -> Range:
        """Probabilities."""
        return PROBABILITY

    def expression(self, x: Value) -> str:
        return call("F.gumbel_softmax", x, **changed(self, "tau", "hard", "dim"))

    def summary(self) -> str:
        return f"temperature {self.tau:g}{', hard' if self.hard else ''}"


@node(
    "random.gaussian_blur",
    group=GROUP,
    synonyms="smooth, soften, augmentation, defocus, low pass",
)
class GaussianBlur:
    """Blurs each picture by a strength drawn for it anew; by a fixed one where both are equal.

    Points beyond the border mirror those before it.
    """

    size: int = param(5, low=1, doc="Side of the window in points; odd.")
    least: float = param(0.1, low=1e-3, doc="Weakest blur: deviation in points.")
    most: float = param(2.0, low=1e-3, doc="Strongest blur: deviation in points.")

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        sides = spatial(x, 2, "pictures")
        if self.size % 2 == 0:
            repair = set_param("size", self.size + 1)
            raise Mismatch("an odd size", self.size, "a window has a middle", repairs=[repair])
        if self.least > self.most:
            repair = set_param("most", self.least)
            raise Mismatch(
                f"a strongest blur of at least {self.least:g}",
                f"{self.most:g}",
                "the strongest is no less than the weakest",
                repairs=[repair],
            )
        short = [side for side in sides if isinstance(side, int) and side <= self.size // 2]
        if short:
            repair = set_param("size", max(1, 2 * min(short) - 1))
            raise Mismatch(
                f"sides over {self.size // 2}", x, "take a smaller window", repairs=[repair]
            )
        return x

    def bounds(self, x: Given) -> Given:
        """Means of neighbours go no further."""
        return unsure(x)

    def expression(self, x: Value) -> str:
        return call("gaussian_blur", x, self.size, self.least, self.most)

    def summary(self) -> str:
        return f"{self.least:g} to {self.most:g}"


@node(
    "random.mix",
    group=GROUP,
    title="Random mix",
    inputs="a b",
    synonyms="interpolate, between, wgan-gp, gradient penalty, blend",
)
class Mix:
    """A point between each two examples, drawn anew: where a Gradient penalty looks.

    Source: Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028, algorithm 1.
    """

    def leaf(self) -> bool:
        """Is its value what a gradient is asked for?"""
        return True

    def shape(self, a: TensorType, b: TensorType) -> TensorType:
        numbers(a, "a")
        numbers(b, "b")
        if not a.rank:
            raise Mismatch("a batch [N, ...]", a, "wire examples here")
        if a.dims != b.dims:
            raise Mismatch(f"examples like those on `a`, {a}", b, "wire examples of one size")
        return TensorType(a.dims)

    def bounds(self, a: Given, b: Given) -> Given:
        """From the lowest to the highest."""
        return joined((unsure(a), unsure(b)))

    def expression(self, a: Value, b: Value) -> str:
        return call("random_mix", a, b)
