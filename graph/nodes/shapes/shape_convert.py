"""From whole numbers and yes or no to numbers that a network can work with."""

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Value, call, node, param
from graph.declare.ranges import PROBABILITY, Given, Range
from graph.nodes.shapes.shape import GROUP
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.column_grid import ColumnGrid


@node(
    "shape.one_hot",
    group=GROUP,
    title="One-hot",
    source="torch.nn.functional.one_hot",
    synonyms="dummy, categorical, indicator, label to features",
)
class OneHot:
    """Turns a class number into a row of zeros with a single 1: [N] becomes [N, classes]."""

    num_classes: int | None = param(
        None, low=1, torch=-1, doc="How many classes there are; empty takes it from the wire."
    )

    def shape(self, x: TensorType) -> TensorType:
        return TensorType((*x.dims, self.count(x)))

    def count(self, x: TensorType) -> int:
        """How many classes there are.

        Raises:
            Mismatch: If neither the wire nor the parameter says, or they disagree.
        """
        if x.dtype != "int":
            raise Mismatch("class numbers", f"{x} of {x.dtype}", "wire labels or tokens here")
        count = self.num_classes or x.classes
        if count is None:
            repairs = [set_param("num_classes", 10)]
            raise Mismatch("to know how many classes there are", x, "set classes", repairs=repairs)
        if x.classes is not None and count < x.classes:
            repairs = [set_param("num_classes", x.classes)]
            advice = "leave classes empty to take it from the wire"
            raise Mismatch(f"at least {x.classes} classes", count, advice, repairs=repairs)
        return count

    def shares(self, x: TensorType) -> int:
        """The axis along which what comes out adds up to 1: that of the classes, behind all."""
        return x.rank

    def bounds(self, x: Given) -> Range:
        """Zeros and ones."""
        return PROBABILITY

    def expression(self, x: Value) -> str:
        return call("F.one_hot", x, self.count(x.type)) + ".float()"


@node(
    "shape.to_float",
    group=GROUP,
    title="To float",
    source="torch.Tensor.float",
    synonyms="cast, number, convert",
)
class ToFloat:
    """Turns whole numbers or yes and no into numbers that a network can work with."""

    def shape(self, x: TensorType) -> TensorType:
        return TensorType(x.dims)

    def lays(self, x: ColumnGrid) -> ColumnGrid:
        """In the same order."""
        return x

    def expression(self, x: Value) -> str:
        return str(x) if x.type.dtype == "float" else f"{operand(x)}.float()"
