"""Patches and channels: numbers that change places between channels and space."""

import math
from typing import ClassVar

from graph.core.errors import Mismatch, Repair, set_param
from graph.core.tensor import Dim, TensorType, affine, product
from graph.core.wording import many
from graph.declare import Value, call, changed, node, param, short
from graph.declare.ranges import NOTHING, Given, unsure
from graph.nodes.shared.axes_of_shapes import (
    NAMES,
    at,
    channels,
    known,
    numbers,
    spread,
    times,
    window,
)
from graph.nodes.shared.fits import to_sides
from graph.nodes.shared.nearest import multiple, offering, outputs, set_nearest, smaller_kernel
from graph.nodes.shared.spans import joined

GROUP = "Layers"


@node(
    "layer.pixel_shuffle",
    group=GROUP,
    title="PixelShuffle",
    source="torch.nn.PixelShuffle",
    synonyms="depth to space, super resolution, upsample",
)
class PixelShuffle:
    """Lays channels out in space: [N, C*r*r, H, W] becomes [N, C, H*r, W*r].

    Shi et al. 2016, https://arxiv.org/abs/1609.05158
    """

    keeps: ClassVar[bool] = True

    upscale_factor: int = param(2, low=1, doc="r: how many times larger the sides get.")

    def shape(self, x: TensorType) -> TensorType:
        count, height, width = picture(numbers(x))
        square = self.upscale_factor**2
        if count % square:
            raise Mismatch(
                f"a multiple of {square} channels",
                f"{count} channels",
                f"let the layer before give {multiple(count, square)} filters",
                repairs=[*outputs(x, x.rank - 3, multiple(count, square)), *self._smaller(count)],
            )
        scale = self.upscale_factor
        sides = affine(height, scale, 0), affine(width, scale, 0)
        return x.with_dims(*x.dims[:-3], count // square, *sides)

    def _smaller(self, count: int) -> list[Repair]:
        """A factor whose square divides the channels."""
        fitting = (one for one in range(self.upscale_factor, 1, -1) if count % one**2 == 0)
        return [set_param("upscale_factor", one) for one in fitting][:1]

    def expression(self, x: Value) -> str:
        return call("F.pixel_shuffle", x, self.upscale_factor)

    def summary(self) -> str:
        return f"{self.upscale_factor} times larger"


@node(
    "layer.pixel_unshuffle",
    group=GROUP,
    title="PixelUnshuffle",
    source="torch.nn.PixelUnshuffle",
    synonyms="space to depth, downsample",
)
class PixelUnshuffle:
    """Stacks neighbouring pixels as channels: [N, C, H*r, W*r] becomes [N, C*r*r, H, W]."""

    keeps: ClassVar[bool] = True

    downscale_factor: int = param(2, low=1, doc="r: how many times smaller the sides get.")

    def shape(self, x: TensorType) -> TensorType:
        count, *_ = picture(numbers(x))
        sides = [known(x, x.rank - place, "equal parts") for place in (2, 1)]
        scale = self.downscale_factor
        if any(side % scale for side in sides):
            wanted = x.with_dims(*x.dims[:-2], *(multiple(side, scale) for side in sides))
            raise Mismatch(
                f"sides that {scale} divides",
                x,
                "change the factor, or pad or crop the picture before",
                repairs=[
                    *set_nearest("downscale_factor", scale, *sides),
                    *to_sides("x", x, wanted),
                ],
            )
        small = (side // scale for side in sides)
        return x.with_dims(*x.dims[:-3], count * scale**2, *small)

    def expression(self, x: Value) -> str:
        return call("F.pixel_unshuffle", x, self.downscale_factor)

    def summary(self) -> str:
        return f"{self.downscale_factor} times smaller"


def picture(x: TensorType) -> tuple[int, Dim, Dim]:
    """Channels, height and width of a batch of pictures.

    Raises:
        Mismatch: If it is none.
    """
    if x.rank < 4:
        raise Mismatch(f"pictures {NAMES[2]}", x, "wire pictures here")
    return known(x, x.rank - 3, "channels"), x.dims[-2], x.dims[-1]


@node(
    "layer.channel_shuffle",
    group=GROUP,
    title="ChannelShuffle",
    source="torch.nn.ChannelShuffle",
    synonyms="shufflenet, mix groups",
)
class ChannelShuffle:
    """Deals the channels of all groups out like cards, so that the next groups are mixed.

    Zhang et al. 2017, https://arxiv.org/abs/1707.01083
    """

    keeps: ClassVar[bool] = True

    groups: int = param(2, low=1, doc="How many groups are mixed.")

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank < 3:
            raise Mismatch("channels with places [N, C, ...]", x, "wire channels here")
        count = channels(x)
        if count % self.groups:
            raise Mismatch(
                f"a multiple of {self.groups} channels",
                f"{count} channels",
                "change the groups",
                repairs=[
                    *set_nearest("groups", self.groups, count),
                    *outputs(x, 1, multiple(count, self.groups)),
                ],
            )
        return x

    def expression(self, x: Value) -> str:
        return call("F.channel_shuffle", x, self.groups)

    def summary(self) -> str:
        return f"{many(self.groups, 'group')}"


@node(
    "layer.unfold",
    group=GROUP,
    source="torch.nn.Unfold",
    synonyms="patches, im2col, sliding window",
)
class Unfold:
    """Cuts pictures into patches, one a column: [N, C, H, W] becomes [N, C*patch, patches]."""

    kernel_size: tuple[int, ...] = param((2,), low=1, sizes=2, doc="Sides of a patch.")
    stride: tuple[int, ...] = param(
        (2,), low=1, sizes=2, torch=(1,), doc="Step from patch to patch."
    )
    padding: tuple[int, ...] = param((0,), low=0, sizes=2, doc="Zeros around the picture.")
    dilation: tuple[int, ...] = param(
        (1,), low=1, sizes=2, advanced=True, doc="Gap between a patch's points; 1 is none."
    )

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank != 4:
            raise Mismatch(f"pictures {NAMES[2]}", x, "wire pictures here")
        area = math.prod(spread(self.kernel_size, 2))
        sides = x.dims[2], x.dims[3]
        pads, gaps = spread(self.padding, 2), spread(self.dilation, 2)
        with offering(lambda: smaller_kernel(self.kernel_size, sides, pads, gaps)):
            return x.with_dims(x.dims[0], channels(x) * area, self.patches(*sides))

    def bounds(self, x: Given) -> Given:
        """The padding is 0."""
        return joined((unsure(x), NOTHING)) if any(self.padding) else unsure(x)

    def patches(self, height: Dim, width: Dim) -> Dim:
        """How many patches a picture of that size has."""
        return product(
            window(
                side,
                at(self.kernel_size, axis),
                at(self.stride, axis),
                at(self.padding, axis),
                at(self.dilation, axis),
            )
            for axis, side in enumerate((height, width))
        )

    def expression(self, x: Value) -> str:
        kernel = short(spread(self.kernel_size, 2))
        rest = changed(self, "dilation", "padding", "stride")
        return call("F.unfold", x, kernel_size=kernel, **rest)

    def summary(self) -> str:
        return f"{times(spread(self.kernel_size, 2))} · stride {times(self.stride)}"


@node(
    "layer.fold",
    group=GROUP,
    source="torch.nn.Fold",
    synonyms="patches, col2im, picture from patches",
)
class Fold(Unfold):
    """Lays patches, one a column, together to pictures; where they overlap they are added."""

    output_size: tuple[int, ...] = param((8,), low=1, sizes=2, doc="Sides of the picture.")

    def bounds(self, x: Given) -> Given:
        """Not known: patches are added where they overlap."""
        return None

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if x.rank != 3:
            raise Mismatch("patches [N, C*patch, patches]", x, "wire what an Unfold gives")
        count, area = channels(x), math.prod(spread(self.kernel_size, 2))
        height, width = spread(self.output_size, 2)
        patches = self.patches(height, width)
        if count % area:
            raise Mismatch(
                f"a multiple of {area} on axis 1, the size of a patch",
                x,
                "use the same kernel as the Unfold",
                repairs=outputs(x, 1, multiple(count, area)),
            )
        if x.dims[2] != patches:
            raise Mismatch(
                f"{patches} patches for a picture of {height}×{width}",
                x,
                "change the output size or the stride",
                repairs=self._square(x.dims[2]),
            )
        return x.with_dims(x.dims[0], count // area, height, width)

    def _square(self, patches: Dim) -> list[Repair]:
        """The sides of a square picture of so many patches."""
        across = math.isqrt(patches) if isinstance(patches, int) else 0
        strides, gaps = spread(self.stride, 2), spread(self.dilation, 2)
        kernels, pads = spread(self.kernel_size, 2), spread(self.padding, 2)
        sides = tuple(
            (across - 1) * strides[one] + gaps[one] * (kernels[one] - 1) + 1 - 2 * pads[one]
            for one in range(2)
        )
        fits = across * across == patches and min(sides) > 0
        return [set_param("output_size", sides)] if fits else []

    def expression(self, x: Value) -> str:
        size, kernel = spread(self.output_size, 2), short(spread(self.kernel_size, 2))
        rest = changed(self, "dilation", "padding", "stride")
        return call("F.fold", x, output_size=size, kernel_size=kernel, **rest)
