"""Reductions: many numbers of one tensor become one."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Raw, Value, call, node, param, shared
from graph.declare.ranges import Given, Range, pooled, summed, unsure
from graph.nodes.merging.merge import GROUP
from graph.nodes.shared.axes_of_shapes import axis, numbers, operand


@shared
class Reduction:
    """One number of many, over all axes or some."""

    function: ClassVar[str]

    dim: tuple[int, ...] | None = param(
        None, doc="Axes that are joined; empty joins all, the batch included."
    )
    keepdim: bool = param(False, doc="Keep the joined axes, with size 1.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        places = range(x.rank) if self.dim is None else [axis(x, dim) for dim in self.dim]
        if len(set(places)) < len(places):
            repairs = [set_param("dim", tuple(sorted(set(places))))]
            raise Mismatch("each axis once", self.dim, "name it once", repairs=repairs)
        keeps = self.keepdim and self.dim is not None
        dims = [
            1 if place in places else size
            for place, size in enumerate(x.dims)
            if keeps or place not in places
        ]
        return TensorType(tuple(dims), kind="loss" if x.kind == "loss" else "features")

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return tuple(axis(x, dim) for dim in self.dim) if self.dim else tuple(range(x.rank))

    def options(self) -> dict[str, object]:
        """Arguments that say which axes."""
        return {"keepdim": True} if self.keepdim and self.dim is not None else {}

    def where(self) -> list[object]:
        """The axes, as positional arguments."""
        if self.dim is None:
            return []
        return [self.dim[0] if len(self.dim) == 1 else self.dim]

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.{self.function}", *self.where(), **self.options())

    def summary(self) -> str:
        if self.dim is None:
            return "all numbers"
        return f"ax{'is' if len(self.dim) == 1 else 'es'} {', '.join(map(str, self.dim))}"


@node(
    "merge.mean",
    group=GROUP,
    outputs="y:any",
    source="torch.mean",
    synonyms="average, reduce",
)
class Mean(Reduction):
    """The average of all numbers, or along some axes."""

    function = "mean"

    def bounds(self, x: Given) -> Given:
        """Between those of what is averaged; over the places of a picture it is a pooling."""
        places = self.dim is not None and all(one not in {0, 1} for one in self.dim)
        return pooled(x) if places else unsure(x)

    def averages(self, x: str) -> bool:
        return x in {"rows", "mean"}


@node("merge.sum", group=GROUP, outputs="y:any", source="torch.sum", synonyms="total, reduce, add")
class Sum(Reduction):
    """The sum of all numbers, or along some axes."""

    function = "sum"

    def totals(self) -> bool:
        """Are numbers added up?"""
        return True

    def bounds(self, x: Given) -> Given:
        """As far as many of them go."""
        return summed(x)


@node("merge.max", group=GROUP, outputs="y:any", source="torch.amax", synonyms="largest, maximum")
class Max(Reduction):
    """The largest of all numbers, or along some axes."""

    function = "amax"

    def bounds(self, x: Given) -> Given:
        """Those of its input."""
        return pooled(x)


@node("merge.min", group=GROUP, outputs="y:any", source="torch.amin", synonyms="smallest, minimum")
class Min(Reduction):
    """The smallest of all numbers, or along some axes."""

    function = "amin"

    def bounds(self, x: Given) -> Given:
        """Those of its input."""
        return pooled(x)


@node(
    "merge.norm",
    group=GROUP,
    outputs="y:any",
    source="torch.linalg.vector_norm",
    synonyms="length, magnitude, l2, l1, euclidean",
)
class Norm(Reduction):
    """The length of a vector: of all numbers, or along some axes."""

    ord: float = param(2.0, doc="2 is the usual length, 1 the sum of absolute values.")

    def bounds(self, x: Given) -> Range:
        """A length is none below 0."""
        return Range(0.0, reached=False)

    def expression(self, x: Value) -> str:
        options: dict[str, object] = {} if self.ord == 2 else {"ord": self.ord}
        if self.dim is not None:
            (options["dim"],) = self.where()
        return call("torch.linalg.vector_norm", Raw(x), **options, **self.options())

    def summary(self) -> str:
        return f"power {self.ord:g} · {super().summary()}"
