"""Gathered layers compute what single neurons would, to the last gradient."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from graph.core.tensor import TensorType, features
from graph.declare import REGISTRY, Value
from graph.model.order import topological
from graph.model.sheet import End, Node
from graph.neurons import Gathered, clusters, gather
from graph.neurons.wiring import Wiring
from graph.nodes.layers.neuron import Activation
from runtime.exported.layers import Bias, MaskedLinear
from runtime.exported.neurons import WiredNeurons
from tests.drawing import Drawing

Given = Mapping[End, Tensor]
OWN = {one.__name__: one for one in (Bias, MaskedLinear, WiredNeurons)}
NAMES = {"torch": torch, "nn": nn, "F": F, **OWN}


def bound(node: Node) -> Any:
    declaration = REGISTRY.find(node.type)
    assert declaration is not None
    return declaration.bind(node.params)


def wired(draw: Drawing, node: str) -> list[End]:
    return [link.source for link in draw.board.into(node)]


# -- what the gathering writes, run


@dataclass
class Program:
    """The source that stands for a drawing, run as the compiler would write it."""

    draw: Drawing
    gathered: Gathered
    inputs: Mapping[End, TensorType]
    lines: list[str] = field(default_factory=list)
    values: dict[End, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model = nn.Module()
        for number, (end, kind) in enumerate(self.inputs.items()):
            self.values[end] = Value(f"input_{number}", kind)
        for layer in self.gathered.layers:
            self.model.add_module(layer.name, eval(layer.constructor, NAMES))
        for step in self.gathered.order:
            if not isinstance(step, str):
                self._write(step.result, step.type, step.source(self.values))
            elif not step.startswith("n") or self.draw.board.nodes[step].type != "data.xor":
                self._node(self.draw.board.nodes[step])
        self.model.double()

    def _node(self, node: Node) -> None:
        given = [self.gathered.value(end, self.values) for end in wired(self.draw, node.id)]
        kinds = [value.type for value in given]
        kind = bound(node).shape(*kinds)
        if not hasattr(bound(node), "module"):
            self._write(End(node.id, "y"), kind, bound(node).expression(*given))
            return
        self.model.add_module(node.name, eval(bound(node).module(*kinds), NAMES))
        self._write(End(node.id, "y"), kind, f"self.{node.name}({', '.join(given)})")

    def _write(self, end: End, kind: TensorType, source: str) -> None:
        name = f"value_{len(self.lines)}"
        self.lines.append(f"{name} = {source}")
        self.values[end] = Value(name, kind)

    def run(self, given: Given) -> Callable[[End], Tensor]:
        space: dict[str, Any] = {**NAMES, "self": self.model}
        space |= {f"input_{number}": given[end] for number, end in enumerate(self.inputs)}
        exec("\n".join(self.lines), space)
        for end, value in self.values.items():
            assert space[value].ndim == value.type.rank, (end, value, value.type)

        def result(end: End) -> Tensor:
            found: Tensor = eval(self.gathered.value(end, self.values), space)
            return found

        return result


# -- the same, neuron by neuron


@dataclass
class Reference:
    """Every wire a weight of its own, every neuron by itself."""

    draw: Drawing
    program: Program
    weights: dict[tuple[str, int], Tensor] = field(default_factory=dict)

    def leader(self, node: str) -> str:
        return self.draw.board.nodes[node].twin or node

    def run(self, given: Given) -> dict[End, Tensor]:
        found = dict(given)
        for one in topological(self.draw.board):
            node = self.draw.board.nodes[one]
            xs = [found[end] for end in wired(self.draw, one)]
            if node.type == "data.xor":
                continue
            if node.muted:
                found[End(one, "y")] = xs[0]
            elif node.type == "neuron.split":
                for column in range(xs[0].shape[1]):
                    found[End(one, f"x{column + 1}")] = xs[0][:, column]
            elif node.type == "neuron.join":
                found[End(one, "y")] = torch.stack(
                    torch.broadcast_tensors(*xs),
                    1,
                )
            elif node.type == "neuron.neuron":
                found[End(one, "y")] = self.neuron(node, xs)
            elif hasattr(bound(node), "module"):
                found[End(one, "y")] = self.program.model.get_submodule(node.name)(*xs)
            else:
                found[End(one, "y")] = eval(bound(node).expression("x"), {**NAMES, "x": xs[0]})
        return found

    def neuron(self, node: Node, xs: list[Tensor]) -> Tensor:
        total = torch.zeros((), dtype=torch.float64)
        for rank, x in enumerate(xs):
            total = total + self.weight(self.leader(node.id), rank) * x
        if bound(node).bias:
            total = total + self.weight(self.leader(node.id), -1)
        result: Tensor = eval(bound(node).activate("x"), {**NAMES, "x": total})
        return result

    def weight(self, leader: str, rank: int) -> Tensor:
        if (leader, rank) not in self.weights:
            weight = torch.randn((), dtype=torch.float64)
            self.weights[leader, rank] = weight.requires_grad_()
        return self.weights[leader, rank]

    def pairs(self) -> list[tuple[Tensor, Tensor, tuple[int, ...]]]:
        """Each weight, with the place it has in the program's layers."""
        found: list[tuple[Tensor, Tensor, tuple[int, ...]]] = []
        for key, place in self.program.gathered.wires.items():
            links = self.draw.board.into(key.target.node)
            rank = [link.key for link in links].index(key)
            layer: Any = self.program.model.get_submodule(place.layer)
            mine = self.weights[self.leader(key.target.node), rank]
            found.append((mine, layer.weight, (place.row, place.column)))
        for one in self.program.gathered.layers:
            layer = self.program.model.get_submodule(one.name)
            for row, neuron in enumerate(one.biased):
                found.append((self.weights[neuron, -1], layer.bias, (row,)))
        return found


