"""Pad, resize and repeat."""

from typing import ClassVar, Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import Dim, TensorType, affine
from graph.declare import Value, call, node, param
from graph.declare.ranges import Given, Range
from graph.nodes.shapes.shape import GROUP
from graph.nodes.shared.axes_of_shapes import NAMES, at, axis, numbers, operand, times
from graph.nodes.shared.column_grid import ColumnGrid


@node(
    "shape.pad",
    group=GROUP,
    source="torch.nn.functional.pad",
    synonyms="border, margin, zero padding, reflection, replication, circular",
)
class Pad:
    """Adds a border around signals, pictures or volumes."""

    keeps: ClassVar[bool] = True

    pad: tuple[int, ...] = param(
        (1,), doc="One number for all ends, or left, right, top, bottom, front, back; may cut."
    )
    mode: Literal["constant", "reflect", "replicate", "circular"] = param(
        "constant", doc="A constant, the picture mirrored, its edge repeated, or wrapped around."
    )
    value: float = param(0.0, torch=None, doc="The constant.")

    def shape(self, x: TensorType) -> TensorType:
        pads = self.pads(x)
        dims = list(x.dims)
        for place in range(0, len(pads), 2):
            where, ends = x.rank - 1 - place // 2, pads[place : place + 2]
            self.check_ends(dims[where], ends)
            size = affine(dims[where], 1, sum(ends))
            if isinstance(size, int) and size < 1:
                raise Mismatch("something left of every side", x, "cut off less")
            dims[where] = size
        return x.with_dims(*dims)

    def bounds(self, x: Given) -> Given:
        """The border may be of another size."""
        if x is None or self.mode != "constant":
            return x
        return Range(min(x.low, self.value), max(x.high, self.value), x.reached)

    def pads(self, x: TensorType) -> tuple[int, ...]:
        """Two numbers a side, from the last side on.

        Raises:
            Mismatch: If there are other than two a side, or the input has fewer sides.
        """
        if self.mode != "constant":
            numbers(x)
        pads = self.pad * (2 * max(x.rank - 2, 0)) if len(self.pad) == 1 else self.pad
        sides = len(pads) // 2
        if len(pads) % 2:
            repairs = [set_param("pad", self.pad[:1])]
            advice = "give left and right, then top and bottom"
            raise Mismatch("two numbers a side", self.pad, advice, repairs=repairs)
        wrong = sides > x.rank if self.mode == "constant" else x.rank - 2 != sides or sides > 3
        if not sides or wrong:
            raise Mismatch(f"{max(sides, 1)} sides behind [N, C]", x, "pad as many sides as it has")
        return pads

    def check_ends(self, size: Dim, ends: tuple[int, ...]) -> None:
        """A mirrored or wrapped border can't be larger than what it is taken from.

        Raises:
            Mismatch: If it is.
        """
        if self.mode not in {"reflect", "circular"} or not isinstance(size, int):
            return
        most = size - 1 if self.mode == "reflect" else size
        if max(ends) > most:
            raise Mismatch(
                f"a border of at most {most}",
                max(ends),
                "use a smaller border or another mode",
                repairs=[set_param("mode", "replicate")],
            )

    def expression(self, x: Value) -> str:
        options: dict[str, object] = {}
        if self.mode != "constant":
            options["mode"] = self.mode
        elif self.value:
            options["value"] = self.value
        return call("F.pad", x, self.pads(x.type), **options)

    def summary(self) -> str:
        return f"{', '.join(map(str, self.pad))} · {self.mode}"


