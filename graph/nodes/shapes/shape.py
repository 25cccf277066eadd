"""Other views of the same numbers: flatten, reshape, swap axes."""

import math

from graph.core.errors import Mismatch, Repair, set_param
from graph.core.tensor import Dim, TensorType, linear, product
from graph.declare import Value, call, node, param
from graph.nodes.shared.axes_of_shapes import axis, operand, times
from graph.nodes.shared.column_grid import ColumnGrid
from graph.nodes.shared.nearest import offering, outputs, set_sizes

GROUP = "Shape"


@node("shape.flatten", group=GROUP, source="torch.nn.Flatten", synonyms="reshape, ravel")
class Flatten:
    """Lays axes out in one row: [N, C, H, W] becomes [N, C*H*W]."""

    start_dim: int = param(1, doc="First axis that is laid out; 0 is the batch.")
    end_dim: int = param(-1, doc="Last axis that is laid out; -1 is the very last.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        first, last = axis(x, self.start_dim, "start dim"), axis(x, self.end_dim, "end dim")
        if first > last:
            raise Mismatch(
                "a first axis before the last",
                f"axes {first} to {last}",
                "swap them",
                repairs=[set_param("end_dim", -1)],
            )
        return x.with_dims(*x.dims[:first], product(x.dims[first : last + 1]), *x.dims[last + 1 :])

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """In the same order."""
        return x

    def expression(self, x: Value) -> str:
        ends = (self.start_dim,) if self.end_dim == -1 else (self.start_dim, self.end_dim)
        return call(f"{operand(x)}.flatten", *ends)


def fill(size: Dim, sizes: tuple[int, ...], whose: str) -> tuple[Dim, ...]:
    """Sizes that lay `size` numbers out anew, a single -1 filled in.

    Raises:
        Mismatch: If they do not multiply to it.
    """
    holes, rest = sizes.count(-1), math.prod(one for one in sizes if one != -1)
    if holes > 1 or any(one < -1 for one in sizes):
        raise Mismatch("sizes with at most one -1", sizes, "put numbers for the others")
    if isinstance(size, int):
        if (size % rest if rest else size) if holes else rest != size:
            raise Mismatch(f"sizes that multiply to {size}", times(sizes), f"change {whose}")
        if holes and not rest:
            raise Mismatch("sizes above 0 beside -1", times(sizes), f"change {whose}")
        return tuple(size // rest if one == -1 else one for one in sizes)
    names, number, offset = linear(size)
    if offset:
        names, number = size, 1
    if not holes or not rest or number % rest:
        raise Mismatch(
            f"sizes that multiply to {size}",
            times(sizes),
            f"put -1 where {names} belongs and let the others divide {number}",
        )
    filled = product((names, number // rest))
    return tuple(filled if one == -1 else one for one in sizes)


def resized(x: TensorType, axis: int, sizes: tuple[int, ...]) -> list[Repair]:
    """Repairs where an axis does not fold up into sizes: a layer before of as many, or other sizes.

    A batch is not folded up: the next axis may be meant. No layer before mends sizes that say
    nothing, such as -1 twice.
    """
    size, whole = x.dims[axis], math.prod(sizes)
    if sizes.count(-1) > 1 or min(sizes) < -1:
        return []
    if isinstance(size, int):
        before = outputs(x, axis, whole) if whole > 0 and axis else []
        return [*before, *set_sizes(size, sizes)]
    return [set_param("dim", 1)] if not axis and x.rank > 1 else []


@node(
    "shape.unflatten",
    group=GROUP,
    source="torch.nn.Unflatten",
    synonyms="reshape, fold up, picture from row",
)
class Unflatten:
    """Folds one axis up into several: [N, 64] becomes [N, 1, 8, 8]."""

    dim: int = param(1, doc="Axis that is folded up; 1 is the first after the batch.")
    sizes: tuple[int, ...] = param((1, 8, 8), low=-1, doc="New sizes; one may be -1, the rest.")

    def shape(self, x: TensorType) -> TensorType:
        where = axis(x, self.dim)
        with offering(lambda: resized(x, where, self.sizes)):
            sizes = fill(x.dims[where], self.sizes, "the sizes or the layer before")
        return x.with_dims(*x.dims[:where], *sizes, *x.dims[where + 1 :])

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """In the same order."""
        return x

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.unflatten", self.dim, self.sizes)

    def summary(self) -> str:
        return times(self.sizes)


@node("shape.reshape", group=GROUP, source="torch.reshape", synonyms="view, resize")
class Reshape:
    """Lays all numbers of each example out anew: [N, 4, 4] becomes [N, 2, 8]."""

    sizes: tuple[int, ...] = param(
        (-1,), low=-1, doc="New sizes, without the batch; one may be -1, the rest."
    )

    def shape(self, x: TensorType) -> TensorType:
        if not x.rank:
            raise Mismatch("a batch [N, ...]", x, "wire a tensor with axes")
        row = x.with_dims(x.dims[0], product(x.dims[1:]))
        with offering(
            lambda: [one for one in resized(row, 1, self.sizes) if x.rank == 2 or not one.port]
        ):
            sizes = fill(row.dims[1], self.sizes, "the sizes")
        return x.with_dims(x.dims[0], *sizes)

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """In the same order."""
        return x

    def expression(self, x: Value) -> str:
        if -1 not in self.sizes:
            return call(f"{operand(x)}.reshape", -1, *self.sizes)
        if x.type.rank == 1:
            return call(f"{operand(x)}.reshape", -1, *self.shape(x.type).dims[1:])
        row = operand(x) if x.type.rank == 2 else f"{operand(x)}.flatten(1)"
        return row if self.sizes == (-1,) else call(f"{row}.unflatten", 1, self.sizes)

    def summary(self) -> str:
        return times(self.sizes)


@node("shape.permute", group=GROUP, source="torch.permute", synonyms="reorder axes, channels last")
class Permute:
    """Puts the axes into another order: with (0, 2, 1), [N, T, C] becomes [N, C, T]."""

    dims: tuple[int, ...] = param((0, 2, 1), doc="Old axes in their new order; 0 is the batch.")

    def rearranges(self) -> bool:
        """Do axes only change places? Where examples stay first, each keeps to itself."""
        return True

    def shape(self, x: TensorType) -> TensorType:
        order = tuple(range(x.rank))
        if tuple(sorted(one % x.rank if x.rank else one for one in self.dims)) != order or any(
            not -x.rank <= one < x.rank for one in self.dims
        ):
            back = (0, *reversed(order[1:])) if order else order
            repairs: list[Repair] = [set_param("dims", back)] if x.rank > 1 else []
            raise Mismatch(
                f"each of the axes {', '.join(map(str, order))} once",
                self.dims,
                f"the tensor {x} has {x.rank} axes",
                repairs=repairs,
            )
        return x.with_dims(*(x.dims[one] for one in self.dims))

    def batch_first(self, x: TensorType) -> dict[str, object]:
        """The same order of all axes but the batch, which stays first."""
        order = (0, *(one % x.rank for one in self.dims if one % x.rank))
        return {"dims": order} if order != tuple(range(x.rank)) else {}

    def moves(self, x: TensorType, axis: int) -> int:
        """Where an axis lies afterwards."""
        return [one % x.rank for one in self.dims].index(axis)

    def lays(self, x: ColumnGrid) -> ColumnGrid | None:
        """In the new order."""
        return x.ordered([one % len(x.sizes) for one in self.dims])

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.permute", *self.dims)

    def summary(self) -> str:
        return ", ".join(map(str, self.dims))


@node(
    "shape.transpose",
    group=GROUP,
    source="torch.transpose",
    synonyms="swap axes, channels last",
)
class Transpose:
    """Swaps two axes: [N, T, C] becomes [N, C, T]."""

    dim0: int = param(1, doc="One axis; 0 is the batch.")
    dim1: int = param(2, doc="The other axis.")

    def rearranges(self) -> bool:
        """Do axes only change places? Where examples stay first, each keeps to itself."""
        return True

    def shape(self, x: TensorType) -> TensorType:
        one, other = axis(x, self.dim0, "dim0"), axis(x, self.dim1, "dim1")
        dims = list(x.dims)
        dims[one], dims[other] = dims[other], dims[one]
        return x.with_dims(*dims)

    def batch_first(self, x: TensorType) -> dict[str, object]:
        """The axes behind the batch that may have been meant: it was swapped with one of them."""
        moved = max(self.dim0 % x.rank, self.dim1 % x.rank)
        other = 1 if moved != 1 else 2
        return {"dim0": min(moved, other), "dim1": max(moved, other)} if x.rank > 2 else {}

    def moves(self, x: TensorType, axis: int) -> int:
        """Where an axis lies afterwards."""
        one, other = self.dim0 % x.rank, self.dim1 % x.rank
        return other if axis == one else one if axis == other else axis

    def lays(self, x: ColumnGrid) -> ColumnGrid | None:
        """With the two swapped."""
        order = [*range(len(x.sizes))]
        order[self.dim0], order[self.dim1] = order[self.dim1], order[self.dim0]
        return x.ordered(order)

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.transpose", self.dim0, self.dim1)

    def summary(self) -> str:
        return f"{self.dim0} and {self.dim1}"


@node("shape.squeeze", group=GROUP, source="torch.squeeze", synonyms="drop axis")
class Squeeze:
    """Takes an axis of size 1 away: [N, 1] becomes [N]."""

    dim: int = param(1, doc="Axis to take away; 0 is the batch.")

    def shape(self, x: TensorType) -> TensorType:
        where = axis(x, self.dim)
        if x.dims[where] != 1:
            ones = [place for place, size in enumerate(x.dims) if size == 1]
            raise Mismatch(
                "an axis of size 1",
                f"size {x.dims[where]} on axis {where} of {x}",
                "pick another axis, or Select one entry of it",
                repairs=[set_param("dim", place) for place in ones[:1]],
            )
        return x.with_dims(*x.dims[:where], *x.dims[where + 1 :])

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """In the same order."""
        return x

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.squeeze", self.dim)

    def summary(self) -> str:
        return f"axis {self.dim}"


@node("shape.unsqueeze", group=GROUP, source="torch.unsqueeze", synonyms="add axis, new axis")
class Unsqueeze:
    """Puts in an axis of size 1: [N, H, W] becomes [N, 1, H, W]."""

    dim: int = param(1, doc="Where the new axis goes; 0 is before the batch.")

    def shape(self, x: TensorType) -> TensorType:
        where = axis(x, self.dim, extra=1)
        return x.with_dims(*x.dims[:where], 1, *x.dims[where:])

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """In the same order."""
        return x

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.unsqueeze", self.dim)

    def summary(self) -> str:
        return f"axis {self.dim}"
