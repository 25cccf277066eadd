"""Split, and move along an axis: roll and flip."""

from itertools import accumulate

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.core.wording import many
from graph.declare import Value, call, node, param, short
from graph.nodes.shapes.shape import GROUP
from graph.nodes.shared.axes_of_shapes import axis, known, operand
from graph.nodes.shared.column_grid import ColumnGrid
from graph.nodes.shared.nearest import divisor, multiple, outputs


@node(
    "shape.split",
    group=GROUP,
    title="Split",
    outputs="y1 y2",
    source="torch.split",
    synonyms="chunk, halves, cut, parts, gate, mean and variance, tensor_split",
)
class Split:
    """Cuts an axis into parts, each with an output of its own: [N, 8] becomes twice [N, 4]."""

    dim: int = param(1, torch=0, doc="Axis that is cut; 1 is that of the channels.")
    parts: int = param(2, low=1, high=256, doc="How many equal parts.")
    sizes: tuple[int, ...] | None = param(
        None, low=1, doc="Sizes of the parts, if they are not equal; count instead of parts."
    )

    def ports(self) -> tuple[str, str]:
        count = len(self.sizes) if self.sizes else self.parts
        return "x", " ".join(f"y{number}" for number in range(1, count + 1))

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        where = axis(x, self.dim)
        size = known(x, where, "parts")
        if self.sizes is None and size % self.parts:
            raise Mismatch(
                f"a size that {self.parts} parts divide",
                f"{size} on axis {where} of {x}",
                "change the parts, or give their sizes",
                repairs=[
                    set_param("parts", divisor(self.parts, size)),
                    *outputs(x, where, multiple(size, self.parts)),
                ],
            )
        sizes = self.sizes or (size // self.parts,) * self.parts
        if sum(sizes) != size:
            rest = size - sum(sizes[:-1])
            repairs = [set_param("sizes", (*sizes[:-1], rest))] if rest > 0 else []
            raise Mismatch(
                f"sizes that add up to {size}", sum(sizes), "change the sizes", repairs=repairs
            )
        return tuple(x.with_dims(*x.dims[:where], one, *x.dims[where + 1 :]) for one in sizes)

    def lays(self, x: ColumnGrid) -> tuple[ColumnGrid, ...]:
        """Part by part."""
        size = x.sizes[self.dim]
        sizes = self.sizes or (size // self.parts,) * self.parts
        ends = [*accumulate(sizes)]
        return tuple(
            x.along(self.dim, range(end - one, end)) for one, end in zip(sizes, ends, strict=True)
        )

    def expression(self, x: Value) -> str:
        if self.sizes:
            return call(f"{operand(x)}.split", self.sizes, dim=self.dim)
        return call(f"{operand(x)}.chunk", self.parts, dim=self.dim)

    def summary(self) -> str:
        parts = ", ".join(map(str, self.sizes)) if self.sizes else f"{many(self.parts, 'part')}"
        return f"axis {self.dim} · {parts}"


@node(
    "shape.roll",
    group=GROUP,
    source="torch.roll",
    synonyms="shift, circular, wrap, swin, cyclic, translate",
)
class Roll:
    """Shifts along an axis; what falls off at one end comes in at the other."""

    shifts: tuple[int, ...] = param((1,), doc="How far, for each axis; negative the other way.")
    dims: tuple[int, ...] = param((1,), torch=None, doc="Axes that are shifted.")

    def shape(self, x: TensorType) -> TensorType:
        for dim in self.dims:
            axis(x, dim, "dims")
        if len(self.shifts) not in {1, len(self.dims)}:
            raise Mismatch(
                f"one shift or {len(self.dims)}, one for each axis",
                self.shifts,
                "give a shift for each axis",
                repairs=[set_param("shifts", self.shifts[:1])],
            )
        return x

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers move."""
        return tuple(axis(x, dim, "dims") for dim in self.dims)

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """Shifted."""
        for number, dim in enumerate(self.dims):
            size, shift = x.sizes[dim], self.shifts[number % len(self.shifts)]
            x = x.along(dim, [(place - shift) % size for place in range(size)])
        return x

    def expression(self, x: Value) -> str:
        shifts = self.shifts if len(self.shifts) > 1 else self.shifts * len(self.dims)
        if len(self.dims) == 1:
            return call(f"{operand(x)}.roll", *shifts, *self.dims)
        return call(f"{operand(x)}.roll", shifts, self.dims)

    def summary(self) -> str:
        return f"by {short(self.shifts)} along {short(self.dims)}"


@node(
    "shape.flip",
    group=GROUP,
    source="torch.flip",
    synonyms="mirror, reverse, backwards, turn round",
)
class Flip:
    """Turns axes round, so that the last comes first."""

    dims: tuple[int, ...] = param((1,), doc="Axes that are turned round; 0 is the batch.")

    def shape(self, x: TensorType) -> TensorType:
        places = [axis(x, dim, "dims") for dim in self.dims]
        if len(set(places)) < len(places):
            repairs = [set_param("dims", tuple(sorted(set(places))))]
            raise Mismatch("each axis once", self.dims, "name it once", repairs=repairs)
        return x

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers move."""
        return tuple(axis(x, dim, "dims") for dim in self.dims)

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """Turned round."""
        for dim in self.dims:
            x = x.along(dim, reversed(range(x.sizes[dim])))
        return x

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.flip", *self.dims)

    def summary(self) -> str:
        return f"ax{'is' if len(self.dims) == 1 else 'es'} {', '.join(map(str, self.dims))}"
