"""Normalisation within each example, along its last axes or groups of channels."""

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import Dim, TensorType, product
from graph.core.wording import many
from graph.declare import call, changed, node, param
from graph.nodes.layers.normalisation import GROUP
from graph.nodes.shared.axes_of_shapes import channels, known, numbers
from graph.nodes.shared.initial import InitialisedScale
from graph.nodes.shared.nearest import divisor, multiple, outputs


def last(x: TensorType, axes: int) -> tuple[int, ...]:
    """The sizes of the last axes, which must be numbers; the batch is not among them.

    Raises:
        Mismatch: If there are too few, or one varies.
    """
    numbers(x)
    if x.rank <= axes:
        repairs = [set_param("axes", x.rank - 1)] if x.rank > 1 else []
        advice = "normalise over fewer axes"
        raise Mismatch(f"at least {axes} axes behind the batch", x, advice, repairs=repairs)
    return tuple(known(x, dim, "the norm") for dim in range(x.rank - axes, x.rank))


@node(
    "norm.layer",
    group=GROUP,
    title="LayerNorm",
    source="torch.nn.LayerNorm",
    synonyms="normalization, transformer, layer norm",
    learns=True,
)
class LayerNorm(InitialisedScale):
    """Keeps the numbers of each example, along its last axes, near mean 0 and variance 1.

    Ba et al. 2016, https://arxiv.org/abs/1607.06450
    """

    axes: int = param(1, low=1, doc="How many of the last axes are normalised together.")
    eps: float = param(1e-5, low=0.0, doc="Kept from dividing by zero.", advanced=True)
    elementwise_affine: bool = param(True, doc="Learn a scale for each number.")
    bias: bool = param(True, doc="Learn an offset for each number too.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        last(x, self.axes)
        return x

    def module(self, x: TensorType) -> str:
        sizes = last(x, self.axes)
        rest = changed(self, "eps", "elementwise_affine", "bias")
        return self.initialised(
            call("nn.LayerNorm", sizes[0] if len(sizes) == 1 else sizes, **rest)
        )

    def weights(self, x: TensorType) -> int:
        size = 1
        for one in last(x, self.axes):
            size *= one
        return size * (1 + self.bias) if self.elementwise_affine else 0

    def summary(self) -> str:
        return "last axis" if self.axes == 1 else f"last {self.axes} axes"


@node(
    "norm.rms",
    group=GROUP,
    title="RMSNorm",
    source="torch.nn.RMSNorm",
    synonyms="root mean square, llama, transformer",
    learns=True,
)
class RMSNorm(InitialisedScale):
    """Divides each example by the root of its mean square, along its last axes.

    Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467
    """

    axes: int = param(1, low=1, doc="How many of the last axes are normalised together.")
    eps: float | None = param(
        None, low=0.0, doc="Kept from dividing by zero; empty is the smallest step.", advanced=True
    )
    elementwise_affine: bool = param(True, doc="Learn a scale for each number.")

    def shape(self, x: TensorType) -> TensorType:
        last(x, self.axes)
        return x

    def module(self, x: TensorType) -> str:
        sizes = last(x, self.axes)
        rest = changed(self, "eps", "elementwise_affine")
        return self.initialised(call("nn.RMSNorm", sizes[0] if len(sizes) == 1 else sizes, **rest))

    def weights(self, x: TensorType) -> int:
        size = 1
        for one in last(x, self.axes):
            size *= one
        return size if self.elementwise_affine else 0

    def summary(self) -> str:
        return "last axis" if self.axes == 1 else f"last {self.axes} axes"


@node(
    "norm.group",
    group=GROUP,
    title="GroupNorm",
    source="torch.nn.GroupNorm",
    synonyms="normalization, small batches, diffusion",
    learns=True,
)
class GroupNorm(InitialisedScale):
    """Keeps each group of channels of each example near mean 0 and variance 1.

    Does not depend on the batch, so it suits small ones. Wu and He 2018,
    https://arxiv.org/abs/1803.08494
    """

    num_groups: int = param(8, low=1, doc="Groups the channels are cut into.")
    eps: float = param(1e-5, low=0.0, doc="Kept from dividing by zero.", advanced=True)
    affine: bool = param(True, doc="Learn a scale and an offset for each channel.")

    def shape(self, x: TensorType) -> TensorType:
        count = channels(numbers(x))
        if count % self.num_groups:
            raise Mismatch(
                f"a number of groups that divides {count} channels",
                self.num_groups,
                "change the groups or the channels",
                repairs=[
                    set_param("num_groups", divisor(self.num_groups, count)),
                    *outputs(x, 1, multiple(count, self.num_groups)),
                ],
            )
        return x

    def together(self, x: TensorType) -> Dim:
        """How many numbers of each example are normalised together: one alone has no spread."""
        return product((channels(x) // self.num_groups, *x.dims[2:]))

    def module(self, x: TensorType) -> str:
        rest = changed(self, "eps", "affine")
        return self.initialised(call("nn.GroupNorm", self.num_groups, channels(x), **rest))

    def weights(self, x: TensorType) -> int:
        return 2 * channels(x) if self.affine else 0

    def summary(self) -> str:
        return f"{many(self.num_groups, 'group')}"
