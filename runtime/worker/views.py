"""Pictures and wire weights of a run that goes on; watching changes nothing of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from graph.core.run_plan import Project, View, Wire
from runtime.protocol.messages import Message, Problem, ViewDrawn, Weights
from runtime.store import run_source
from runtime.views import PAGED, draw, how_many
from runtime.worker.build import Training
from runtime.worker.errors import explain

EXAMPLES = 512
SEED = 20  # views draw the same noise at each look
SHARE = 50  # watching takes at most one part in so many of the time: 2%
WEIGHTS_S = 0.5


class Views:
    """Draws a run's views, at most every so many seconds.

    Args:
        project: Its views, and the nodes of their source.
        imported: The run's source.
        training: What runs.
        interval: Seconds between two drawings, at least.
        send: Where pictures go.
        generated: Nothing trains any more.
    """

    def __init__(
        self,
        project: Project,
        imported: run_source.Imported,
        training: Training,
        interval: float,
        send: Callable[[Message], None],
        *,
        generated: bool = False,
    ) -> None:
        self._project, self._imported, self._training = project, imported, training
        self._interval, self._send, self._generated = interval, send, generated
        self._seed = SEED
        self._at = {one.node: (0.0,) * one.size for view in project.views for one in view.sliders}
        self._next: dict[str, float] = {}  # by view: when it is to be drawn again
        self._free: dict[str, float] = {}  # by view: when it may be, as its share of time goes
        self._took: dict[str, float] = {}  # by view: seconds that it took last
        self._drawn: dict[str, tuple[int, int]] = {}  # by view: at which step, with how many pages
        if imported.has("views"):
            self._next = {view.name: 0.0 for view in project.views}
        self._examples: tuple[Tensor, ...] = ()

    @property
    def due(self) -> bool:
        """Is it time to draw one?"""
        return bool(self._next) and perf_counter() >= min(self._next.values())

    def steer(self, node: str, at: Sequence[float]) -> None:
        """Move a point that views are drawn at; they are due as soon as their share of time lets.

        Args:
            node: The node that stands for it; one that no view hangs on is passed over.
            at: Its latents, as many as it has.
        """
        if node not in self._at:
            return
        size = len(self._at[node])
        if len(at) != size:
            text = f"Expected {size} latents, received {len(at)}."
            self._send(Problem(node, text, "Start again, so that the sliders are counted anew."))
            return
        self._at[node] = tuple(at)
        for view in self._project.views:
            if view.name in self._next and any(one.node == node for one in view.sliders):
                self._drawn.pop(view.name, None)
                self._next[view.name] = self._free.get(view.name, 0.0)

    def shuffle(self, seed: int) -> None:
        """Draw from other noise from now on."""
        self._seed = seed
        self._drawn.clear()

    def draw(self, *, every: bool = False, whole: bool = False) -> None:
        """Draw the views whose time has come; one that fails is a problem, and left out after.

        Args:
            every: Draw all that are not of this very step.
            whole: Nothing else waits: show all held-out examples where a view has pages.
        """
        now, step = perf_counter(), self._training.step
        due = [
            view
            for view in self._project.views
            if view.name in self._next
            and not self._is_drawn(view, step, every + whole)
            and (every or now >= self._next[view.name])
        ]
        if not due:
            return
        with undisturbed(self._training):
            for view in due:
                began = perf_counter()
                try:
                    payload = self._draw(view, pages=every, whole=whole)
                except Exception as error:
                    del self._next[view.name]
                    self._send(self._problem(view, error))
                    continue
                at = {one.node: self._at[one.node] for one in view.sliders}
                drawn = ViewDrawn(view.node, view.name, view.kind, payload, step, at)
                if self._generated:
                    drawn = replace(drawn, generated=True, samples=self._seed - SEED)
                self._send(drawn)
                now, seen = perf_counter(), view.name in self._took
                self._drawn[view.name] = (step, every + whole)
                self._took[view.name] = now - began if seen else 0.0  # at first much is loaded
                self._free[view.name] = now + SHARE * len(self._next) * (now - began)
        self._wait(now, due)

    def _wait(self, now: float, drawn: Sequence[View]) -> None:
        """All views of a board are drawn together, so that they show one step.

        One alone that was steered waits for itself; the others are not put off by it.
        """
        pause = max(self._interval, SHARE * sum(self._took.get(one, 0.0) for one in self._next))
        for view in drawn:
            if view.name in self._next:
                self._next[view.name] = now + pause
        if len(drawn) > 1:
            self._next = dict.fromkeys(self._next, now + pause)

    def _is_drawn(self, view: View, step: int, pages: int) -> bool:
        """Was it drawn at this step, with as many pages: one, those of a sample, or all?"""
        at, had = self._drawn.get(view.name, (-1, 0))
        return at == step and (had >= pages or view.kind not in PAGED)

    def _draw(self, view: View, *, pages: bool, whole: bool) -> object:
        torch.manual_seed(self._seed)  # in a random state of its own, see `undisturbed`
        module = self._imported.module("views")
        examples = self._examples
        if not examples or (whole and view.kind in PAGED):
            held_out = module.examples(self._training, sys.maxsize)
            self._examples = self._examples or by_chance(held_out, EXAMPLES)
            examples = by_chance(held_out) if whole and view.kind in PAGED else self._examples
        function: Callable[..., Mapping[str, Tensor]] = getattr(module, view.name)
        at = {one.name: self._at[one.node] for one in view.sliders}

        def compute(batch: tuple[Tensor, ...]) -> Mapping[str, Tensor]:
            given = how_many(view.params) if view.from_noise else batch
            return function(self._training, given, **at)

        return draw(view, compute, examples, pages=pages)

    def _problem(self, view: View, error: Exception) -> Problem:
        found = explain(error, self._imported.source, self._project.files)
        text = f"The view {view.name} could not be drawn: {found.text}"
        return Problem(view.node, text, found.advice, found.detail)


def by_chance(examples: tuple[Tensor, ...], count: int | None = None) -> tuple[Tensor, ...]:
    """So many examples in an order of chance, always the same, where they are more than a sample.

    Rows that come class by class would else be of one class alone.
    """
    if not examples or len(examples[0]) <= EXAMPLES:
        return examples
    chance = torch.Generator().manual_seed(SEED)
    order = torch.randperm(len(examples[0]), generator=chance)[:count].to(examples[0].device)
    return tuple(tensor.index_select(0, order) for tensor in examples)


class WireWeights:
    """Reads the weights of drawn wires, at most twice a second."""

    def __init__(
        self, wires: tuple[Wire, ...], training: Training, send: Callable[[Message], None]
    ) -> None:
        self._training, self._send = training, send
        self._next = 0.0
        self._tensors: dict[tuple[str, str], list[Wire]] = {}
        for wire in wires:
            self._tensors.setdefault((wire.network, wire.tensor), []).append(wire)

    @property
    def due(self) -> bool:
        """Is it time to read?"""
        return bool(self._tensors) and perf_counter() >= self._next

    def read(self) -> None:
        """Send the weights of now."""
        if not self._tensors:
            return
        began = perf_counter()
        values: dict[str, float] = {}
        for (network, name), wires in self._tensors.items():
            module = bare(self._training.networks[network])
            weights = module.get_parameter(name).detach().tolist()
            for wire in wires:
                values[wire.link] = entry(weights, wire)
        self._send(Weights(values, self._training.step))
        now = perf_counter()
        self._next = now + max(WEIGHTS_S, SHARE * (now - began))


def bare(network: nn.Module) -> nn.Module:
    """A network without what may be wrapped around it, so that its parts have their own names."""
    inner = getattr(network, "module", network)
    return inner if isinstance(inner, nn.Module) else network


def entry(weights: Any, wire: Wire) -> float:
    """A wire's own entry of the tensor that holds its weight."""
    for place in (wire.row, wire.column):
        if place is not None:
            weights = weights[place]
    return float(weights)


@contextmanager
def undisturbed(training: Training) -> Iterator[None]:
    """Evaluation mode without gradient and with a random state of its own, all put back after."""
    device = training.device
    forked = [device] if device.type != "cpu" else []
    modes = [
        (module, module.training)
        for network in training.networks.values()
        for module in network.modules()
    ]
    with torch.random.fork_rng(forked, device_type=device.type if forked else "cuda"):
        for network in training.networks.values():
            network.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            set_modes(modes)


def set_modes(modes: list[tuple[nn.Module, bool]]) -> None:
    """Put each module back into training or evaluation mode."""
    for module, mode in modes:
        module.training = mode
