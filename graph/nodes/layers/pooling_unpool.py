"""The way back from max pooling."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import Dim, TensorType, affine
from graph.declare import AXES, Value, call, changed, node, param, shared, short
from graph.declare.ranges import NOTHING, Given, unsure
from graph.nodes.layers.pooling import GROUP
from graph.nodes.shared.axes_of_shapes import at, channels, numbers, spatial, spread, times
from graph.nodes.shared.spans import joined


@shared
class MaxUnpool:
    """Puts numbers back to where a max pooling took them from; the rest is 0."""

    axes: ClassVar[int]

    kernel_size: tuple[int, ...] = param((2,), low=1, sizes=AXES, doc="Sides of the window.")
    stride: tuple[int, ...] | None = param(
        None, low=1, sizes=AXES, doc="Step between two places; the window's own size if empty."
    )
    padding: tuple[int, ...] = param(
        (0,), low=0, sizes=AXES, doc="Rows the pooling added at each end.", advanced=True
    )

    def shape(self, x: TensorType, indices: TensorType) -> TensorType:
        numbers(x)
        sides = spatial(x, self.axes, "a batch")
        channels(x)
        if indices.dtype != "int" or indices.dims != x.dims:
            raise Mismatch(
                f"places {x} on `indices`",
                f"{indices} of {indices.dtype}",
                f"switch on `return indices` of the MaxPool{self.axes}d, and wire its indices here",
            )
        return x.with_dims(*x.dims[:2], *map(self.places, sides, range(self.axes)))

    def bounds(self, x: Given, indices: Given) -> Given:
        """Between the places that were taken lie zeros."""
        return joined((unsure(x), NOTHING))

    def places(self, side: Dim, axis: int) -> Dim:
        """Size of the output along one side."""
        kernel = at(self.kernel_size, axis)
        stride = at(self.stride, axis) if self.stride else kernel
        size = affine(side, stride, kernel - stride - 2 * at(self.padding, axis))
        if isinstance(size, int) and size < 1:
            repairs = [set_param("padding", (0,))]
            raise Mismatch("at least one row of output", size, "use less padding", repairs=repairs)
        return size

    def expression(self, x: Value, indices: Value) -> str:
        kernel = short(spread(self.kernel_size, self.axes))
        rest = changed(self, "stride", "padding")
        return call(f"F.max_unpool{self.axes}d", x, indices, kernel_size=kernel, **rest)

    def summary(self) -> str:
        return times(spread(self.kernel_size, self.axes))


@node(
    "pool.max_unpool1d",
    group=GROUP,
    title="MaxUnpool1d",
    inputs="x indices",
    source="torch.nn.MaxUnpool1d",
    synonyms="upsample, segnet",
)
class MaxUnpool1d(MaxUnpool):
    """Puts the numbers of signals back to where a MaxPool1d took them from."""

    axes = 1


@node(
    "pool.max_unpool2d",
    group=GROUP,
    title="MaxUnpool2d",
    inputs="x indices",
    source="torch.nn.MaxUnpool2d",
    synonyms="upsample, segnet",
)
class MaxUnpool2d(MaxUnpool):
    """Puts the numbers of pictures back to where a MaxPool2d took them from."""

    axes = 2


@node(
    "pool.max_unpool3d",
    group=GROUP,
    title="MaxUnpool3d",
    inputs="x indices",
    source="torch.nn.MaxUnpool3d",
    synonyms="upsample, segnet",
)
class MaxUnpool3d(MaxUnpool):
    """Puts the numbers of volumes back to where a MaxPool3d took them from."""

    axes = 3
