"""Tensors that come from nowhere, constant or learned, and a stop for gradients."""

import math
from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType, features
from graph.declare import Value, call, node, param, shared
from graph.declare.ranges import Given, Range
from graph.nodes.shared.axes_of_shapes import operand
from graph.nodes.shared.initial import Drawn

GROUP = "Layers"


@shared
class Held:
    """A tensor that a network holds; with a batch wired, the same for every example of it."""

    sizes: tuple[int, ...] | None = param(
        None, low=1, doc="Sizes of the tensor; empty for a single number."
    )

    def shape(self, batch: TensorType | None) -> TensorType:
        if batch is not None and not batch.rank:
            raise Mismatch("a batch [N, ...]", batch, "wire a tensor with axes, or nothing")
        return features(*(() if batch is None else batch.dims[:1]), *(self.sizes or ()))

    def call(self, module: str, batch: Value | None) -> str:
        return f"{module}({batch or ''})"

    def summary(self) -> str:
        return "×".join(map(str, self.sizes)) if self.sizes else "one number"


@node(
    "layer.constant",
    group=GROUP,
    title="Constant tensor",
    inputs="batch?",
    synonyms="number, fixed, literal, zeros, ones, full, tensor, buffer",
)
class Constant(Held):
    """Numbers that stay as they are.

    With `batch` wired, every example of that batch gets the same: [N, sizes].
    """

    values: tuple[float, ...] = param(
        (1.0,), doc="One number for all places, or a number for each, row by row."
    )

    def shape(self, batch: TensorType | None) -> TensorType:
        places = math.prod(self.sizes or ())
        if len(self.values) not in {1, places}:
            raise Mismatch(
                f"one value or {places}, one for each place",
                len(self.values),
                "change the values or the sizes",
                repairs=[set_param("sizes", (len(self.values),))],
            )
        return super().shape(batch)

    def fixed(self) -> tuple[float, ...]:
        """The numbers it holds, which stay."""
        return self.values

    def bounds(self, batch: Given) -> Range:
        """Its own numbers."""
        return Range(min(self.values), max(self.values))

    def module(self, batch: TensorType | None) -> str:
        return call("Constant", *self.values, **({"sizes": self.sizes} if self.sizes else {}))

    def summary(self) -> str:
        numbers = ", ".join(f"{one:g}" for one in self.values[:6])
        numbers += ", …" if len(self.values) > 6 else ""
        return f"{numbers} · {super().summary()}" if self.sizes else numbers


@node(
    "layer.parameter",
    group=GROUP,
    title="Learned tensor",
    inputs="batch?",
    source="torch.nn.Parameter",
    synonyms="parameter, learned parameter, weight, variable, class token, cls token, codebook, "
    "query, tied weights, position embedding, trainable",
    learns=True,
)
class LearnedTensor(Held, Drawn):
    """Numbers that learn, such as a codebook, a class token or weights that are used twice.

    They start normal, with deviation 1. With `batch` wired, every example of that batch gets the
    same: [N, sizes].
    """

    def shape(self, batch: TensorType | None) -> TensorType:
        sides = self.init.startswith(("kaiming", "xavier")) or self.init == "orthogonal"
        if sides and len(self.sizes or ()) < 2:
            raise Mismatch(
                f"at least two sizes for {self.init.replace('_', ' ')}",
                super().summary(),
                "start it otherwise",
                repairs=[set_param("init", "normal")],
            )
        return super().shape(batch)

    def module(self, batch: TensorType | None) -> str:
        return self.initialised(call("LearnedTensor", *(self.sizes or ())))

    def weights(self, batch: TensorType | None) -> int:
        return math.prod(self.sizes or ())


@node(
    "layer.detach",
    group=GROUP,
    outputs="y:any",
    source="torch.Tensor.detach",
    synonyms="stop gradient, stopgrad, no grad, cut, freeze, straight through",
)
class Detach:
    """Passes its input on, but no gradient back: nothing before it learns from what follows."""

    keeps: ClassVar[bool] = True

    def shape(self, x: TensorType) -> TensorType:
        return x

    def stops_gradient(self) -> bool:
        """Does no gradient pass?"""
        return True

    def flat(self) -> frozenset[str]:
        """Inputs without a slope."""
        return frozenset({"x"})

    def bounds(self, x: Given) -> Given:
        """Those of its input."""
        return x

    def averages(self, x: str) -> bool:
        return x == "mean"

    def expression(self, x: Value) -> str:
        return f"{operand(x)}.detach()"