def compare(draw: Drawing, inputs: Mapping[End, TensorType], outputs: list[End]) -> Program:
    """The gathered layers and the single neurons agree in values and in all gradients."""
    program = Program(draw, draw.gather(), inputs)
    given = {
        end: torch.randn([5, *map(int, kind.dims[1:])], dtype=torch.float64)
        for end, kind in inputs.items()
    }
    reference = Reference(draw, program)
    reference.run(given)
    pairs = reference.pairs()
    with torch.no_grad():
        for mine, theirs, place in pairs:
            theirs[place] = mine
    expected = reference.run(given)
    wanted = [end for end in outputs if draw.board.nodes[end.node].type != "data.xor"]
    loss = sum((expected[end].sin().sum() for end in wanted), torch.zeros(()))
    others = [p for n, p in program.model.named_parameters() if not _gathered(program, n)]
    learned = [*reference.weights.values(), *others]
    gradients = [torch.zeros_like(weight) for weight in learned]
    if loss.requires_grad:
        gradients = list(
            torch.autograd.grad(loss, learned, allow_unused=True, materialize_grads=True)
        )
    own = dict(zip(reference.weights, gradients, strict=False))

    received = program.run(given)
    for end in wanted:
        torch.testing.assert_close(
            received(end), expected[end].expand(received(end).shape), rtol=1e-6, atol=1e-6
        )
    loss = sum((received(end).sin().sum() for end in wanted), torch.zeros(()))
    program.model.zero_grad()
    if loss.requires_grad:
        loss.backward()
    for parameter, gradient in zip(others, gradients[len(own) :], strict=True):
        _same(parameter.grad, gradient)
    ids = {id(weight): key for key, weight in reference.weights.items()}
    for weight, tensor, place in pairs:
        found = None if tensor.grad is None else tensor.grad[place]
        _same(found, own[ids[id(weight)]])
    for layer in program.gathered.layers:
        _nothing_elsewhere(program.model.get_submodule(layer.name))
    return program


def _same(received: Tensor | None, expected: Tensor) -> None:
    received = torch.zeros_like(expected) if received is None else received
    torch.testing.assert_close(received, expected, rtol=1e-6, atol=1e-6)


def _gathered(program: Program, parameter: str) -> bool:
    return parameter.partition(".")[0] in {layer.name for layer in program.gathered.layers}


def _nothing_elsewhere(layer: nn.Module) -> None:
    if isinstance(layer, MaskedLinear) and layer.weight.grad is not None:
        assert layer.weight.grad[layer.mask == 0].eq(0).all()


# -- random drawings


