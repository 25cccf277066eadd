"""Merges: several tensors become one, number by number or side by side."""

import math
from collections.abc import Sequence
from dataclasses import replace

from graph.core.errors import Mismatch, insert_before, set_param
from graph.core.tensor import TensorType, total
from graph.declare import Raw, Value, call, changed, literal, node, param, shared
from graph.declare.ranges import Given, Meaning, Range
from graph.nodes.shared.axes_of_shapes import axis, joint, numbers, operand
from graph.nodes.shared.column_grid import ColumnGrid, side_by_side
from graph.nodes.shared.domains import Undefined, divides
from graph.nodes.shared.fits import fitting, same_sides
from graph.nodes.shared.meeting import broadcast
from graph.nodes.shared.silenced import stays
from graph.nodes.shared.spans import joined, met, product

GROUP = "Merge"


def some(xs: Sequence[TensorType]) -> Sequence[TensorType]:
    """At least one wire.

    Raises:
        Mismatch: If there is none.
    """
    if not xs:
        raise Mismatch("one wire or more", "none", "wire what is to be merged")
    return xs


@node(
    "merge.add",
    group=GROUP,
    inputs="xs*",
    outputs="y:any",
    source="torch.add",
    synonyms="sum, plus, residual, skip connection, total loss",
)
class Add:
    """Adds its inputs number by number; sizes must be equal, or 1."""

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        return joint(xs, broadcast(some(xs)))

    def weighs(self, count: int) -> tuple[float, ...]:
        """How much each of so many terms counts."""
        return (1.0,) * count

    def bounds(self, xs: tuple[Given, ...]) -> Given:
        """The sum of the ranges."""
        return met("+", xs)

    def expression(self, xs: tuple[Value, ...]) -> str:
        return " + ".join(map(operand, xs))

    def averages(self, xs: tuple[str, ...]) -> bool:
        return "rows" not in xs


