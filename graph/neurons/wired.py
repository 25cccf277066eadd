"""Neurons of any wiring and activations as one module, computed step by step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from graph.core.tensor import BATCH, TensorType, features
from graph.declare import Raw, call
from graph.model.sheet import End
from graph.neurons.columns import Values, side_by_side
from graph.neurons.layers import ROWS, LayerCall, NeuronLayer

LINE = 76
"""Longest piece of the text that says how the neurons are wired."""


@dataclass(frozen=True)
class WiredLayer(NeuronLayer):
    """Neurons that are one module, whatever they read and however they bend it.

    `rows` are columns that come in, then the neurons in their order.

    Attributes:
        forms: The activation and whether there is an offset, for each neuron.
        gives: Places of the neurons whose values come out.
    """

    forms: tuple[tuple[str, bool], ...] = ()
    gives: tuple[int, ...] = ()

    @property
    def weights(self) -> int:
        """Number of learned numbers."""
        return sum(map(len, self.rows)) + sum(bias for _, bias in self.forms)

    @property
    def biased(self) -> tuple[str, ...]:
        """The neurons that have an offset, in the order of `bias`."""
        return tuple(n for n, (_, bias) in zip(self.neurons, self.forms, strict=True) if bias)

    @property
    def constructor(self) -> str:
        """Source of the module."""
        pieces = (Raw(f'"{piece}"') for piece in _pieces(list(self._texts())))
        return call("WiredNeurons", self.inputs, *pieces)

    def place(self, row: int, rank: int) -> tuple[int, int]:
        """Where in `weight` the weight of a wire is, by its neuron and place among its wires."""
        return self._starts[row] + rank, 0

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.rows))]

    def _texts(self) -> Iterator[str]:
        """The neurons as the module reads them."""
        read = {column for row in self.rows for column in row}
        ends = tuple(n for n in range(len(self.rows)) if n + self.inputs not in read)
        before, last = "", len(self.rows) - 1
        for place, (row, (activation, bias)) in enumerate(zip(self.rows, self.forms, strict=True)):
            name = f"{activation} " if activation != before else ""
            marks = "" if bias else "no_bias "
            out = " out" if self.gives != ends and place in self.gives else ""
            yield f"{name}{marks}{_runs(row)}{out}{',' if place < last else ''}"
            before = activation


def _runs(numbers: Sequence[int]) -> str:
    """Numbers as text, those that count up as `3-7`."""
    found: list[str] = []
    start = 0
    for place in range(1, len(numbers) + 1):
        if place < len(numbers) and numbers[place] == numbers[place - 1] + 1:
            continue
        first, last = numbers[start], numbers[place - 1]
        long = last - first > 1
        found += [f"{first}-{last}"] if long else map(str, numbers[start:place])
        start = place
    return " ".join(found)


def _pieces(neurons: Sequence[str]) -> list[str]:
    """Neurons in pieces that fit on a line; only one that fits on none is cut."""
    found = [""]
    for neuron in neurons:
        words = [neuron] if len(neuron) <= LINE else neuron.split()
        for word in words:
            if found[-1] and len(found[-1]) + 1 + len(word) > LINE:
                found.append("")
            found[-1] += f" {word}" if found[-1] else word
    return found


@dataclass(frozen=True)
class WiredCall(LayerCall):
    """The use of a wired layer; what comes out are the values of `given`, one a column."""

    given: tuple[str, ...] = ()

    @property
    def result(self) -> End:
        """The value it gives."""
        return End(self.given[0], "y" if self.scalar else ROWS)

    @property
    def type(self) -> TensorType:
        """The type of its value."""
        return features(BATCH) if self.scalar else features(BATCH, len(self.given))

    def source(self, values: Values, module: str = "") -> str:
        """Source of the call, from the source of the values it takes and that of the module."""
        text = f"{module or f'self.{self.layer.name}'}({side_by_side(self.columns, values)})"
        return f"{text}.squeeze(1)" if self.scalar else text
