"""Which are largest, and picking by number."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, changed, node, param, shared
from graph.declare.ranges import Given
from graph.nodes.merging.merge import GROUP
from graph.nodes.shared.axes_of_shapes import axis, numbers, operand


def whole(x: TensorType, port: str, below: object) -> TensorType:
    """A tensor of whole numbers that count places of an axis.

    Raises:
        Mismatch: If it holds others, or numbers that may lie beyond the last place.
    """
    if x.dtype != "int":
        advice = "wire whole numbers, such as what Argmax gives"
        raise Mismatch("class numbers", f"{x} of {x.dtype} on {port}", advice)
    if isinstance(below, int) and x.classes is not None and x.classes > below:
        advice = "there are fewer places to pick from than numbers to pick by"
        raise Mismatch(f"whole numbers below {below}", f"up to {x.classes - 1}", advice)
    return x


@shared
class Extreme:
    """The place of the largest or the smallest number along an axis."""

    function: ClassVar[str]

    dim: int = param(1, torch=None, doc="Axis that is searched; 1 is that of the classes.")
    keepdim: bool = param(False, doc="Keep the axis, with size 1.", advanced=True)

    def shape(self, x: TensorType) -> TensorType:
        where = axis(numbers(x), self.dim)
        size = x.dims[where]
        kept = [1] if self.keepdim else []
        dims = (*x.dims[:where], *kept, *x.dims[where + 1 :])
        return TensorType(dims, "int", "labels", size if isinstance(size, int) else None)

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axes along which numbers meet."""
        return (axis(x, self.dim),)

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.{self.function}", self.dim, **changed(self, "keepdim"))

    def summary(self) -> str:
        return f"axis {self.dim}"


@node(
    "merge.argmax",
    group=GROUP,
    source="torch.argmax",
    synonyms="largest, maximum, index, predicted class, winner, decision",
)
class Argmax(Extreme):
    """Which place along an axis holds the largest number: a whole number, without gradient."""

    function = "argmax"


@node(
    "merge.argmin",
    group=GROUP,
    source="torch.argmin",
    synonyms="smallest, minimum, index, nearest, vector quantisation",
)
class Argmin(Extreme):
    """Which place along an axis holds the smallest number: a whole number, without gradient."""

    function = "argmin"


@node(
    "merge.topk",
    group=GROUP,
    title="Top k",
    outputs="values indices",
    source="torch.topk",
    synonyms="largest, best, sort, rank, beam, mixture of experts",
)
class TopK:
    """The k largest numbers along an axis, largest first, and the places they stood at.

    Gradients pass to the numbers that were chosen; the places are whole numbers without gradient.
    """

    k: int = param(1, low=1, doc="How many.")
    dim: int = param(1, torch=-1, doc="Axis that is searched.")
    largest: bool = param(True, doc="The largest; else the smallest.")
    sorted: bool = param(True, doc="In order; else as it comes.", advanced=True)

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        where = axis(numbers(x), self.dim)
        size = x.dims[where]
        if isinstance(size, int) and size < self.k:
            repairs = [set_param("k", size)]
            raise Mismatch(f"k of at most {size}", self.k, "ask for fewer", repairs=repairs)
        dims = (*x.dims[:where], self.k, *x.dims[where + 1 :])
        places = TensorType(dims, "int", "labels", size if isinstance(size, int) else None)
        return TensorType(dims), places

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axis along which numbers are picked."""
        return (axis(x, self.dim),)

    def bounds(self, x: Given) -> tuple[Given, ...]:
        """Those of its input; of places nothing is wanted."""
        return x, None

    def expression(self, x: Value) -> str:
        return call(f"{operand(x)}.topk", self.k, **changed(self, "dim", "largest", "sorted"))

    def summary(self) -> str:
        return f"{self.k} {'largest' if self.largest else 'smallest'} of axis {self.dim}"


@node(
    "merge.gather",
    group=GROUP,
    inputs="x index",
    source="torch.gather",
    synonyms="pick, index, take along, lookup, q value",
)
class Gather:
    """Picks along an axis the numbers that `index` names: `y[n, k]` is `x[n, index[n, k]]`."""

    dim: int = param(1, torch=None, doc="Axis that is picked from.")

    def shape(self, x: TensorType, index: TensorType) -> TensorType:
        where = axis(x, self.dim)
        whole(index, "index", x.dims[where])
        others = [
            (place, mine, theirs)
            for place, (mine, theirs) in enumerate(zip(index.dims, x.dims, strict=False))
            if place != where
        ]
        fits = all(
            mine == theirs or (isinstance(mine, int) and isinstance(theirs, int) and mine < theirs)
            for _, mine, theirs in others
        )
        if index.rank != x.rank or not fits:
            raise Mismatch(
                f"an index with the axes of x {x}, sizes equal but on axis {where}",
                index,
                "give the index the missing axes with Unsqueeze",
            )
        return x.with_dims(*index.dims)

    def reduces(self, x: TensorType) -> tuple[int, ...]:
        """The axis along which numbers are picked."""
        return (axis(x, self.dim),)

    def bounds(self, x: Given, index: Given) -> Given:
        """Those of what is picked from."""
        return x

    def expression(self, x: Value, index: Value) -> str:
        return call(f"{operand(x)}.gather", self.dim, index)

    def summary(self) -> str:
        return f"axis {self.dim}"


@node(
    "merge.lookup",
    group=GROUP,
    title="Look up",
    inputs="table index",
    source="torch.nn.functional.embedding",
    synonyms="codebook, embedding, take rows, index select, vector quantisation, dictionary",
)
class LookUp:
    """Takes for every whole number of `index` the row of `table` that it names.

    A table [K, D] and an index [N] give [N, D]; gradients go into the rows that were taken.
    """

    def shape(self, table: TensorType, index: TensorType) -> TensorType:
        numbers(table, "table")
        if table.rank != 2:
            advice = "wire a table, such as a Learned tensor of two sizes"
            raise Mismatch("a table of rows [K, D]", table, advice)
        whole(index, "index", table.dims[0])
        return TensorType((*index.dims, table.dims[1]))

    def bounds(self, table: Given, index: Given) -> Given:
        """Those of the table."""
        return table

    def expression(self, table: Value, index: Value) -> str:
        return call("F.embedding", index, table)
