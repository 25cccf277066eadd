"""Fully connected layers and tables of learned vectors."""

from typing import ClassVar, Literal

from graph.core.errors import Mismatch, insert_before, set_param
from graph.core.tensor import TensorType
from graph.core.wording import many
from graph.declare import Value, call, changed, node, param, shared
from graph.nodes.shared.axes_of_shapes import numbers
from graph.nodes.shared.initial import Drawn
from graph.nodes.shared.weighted import Weighted

GROUP = "Layers"


def width(x: TensorType, port: str = "x") -> int:
    """The size of the last axis, which must be a number.

    Raises:
        Mismatch: If there is no such axis, or its size varies.
    """
    if x.rank == 1:
        repair = insert_before(port, "shape.unsqueeze", "Insert Unsqueeze", dim=1)
        advice = "give each example an axis of its own"
        raise Mismatch("rows [N, features]", x, advice, repairs=[repair])
    last = x.dims[-1] if x.rank else None
    if not isinstance(last, int):
        raise Mismatch("features of a fixed number on the last axis", x, "wire [N, features]")
    return last


@node(
    "layer.linear",
    group=GROUP,
    source="torch.nn.Linear",
    synonyms="dense, fully connected, fc, hidden layer, perceptron, mlp, affine",
    learns=True,
)
class Linear(Weighted):
    """Fully connected: every output is a weighted sum of all inputs plus an offset.

    It works on the last axis, whatever axes are before: [N, T, features] gives [N, T, units].
    """

    units: int = param(128, low=1, doc="Size of the output's last axis.")
    bias: bool = param(True, doc="Add a learned offset to each output.")

    def shape(self, x: TensorType) -> TensorType:
        numbers(x)
        width(x)
        return TensorType((*x.dims[:-1], self.units))

    def along(self) -> int:
        """The axis it works on."""
        return -1

    def module(self, x: TensorType) -> str:
        return self.normed(call("nn.Linear", width(x), self.units, **changed(self, "bias")))

    def weights(self, x: TensorType) -> int:
        return (width(x) + self.bias) * self.units + self.lengths(self.units)

    def summary(self) -> str:
        return f"{many(self.units, 'output')}" + ("" if self.bias else ", no bias")


@node(
    "layer.bilinear",
    group=GROUP,
    inputs="a b",
    source="torch.nn.Bilinear",
    synonyms="interaction, product of two",
    learns=True,
)
class Bilinear(Weighted):
    """Every output is a weighted sum over all pairs of an input of `a` and an input of `b`."""

    units: int = param(128, low=1, doc="Size of the output's last axis.")
    bias: bool = param(True, doc="Add a learned offset to each output.")

    def shape(self, a: TensorType, b: TensorType) -> TensorType:
        for port, x in (("a", a), ("b", b)):
            numbers(x, port)
            width(x, port)
        if a.dims[:-1] != b.dims[:-1]:
            raise Mismatch(
                "two tensors that differ in the last axis only", f"{a} and {b}", "reshape one"
            )
        return TensorType((*a.dims[:-1], self.units))

    def module(self, a: TensorType, b: TensorType) -> str:
        rest = changed(self, "bias")
        return self.normed(call("nn.Bilinear", width(a), width(b), self.units, **rest))

    def weights(self, a: TensorType, b: TensorType) -> int:
        return (width(a) * width(b) + self.bias) * self.units + self.lengths(self.units)

    def summary(self) -> str:
        return f"{many(self.units, 'output')}" + ("" if self.bias else ", no bias")


@node("layer.identity", group=GROUP, source="torch.nn.Identity", synonyms="pass, no-op")
class Identity:
    """Passes its input on unchanged; a named place to wire from."""

    keeps: ClassVar[bool] = True

    def shape(self, x: TensorType) -> TensorType:
        return x

    def expression(self, x: Value) -> str:
        return str(x)


