"""A region as source: what one of its steps computes, as a function of what is carried."""

from dataclasses import dataclass

from graph.compile.body import Item, Owner, Values
from graph.core import names
from graph.core.tensor import TensorType
from graph.declare import Value
from graph.model.sheet import End
from graph.nodes.shared.axes_of_shapes import operand


@dataclass(frozen=True)
class RegionStep:
    """One step of a region.

    Attributes:
        carried: What goes from step to step, as its start gives it, with types.
        items: What is computed at each step, in order.
        goal: What the step gives.
    """

    carried: tuple[tuple[End, TensorType], ...]
    items: tuple[Item, ...]
    goal: End

    @property
    def ahead(self) -> tuple[End, ...]:
        """What it reads that is the same at every step, and is computed before the first."""
        made = {end for end, _ in self.carried}
        made |= {end for item in self.items for end, _ in item.writes}
        return tuple(dict.fromkeys(e for item in self.items for e in item.reads if e not in made))

    def function(self, values: Values, owner: Owner) -> str:
        """Source of the step as one expression: the name of a module, or a lambda.

        Args:
            values: Expressions of what is computed before.
            owner: What holds the modules.
        """
        outer = {str(values[end]) for end in self.ahead}
        known = dict(values)
        for end, kind in self.carried:
            known[end] = Value(names.unique(end.port, outer), kind)
        arguments = ", ".join(known[end] for end, _ in self.carried)
        for item in self.items:
            ((end, kind),) = item.writes
            text = item.source(known, owner)
            known[end] = Value(text if end == self.goal else operand(text), kind)
        function, given = known[self.goal].partition("(")[::2]
        plain = given == f"{arguments})" and all(map(str.isidentifier, function.split(".")))
        return function if plain else f"lambda {arguments}: {known[self.goal]}"
