"""Layers of gathered neurons and their uses, which give the source that stands for them."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from graph.core.tensor import BATCH, TensorType, features
from graph.declare import Raw, Value, call
from graph.model.sheet import End, Link, LinkKey
from graph.neurons.columns import Column, Values, ends, one, side_by_side
from graph.neurons.listing import listing

ROWS = "ys"
"""Port name under which a gathered layer's whole output [N, neurons] is kept."""


class Weight(NamedTuple):
    """Where the weight of a wire is kept: `weight[row, column]` of a layer."""

    layer: str
    row: int
    column: int


@dataclass(frozen=True)
class NeuronLayer:
    """Neurons that are one module.

    Attributes:
        name: Its attribute.
        neurons: Ids of the neurons, one a row; for linked neurons the oldest one's.
        names: Their names.
        inputs: Number of columns it takes.
        rows: For each neuron the columns it is wired to, in the order of its wires.
        bias: Do the neurons have a learned offset?
    """

    name: str
    neurons: tuple[str, ...]
    names: tuple[str, ...]
    inputs: int
    rows: tuple[tuple[int, ...], ...]
    bias: bool

    @property
    def biased(self) -> tuple[str, ...]:
        """The neurons that have an offset, in the order of `bias`."""
        return self.neurons if self.bias else ()

    @property
    def complete(self) -> bool:
        """Is every neuron wired to every input?"""
        return all(len(row) == self.inputs for row in self.rows)

    @property
    def weights(self) -> int:
        """Number of learned numbers."""
        return sum(map(len, self.rows)) + len(self.rows) * self.bias

    @property
    def constructor(self) -> str:
        """Source of the module."""
        bias = {} if self.bias else {"bias": False}
        if self.complete:
            return call("nn.Linear", self.inputs, len(self.rows), **bias)
        seen: dict[tuple[int, ...], Raw] = {}
        for row in self.rows:
            if row not in seen:
                wired = set(row)
                marks = "".join("01"[column in wired] for column in range(self.inputs))
                seen[row] = Raw(f'"{marks}"')
        return call("MaskedLinear", *(seen[row] for row in self.rows), **bias)

    def place(self, row: int, rank: int) -> tuple[int, int]:
        """Where in `weight` the weight of a wire is, by its neuron and place among its wires."""
        return row, self.rows[row][rank]

    @property
    def comment(self) -> str:
        """The neurons by name."""
        return listing("neuron", self.names)


@dataclass(frozen=True)
class LayerCall:
    """One use of a layer; a layer of linked neurons is used more than once.

    Attributes:
        layer: What is called.
        neurons: Ids of the neurons it computes, one a row.
        columns: Where each of its inputs comes from.
        activation: The activation with `{}` for what goes in.
        scalar: Its only neuron is read as one number per example alone.
    """

    layer: NeuronLayer
    neurons: tuple[str, ...]
    columns: tuple[Column, ...]
    activation: str
    scalar: bool

    @property
    def result(self) -> End:
        """The value it gives."""
        return End(self.neurons[0], "y" if self.scalar else ROWS)

    @property
    def type(self) -> TensorType:
        """The type of its value."""
        return features(BATCH) if self.scalar else features(BATCH, len(self.neurons))

    @property
    def reads(self) -> tuple[End, ...]:
        """The values it takes."""
        return ends(self.columns)

    def source(self, values: Values, module: str = "") -> str:
        """Source of the call, from the source of the values it takes and that of the module."""
        x = side_by_side(self.columns, values)
        text = self.activation.format(f"{module or f'self.{self.layer.name}'}({x})")
        return f"{text}.squeeze(1)" if self.scalar else text


@dataclass(frozen=True)
class Rows:
    """A Join that is none of the gathered layers by itself: columns put side by side."""

    node: str
    columns: tuple[Column, ...]

    @property
    def result(self) -> End:
        """The value it gives."""
        return End(self.node, "y")

    @property
    def type(self) -> TensorType:
        """The type of its value."""
        return features(BATCH, len(self.columns))

    @property
    def reads(self) -> tuple[End, ...]:
        """The values it takes."""
        return ends(self.columns)

    def source(self, values: Values) -> str:
        """Source of the rows, from the source of the values they take."""
        return side_by_side(self.columns, values)


@dataclass(frozen=True)
class Gathered:
    """A sheet with its neurons in layers.

    Attributes:
        layers: The modules, in the order of their first use.
        order: What is computed, one after the other: node ids, calls of layers, and joins.
            Neurons, Split nodes, and Join nodes that are a value as it stands do not appear.
    """

    layers: tuple[NeuronLayer, ...]
    order: tuple[str | LayerCall | Rows, ...]
    _columns: dict[End, Column]
    _links: dict[str, list[Link]]

    @property
    def calls(self) -> list[LayerCall]:
        """The uses of layers, in order."""
        return [step for step in self.order if isinstance(step, LayerCall)]

    def column(self, end: End) -> Column:
        """What stands for an output: a column of another value, or (no index) a whole value."""
        return self._columns.get(end, Column(end))

    def value(self, end: End, values: Values) -> Value:
        """Source of an output, from the source of the values that are computed."""
        return one(self.column(end), values)

    @cached_property
    def wires(self) -> dict[LinkKey, Weight]:
        """For every wire into a neuron, where its weight is."""
        found = {}
        for step in self.calls:
            name = step.layer.name
            for row, neuron in enumerate(step.neurons):
                for rank, link in enumerate(self._links[neuron]):
                    found[link.key] = Weight(name, *step.layer.place(row, rank))
        return found
