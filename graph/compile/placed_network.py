"""A network as it stands in one place."""

from dataclasses import dataclass
from functools import cached_property

from graph.compile.body import SELF, Body, Item, Values
from graph.compile.scope import Scope
from graph.compile.source import Writer
from graph.core.tensor import TensorType
from graph.declare import Value
from graph.model.sheet import End, Node

Key = tuple[tuple[tuple[str, str], ...], str]
"""What a constructor builds, and what forward does."""


@dataclass(frozen=True)
class PlacedNetwork:
    """A network as it stands in one place."""

    instance: Node
    scope: Scope
    items: tuple[Item, ...]
    inputs: tuple[tuple[End, Value], ...]
    outputs: tuple[tuple[End, str, TensorType], ...]

    @property
    def modules(self) -> dict[str, str]:
        """Sources of constructors by attribute."""
        return {name: source for item in self.items for name, source, _ in item.modules}

    @cached_property
    def types(self) -> dict[End, TensorType]:
        """What every value of its forward is."""
        found = {end: value.type for end, value in self.inputs}
        found.update(pair for item in self.items for pair in item.writes)
        found.update((end, kind) for end, _, kind in self.outputs)
        return found

    @property
    def outline(self) -> object:
        """What is computed from what, whatever the numbers in it."""
        steps = [
            (item.name, item.nodes, item.reads, [end for end, _ in item.writes])
            for item in self.items
        ]
        ends = [(name, end) for end, name, _ in self.outputs]
        return steps, list(self.modules), [str(value) for _, value in self.inputs], ends

    @cached_property
    def key(self) -> Key:
        """What its constructor builds and its forward does."""
        writer = Writer()
        body = Body(self.items, [end for end, _, _ in self.outputs], dict(self.inputs))
        body.write(writer, level=0, give=True, comments=False)
        return tuple(self.modules.items()), writer.text

    def source(self, place: int, values: Values) -> str:
        """Source of one of its items, from source whose types may be those of another place."""
        own = {end: Value(value, self.types.get(end, value.type)) for end, value in values.items()}
        return self.items[place].source(own, SELF)