@node(
    "merge.multiply",
    group=GROUP,
    inputs="xs*",
    outputs="y:any",
    source="torch.mul",
    synonyms="times, product, gate, mask, attention",
)
class Multiply:
    """Multiplies its inputs number by number; sizes must be equal, or 1."""

    def multiplies(self) -> bool:
        """Is it a product?"""
        return True

    def drops(self, xs: tuple[TensorType | None, ...]) -> bool:
        """Is nothing left? A weight goes with the loss that a mute silences."""
        rest = [x for x in xs if x is not None]
        return len(rest) < len(xs) and not stays(rest)

    def shape(self, xs: tuple[TensorType | None, ...]) -> TensorType:
        rest = [x for x in xs if x is not None]
        return joint(rest, broadcast(some(rest)))

    def bounds(self, xs: tuple[Given, ...]) -> Given:
        """The product of the ranges."""
        return met("*", xs)

    def chooses(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Any of its wires may be a mask of the others: nothing is left where that says no."""
        return "xs", ("xs",), ()

    def expression(self, xs: tuple[Value | None, ...]) -> str:
        return " * ".join(operand(x) for x in xs if x is not None)


@node(
    "merge.subtract",
    group=GROUP,
    inputs="a b",
    outputs="y:any",
    source="torch.sub",
    synonyms="minus, difference, error",
)
class Subtract:
    """Takes `b` away from `a`, number by number."""

    def drops(self, a: TensorType | None, b: TensorType | None) -> bool:
        """Is nothing left? Where `b` is muted, nothing is taken away."""
        return a is None

    def shape(self, a: TensorType, b: TensorType | None) -> TensorType:
        if b is None:
            return a
        for port, x in (("a", a), ("b", b)):
            if x.dtype == "bool":
                numbers(x, port)
        return joint((a, b), broadcast((a, b), ("a", "b")))

    def bounds(self, a: Given, b: Given) -> Given:
        """The difference of the ranges."""
        return met("-", (a, b))

    def expression(self, a: Value, b: Value | None) -> str:
        return str(a) if b is None else f"{operand(a)} - {operand(b)}"

    def averages(self, a: str, b: str | None) -> bool:
        return "rows" not in {a, b}


@node(
    "merge.divide",
    group=GROUP,
    inputs="a b",
    outputs="y:any",
    source="torch.div",
    synonyms="ratio, quotient, over",
)
class Divide:
    """Divides `a` by `b`, number by number."""

    def drops(self, a: TensorType | None, b: TensorType | None) -> bool:
        """Is nothing left? Where `b` is muted, nothing is divided by."""
        return a is None or (b is None and not stays([a]))

    def shape(self, a: TensorType, b: TensorType | None) -> TensorType:
        if b is None:
            return a
        y = joint((a, b), broadcast((a, b), ("a", "b")))
        return TensorType(y.dims, "float", y.kind)

    def bounds(self, a: Given, b: Given) -> Given:
        """The quotient of the ranges."""
        return met("/", (a, b))

    def divisors(self, a: Given, b: Given) -> list[str]:
        """What it divides by, where that is 0."""
        return ["`b`"] if b is not None and b.low == b.high == 0 else []

    def undefined(self, zeros: frozenset[str], a: Given, b: Given) -> list[Undefined]:
        """Its division, where some divisors are 0."""
        wanted = "a divisor other than 0"
        return [Undefined("a / b", "b", "b", wanted, "")] if divides(b, zeros="b" in zeros) else []

    def expression(self, a: Value, b: Value | None) -> str:
        return str(a) if b is None else f"{operand(a)} / {operand(b)}"


@shared
class Joining:
    """Puts tensors together along an axis."""

    def join(self, xs: tuple[TensorType, ...]) -> TensorType:
        """What all have in common, but for the sizes."""
        one = joint(xs, xs[0].dims)
        if all(x.kind == xs[0].kind and x.classes == xs[0].classes for x in xs):
            return TensorType(one.dims, one.dtype, xs[0].kind, xs[0].classes)
        return one


@node(
    "merge.concatenate",
    group=GROUP,
    inputs="xs*",
    source="torch.cat",
    synonyms="concat, join, cat, skip connection, u-net",
)
class Concatenate(Joining):
    """Lays its inputs side by side along one axis: [N, 3] and [N, 5] become [N, 8]."""

    dim: int = param(1, torch=0, doc="Axis along which they are laid; 1 is that of the channels.")

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        first, *rest = some(xs)
        if not rest:
            return first
        where = axis(first, self.dim)
        others = [size for place, size in enumerate(first.dims) if place != where]
        for x in rest:
            if x.rank != first.rank or others != [*x.dims[:where], *x.dims[where + 1 :]]:
                raise Mismatch(
                    f"tensors that differ on axis {where} only",
                    " and ".join(map(str, xs)),
                    "make the other sizes equal, or pick another axis",
                    repairs=same_sides(xs, several_wires(xs)) if where == 1 else [],
                )
        size = total([x.dims[where] for x in xs])
        return self.join(xs).with_dims(*first.dims[:where], size, *first.dims[where + 1 :])

    def bounds(self, xs: tuple[Given, ...]) -> Given:
        """From the lowest to the highest."""
        return joined(xs)

    def lays(self, xs: tuple[ColumnGrid, ...]) -> ColumnGrid | None:
        """Side by side."""
        return side_by_side(xs, self.dim % len(xs[0].sizes))

    def expression(self, xs: tuple[Value, ...]) -> str:
        return call("torch.cat", Raw(several(xs)), dim=self.dim) if len(xs) > 1 else str(xs[0])

    def summary(self) -> str:
        return f"axis {self.dim}"


@node(
    "merge.stack", group=GROUP, inputs="xs*", source="torch.stack", synonyms="new axis, pile, join"
)
class Stack(Joining):
    """Lays inputs of equal size behind each other along a new axis."""

    dim: int = param(1, torch=0, doc="Where the new axis goes; 1 is right behind the batch.")

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        dims = some(xs)[0].dims
        where = axis(xs[0], self.dim, extra=1)
        if any(x.dims != dims for x in xs):
            received = " and ".join(map(str, xs))
            repairs = fitting(xs, several_wires(xs))
            advice = "make the sizes equal"
            raise Mismatch("tensors of equal size", received, advice, repairs=repairs)
        return self.join(xs).with_dims(*dims[:where], len(xs), *dims[where:])

    def bounds(self, xs: tuple[Given, ...]) -> Given:
        """From the lowest to the highest."""
        return joined(xs)

    def lays(self, xs: tuple[ColumnGrid, ...]) -> ColumnGrid | None:
        """Side by side along an axis that was not there."""
        at = self.dim % (len(xs[0].sizes) + 1)
        thin = [ColumnGrid((*x.sizes[:at], 1, *x.sizes[at:]), x.columns) for x in xs]
        return side_by_side(thin, at)

    def expression(self, xs: tuple[Value, ...]) -> str:
        return call("torch.stack", Raw(several(xs)), dim=self.dim)

    def summary(self) -> str:
        return f"axis {self.dim}"


def several_wires(xs: Sequence[TensorType]) -> list[tuple[str, int]]:
    """The wires of the port `xs`."""
    return [("xs", number) for number in range(len(xs))]


def several(xs: tuple[Value, ...]) -> str:
    """Source of a tuple of values."""
    return f"({', '.join(xs)}{',' if len(xs) == 1 else ''})"


@node(
    "merge.scale",
    group=GROUP,
    outputs="y:any",
    synonyms="weight of a loss, times a number, multiply, shift, offset",
)
class Scale:
    """Multiplies every number by a factor and adds an offset; weighs a loss among others."""

    factor: float = param(1.0, doc="What every number is multiplied by.")
    offset: float = param(0.0, doc="What is added to every number.")

    def shape(self, x: TensorType) -> TensorType:
        return numbers(x)

    def weighs(self, count: int) -> tuple[float, ...]:
        """How much what it gets counts."""
        return (self.factor,) * count

    def absolute(self, x: TensorType) -> tuple[int, ...]:
        """It is a number of another unit, unless it stays as it is."""
        return (0,) if (self.factor, self.offset) != (1, 0) else ()

    def bounds(self, x: Given) -> Given:
        """The range times the factor, moved by the offset."""
        if x is None or (self.factor, self.offset) == (1, 0):
            return x
        low, high = product((x.low, x.high), (self.factor, self.factor))
        meaning: Meaning = "open" if x.meaning == "open" else ""
        return Range(low + self.offset, high + self.offset, x.reached, meaning)

    def expression(self, x: Value) -> str:
        text = str(x) if self.factor == 1 else f"{operand(x)} * {literal(self.factor)}"
        if not self.offset:
            return text
        return f"{text} {'-' if self.offset < 0 else '+'} {literal(abs(self.offset))}"

    def averages(self, x: str) -> bool:
        return x == "mean"

    def summary(self) -> str:
        text = f"× {self.factor:g}"
        return f"{text} {self.offset:+g}" if self.offset else text


@node(
    "merge.clamp",
    group=GROUP,
    outputs="y:any",
    source="torch.clamp",
    synonyms="clip, limit, bounds",
)
class Clamp:
    """Cuts numbers off below one bound and above another."""

    min: float | None = param(0.0, torch=None, doc="Smallest number; empty for no bound.")
    max: float | None = param(1.0, torch=None, doc="Largest number; empty for no bound.")

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        if self.min is None and self.max is None:
            repairs = [set_param("min", 0.0), set_param("max", 1.0)]
            raise Mismatch("a bound", "none", "set min, max or both", repairs=repairs)
        return x

    def cuts(self) -> float | None:
        """The number that it gives where it gets less."""
        return self.min

    def absolute(self, x: TensorType) -> tuple[int, ...]:
        """Its bounds are numbers as the file has them."""
        return (0,)

    def bounds(self, x: Given) -> Given:
        """Between the bounds."""
        low = -math.inf if self.min is None else self.min
        high = math.inf if self.max is None else self.max
        wide = x or Range(reached=False, meaning="open")
        return replace(wide, low=max(wide.low, low), high=min(wide.high, high))

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.clamp", **changed(self, "min", "max"))

    def summary(self) -> str:
        low = "" if self.min is None else f"{self.min:g}"
        high = "" if self.max is None else f"{self.max:g}"
        return f"{low} to {high}".strip()


@node(
    "merge.cosine_similarity",
    group=GROUP,
    title="Cosine similarity",
    inputs="a b",
    outputs="y:any",
    source="torch.nn.CosineSimilarity",
    synonyms="angle, contrastive, embedding",
)
class CosineSimilarity:
    """How much two vectors point the same way: 1 for the same, 0 for a right angle."""

    dim: int = param(1, doc="Axis the vectors lie along.")
    eps: float = param(1e-8, low=0.0, doc="Kept from dividing by zero.", advanced=True)

    def shape(self, a: TensorType, b: TensorType) -> TensorType:
        numbers(a, "a")
        numbers(b, "b")
        y = joint((a, b), broadcast((a, b), ("a", "b")))
        where = axis(y, self.dim)
        return y.with_dims(*y.dims[:where], *y.dims[where + 1 :])

    def bounds(self, a: Given, b: Given) -> Range:
        """From -1 to 1; none is below 0 where no number of either side is."""
        known = [one for one in (a, b) if one is not None]
        positive = len(known) == 2 and all(one.low >= 0 for one in known)
        signed = len(known) == 2 and all(one.free for one in known)
        return Range(0.0 if positive else -1.0, 1.0, reached=signed)

    def expression(self, a: Value, b: Value) -> str:
        return call("F.cosine_similarity", a, b, **changed(self, "dim", "eps"))

    def summary(self) -> str:
        return f"axis {self.dim}"


@node(
    "merge.distance",
    group=GROUP,
    title="Distance",
    inputs="a b",
    outputs="y:any",
    source="torch.nn.PairwiseDistance",
    synonyms="pairwise, euclidean, metric learning, siamese",
)
class Distance:
    """How far two vectors are apart, along the last axis."""

    p: float = param(2.0, low=0.0, doc="2 is the straight line, 1 the sum of all differences.")
    eps: float = param(1e-6, low=0.0, doc="Added to each difference.", advanced=True)
    keepdim: bool = param(False, doc="Keep the last axis, with size 1.", advanced=True)

    def shape(self, a: TensorType, b: TensorType) -> TensorType:
        for port, x in (("a", a), ("b", b)):
            numbers(x, port)
            if x.rank < 2:
                repairs = [insert_before(port, "shape.unsqueeze", "Insert Unsqueeze", dim=1)]
                advice = "give each example an axis of its own"
                raise Mismatch("vectors [N, size]", x, advice, repairs=repairs if x.rank else [])
        y = joint((a, b), broadcast((a, b), ("a", "b")))
        return y.with_dims(*y.dims[:-1], *([1] if self.keepdim else []))

    def bounds(self, a: Given, b: Given) -> Range:
        """A distance is none below 0."""
        return Range(0.0, reached=False)

    def expression(self, a: Value, b: Value) -> str:
        return call("F.pairwise_distance", a, b, **changed(self, "p", "eps", "keepdim"))

    def summary(self) -> str:
        return f"power {self.p:g}"
