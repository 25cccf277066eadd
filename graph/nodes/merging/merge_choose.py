"""Comparisons, and choices by what is true."""

from typing import Literal

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import TensorType
from graph.declare import Value, call, node, param
from graph.declare.ranges import Given, Range
from graph.nodes.merging.merge import GROUP, some
from graph.nodes.shared.axes_of_shapes import joint, numbers, operand
from graph.nodes.shared.meeting import broadcast
from graph.nodes.shared.spans import joined


def truth(x: TensorType, port: str) -> TensorType:
    """A tensor of yes and no.

    Raises:
        Mismatch: If it holds numbers; the repair compares them.
    """
    if x.dtype != "bool":
        repairs = [insert_before(port, "merge.compare", "Insert Compare")]
        advice = "wire what Compare gives"
        raise Mismatch("a mask of yes and no", f"{x} of {x.dtype}", advice, repairs=repairs)
    return x


@node(
    "merge.compare",
    group=GROUP,
    inputs="a b?",
    synonyms="comparison, greater than, less than, equal, threshold, mask, larger, smaller, "
    "relational, gt, lt, eq",
)
class Compare:
    """Compares `a` with `b`, or with a number, place by place: a mask of yes and no.

    A mask has no gradient; choose with it by Where or Masked fill.
    """

    relation: Literal[">", ">=", "<", "<=", "==", "!="] = param(
        ">", doc="What holds where the mask says yes."
    )
    value: float = param(0.0, doc="What `a` is compared with where no `b` is wired.")

    def shape(self, a: TensorType, b: TensorType | None) -> TensorType:
        dims = a.dims if b is None else broadcast((a, b), ("a", "b"))
        return TensorType(dims, "bool", "mask")

    def expression(self, a: Value, b: Value | None) -> str:
        whole = a.type.dtype != "float" and self.value.is_integer()
        other = repr(int(self.value) if whole else self.value) if b is None else operand(b)
        return f"{operand(a)} {self.relation} {other}"

    def absolute(self, a: TensorType, b: TensorType | None) -> tuple[int, ...]:
        return (0,) if b is None else ()

    def compares(self) -> tuple[str, float]:
        """What holds of `a` and a number where it says yes, if no `b` is wired."""
        return self.relation, self.value

    def summary(self) -> str:
        return f"{self.relation} b, or {self.relation} {self.value:g}"


@node(
    "merge.logical",
    group=GROUP,
    inputs="xs*",
    synonyms="and, or, xor, all, any, both, either, boolean, mask",
)
class Logical:
    """Joins masks place by place: yes where all say so, where any does, or an odd number."""

    rule: Literal["and", "or", "xor"] = param("and", doc="And: all. Or: any. Xor: an odd number.")

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        for x in some(xs):
            truth(x, "xs")
        return TensorType(broadcast(xs), "bool", "mask")

    def expression(self, xs: tuple[Value, ...]) -> str:
        sign = {"and": "&", "or": "|", "xor": "^"}[self.rule]
        return f" {sign} ".join(map(operand, xs))

    def summary(self) -> str:
        return self.rule


@node("merge.not", group=GROUP, title="Not", synonyms="invert, negate, boolean, mask, opposite")
class Not:
    """Turns a mask round: yes where it said no."""

    def shape(self, x: TensorType) -> TensorType:
        return truth(x, "x")

    def inverts(self) -> bool:
        """Does it say the opposite?"""
        return True

    def expression(self, x: Value) -> str:
        return f"~{operand(x)}"


@node(
    "merge.where",
    group=GROUP,
    inputs="condition a b",
    source="torch.where",
    synonyms="if, else, choose, select, ternary, mask",
)
class Where:
    """Takes `a` where the condition says yes and `b` elsewhere; gradients go the same ways."""

    def shape(self, condition: TensorType, a: TensorType, b: TensorType) -> TensorType:
        truth(condition, "condition")
        return joint((a, b), broadcast((condition, a, b), ("condition", "a", "b")))

    def bounds(self, condition: Given, a: Given, b: Given) -> Given:
        """From the lowest to the highest of both."""
        return joined((a, b))

    def chooses(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """The mask, what counts where it says yes, and what where it says no."""
        return "condition", ("a",), ("b",)

    def expression(self, condition: Value, a: Value, b: Value) -> str:
        return call("torch.where", condition, a, b)


@node(
    "merge.masked_fill",
    group=GROUP,
    title="Masked fill",
    inputs="x mask",
    source="torch.Tensor.masked_fill",
    synonyms="mask, hide, attention mask, causal, replace",
)
class MaskedFill:
    """Puts one number wherever the mask says yes; no gradient passes there."""

    value: float = param(0.0, doc="The number; -1e9 hides places from a softmax.")

    def shape(self, x: TensorType, mask: TensorType) -> TensorType:
        numbers(x)
        truth(mask, "mask")
        return x.with_dims(*broadcast((x, mask), ("x", "mask")))

    def bounds(self, x: Given, mask: Given) -> Given:
        """Those of its input and the number."""
        return joined((x, Range(self.value, self.value)))

    def chooses(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """The mask, what counts where it says yes, and what where it says no."""
        return "mask", (), ("x",)

    def expression(self, x: Value, mask: Value) -> str:
        return call(f"{operand(x)}.masked_fill", mask, self.value)

    def summary(self) -> str:
        return f"with {self.value:g}"
