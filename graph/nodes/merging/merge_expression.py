"""A formula of one's own."""

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from graph.core.errors import Mismatch
from graph.core.tensor import BATCH, SCALAR_LOSS, TensorType
from graph.declare import Value, node, param
from graph.declare.ranges import Range
from graph.nodes.merging.merge import GROUP
from graph.nodes.shared.axes_of_shapes import joint, numbers
from graph.nodes.shared.domains import Undefined, undefined
from graph.nodes.shared.formulas import (
    added,
    averages,
    called,
    divergence,
    gathered,
    inputs,
    is_softmax,
    parse,
    readable,
    sizes,
    sloped,
    write,
)
from graph.nodes.shared.silenced import judges, left
from graph.nodes.shared.spans import absolute, by_zero, span

Given = TypeVar("Given", TensorType, Value)


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

    def drops(self, *xs: TensorType | None) -> bool:
        """Is nothing left? Terms of sums in which a mute silences a loss are left out."""
        named = dict(zip(inputs(self.formula), xs, strict=True))
        return None in xs and left(parse(self.formula), named) is None

    def shape(self, *xs: TensorType | None) -> TensorType:
        self.readable()
        tree, given = self._left(xs)
        for name, x in given.items():
            numbers(x, name)
        y = joint(tuple(given.values()), sizes(tree, given))
        return replace(y, kind="features") if y.kind == "loss" and not judges(tree, given) else y

    def readable(self) -> None:
        """Can its formula be read, whatever is wired in?

        Raises:
            Mismatch: If not.
        """
        readable(self.formula)

    def expression(self, *xs: Value | None) -> str:
        return write(*self._left(xs))

    def averages(self, *xs: str | None) -> bool:
        named = {name: x or "fixed" for name, x in zip(inputs(self.formula), xs, strict=True)}
        types = {"rows": TensorType((BATCH,)), "mean": SCALAR_LOSS, "fixed": TensorType(())}
        given = {n: types[x] if x else None for n, x in zip(named, xs, strict=True)}
        rest = left(parse(self.formula), given)
        return rest is not None and averages(rest, named)

    def weighs(self, count: int) -> tuple[float, ...]:
        """1 for each input that is a term of a sum as it is, 0 for any other."""
        alone = added(parse(self.formula))
        return tuple(float(name in alone) for name in inputs(self.formula))

    def _left(self, xs: Sequence[Given | None]) -> tuple[ast.expr, dict[str, Given]]:
        """The formula without what is silent, and the inputs that it still has."""
        named = dict(zip(inputs(self.formula), xs, strict=True))
        tree = parse(self.formula)
        if None not in named.values():
            return tree, {name: x for name, x in named.items() if x is not None}
        rest = left(tree, named)
        assert rest is not None, "a formula of which nothing is left gives nothing"
        used = {one.id for one in ast.walk(rest) if isinstance(one, ast.Name)}
        return rest, {name: x for name, x in named.items() if x is not None and name in used}

    def bounds(self, *given: Range | None) -> Range | None:
        """By the rules of arithmetic, where those tell."""
        try:
            return span(parse(self.formula), dict(zip(inputs(self.formula), given, strict=True)))
        except Mismatch:
            return None

    def divisors(self, *given: Range | None) -> list[str]:
        """What it divides by, where that is 0."""
        return by_zero(parse(self.formula), dict(zip(inputs(self.formula), given, strict=True)))

    def undefined(self, zeros: frozenset[str], *given: Range | None) -> list[Undefined]:
        """Its parts that have no finite value for some of what they get."""
        named = dict(zip(inputs(self.formula), given, strict=True))
        try:
            return [*undefined(parse(self.formula), named, zeros)]
        except Mismatch:  # told where its shape is asked for
            return []

    def gathers(self, *xs: TensorType | None) -> tuple[int, ...]:
        """The inputs of which it takes the mean or the sum of everything, as part of more."""
        names = gathered(self.formula)
        return tuple(place for place, name in enumerate(inputs(self.formula)) if name in names)

    def instead(self) -> str:
        """The type that does along an axis what it does with everything."""
        return "activation.softmax" if is_softmax(self.formula) else ""

    def totals(self) -> bool:
        """Are numbers added up?"""
        return "sum" in called(self.formula)

    def diverges(self) -> bool:
        """Is it how far a normal distribution is from the unit normal?"""
        return divergence(self.formula)

    def absolute(self, *xs: TensorType | None) -> tuple[int, ...]:
        names, tree = inputs(self.formula), parse(self.formula)
        scaled = [place for place, x in enumerate(xs) if x is not None and x.scale]
        return tuple(place for place in scaled if absolute(tree, names, names[place]))

    def flat(self) -> frozenset[str]:
        """Inputs that no gradient gets to, as they are rounded or only their sign is asked for."""
        try:
            return frozenset(inputs(self.formula)) - sloped(parse(self.formula))
        except Mismatch:  # told where its shape is asked for
            return frozenset()

    def summary(self) -> str:
        return self.formula
