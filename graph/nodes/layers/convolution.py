"""Convolutions: small learned filters that slide over signals, pictures and volumes."""

import math
from typing import ClassVar, Literal

from graph.core.errors import Mismatch, Repair, set_param
from graph.core.tensor import Dim, TensorType
from graph.declare import AXES, call, changed, node, param, shared, short
from graph.nodes.shared.axes_of_shapes import at, channels, numbers, spatial, spread, times, window
from graph.nodes.shared.nearest import multiple, offering, outputs, set_nearest, smaller_kernel
from graph.nodes.shared.weighted import Weighted

GROUP = "Layers"
SYNONYMS = "convolution, cnn, filter, kernel, depthwise, separable, pointwise"


@shared
class Sliding(Weighted):
    """What convolutions have in common, forward and transposed."""

    axes: ClassVar[int]

    filters: int = param(32, low=1, doc="How many features it looks for: output channels.")
    kernel_size: tuple[int, ...] = param((3,), low=1, sizes=AXES, doc="Sides of each filter.")
    stride: tuple[int, ...] = param((1,), low=1, sizes=AXES, doc="Step between two places.")
    dilation: tuple[int, ...] = param(
        (1,), low=1, sizes=AXES, advanced=True, doc="Gap between the filter's points; 1 is none."
    )
    groups: int = param(
        1,
        low=1,
        advanced=True,
        doc="Cut the channels into groups that do not see each other; divides both.",
    )
    bias: bool = param(True, doc="Add a learned offset to each output channel.", advanced=True)

    def signal(self, x: TensorType) -> tuple[Dim, ...]:
        """The sides of the input, whose form is checked.

        Raises:
            Mismatch: If it is no batch of signals, pictures or volumes of numbers.
        """
        numbers(x)
        sides = spatial(x, self.axes, "a batch")
        channels(x)
        return sides

    def area(self) -> int:
        """Points of one filter in one channel."""
        return math.prod(spread(self.kernel_size, self.axes))

    def check_groups(self, x: TensorType, groups: int) -> None:
        """Groups divide input and output channels.

        Raises:
            Mismatch: If they do not.
        """
        count = channels(x)
        if count % groups == 0 and self.filters % groups == 0:
            return
        repairs = set_nearest("groups", groups, count, self.filters)
        if not repairs:
            repairs = [set_param("groups", 1)]
        if count % groups == 0:
            repairs = [set_param("filters", multiple(self.filters, groups)), *repairs]
        elif self.filters % groups == 0:
            repairs += outputs(x, 1, multiple(count, groups))
        raise Mismatch(
            f"channels and filters that {groups} groups divide",
            f"{count} channels and {self.filters} filters",
            "change the filters or the groups",
            repairs=repairs,
        )


