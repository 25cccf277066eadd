"""Transposed convolutions: the way back, from small pictures to large ones."""

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import Dim, TensorType, affine
from graph.declare import AXES, call, changed, node, param, shared, short
from graph.nodes.layers.convolution import GROUP, Sliding
from graph.nodes.shared.axes_of_shapes import at, channels, spread, times


@shared
class Transposed(Sliding):
    """A transposed convolution: the way back, from small to large."""

    kernel_size: tuple[int, ...] = param((4,), low=1, sizes=AXES, doc="Sides of each filter.")
    stride: tuple[int, ...] = param(
        (2,), low=1, sizes=AXES, torch=(1,), doc="How many times larger the output gets."
    )
    padding: tuple[int, ...] = param(
        (1,), low=0, sizes=AXES, torch=(0,), doc="Rows cut off at each end of each side."
    )
    output_padding: tuple[int, ...] = param(
        (0,), low=0, sizes=AXES, doc="Rows added at the end of each side.", advanced=True
    )

    def shape(self, x: TensorType) -> TensorType:
        sides = self.signal(x)
        self.check_groups(x, self.groups)
        return TensorType((x.dims[0], self.filters, *map(self.places, sides, range(self.axes))))

    def places(self, side: Dim, axis: int) -> Dim:
        """Size of the output along one side.

        Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html

        Raises:
            Mismatch: If nothing would be left, or the rows added are too many.
        """
        kernel, stride = at(self.kernel_size, axis), at(self.stride, axis)
        dilation, extra = at(self.dilation, axis), at(self.output_padding, axis)
        if extra >= max(stride, dilation):
            raise Mismatch(
                "output padding below the stride or the dilation",
                extra,
                "use less output padding",
                repairs=[set_param("output_padding", (0,))],
            )
        offset = -stride - 2 * at(self.padding, axis) + dilation * (kernel - 1) + extra + 1
        size = affine(side, stride, offset)
        if isinstance(size, int) and size < 1:
            raise Mismatch(
                "at least one row of output",
                size,
                "cut off less: use less padding",
                repairs=[set_param("padding", (0,))],
            )
        return size

    def module(self, x: TensorType) -> str:
        names = ("stride", "padding", "output_padding", "groups", "bias", "dilation")
        kernel = short(spread(self.kernel_size, self.axes))
        name = f"nn.ConvTranspose{self.axes}d"
        rest = changed(self, *names)
        return self.normed(call(name, channels(x), self.filters, kernel_size=kernel, **rest))

    def weights(self, x: TensorType) -> int:
        count = channels(x)
        each = count // self.groups * self.area() + self.bias
        return self.filters * each + self.lengths(count)

    def summary(self) -> str:
        words = [str(self.filters), times(spread(self.kernel_size, self.axes))]
        return " · ".join([*words, f"stride {times(self.stride)}"])


BACK = "deconvolution, upconvolution, transposed convolution, decoder, upsample"


@node(
    "layer.conv_transpose1d",
    group=GROUP,
    title="ConvTranspose1d",
    source="torch.nn.ConvTranspose1d",
    synonyms=BACK,
    learns=True,
)
class ConvTranspose1d(Transposed):
    """Draws signals larger: every number paints a learned pattern [N, channels, T]."""

    axes = 1


@node(
    "layer.conv_transpose2d",
    group=GROUP,
    title="ConvTranspose2d",
    source="torch.nn.ConvTranspose2d",
    synonyms=BACK,
    learns=True,
)
class ConvTranspose2d(Transposed):
    """Draws pictures larger: every number paints a learned patch [N, channels, height, width]."""

    axes = 2


@node(
    "layer.conv_transpose3d",
    group=GROUP,
    title="ConvTranspose3d",
    source="torch.nn.ConvTranspose3d",
    synonyms=BACK,
    learns=True,
)
class ConvTranspose3d(Transposed):
    """Draws volumes larger: every number paints a learned block [N, channels, D, H, W]."""

    axes = 3
