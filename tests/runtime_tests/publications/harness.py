"""Boards drawn by document edits, compiled, and held against plain torch while both train.

A test draws a board, writes the same in plain torch without looking at what the compiler writes,
and calls `compare`. Both start from the same weights and get the same batches and random numbers;
after each step the outputs of every network, losses, gradients and weights must be equal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import BOARD, End, Node
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.compile_tests.written import imported, write

TOLERANCE = 1e-6
STEPS = 3
BATCH = 8

Piece = str | tuple[str, dict[str, Any]]
Place = Node | tuple[Node, str]
"""Where a wire starts: a node's first output, or one by name."""


class Board(Drawing):
    """A drawing in which whole rows of nodes are drawn at once."""

    def put(self, type: str, *sources: Place, sheet: str = BOARD, **params: Any) -> Node:
        """A node with a wire into each input; a variadic input takes all that are left."""
        name = params.pop("name", None)
        node = self.add(type, name, sheet=sheet, **params)
        ports = self.document.ports(node).inputs
        for index, source in enumerate(sources):
            port = ports[min(index, len(ports) - 1)]
            self.document.link(self.end(source), End(node.id, port.name))
        return node

    def row(self, source: Place, *pieces: Piece, sheet: str = BOARD) -> Node:
        """Nodes one behind the other; gives the last."""
        for piece in pieces:
            type, params = (piece, {}) if isinstance(piece, str) else piece
            source = self.put(type, source, sheet=sheet, **params)
        assert isinstance(source, Node)
        return source

    def sheet(self, name: str, *inputs: str) -> list[Node]:
        """A new network and its Inputs."""
        self.document.add_network(name)
        return [self.add("network.input", one, sheet=name) for one in inputs]

    def give(self, sheet: str, **outputs: Place) -> None:
        """The Outputs of a network."""
        for name, source in outputs.items():
            self.put("network.output", source, sheet=sheet, name=name)

    def instance(self, network: str, *sources: Place, **params: Any) -> Node:
        """A network placed on the board or, with `sheet`, in another network."""
        return self.put("network.instance", *sources, network=network, **params)

    def end(self, source: Place) -> End:
        """The output a wire starts at."""
        if isinstance(source, tuple):
            return End(source[0].id, source[1])
        return End(source.id, self.document.ports(source).outputs[0].name)


class Plain:
    """The same in plain torch.

    Attributes:
        networks: Modules by the names of the drawn ones; their weights come in the same order.
    """

    networks: dict[str, nn.Module]

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        """One step with a batch as the board reads it; the losses by the names of their nodes."""
        raise NotImplementedError