@shared
class Convolution(Sliding):
    """A convolution over any number of sides."""

    padding: Literal["same", "valid", "custom"] = param(
        "same",
        torch=0,
        doc="Same: zeros around keep the size (divided by the stride). Valid: none. "
        "Custom: as many as padding size says.",
    )
    padding_size: tuple[int, ...] = param(
        (1,), low=0, sizes=AXES, doc="Rows of padding on each side, for custom.", advanced=True
    )
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = param(
        "zeros", doc="What the padding is filled with.", advanced=True
    )
    form: Literal["full", "depthwise", "separable"] = param(
        "full",
        doc="Full: every filter sees all channels. Depthwise: each sees one. Separable: "
        "depthwise, then a mix of the channels; far fewer weights.",
    )

    def reaches(self) -> tuple[int, ...]:
        """How far a filter spans, along each side."""
        return tuple(
            at(self.dilation, axis) * (at(self.kernel_size, axis) - 1) + 1
            for axis in range(self.axes)
        )

    def exact(self) -> bool:
        """Does `same` need torch's own uneven padding, as even filters do?"""
        even = any(reach % 2 == 0 for reach in self.reaches())
        return self.padding == "same" and even and set(self.stride) == {1}

    def pads(self) -> tuple[int, ...]:
        """Rows of padding at each end of each side."""
        if self.padding == "custom":
            return spread(self.padding_size, self.axes)
        if self.padding == "valid":
            return (0,) * self.axes
        return tuple((reach - 1) // 2 for reach in self.reaches())

    def shape(self, x: TensorType) -> TensorType:
        sides = self.signal(x)
        self.check_pads(sides)
        count = channels(x)
        if self.form == "full":
            self.check_groups(x, self.groups)
        if self.form == "depthwise" and self.filters % count:
            raise Mismatch(
                f"a multiple of the {count} input channels",
                f"{self.filters} filters",
                "a depthwise filter sees one channel, so each channel needs as many filters",
                repairs=[set_param("filters", multiple(self.filters, count))],
            )
        if self.exact():
            return TensorType((x.dims[0], self.filters, *sides))
        with offering(lambda: self._fitting(sides)):
            places = [*map(self.places, sides, range(self.axes))]
        return TensorType((x.dims[0], self.filters, *places))

    def _fitting(self, sides: tuple[Dim, ...]) -> list[Repair]:
        """What lets a filter fit a picture that is smaller."""
        gaps = spread(self.dilation, self.axes)
        if self.padding == "same":
            return []
        smaller = smaller_kernel(self.kernel_size, sides, self.pads(), gaps)
        return [*smaller, set_param("padding", "same")]

    def places(self, side: Dim, axis: int) -> Dim:
        """Size of the output along one side."""
        kernel, stride = at(self.kernel_size, axis), at(self.stride, axis)
        return window(side, kernel, stride, self.pads()[axis], at(self.dilation, axis))

    def check_pads(self, sides: tuple[Dim, ...]) -> None:
        """Padding that mirrors or wraps the input can't be larger than the input.

        Raises:
            Mismatch: If it is.
        """
        if self.padding_mode not in {"reflect", "circular"}:
            return
        for side, pad, reach in zip(sides, self.pads(), self.reaches(), strict=True):
            more = reach - 1 - pad if self.exact() else pad
            most = max(pad, more) + (self.padding_mode == "reflect")
            if isinstance(side, int) and side < most:
                raise Mismatch(
                    f"sides of at least {most} to {self.padding_mode}",
                    side,
                    "pad with zeros, or use a smaller kernel",
                    repairs=[set_param("padding_mode", "zeros")],
                )

    def module(self, x: TensorType) -> str:
        count = channels(x)
        options: dict[str, object] = {"kernel_size": short(spread(self.kernel_size, self.axes))}
        options |= changed(self, "stride")
        if self.exact():
            options["padding"] = "same"
        elif any(self.pads()):
            options["padding"] = short(self.pads())
        options |= changed(self, "dilation")
        name = f"nn.Conv{self.axes}d"
        last = changed(self, "bias", "padding_mode")
        if self.form == "separable":
            first = call(name, count, count, **_grouped(options, count), **last)
            mix = call(name, count, self.filters, kernel_size=1, **changed(self, "bias"))
            return f"nn.Sequential({self.normed(first)}, {self.normed(mix)})"
        groups = count if self.form == "depthwise" else self.groups
        return self.normed(call(name, count, self.filters, **_grouped(options, groups), **last))

    def weights(self, x: TensorType) -> int:
        count = channels(x)
        if self.form == "separable":
            first = count * (self.area() + self.bias) + self.lengths(count)
            return first + self.filters * (count + self.bias) + self.lengths(self.filters)
        groups = count if self.form == "depthwise" else self.groups
        each = count // groups * self.area() + self.bias
        return self.filters * each + self.lengths(self.filters)

    def summary(self) -> str:
        words = [str(self.filters), times(spread(self.kernel_size, self.axes))]
        if set(self.stride) != {1}:
            words.append(f"stride {times(self.stride)}")
        if self.padding != "custom":
            words.append(self.padding)
        if self.form != "full":
            words.append(self.form)
        return " · ".join(words)


def _grouped(options: dict[str, object], groups: int) -> dict[str, object]:
    return options | {"groups": groups} if groups > 1 else options


@node(
    "layer.conv1d",
    group=GROUP,
    source="torch.nn.Conv1d",
    synonyms=f"{SYNONYMS}, signal, temporal, tcn",
    learns=True,
)
class Conv1d(Convolution):
    """Slides learned filters along signals [N, channels, T]; each finds one pattern."""

    axes = 1


@node(
    "layer.conv2d",
    group=GROUP,
    source="torch.nn.Conv2d",
    synonyms=f"{SYNONYMS}, picture, image",
    learns=True,
)
class Conv2d(Convolution):
    """Slides learned filters over pictures [N, channels, height, width]; each finds one pattern."""

    axes = 2


@node(
    "layer.conv3d",
    group=GROUP,
    source="torch.nn.Conv3d",
    synonyms=f"{SYNONYMS}, volume, video",
    learns=True,
)
class Conv3d(Convolution):
    """Slides learned filters through volumes or films [N, channels, depth, height, width]."""

    axes = 3
