"""Single neurons, drawn one by one; the compiler gathers them into matrices."""

import math
from typing import Literal

from graph.core.errors import Mismatch, insert_before, set_param
from graph.core.tensor import BATCH, TensorType, features
from graph.declare import Value, call, node, param
from graph.declare.ranges import Given, unsure
from graph.nodes.shared.axes_of_shapes import numbers
from graph.nodes.shared.spans import joined

GROUP = "Neurons"

Activation = Literal[
    "linear",
    "relu",
    "tanh",
    "sigmoid",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "softplus",
    "softsign",
    "sin",
]


def _elu(x: float) -> float:
    return x if x > 0 else math.expm1(x)


def _sigmoid(x: float) -> float:
    return 0.5 + 0.5 * math.tanh(x / 2)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


# Formulas: https://docs.pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions
_CURVES = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": _elu,
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * math.tanh(_softplus(x)),
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "sin": math.sin,
}


def check_scalars(xs: tuple[TensorType, ...]) -> None:
    """Every wire carries one number per example [N], or one for all.

    Raises:
        Mismatch: If one does not.
    """
    for x in xs:
        numbers(x, "xs")
        if x.dims in {(BATCH,), ()}:
            continue
        size = x.dims[-1]
        repairs = (
            [insert_before("xs", "neuron.split", "Insert Split features", columns=size)]
            if len(xs) == 1 and x.rank == 2 and isinstance(size, int)
            else []
        )
        raise Mismatch(
            "one number per example [N] on each wire",
            x,
            "put Split features before and wire its columns",
            repairs=repairs,
        )
    if not any(x.dims for x in xs):
        received = "only constants" if xs else "no wire"
        raise Mismatch("a number per example [N]", received, "wire a column of the data here")


@node(
    "neuron.neuron",
    group=GROUP,
    role="neuron",
    inputs="xs*",
    synonyms="unit, perceptron, cell, dot",
    learns=True,
)
class Neuron:
    """Adds up its wires, each times a learned weight, and bends the sum by its activation.

    Takes any number of wires that carry one number per example. Neurons are trained as matrices,
    however they are wired.
    """

    activation: Activation = param("gelu", doc="Function the weighted sum goes through.")
    bias: bool = param(True, doc="Add a learned offset to the sum.")

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        check_scalars(xs)
        return features(BATCH)

    def module(self, xs: tuple[TensorType, ...]) -> str:
        """Source of the constructor were the neuron on its own; twins must agree on it."""
        return call("nn.Linear", len(xs), 1, **({} if self.bias else {"bias": False}))

    def activate(self, x: str) -> str:
        """Source of the activation of a tensor."""
        if self.activation == "linear":
            return x
        return f"{'torch' if self.activation == 'sin' else 'F'}.{self.activation}({x})"

    def weights(self, xs: tuple[TensorType, ...]) -> int:
        return len(xs) + self.bias

    def curve(self, x: float) -> float:
        return float(_CURVES[self.activation](x))

    def summary(self) -> str:
        return self.activation.replace("_", " ") + ("" if self.bias else ", no bias")


@node(
    "neuron.bias",
    group=GROUP,
    inputs="",
    synonyms="offset, constant, threshold",
    learns=True,
)
class Bias:
    """One learned number, the same for every example; starts at 1."""

    def shape(self) -> TensorType:
        return features()

    def module(self) -> str:
        return "Bias()"

    def call(self, module: str) -> str:
        return f"{module}()"

    def weights(self) -> int:
        return 1


@node(
    "neuron.split",
    group=GROUP,
    title="Split features",
    outputs="x1 x2",
    synonyms="columns, unbind, unstack, inputs",
)
class Split:
    """Takes rows [N, features] apart: one output for each column, to wire into neurons."""

    columns: int = param(2, low=1, high=4096, doc="Number of columns of the rows that come in.")

    def ports(self) -> tuple[str, str]:
        return "x", " ".join(f"x{number}" for number in range(1, self.columns + 1))

    def shape(self, x: TensorType) -> tuple[TensorType, ...]:
        if numbers(x).rank > 2:
            repairs = [insert_before("x", "shape.flatten", "Insert Flatten")]
            raise Mismatch("rows [N, features]", x, "flatten it first", repairs=repairs)
        size = x.dims[1] if x.rank == 2 else None
        if size != self.columns:
            repairs = [set_param("columns", size)] if isinstance(size, int) else []
            raise Mismatch(
                f"rows of {self.columns} features [N, {self.columns}]",
                x,
                "set columns to the number of features",
                repairs=repairs,
            )
        return (features(BATCH),) * self.columns

    def bounds(self, x: Given) -> tuple[Given, ...]:
        """As far as the rows go."""
        return (unsure(x),) * self.columns

    def column(self, port: str) -> int:
        """The column that an output carries; gathered neurons read it from the rows."""
        return int(port[1:]) - 1

    def expression(self, x: Value) -> str:
        return f"{x}.unbind(1)" if self.columns > 1 else f"{x}[:, 0]"

    def summary(self) -> str:
        return f"{self.columns} column{'s' * (self.columns != 1)}"


@node("neuron.join", group=GROUP, inputs="xs*", synonyms="stack, columns, collect, outputs")
class Join:
    """Puts single numbers side by side as rows [N, features], in the order they were wired."""

    def shape(self, xs: tuple[TensorType, ...]) -> TensorType:
        check_scalars(xs)
        return features(BATCH, len(xs))

    def bounds(self, xs: tuple[Given, ...]) -> Given:
        """From the lowest to the highest."""
        return joined(xs)

    def joins(self) -> str:
        """The input whose wires become the columns."""
        return "xs"

    def expression(self, xs: tuple[Value, ...]) -> str:
        example = next(x for x in xs if x.type.dims)
        columns = (str(x) if x.type.dims else f"{x}.expand_as({example})" for x in xs)
        return f"torch.stack([{', '.join(columns)}], dim=1)"