class Chance:
    """Draws neurons, splits, joins and layers wherever hypothesis points."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.draw = Drawing()
        self.inputs: dict[End, TensorType] = {}
        self.scalars: list[End] = []
        self.loose: list[End] = []
        self.rows: list[tuple[End, int]] = []
        self.neurons: list[End] = []
        self.constants: set[End] = set()

    def number(self, low: int, high: int) -> int:
        return self.data.draw(st.integers(low, high))

    def some(self, ends: list[End], low: int = 1, high: int = 6) -> list[End]:
        count = st.lists(st.sampled_from(ends), min_size=low, max_size=high, unique=True)
        return self.data.draw(count)

    def start(self) -> None:
        for _ in range(self.number(1, 2)):
            data = self.draw.add("data.xor")
            width = self.number(1, 4)
            rows = End(data.id, "point")
            self.inputs[rows] = features("N", width)
            self.rows.append((rows, width))
            self.split()
            if self.number(0, 2) == 0:
                self.loose.append(End(data.id, "label"))
                self.scalars.append(self.loose[-1])
                self.inputs[self.loose[-1]] = features("N")

    def split(self) -> None:
        rows, width = self.data.draw(st.sampled_from(self.rows))
        self.scalars += self.draw.split(rows, width)

    def constant(self) -> None:
        end = End(self.draw.add("neuron.bias").id, "y")
        self.scalars.append(end)
        self.constants.add(end)

    def sources(self, count: int | None = None) -> list[End]:
        if self.loose and count is None and self.number(0, 3) == 0:
            return self.some(self.loose)
        varying = [end for end in self.scalars if end not in self.constants]
        first = self.data.draw(st.sampled_from(varying))
        high = 6 if count is None else count
        found = [end for end in self.some(self.scalars, 0, high) if end != first]
        return [first, *found][:high]

    def neuron(self) -> None:
        params: dict[str, Any] = {
            "activation": self.data.draw(st.sampled_from(["tanh", "tanh", "linear", "sin", "elu"])),
            "bias": self.number(0, 3) > 0,
        }
        end = self.draw.neuron(self.sources(), **params)
        self.scalars.append(end)
        self.neurons.append(end)
        if self.number(0, 9) == 0:
            self.draw.document.set_muted([end.node], True)
            self.neurons.remove(end)

    def block(self) -> None:
        """Some neurons that read the same, a few wires missing."""
        xs = self.sources()
        for _ in range(self.number(2, 4)):
            own = xs if self.number(0, 2) else xs[: self.number(1, len(xs))]
            end = self.draw.neuron(own)
            self.scalars.append(end)
            self.neurons.append(end)

    def twin(self) -> None:
        """A linked neuron, reading other things."""
        if not self.neurons:
            return
        leader = self.data.draw(st.sampled_from(self.neurons))
        wires = len(wired(self.draw, leader.node))
        xs = self.sources(wires)
        if len(xs) == wires:
            self._twin(leader, xs)

    def copy(self) -> None:
        """A linked copy of the last neurons; what they read from outside may be another."""
        chosen = self.neurons[-self.number(1, 5) :]
        other: dict[End, End] = {}
        for leader in chosen:
            xs = []
            for end in wired(self.draw, leader.node):
                if self.number(0, 3):
                    other.setdefault(end, end)
                if end not in other:
                    pool = [e for e in self.scalars if e not in other.values()]
                    other[end] = self.data.draw(st.sampled_from(pool)) if pool else end
                xs.append(other[end])
            if len(set(xs)) == len(xs) and not set(xs) <= self.constants:
                other[leader] = self._twin(leader, xs)

    def _twin(self, leader: End, xs: list[End]) -> End:
        node = self.draw.board.nodes[leader.node]
        first = End(node.twin or node.id, "y")
        made = self.draw.neuron(xs, twin=first, **node.params)
        self.scalars.append(made)
        self.neurons.append(made)
        return made

    def join(self) -> None:
        xs = self.sources()
        self.rows.append((self.draw.join(xs), len(xs)))

    def linear(self) -> None:
        rows, _ = self.data.draw(st.sampled_from(self.rows))
        units = self.number(1, 3)
        node = self.draw.add("layer.linear", units=units)
        self.draw.wire(rows, node, "x")
        self.rows.append((End(node.id, "y"), units))

    def between(self) -> None:
        node = self.draw.add("activation.tanh")
        (x,) = self.sources(1)
        self.draw.wire(x, node, "x")
        self.loose.append(End(node.id, "y"))
        self.scalars.append(self.loose[-1])


@pytest.fixture
def anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neurons are computed as one module wherever they can be, though layers were faster."""
    monkeypatch.setattr(clusters, "MARGIN", 1e9)


@settings(max_examples=100)
@given(st.data())
def test_random_drawings(data: st.DataObject) -> None:
    random_drawing(data)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.usefixtures("anyway")
def test_random_drawings_as_one_module(data: st.DataObject) -> None:
    random_drawing(data)


def random_drawing(data: st.DataObject) -> None:
    chance = Chance(data)
    chance.start()
    steps = [chance.neuron, chance.block, chance.neuron, chance.twin, chance.copy, chance.join]
    steps += [chance.block, chance.copy, chance.between]
    steps += [chance.split, chance.linear, chance.between, chance.constant]
    for step in data.draw(st.lists(st.sampled_from(steps), min_size=1, max_size=12)):
        step()
    board = chance.draw.board
    ends = chance.some(chance.scalars, 1, 5)
    for end, _ in chance.rows:  # those that are read, other than by Split nodes alone
        readers = {board.nodes[node].type for node in board.neighbours(end.node)}
        ends += [end] if readers != {"neuron.split"} else []
    compare(chance.draw, chance.inputs, ends)


# -- irregular nets