class Supervised(Plain):
    """One network, one loss, one optimizer; loose layers of a board are called `model`.

    The loss is of what the network gives and of what else the batch has; where it has nothing
    else, of what the network was given.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: Callable[..., Tensor],
        rule: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
        name: str = "model",
        **options: Any,
    ) -> None:
        self.networks = {name: network}
        self.network, self.loss = network, loss
        self.optimizer = rule(network.parameters(), **({"lr": 0.05} | options))

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        """Forward, backward, step."""
        self.optimizer.zero_grad()
        loss = self.loss(self.network(batch[0]), *(batch[1:] or batch))
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def compare(
    document: Document, plain: Plain, *, steps: int = STEPS, batch_size: int = BATCH, **more: Any
) -> None:
    """Train a board and plain torch side by side.

    Args:
        document: The board; what it compiles to is run as an export would.
        plain: The same in plain torch; its weights are set to those the board starts with.
        steps: How many steps.
        batch_size: Rows of a batch.
        more: Other arguments of the exported `Training`.

    Raises:
        AssertionError: If anything differs by more than `TOLERANCE`.
    """
    with tempfile.TemporaryDirectory() as home:
        folder = write(compile_document(document), Path(home) / "project")
        with imported(folder) as modules:
            options = {"batch_size": batch_size, "device": "cpu", "epochs": 1, **more}
            training = modules["train"].Training(**options)
            seen = _watched_batches(modules["train"])
            assert sorted(plain.networks) == sorted(training.networks), "a network left out"
            for name, network in plain.networks.items():
                start_alike(training.networks[name], network)
            both = (training.networks, plain.networks)
            drawn, own = ({name: _outputs(n[name]) for name in plain.networks} for n in both)
            run = iter(training)
            for number in range(steps):
                seen.clear()
                torch.manual_seed(number)
                figures = next(run)
                torch.manual_seed(number)
                losses = plain.step(*(tensor for batch in seen for tensor in batch))
                _same_losses(figures, losses)
                for name, network in plain.networks.items():
                    _same_outputs(drawn[name], own[name], f"outputs of {name} at step {number}")
                    _same_weights(training.networks[name], network, f"{name} at step {number}")
                    drawn[name].clear()
                    own[name].clear()


def start_alike(drawn: nn.Module, plain: nn.Module) -> None:
    """Give a module in plain torch the weights of a drawn one, in their order."""
    ours, theirs = list(drawn.parameters()), list(plain.parameters())
    sizes = [[tuple(one.shape) for one in several] for several in (ours, theirs)]
    assert sizes[0] == sizes[1], f"drawn {sizes[0]}, plain {sizes[1]}"
    with torch.no_grad():
        for mine, other in zip(ours, theirs, strict=True):
            other.copy_(mine)


def _watched_batches(train: Any) -> list[tuple[Tensor, ...]]:
    """What the loop of a train.py reads, from here on."""
    seen: list[tuple[Tensor, ...]] = []
    read = train.batches

    def watched(*given: Any, **options: Any) -> Iterator[tuple[Tensor, ...]]:
        for batch in read(*given, **options):
            seen.append(batch)
            yield batch

    train.batches = watched
    return seen


def _outputs(network: nn.Module) -> list[Tensor]:
    """What a network gives, call by call, from here on."""
    seen: list[Tensor] = []

    def keep(_: nn.Module, __: Any, given: Any) -> None:
        seen.extend(one.detach() for one in (given if isinstance(given, tuple) else (given,)))

    network.register_forward_hook(keep)
    return seen


def _same_outputs(drawn: list[Tensor], plain: list[Tensor], what: str) -> None:
    """The same values, whichever call comes first."""
    left = list(plain)
    assert len(drawn) == len(plain), f"{what}: {len(drawn)} and {len(plain)}"
    for one in drawn:
        alike = (place for place, other in enumerate(left) if _close(one, other))
        place = next(alike, None)
        if place is None:
            _same([one], left[:1], what)
        left.pop(place or 0)


def _close(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape:
        return False
    return torch.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE)


def _same_losses(figures: Mapping[str, Any], losses: Mapping[str, Tensor]) -> None:
    named = (name.removeprefix("loss/") for name in figures if name.startswith("loss/"))
    assert {name for name in named if "/" not in name} <= set(losses), "a loss left out"
    for name, loss in losses.items():
        found = torch.as_tensor(figures[f"loss/{name}"])
        _same([found], [loss.detach()], f"loss {name}")


def _same_weights(drawn: nn.Module, plain: nn.Module, what: str) -> None:
    """Weights, gradients and running averages."""
    for mine, other in zip(drawn.parameters(), plain.parameters(), strict=True):
        assert (mine.grad is None) == (other.grad is None), f"a gradient for nobody in {what}"
        if mine.grad is not None and other.grad is not None:
            _same([mine.grad], [other.grad], f"gradients of {what}")
        _same([mine.detach()], [other.detach()], f"weights of {what}")
    _same(_averages(drawn), _averages(plain), f"running averages of {what}")


def _averages(network: nn.Module) -> list[Tensor]:
    """Buffers that a checkpoint keeps."""
    learned = dict(network.named_parameters())
    return [one for name, one in network.state_dict().items() if name not in learned]


def _same(ours: list[Tensor], theirs: list[Tensor], what: str) -> None:
    assert len(ours) == len(theirs), what
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(
            mine, other, rtol=TOLERANCE, atol=TOLERANCE, msg=lambda text: f"{what}: {text}"
        )
