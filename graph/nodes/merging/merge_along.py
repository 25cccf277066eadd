"""Along an axis: running sums, unit length, and distances of all pairs."""

from typing import ClassVar

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param, shared
from graph.declare.ranges import Given, Range, summed, unsure
from graph.nodes.merging.merge import GROUP
from graph.nodes.shared.axes_of_shapes import axis, joint, numbers, operand
from graph.nodes.shared.meeting import broadcast


@shared
class Running:
    """What has come up to each place along an axis."""

    function: ClassVar[str]

    dim: int = param(1, torch=None, doc="Axis along which it runs.")

    def shape(self, x: TensorType) -> TensorType:
        axis(numbers(x), self.dim)
        return TensorType(x.dims)

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return (axis(x, self.dim),)

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.{self.function}", self.dim)

    def summary(self) -> str:
        return f"axis {self.dim}"


@node(
    "merge.cumsum",
    group=GROUP,
    title="Cumulative sum",
    source="torch.cumsum",
    synonyms="cumsum, running total, prefix sum, integrate, scan",
)
class CumSum(Running):
    """At each place of an axis the sum of all up to it."""

    function = "cumsum"

    def bounds(self, x: Given) -> Given:
        """As far as many of them go."""
        return summed(x)


@node(
    "merge.cumprod",
    group=GROUP,
    title="Cumulative product",
    source="torch.cumprod",
    synonyms="cumprod, running product, transmittance, survival, scan",
)
class CumProd(Running):
    """At each place of an axis the product of all up to it."""

    function = "cumprod"

    def bounds(self, x: Given) -> Given:
        """Of shares they are shares; else it is not known."""
        return unsure(x) if x is not None and x.low >= 0 and x.high <= 1 else None


@node(
    "norm.unit",
    group="Normalisation",
    title="Unit length",
    source="torch.nn.functional.normalize",
    synonyms="normalise, normalize, l2, unit vector, unit sphere, cosine, length, contrastive",
)
class UnitLength:
    """Scales every vector along an axis to length 1, so that only its direction counts."""

    p: float = param(2.0, low=0.0, doc="2 is the usual length, 1 the sum of absolute values.")
    dim: int = param(1, doc="Axis the vectors lie along.")
    eps: float = param(
        1e-12, low=0.0, doc="Shorter vectors are divided by this instead.", advanced=True
    )

    def shape(self, x: TensorType) -> TensorType:
        axis(numbers(x), self.dim)
        return TensorType(x.dims)

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return (axis(x, self.dim),)

    def bounds(self, x: Given) -> Range:
        """No number is longer than the vector."""
        low, high = (-1.0, 1.0) if x is None else (x.low, x.high)
        return Range(-1.0 if low < 0 else 0.0, 1.0 if high > 0 else 0.0, reached=False)

    def expression(self, x: Value) -> str:
        return call("F.normalize", x, **changed(self, "p", "dim", "eps"))

    def summary(self) -> str:
        return f"axis {self.dim}" + ("" if self.p == 2 else f", power {self.p:g}")


@node(
    "merge.distances",
    group=GROUP,
    title="Distances",
    inputs="a b",
    source="torch.cdist",
    synonyms="pairwise distances, cdist, all pairs, nearest, codebook, kernel, metric learning",
)
class Distances:
    """How far every row of `a` is from every row of `b`: [N, D] and [K, D] give [N, K]."""

    p: float = param(2.0, low=0.0, doc="2 is the straight line, 1 the sum of all differences.")

    def shape(self, a: TensorType, b: TensorType) -> TensorType:
        for port, x in (("a", a), ("b", b)):
            numbers(x, port)
            if x.rank < 2:
                raise Mismatch("rows [N, D]", x, "give each example an axis of its own")
        if a.dims[-1] != b.dims[-1]:
            raise Mismatch(
                "rows of equal length in a and b", f"{a} and {b}", "change a layer before one"
            )
        many = broadcast((a.with_dims(*a.dims[:-2]), b.with_dims(*b.dims[:-2])))
        return joint((a, b), (*many, a.dims[-2], b.dims[-2]))

    def bounds(self, a: Given, b: Given) -> Range:
        """A distance is none below 0."""
        return Range(0.0, reached=False)

    def expression(self, a: Value, b: Value) -> str:
        return call("torch.cdist", a, b, **changed(self, "p"))

    def summary(self) -> str:
        return f"power {self.p:g}"
