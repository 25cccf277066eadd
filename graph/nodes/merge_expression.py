"""A formula of one's own."""

from graph.declare import Value, node, param
from graph.nodes._formula import inputs, parse, sizes, write
from graph.nodes._shapes import joint, numbers
from graph.nodes.merge import GROUP
from graph.tensor import TensorType


@node(
    "merge.expression",
    group=GROUP,
    inputs="a b",
    outputs="y:any",
    synonyms="formula, arithmetic, calculate, math, equation, custom loss",
)
class Expression:
    """Computes a formula number by number; every name in it becomes an input.

    Knows + - * / ** % //, functions such as exp, log, sqrt, sin, tanh, relu, abs, min and max,
    and mean and sum of everything.
    """

    formula: str = param("(a + b) / 2", doc="Such as a * exp(-b) or mean((a - b) ** 2).")

    def ports(self) -> tuple[str, str]:
        return " ".join(inputs(self.formula)), "y:any"

    def shape(self, *xs: TensorType) -> TensorType:
        names = inputs(self.formula)
        for name, x in zip(names, xs, strict=True):
            numbers(x, name)
        return joint(xs, sizes(parse(self.formula), dict(zip(names, xs, strict=True))))

    def expression(self, *xs: Value) -> str:
        names = inputs(self.formula)
        return write(parse(self.formula), dict(zip(names, xs, strict=True)))

    def summary(self) -> str:
        return self.formula
