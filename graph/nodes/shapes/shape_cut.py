"""Cut: keep a part of a tensor."""

from graph.core.errors import Mismatch, Repair, set_param
from graph.core.tensor import Dim, TensorType
from graph.declare import Value, node, param
from graph.nodes.shapes.shape import GROUP
from graph.nodes.shared.axes_of_shapes import at, axis, operand, spread, times
from graph.nodes.shared.column_grid import ColumnGrid


def pick(x: TensorType, where: int, index: str) -> str:
    """Source of an index into one axis, all before it taken whole."""
    return "[" + ", ".join([":"] * where + [index]) + "]"


@node("shape.slice", group=GROUP, source="torch.narrow", synonyms="cut, crop, range, part")
class Slice:
    """Keeps a stretch of one axis, from `start` up to but without `end`."""

    dim: int = param(1, doc="Axis that is cut; 0 is the batch.")
    start: int = param(0, doc="First place kept; negative counts from the end.")
    end: int | None = param(None, doc="First place dropped again; empty goes to the end.")
    step: int = param(1, low=1, doc="Keep every so many.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        where = axis(x, self.dim)
        return x.with_dims(*x.dims[:where], self.length(x.dims[where]), *x.dims[where + 1 :])

    def length(self, size: Dim) -> Dim:
        """How many places are kept.

        Raises:
            Mismatch: If none.
        """
        if not isinstance(size, int):
            if (self.start, self.end, self.step) == (0, None, 1):
                return size
            return f"len(range({size})[{self.text()}])"
        kept = len(range(size)[self.start : self.end : self.step])
        if not kept:
            repairs = [set_param("start", 0)] if range(size)[: self.end] else []
            if range(size)[self.start :]:
                repairs.append(set_param("end", None))
            raise Mismatch(
                f"a stretch within {size}", self.text(), "keep one at least", repairs=repairs
            )
        return kept

    def text(self) -> str:
        """The slice as Python writes it."""
        start = str(self.start or "")
        end = "" if self.end is None else str(self.end)
        return f"{start}:{end}" + (f":{self.step}" if self.step != 1 else "")

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """The stretch that is kept."""
        kept = range(x.sizes[self.dim])[self.start : self.end : self.step]
        return x.along(self.dim, kept)

    def expression(self, x: Value) -> str:
        where = axis(x.type, self.dim)
        return str(x) if self.text() == ":" else operand(x) + pick(x.type, where, self.text())

    def summary(self) -> str:
        return f"axis {self.dim} · {self.text()}"


@node("shape.select", group=GROUP, source="torch.select", synonyms="index, pick, take, last step")
class Select:
    """Keeps one entry of an axis, and the axis goes: [N, T, C] becomes [N, C]."""

    dim: int = param(1, doc="Axis to pick from; 0 is the batch.")
    index: int = param(0, doc="Which entry; -1 is the last.")

    def shape(self, x: TensorType) -> TensorType:
        where = axis(x, self.dim)
        size = x.dims[where]
        if isinstance(size, int) and not -size <= self.index < size:
            raise Mismatch(
                f"an index from {-size} to {size - 1}",
                self.index,
                "pick an entry the axis has",
                repairs=[set_param("index", size - 1 if self.index > 0 else 0)] if size else [],
            )
        return x.with_dims(*x.dims[:where], *x.dims[where + 1 :])

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axis of which one place is left."""
        return (axis(x, self.dim),)

    def moves(self, x: TensorType, place: int) -> int | None:
        """Where an axis lies afterwards; the one that is picked from is gone."""
        picked = axis(x, self.dim)
        return None if place == picked else place - (picked < place)

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """The entry that is kept."""
        return x.along(self.dim, [self.index % x.sizes[self.dim]])

    def expression(self, x: Value) -> str:
        return operand(x) + pick(x.type, axis(x.type, self.dim), str(self.index))

    def summary(self) -> str:
        return f"entry {self.index} of axis {self.dim}"


@node("shape.crop", group=GROUP, synonyms="centre crop, center crop, cut, trim")
class Crop:
    """Cuts the middle out of signals, pictures or volumes."""

    size: tuple[int, ...] = param((8,), low=1, doc="Sides of what is kept; one number for all.")

    def shape(self, x: TensorType) -> TensorType:
        return x.with_dims(*x.dims[:2], *(stop - start for start, stop in self.ranges(x)))

    def ranges(self, x: TensorType) -> list[tuple[int, int]]:
        """First place kept and first dropped again, along each side.

        Raises:
            Mismatch: If the input has no sides, too few numbers, or is smaller.
        """
        axes = x.rank - 2
        if axes < 1 or len(self.size) not in {1, axes}:
            raise Mismatch(f"{len(self.size)} sides behind [N, C]", x, "give a size for each side")
        found = []
        for place, side in enumerate(x.dims[2:]):
            size = at(self.size, place)
            if not isinstance(side, int) or side < size:
                raise Mismatch(
                    f"sides of at least {size}",
                    x,
                    "crop to less, or pad before",
                    repairs=self._within(x.dims[2:]),
                )
            found.append(((side - size) // 2, (side - size) // 2 + size))
        return found

    def _within(self, sides: tuple[Dim, ...]) -> list[Repair]:
        """The largest that can be cut out."""
        wish = spread(self.size, len(sides))
        size = [min(one, own) for one, own in zip(sides, wish, strict=True) if isinstance(one, int)]
        return [set_param("size", tuple(size))] if len(size) == len(sides) else []

    def expression(self, x: Value) -> str:
        cuts = []
        for (start, stop), side in zip(self.ranges(x.type), x.type.dims[2:], strict=True):
            cuts.append(f"{start or ''}:{'' if stop == side else stop}")
        if set(cuts) == {":"}:
            return str(x)
        return f"{operand(x)}[..., {', '.join(cuts)}]"

    def summary(self) -> str:
        return times(self.size)
