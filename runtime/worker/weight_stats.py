"""How nodes learn while a run goes on: their weights, gradients and updates; only ever read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from time import perf_counter

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

from graph.core.run_plan import Learned
from runtime.protocol.messages import Figures, Learning, Message
from runtime.worker.build import Training
from runtime.worker.views import SHARE, bare

LEARNED_S = 1.0


class LearnedNodes:
    """Reads how nodes learn, at most once a second.

    A look takes two moments between steps: the weights are copied, and compared with the copy
    once their optimizer has updated them. So `Figures.update` is that of one update, however far
    looks lie apart. Each parameter is read once, however many nodes hold it.

    Args:
        learned: The nodes.
        training: What runs.
        send: Where figures go.
    """

    def __init__(
        self, learned: Sequence[Learned], training: Training, send: Callable[[Message], None]
    ) -> None:
        self._training, self._send = training, send
        self._every: dict[nn.Parameter, int] = {}
        self._nodes: dict[str, tuple[nn.Parameter, ...]] = {}
        for node in learned:
            network = bare(training.networks[node.network])
            modules = [network.get_submodule(name) for name in node.modules]
            held = tuple(dict.fromkeys(one for module in modules for one in module.parameters()))
            if held:
                self._nodes[node.path] = held
                self._every.update(dict.fromkeys(held, node.every))
        self._copies: dict[nn.Parameter, Tensor] = {}
        self._copied = 0  # at which step
        self._updates: dict[nn.Parameter, float] = {}
        self._next = self._spent = 0.0

    @property
    def amid(self) -> bool:
        """Is a look begun, so that the next step should not go unseen?"""
        return bool(self._copies)

    @property
    def due(self) -> bool:
        """Is it time to begin a look, or to go on with one?"""
        return self.amid or (bool(self._nodes) and perf_counter() >= self._next)

    def look(self) -> None:
        """Copy the weights, or compare them with the copy and send the figures."""
        began = perf_counter()
        if self._copies:
            self._compare()
            if not self._copies:
                self._tell()
        else:
            self.begin()
        self._spent += perf_counter() - began
        if not self._copies:
            self._next = perf_counter() + max(LEARNED_S, SHARE * self._spent)
            self._spent = 0.0

    def begin(self) -> None:
        """Copy the weights, to be compared after their next update."""
        self._copied = self._training.step
        self._copies = {one: one.detach().clone() for one in self._every}

    def read(self) -> None:
        """Send the figures of now."""
        if self._nodes:
            self._compare()
            self._copies.clear()
            self._tell()

    def _compare(self) -> None:
        passed = self._training.step - self._copied
        ready = [one for one in self._copies if passed >= self._every[one]]
        if ready:
            moved = [vector_norm(one.detach() - self._copies.pop(one)) for one in ready]
            self._updates.update(zip(ready, torch.stack(moved).tolist(), strict=True))

    def _tell(self) -> None:
        table = torch.stack([_row(one) for one in self._every]).tolist()  # the device waits once
        rows = dict(zip(self._every, table, strict=True))
        nodes = {path: self._figures(held, rows) for path, held in self._nodes.items()}
        self._send(Learning(nodes, self._training.step))

    def _figures(
        self, held: tuple[nn.Parameter, ...], rows: dict[nn.Parameter, list[float]]
    ) -> Figures:
        """Put the parameters of a node together."""
        count = sum(one.numel() for one in held)
        mean = math.fsum(one.numel() * rows[one][1] for one in held) / count
        spread = (one.numel() * (rows[one][0] + (rows[one][1] - mean) ** 2) for one in held)
        norm = math.hypot(*(rows[one][2] for one in held))
        graded = [rows[one][3] for one in held if one.grad is not None]
        updates = [self._updates[one] for one in held if one in self._updates]
        return Figures(
            count=count,
            mean=mean,
            deviation=math.sqrt(math.fsum(spread) / count),
            norm=norm,
            gradient=math.hypot(*graded) if graded else None,
            update=math.hypot(*updates) / norm if updates and norm else None,
        )


def _row(parameter: nn.Parameter) -> Tensor:
    """Variance, mean and norm of a parameter, and the norm of its gradient."""
    weights, gradient = parameter.detach(), parameter.grad
    slope = vector_norm(gradient) if gradient is not None else weights.new_zeros(())
    return torch.stack((*torch.var_mean(weights, correction=0), vector_norm(weights), slope))