def irregular(count: int, activations: Sequence[str], seed: int) -> tuple[Drawing, End, list[End]]:
    """Neurons that read any before them, some without an offset; those that feed no other."""
    chance = random.Random(seed)
    draw = Drawing()
    rows, pool = draw.rows(3)
    used: set[End] = set()
    for _ in range(count):
        xs = chance.sample(pool, min(len(pool), chance.randint(1, 6)))
        xs += xs[:1] if chance.random() < 0.1 else []  # the same value twice
        bias, activation = chance.random() < 0.8, chance.choice(activations)
        pool.append(draw.neuron(xs, activation=activation, bias=bias))
        used.update(xs)
    return draw, rows, [end for end in pool[3:] if end not in used]


@pytest.mark.parametrize("kinds", [1, 3, 13])
def test_steps_of_training_are_those_of_single_neurons(kinds: int) -> None:
    activations = get_args(Activation)[-kinds:]
    draw, rows, ends = irregular(60, activations, seed=kinds)
    program = compare(draw, {rows: features("N", 3)}, ends)
    (layer,) = program.gathered.layers
    assert "WiredNeurons" in layer.constructor
    assert len(program.gathered.wires) == len(draw.board.links) - 1
    reference = Reference(draw, program)
    given = {rows: torch.randn(16, 3, dtype=torch.float64)}
    reference.run(given)
    pairs = reference.pairs()
    with torch.no_grad():
        for mine, theirs, place in pairs:
            theirs[place] = mine
    weights = list(program.model.parameters())
    assert sum(weight.numel() for weight in weights) == len(pairs) == layer.weights
    rules = [
        [kind(weights), kind(reference.weights.values())]
        for kind in (
            partial(torch.optim.AdamW, lr=0.02, weight_decay=0.3),
            partial(torch.optim.SGD, lr=0.01, momentum=0.9, weight_decay=0.1),
        )
    ]
    for rule, other in rules:
        for _ in range(3):
            rule.zero_grad()
            other.zero_grad()
            result = program.run(given)
            sum(result(end).sin().mean() for end in ends).backward()  # type: ignore[union-attr]
            found = reference.run(given)
            sum(found[end].sin().mean() for end in ends).backward()  # type: ignore[union-attr]
            rule.step()
            other.step()
    for mine, theirs, place in pairs:
        torch.testing.assert_close(theirs[place], mine, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kinds", [1, 3, 13])
def test_its_steps_are_those_that_were_planned(kinds: int) -> None:
    draw, _, ends = irregular(120, get_args(Activation)[-kinds:], seed=kinds)
    draw.neuron(ends, activation="linear")
    wiring = Wiring(draw.board, topological(draw.board))
    (planned,) = clusters.clusters(wiring)
    (layer,) = gather(draw.board, wiring.order).layers
    module = eval(layer.constructor, NAMES)
    found = list(zip(module.widths, map(len, module.steps), strict=True))
    assert found == planned.steps


# -- chosen drawings


@pytest.mark.parametrize("activation", get_args(Activation))
def test_every_activation(activation: str) -> None:
    draw = Drawing()
    rows, x = draw.rows(3)
    hidden = draw.layer(x, 3, activation=activation)
    compare(draw, {rows: features("N", 3)}, hidden)
    neuron = bound(draw.board.nodes[hidden[0].node])
    for at in (-2.5, -1.0, 0.0, 0.3, 4.0):
        x_ = torch.tensor(at, dtype=torch.float64)
        value = eval(neuron.activate("x"), {**NAMES, "x": x_})
        assert math.isclose(neuron.curve(at), value.item(), abs_tol=1e-9)


def test_a_linked_copy_gets_the_gradients_of_both_uses() -> None:
    draw = Drawing()
    (rows, x), (others, z) = draw.rows(2), draw.rows(2)
    first = draw.layer(x, 3)
    top = draw.neuron([*first, x[0]])
    second = [draw.neuron(z, twin=end) for end in first]
    again = draw.neuron([*second, z[0]], twin=top)
    kind = features("N", 2)
    program = compare(draw, {rows: kind, others: kind}, [top, again])
    assert len(program.gathered.layers) == 2
    assert len(program.gathered.calls) == 4


def test_a_drawn_net_has_the_lines_of_a_written_one() -> None:
    draw = Drawing()
    rows, x = draw.rows(2)
    hidden = draw.layer(x, 64, "a")
    hidden = draw.layer(hidden, 64, "b")
    program = compare(draw, {rows: features("N", 2)}, draw.layer(hidden, 1, "top"))
    assert program.lines == [
        "value_0 = F.tanh(self.a(input_0))",
        "value_1 = F.tanh(self.b(value_0))",
        "value_2 = F.tanh(self.top1(value_1)).squeeze(1)",
    ]