@node(
    "shape.interpolate",
    group=GROUP,
    title="Interpolate",
    source="torch.nn.Upsample",
    synonyms="upsample, UpSampling2D, resize, rescale, scale, bilinear, downsample, zoom",
)
class Interpolate:
    """Makes signals, pictures or volumes larger or smaller."""

    scale_factor: float = param(2.0, low=0.001, torch=None, doc="How many times larger.")
    size: tuple[int, ...] | None = param(
        None, low=1, doc="Sides of the output; they count instead of the scale if given."
    )
    mode: Literal["nearest", "nearest-exact", "linear", "cubic", "area"] = param(
        "nearest", doc="Nearest repeats numbers; linear and cubic blend them; area averages."
    )
    align_corners: bool = param(
        False, torch=None, doc="Let the corners keep their numbers exactly.", advanced=True
    )
    antialias: bool = param(
        False, torch=None, doc="Blur before shrinking; linear and cubic pictures.", advanced=True
    )

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        axes = x.rank - 2
        if axes not in NAMES:
            raise Mismatch(f"signals, pictures or volumes, such as {NAMES[2]}", x, "wire one here")
        if self.mode == "cubic" and axes != 2:
            repairs = [set_param("mode", "linear")]
            raise Mismatch(f"pictures {NAMES[2]} for cubic", x, "use linear", repairs=repairs)
        if self.antialias and (axes != 2 or self.mode not in {"linear", "cubic"}):
            repairs = [set_param("antialias", False)]
            advice = "switch antialias off"
            raise Mismatch("linear or cubic pictures for antialias", x, advice, repairs=repairs)
        if self.size and len(self.size) not in {1, axes}:
            raise Mismatch(f"1 or {axes} sizes", times(self.size), "give one for each side")
        if self.size:
            return x.with_dims(*x.dims[:2], *(at(self.size, place) for place in range(axes)))
        return x.with_dims(*x.dims[:2], *map(self.scaled, x.dims[2:]))

    def scaled(self, side: Dim) -> Dim:
        """Size of the output along one side.

        Raises:
            Mismatch: If nothing is left.
        """
        if not isinstance(side, int):
            whole = self.scale_factor.is_integer()
            scale = int(self.scale_factor)
            return affine(side, scale, 0) if whole else f"int({side}*{self.scale_factor})"
        if int(side * self.scale_factor) < 1:
            repairs = [set_param("scale_factor", 1.0)]
            advice = "use a larger scale"
            raise Mismatch("at least one row left", f"side {side}", advice, repairs=repairs)
        return int(side * self.scale_factor)

    def expression(self, x: Value) -> str:
        axes = x.type.rank - 2
        options: dict[str, object] = {}
        if self.size:
            options["size"] = self.size[0] if len(self.size) == 1 else self.size
        else:
            options["scale_factor"] = (
                int(scale) if (scale := self.scale_factor).is_integer() else scale
            )
        if self.mode == "linear":
            options["mode"] = {1: "linear", 2: "bilinear", 3: "trilinear"}[axes]
        elif self.mode != "nearest":
            options["mode"] = "bicubic" if self.mode == "cubic" else self.mode
        if self.align_corners and self.mode in {"linear", "cubic"}:
            options["align_corners"] = True
        if self.antialias:
            options["antialias"] = True
        return call("F.interpolate", x, **options)

    def summary(self) -> str:
        return f"{times(self.size) if self.size else f'{self.scale_factor:g} times'} · {self.mode}"


@node("shape.repeat", group=GROUP, source="torch.Tensor.repeat", synonyms="tile, copy, expand")
class Repeat:
    """Repeats its input along one axis: [N, 2] three times becomes [N, 6]."""

    times: int = param(2, low=1, doc="How many times.")
    dim: int = param(1, doc="Axis that grows; 0 is the batch.")
    interleave: bool = param(False, doc="Repeat each entry by itself: a a b b, not a b a b.")

    def shape(self, x: TensorType) -> TensorType:
        where = axis(x, self.dim)
        size = affine(x.dims[where], self.times, 0)
        return x.with_dims(*x.dims[:where], size, *x.dims[where + 1 :])

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """Again and again."""
        size = x.sizes[self.dim]
        if self.interleave:
            return x.along(self.dim, [place // self.times for place in range(size * self.times)])
        return x.along(self.dim, [*range(size)] * self.times)

    def expression(self, x: Value) -> str:
        if self.interleave:
            return call(f"{operand(x)}.repeat_interleave", self.times, dim=self.dim)
        where = axis(x.type, self.dim)
        counts = (self.times if place == where else 1 for place in range(x.type.rank))
        return call(f"{operand(x)}.repeat", *counts)

    def summary(self) -> str:
        return f"{self.times} times · axis {self.dim}"
