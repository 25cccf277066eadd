"""Pooling to a wanted size, by powers, and at random places."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import Dim, TensorType
from graph.declare import AXES, Value, call, changed, node, param, shared, short
from graph.declare.ranges import Given, pooled
from graph.nodes.layers.pooling import GROUP, Pool
from graph.nodes.shared.axes_of_shapes import at, numbers, spatial, spread, times


@shared
class AdaptivePool:
    """Cuts each side into so many stretches, whatever its size."""

    axes: ClassVar[int]
    function: ClassVar[str]

    output_size: tuple[int, ...] = param((1,), low=1, sizes=AXES, doc="Sides of the output.")

    def bounds(self, x: Given) -> Given:
        """As far as what is pooled goes."""
        return pooled(x)

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        spatial(x, self.axes, "a batch")
        return x.with_dims(*x.dims[:2], *spread(self.output_size, self.axes))

    def expression(self, x: Value) -> str:
        size = short(spread(self.output_size, self.axes))
        return call(f"F.{self.function}{self.axes}d", x, size)

    def summary(self) -> str:
        return f"to {times(spread(self.output_size, self.axes))}"


@node(
    "pool.adaptive_avg1d",
    group=GROUP,
    title="AdaptiveAvgPool1d",
    source="torch.nn.AdaptiveAvgPool1d",
)
class AdaptiveAvgPool1d(AdaptivePool):
    """Averages signals of any length down, or up, to one length."""

    axes, function = 1, "adaptive_avg_pool"


@node(
    "pool.adaptive_avg2d",
    group=GROUP,
    title="AdaptiveAvgPool2d",
    source="torch.nn.AdaptiveAvgPool2d",
    synonyms="any size, resnet",
)
class AdaptiveAvgPool2d(AdaptivePool):
    """Averages pictures of any size down, or up, to one size."""

    axes, function = 2, "adaptive_avg_pool"


@node(
    "pool.adaptive_avg3d",
    group=GROUP,
    title="AdaptiveAvgPool3d",
    source="torch.nn.AdaptiveAvgPool3d",
)
class AdaptiveAvgPool3d(AdaptivePool):
    """Averages volumes of any size down, or up, to one size."""

    axes, function = 3, "adaptive_avg_pool"


@node(
    "pool.adaptive_max1d",
    group=GROUP,
    title="AdaptiveMaxPool1d",
    source="torch.nn.AdaptiveMaxPool1d",
)
class AdaptiveMaxPool1d(AdaptivePool):
    """Keeps the largest numbers of signals of any length, as many as wanted."""

    axes, function = 1, "adaptive_max_pool"


@node(
    "pool.adaptive_max2d",
    group=GROUP,
    title="AdaptiveMaxPool2d",
    source="torch.nn.AdaptiveMaxPool2d",
    synonyms="any size",
)
class AdaptiveMaxPool2d(AdaptivePool):
    """Keeps the largest numbers of pictures of any size, on a grid of one size."""

    axes, function = 2, "adaptive_max_pool"


@node(
    "pool.adaptive_max3d",
    group=GROUP,
    title="AdaptiveMaxPool3d",
    source="torch.nn.AdaptiveMaxPool3d",
)
class AdaptiveMaxPool3d(AdaptivePool):
    """Keeps the largest numbers of volumes of any size, on a grid of one size."""

    axes, function = 3, "adaptive_max_pool"


@shared
class LPPool(Pool):
    """The root of the sum of powers: 1 gives a sum, a large power nearly the largest number."""

    function: ClassVar[str] = "lp_pool"

    norm_type: float = param(2.0, low=1.0, doc="The power: 1 is a sum; large ones near Max.")
    ceil_mode: bool = param(
        False, doc="Let the last window hang over the end, so nothing is dropped.", advanced=True
    )

    def bounds(self, x: Given) -> Given:
        """Unknown: a root of a sum of powers may be larger than each."""
        return None

    def ceils(self) -> bool:
        return self.ceil_mode

    def expression(self, x: Value) -> str:
        kernel = short(spread(self.kernel_size, self.axes))
        rest = changed(self, "stride", "ceil_mode")
        name = f"F.{self.function}{self.axes}d"
        return call(name, x, norm_type=self.norm_type, kernel_size=kernel, **rest)

    def summary(self) -> str:
        return f"{super().summary()} · power {self.norm_type:g}"


@node("pool.lp1d", group=GROUP, title="LPPool1d", source="torch.nn.LPPool1d", synonyms="power")
class LPPool1d(LPPool):
    """Keeps the root of the sum of powers of each stretch of a signal."""

    axes = 1


@node("pool.lp2d", group=GROUP, title="LPPool2d", source="torch.nn.LPPool2d", synonyms="power")
class LPPool2d(LPPool):
    """Keeps the root of the sum of powers of each little square of a picture."""

    axes = 2


@node("pool.lp3d", group=GROUP, title="LPPool3d", source="torch.nn.LPPool3d", synonyms="power")
class LPPool3d(LPPool):
    """Keeps the root of the sum of powers of each little cube of a volume."""

    axes = 3


@shared
class FractionalMaxPool:
    """Max pooling over windows at random places, to a share of the size.

    Graham 2014, https://arxiv.org/abs/1412.6071
    """

    axes: ClassVar[int]

    kernel_size: tuple[int, ...] = param((2,), low=1, sizes=AXES, doc="Sides of the window.")
    output_ratio: float = param(
        0.7, low=0.01, high=0.99, torch=None, doc="Size of the output as a share of the input's."
    )

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        sides = spatial(x, self.axes, "a batch")
        return x.with_dims(*x.dims[:2], *map(self.places, sides, range(self.axes)))

    def bounds(self, x: Given) -> Given:
        """As far as what is pooled goes."""
        return pooled(x)

    def places(self, side: Dim, axis: int) -> Dim:
        """Size of the output along one side.

        Raises:
            Mismatch: If the windows do not fit.
        """
        if not isinstance(side, int):
            return f"int({side}*{self.output_ratio})"
        size, kernel = int(side * self.output_ratio), at(self.kernel_size, axis)
        spare = side - (size + kernel - 1)
        if size < 1 or spare < (self.axes == 3):  # torch asks for one to spare in 3d
            raise Mismatch(
                f"a side that {max(size, 1)} windows of {kernel} fit",
                side,
                "use a smaller window or a smaller ratio",
                repairs=[set_param("kernel_size", (2,))] if kernel > 2 else [],
            )
        return size

    def expression(self, x: Value) -> str:
        kernel = short(spread(self.kernel_size, self.axes))
        name = f"F.fractional_max_pool{self.axes}d"
        return call(name, x, kernel_size=kernel, output_ratio=(self.output_ratio,) * self.axes)

    def summary(self) -> str:
        return f"{times(spread(self.kernel_size, self.axes))} · to {self.output_ratio:.0%}"


@node(
    "pool.fractional_max2d",
    group=GROUP,
    title="FractionalMaxPool2d",
    source="torch.nn.FractionalMaxPool2d",
    synonyms="random pooling",
)
class FractionalMaxPool2d(FractionalMaxPool):
    """Keeps the largest numbers at places drawn at random, and shrinks a picture by any ratio."""

    axes = 2


@node(
    "pool.fractional_max3d",
    group=GROUP,
    title="FractionalMaxPool3d",
    source="torch.nn.FractionalMaxPool3d",
    synonyms="random pooling",
)
class FractionalMaxPool3d(FractionalMaxPool):
    """Keeps the largest numbers at places drawn at random, and shrinks a volume by any ratio."""

    axes = 3
