"""Pooling: many neighbours become one number."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import Dim, TensorType
from graph.declare import AXES, Value, call, changed, node, param, shared, short
from graph.declare.ranges import Given, pooled
from graph.nodes.shared.axes_of_shapes import at, numbers, operand, spatial, spread, times, window
from graph.nodes.shared.nearest import offering, smaller_kernel

GROUP = "Pooling"
OPTIONS = (
    "stride",
    "padding",
    "dilation",
    "ceil_mode",
    "return_indices",
    "count_include_pad",
    "divisor_override",
)


@shared
class Pool:
    """A window that slides and keeps one number of each place."""

    axes: ClassVar[int]
    function: ClassVar[str]

    kernel_size: tuple[int, ...] = param((2,), low=1, sizes=AXES, doc="Sides of the window.")
    stride: tuple[int, ...] | None = param(
        None, low=1, sizes=AXES, doc="Step between two places; the window's own size if empty."
    )

    def bounds(self, x: Given) -> Given:
        """As far as what is pooled goes."""
        return pooled(x)

    def pads(self) -> tuple[int, ...]:
        """Rows of padding at each end of each side."""
        return (0,) * self.axes

    def gaps(self) -> tuple[int, ...]:
        """Distance of the window's points along each side."""
        return (1,) * self.axes

    def ceils(self) -> bool:
        """Does a window that hangs over the end count?"""
        return False

    def shape(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        numbers(x)
        sides = spatial(x, self.axes, "a batch")
        for axis, pad in enumerate(self.pads()):
            kernel = at(self.kernel_size, axis)
            if pad > kernel // 2:
                raise Mismatch(
                    f"padding of at most half the window, {kernel // 2}",
                    pad,
                    "use less padding",
                    repairs=[set_param("padding", (0,))],
                )
        pads = (0,) * self.axes if self.whole() else self.pads()
        with offering(lambda: smaller_kernel(self.kernel_size, sides, pads, self.gaps())):
            return x.with_dims(*x.dims[:2], *map(self.places, sides, range(self.axes)))

    def whole(self) -> bool:
        """Must a window fit a side without its padding, as torch asks of averages in 3d?"""
        return self.axes == 3 and self.function != "max_pool"

    def places(self, side: Dim, axis: int) -> Dim:
        """Size of the output along one side."""
        kernel = at(self.kernel_size, axis)
        stride = at(self.stride, axis) if self.stride else kernel
        gap, pad = self.gaps()[axis], self.pads()[axis]
        if self.whole():
            window(side, kernel)
        return window(side, kernel, stride, pad, gap, ceil=self.ceils())

    def expression(self, x: Value) -> str:
        kernel = short(spread(self.kernel_size, self.axes))
        rest = changed(self, *OPTIONS)
        return call(f"F.{self.function}{self.axes}d", x, kernel_size=kernel, **rest)

    def summary(self) -> str:
        words = [times(spread(self.kernel_size, self.axes))]
        if self.stride:
            words.append(f"stride {times(self.stride)}")
        return " · ".join(words)


@shared
class Padded(Pool):
    """Pooling that may look beyond the edge."""

    padding: tuple[int, ...] = param(
        (0,), low=0, sizes=AXES, doc="Rows added at each end; at most half the window."
    )
    ceil_mode: bool = param(
        False, doc="Let the last window hang over the end, so nothing is dropped.", advanced=True
    )

    def pads(self) -> tuple[int, ...]:
        return spread(self.padding, self.axes)

    def ceils(self) -> bool:
        return self.ceil_mode


@shared
class MaxPool(Padded):
    """Keeps the largest number."""

    function: ClassVar[str] = "max_pool"

    dilation: tuple[int, ...] = param(
        (1,), low=1, sizes=AXES, doc="Gap between the window's points; 1 is none.", advanced=True
    )
    return_indices: bool = param(
        False, doc="Also give where each number came from, for Max unpool.", advanced=True
    )

    def gaps(self) -> tuple[int, ...]:
        return spread(self.dilation, self.axes)

    def ports(self) -> tuple[str, str]:
        return "x", "y indices" if self.return_indices else "y"

    def shape(self, x: TensorType) -> TensorType | tuple[TensorType, ...]:
        y = super().shape(x)
        assert isinstance(y, TensorType)
        return (y, TensorType(y.dims, "int")) if self.return_indices else y


@node(
    "pool.max1d",
    group=GROUP,
    title="MaxPool1d",
    source="torch.nn.MaxPool1d",
    synonyms="max pooling, MaxPooling1D, downsample",
)
class MaxPool1d(MaxPool):
    """Keeps the largest number of each stretch of a signal [N, channels, T]."""

    axes = 1


@node(
    "pool.max2d",
    group=GROUP,
    title="MaxPool2d",
    source="torch.nn.MaxPool2d",
    synonyms="max pooling, MaxPooling2D, downsample, subsample, shrink",
)
class MaxPool2d(MaxPool):
    """Keeps the largest number of each little square of a picture; halves its sides."""

    axes = 2


@node("pool.max3d", group=GROUP, title="MaxPool3d", source="torch.nn.MaxPool3d")
class MaxPool3d(MaxPool):
    """Keeps the largest number of each little cube of a volume."""

    axes = 3


@shared
class AvgPool(Padded):
    """Keeps the average."""

    function: ClassVar[str] = "avg_pool"

    count_include_pad: bool = param(
        True, doc="Count the zeros of the padding in the average.", advanced=True
    )


@node("pool.avg1d", group=GROUP, title="AvgPool1d", source="torch.nn.AvgPool1d")
class AvgPool1d(AvgPool):
    """Keeps the average of each stretch of a signal [N, channels, T]."""

    axes = 1


@shared
class Divided(AvgPool):
    """Averages of squares and cubes may be divided by another number."""

    divisor_override: int | None = param(
        None, low=1, doc="Divide by this instead of by the window's size.", advanced=True
    )


@node(
    "pool.avg2d",
    group=GROUP,
    title="AvgPool2d",
    source="torch.nn.AvgPool2d",
    synonyms="average pooling, AveragePooling2D, mean pooling, downsample, blur",
)
class AvgPool2d(Divided):
    """Keeps the average of each little square of a picture; halves its sides."""

    axes = 2


@node("pool.avg3d", group=GROUP, title="AvgPool3d", source="torch.nn.AvgPool3d")
class AvgPool3d(Divided):
    """Keeps the average of each little cube of a volume."""

    axes = 3


@node(
    "pool.global_average",
    group=GROUP,
    title="Global average",
    synonyms="gap, global average pooling, GlobalAveragePooling2D, mean over space",
)
class GlobalAverage:
    """Averages each channel over all its places: [N, C, ...] becomes [N, C]."""

    def shape(self, x: TensorType) -> TensorType:
        return over_places(x)

    def bounds(self, x: Given) -> Given:
        """As far as what is pooled goes."""
        return pooled(x)

    def expression(self, x: Value) -> str:
        return f"{operand(x)}.mean({places_of(x.type)})"


@node(
    "pool.global_max",
    group=GROUP,
    title="Global max",
    synonyms="global max pooling, GlobalMaxPooling2D, max over time",
)
class GlobalMax:
    """Keeps the largest number of each channel over all its places: [N, C, ...] becomes [N, C]."""

    def shape(self, x: TensorType) -> TensorType:
        return over_places(x)

    def bounds(self, x: Given) -> Given:
        """As far as what is pooled goes."""
        return pooled(x)

    def expression(self, x: Value) -> str:
        return f"{operand(x)}.amax({places_of(x.type)})"


def over_places(x: TensorType) -> TensorType:
    """One number a channel.

    Raises:
        Mismatch: If there are no places to look over.
    """
    numbers(x)
    if x.rank < 3:
        raise Mismatch(
            "channels with places [N, C, ...]", x, "leave this node out: nothing to join"
        )
    return x.with_dims(*x.dims[:2])


def places_of(x: TensorType) -> str:
    """Source of the axes behind the channels."""
    dims = tuple(range(2, x.rank))
    return str(short(dims) if len(dims) == 1 else dims)