@shared
class Table(Drawn):
    """A learned vector for each token or class number."""

    units: int = param(64, low=1, doc="Numbers in each vector.")
    vocabulary: int | None = param(
        None, low=1, doc="How many different tokens there are; empty takes it from the wire."
    )
    padding_idx: int | None = param(
        None, doc="Token that only fills up; its vector is not learned.", advanced=True
    )
    max_norm: float | None = param(
        None, low=0.0, doc="Longer vectors are cut to this length.", advanced=True
    )
    norm_type: float = param(2.0, low=1.0, doc="Which norm measures the length.", advanced=True)
    scale_grad_by_freq: bool = param(
        False, doc="Divide a vector's gradient by how often it occurs in the batch.", advanced=True
    )

    def rows(self, x: TensorType) -> int:
        """How many vectors the table holds.

        Raises:
            Mismatch: If neither the wire nor the parameter says, or they disagree.
        """
        if x.dtype != "int":
            raise Mismatch("tokens or class numbers", x, "wire whole numbers, such as labels")
        rows = self.vocabulary or x.classes
        if rows is None:
            raise Mismatch(
                "to know how many tokens there are",
                x,
                "set the vocabulary",
                repairs=[set_param("vocabulary", 1000)],
            )
        if x.classes is not None and rows < x.classes:
            raise Mismatch(
                f"a vocabulary of at least {x.classes}",
                rows,
                "leave the vocabulary empty to take it from the wire",
                repairs=[set_param("vocabulary", x.classes)],
            )
        if self.padding_idx is not None and not -rows <= self.padding_idx < rows:
            raise Mismatch(
                f"a padding index below {rows}",
                self.padding_idx,
                "pick a token of the vocabulary",
                repairs=[set_param("padding_idx", 0)],
            )
        return rows

    def options(self) -> dict[str, object]:
        """Arguments of the constructor beside the sizes."""
        names = ["padding_idx", "max_norm", "scale_grad_by_freq"]
        if self.max_norm is not None:
            names.insert(2, "norm_type")
        return changed(self, *names)

    def weights(self, x: TensorType, *others: TensorType | None) -> int:
        return self.rows(x) * self.units

    def summary(self) -> str:
        return f"{many(self.units, 'number')} a token"


@node(
    "layer.embedding",
    group=GROUP,
    source="torch.nn.Embedding",
    synonyms="lookup, token, word vector",
    learns=True,
)
class Embedding(Table):
    """Gives every token, or class number, a learned vector."""

    def shape(self, x: TensorType) -> TensorType:
        self.rows(x)
        return TensorType((*x.dims, self.units))

    def module(self, x: TensorType) -> str:
        return self.initialised(call("nn.Embedding", self.rows(x), self.units, **self.options()))


@node(
    "layer.embedding_bag",
    group=GROUP,
    title="Embedding bag",
    inputs="x weight?",
    source="torch.nn.EmbeddingBag",
    synonyms="bag of words, average of word vectors",
    learns=True,
)
class EmbeddingBag(Table):
    """Looks up a learned vector for each token of a row and joins them into one vector.

    The optional `weight` says how much each token counts; it needs mode `sum`.
    """

    mode: Literal["sum", "mean", "max"] = param(
        "mean", doc="How a row's vectors become one: their sum, average or largest numbers."
    )

    def shape(self, x: TensorType, weight: TensorType | None) -> TensorType:
        self.rows(x)
        if x.rank != 2:
            raise Mismatch("rows of tokens [N, T]", x, "wire one row of tokens an example")
        if weight is not None:
            numbers(weight, "weight")
            if weight.dims != x.dims:
                raise Mismatch(f"a weight for each token {x}", weight, "give both the same sizes")
            if self.mode != "sum":
                advice = "weights count in a sum only"
                raise Mismatch("mode sum", self.mode, advice, repairs=[set_param("mode", "sum")])
        if self.mode == "max" and self.scale_grad_by_freq:
            raise Mismatch(
                "another mode than max",
                "scale_grad_by_freq with max",
                "switch one of them",
                repairs=[set_param("scale_grad_by_freq", False), set_param("mode", "mean")],
            )
        return TensorType((x.dims[0], self.units))

    def module(self, x: TensorType, weight: TensorType | None) -> str:
        options = changed(self, "mode") | self.options()
        return self.initialised(call("nn.EmbeddingBag", self.rows(x), self.units, **options))

    def call(self, module: str, x: Value, weight: Value | None) -> str:
        return f"{module}({x})" if weight is None else f"{module}({x}, per_sample_weights={weight})"

    def summary(self) -> str:
        return f"{self.mode} of {many(self.units, 'number')} a token"
