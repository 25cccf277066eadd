"""Neurons of any wiring and any activations as one module."""

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class WiredNeurons(nn.Module):
    """Neurons wired to any columns and any neurons before them, computed step by step.

    Each neuron is the numbers of the columns it is wired to, behind the name of its activation,
    which stays until another is named; a comma ends it. The first columns are what comes in, the
    others the neurons in order: with 2 columns, "tanh 0 1, 0, relu 2-3" is three neurons, the last
    wired to the other two. `no_bias` before a neuron's columns leaves its offset out; `out` behind
    them says that its value comes out. Where none says so, those come out that feed no other.

    There is one weight a wire [wires, 1]. Each neuron starts as an nn.Linear of its own wires does,
    uniform in +-1/sqrt(wires).

    Args:
        columns: Number of columns that come in.
        text: The neurons, in pieces that are read as one.
    """

    places: Tensor
    biased: Tensor
    given: Tensor
    alike: Tensor
    apart: Tensor

    def __init__(self, columns: int, *text: str) -> None:
        super().__init__()
        wires, activations, biased, out = _neurons(" ".join(text))
        self.wires = [len(row) for row in wires]
        self.matrix = columns + len(wires), len(wires)
        steps = _steps(wires, activations, columns)
        self.steps = [[_function(name) for name, _ in step] for step in steps]
        self.widths = [sum(count for _, count in step) for step in steps]
        self.counts = [count for step in steps for _, count in step]
        self.kinds = {name: activations.count(name) for name in dict.fromkeys(activations)}
        kinds = list(self.kinds)
        alike = sorted(range(len(wires)), key=lambda neuron: kinds.index(activations[neuron]))
        read = {column for row in wires for column in row}
        ends = [neuron for neuron in range(len(wires)) if neuron + columns not in read]
        for name, numbers in (
            ("places", [c * len(wires) + n for n, row in enumerate(wires) for c in row]),
            ("biased", [neuron for neuron, offset in enumerate(biased) if offset]),
            ("given", [columns + neuron for neuron in out or ends]),
            ("alike", alike),
            ("apart", sorted(range(len(wires)), key=alike.__getitem__)),
        ):
            tensor = torch.tensor(numbers, dtype=torch.long)
            self.register_buffer(name, tensor, persistent=False)
        self.weight = nn.Parameter(torch.empty(len(self.places), 1))
        self.bias = nn.Parameter(torch.empty(len(self.biased)))
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        wires = torch.tensor(self.wires, device=self.weight.device)
        bound = wires.to(self.weight.dtype).rsqrt()
        self.weight.uniform_(-1, 1).mul_(bound.repeat_interleave(wires).unsqueeze(1))
        self.bias.uniform_(-1, 1).mul_(bound[self.biased])

    def forward(self, x: Tensor) -> Tensor:
        """Columns [N, columns] -> [N, neurons whose values come out]."""
        weight = self.weight.squeeze(1)
        bias: Tensor = self.bias
        rows, neurons = self.matrix
        matrix = weight.new_zeros(rows * neurons).index_add(0, self.places, weight)
        if len(bias) < neurons:
            bias = bias.new_zeros(neurons).index_copy(0, self.biased, bias)
        compute: Callable[..., Tensor] = StepByStep.apply
        values = compute(self, x.to(weight.dtype), matrix.view(rows, neurons), bias)
        return values.index_select(1, self.given)

    def values(self, x: Tensor, matrix: Tensor, bias: Tensor) -> Tensor:
        """What `StepByStep` computes, in operations that can be derived twice."""
        blocks = zip(matrix.split(self.widths, 1), bias.split(self.widths), strict=True)
        counts = iter(self.counts)
        for bends, (weight, offset) in zip(self.steps, blocks, strict=True):
            sums = torch.addmm(offset, x, weight[: x.shape[1]])
            parts = sums.split([next(counts) for _ in bends], 1)
            x = torch.cat([x, *(bend(part) for bend, part in zip(bends, parts, strict=True))], 1)
        return x

    def slopes(self, sums: Tensor, values: Tensor) -> Tensor:
        """How steep the activations are that made values of sums, each [N, neurons]."""
        counts = list(self.kinds.values())
        alike = (one.t().index_select(0, self.alike).split(counts) for one in (sums, values))
        found = [SLOPES[name](x, y) for name, x, y in zip(self.kinds, *alike, strict=True)]
        return torch.cat(found).index_select(0, self.apart).t()


class StepByStep(torch.autograd.Function):
    """The values of neurons, and their gradients in a loop of its own.

    To autograd the hundreds of small operations are one, and the slopes of all neurons of one
    activation are found at once. Tensors of [N, columns] are kept column by column, so that the
    columns of a step lie in one piece.
    """

    @staticmethod
    def forward(ctx: Any, net: WiredNeurons, x: Tensor, matrix: Tensor, bias: Tensor) -> Tensor:
        """Columns, weights from each value to each neuron, offsets -> [N, columns + neurons]."""
        before = x.shape[1]
        values = matrix.new_empty(len(matrix), len(x)).t()
        sums = matrix.new_empty(len(bias), len(x)).t()
        with torch.inference_mode():  # a view costs half as much
            values[:, :before] = x
            ys = values[:, before:].split_with_sizes(net.counts, 1)
            parts = zip(sums.split_with_sizes(net.counts, 1), ys, strict=True)
            blocks = (one.split_with_sizes(net.widths, -1) for one in (sums, matrix, bias))
            for bends, width, z, weight, offset in zip(net.steps, net.widths, *blocks, strict=True):
                torch.addmm(offset, values[:, :before], weight[:before], out=z)
                for bend in bends:
                    part, y = next(parts)
                    y.copy_(bend(part))
                before += width
        ctx.net = net
        ctx.save_for_backward(x, matrix, bias, values, sums)
        return values

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of columns, weights and offsets."""
        net: WiredNeurons = ctx.net
        x, matrix, bias, values, sums = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient is itself to be derived
            given = x, matrix, bias
            wanted = [one for one in given if one.requires_grad]
            found = iter(torch.autograd.grad(net.values(*given), wanted, grad, create_graph=True))
            return None, *(next(found) if one.requires_grad else None for one in given)
        before, columns = len(matrix), x.shape[1]
        grad = torch.empty_like(values).copy_(grad)
        own = grad[:, columns:]
        with torch.inference_mode():
            slopes = net.slopes(sums, values[:, columns:])
            blocks = (one.split_with_sizes(net.widths, 1)[::-1] for one in (own, slopes, matrix))
            for width, step, slope, weight in zip(net.widths[::-1], *blocks, strict=True):
                before -= width
                step.mul_(slope)
                grad[:, :before].addmm_(step, weight[:before].t())
        return None, grad[:, :columns], values.t() @ own, own.sum(0)


def _mish_slope(x: Tensor, y: Tensor) -> Tensor:
    share = F.softplus(x).tanh()
    return share + x * x.sigmoid() * (1 - share * share)


# The derivatives of the formulas in
# https://docs.pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions
SLOPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "linear": lambda x, y: torch.ones_like(x),
    "relu": lambda x, y: (x > 0).to(x.dtype),
    "tanh": lambda x, y: 1 - y * y,
    "sigmoid": lambda x, y: y * (1 - y),
    "leaky_relu": lambda x, y: (x > 0).to(x.dtype).clamp(min=0.01),
    "elu": lambda x, y: torch.where(x > 0, 1.0, y + 1),
    "selu": lambda x, y: torch.where(x > 0, 1.0507009873554805, y + 1.7580993408473766),
    "gelu": lambda x, y: (
        (1 + torch.erf(x / 2**0.5)) / 2 + x * torch.exp(-x * x / 2) / math.tau**0.5
    ),
    "silu": lambda x, y: y + x.sigmoid() * (1 - y),
    "mish": _mish_slope,
    "softplus": lambda x, y: x.sigmoid(),
    "softsign": lambda x, y: (1 - y.abs()).square(),
    "sin": lambda x, y: x.cos(),
}
"""How steep an activation is, from what goes in and what comes out."""


def _function(name: str) -> Callable[[Tensor], Tensor]:
    """The activation of that name."""
    if name == "linear":
        return torch.clone
    found: Callable[[Tensor], Tensor] = getattr(F, name, None) or getattr(torch, name)
    return found


def _numbers(text: str) -> list[int]:
    """Numbers and runs of them: "0 3-5" gives 0, 3, 4, 5."""
    found: list[int] = []
    for word in text.split():
        first, _, last = word.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _neurons(text: str) -> tuple[list[list[int]], list[str], list[bool], list[int]]:
    """Each neuron's columns, its activation, whether it has an offset; those that come out."""
    wires, activations, biased, out, activation = [], [], [], [], ""
    for neuron, part in enumerate(text.split(",")):
        words = part.split()
        for name in [word for word in words if word[0].isalpha()]:
            activation = activation if name in {"no_bias", "out"} else name
        wires.append(_numbers(" ".join(word for word in words if word[0].isdigit())))
        activations.append(activation)
        biased.append("no_bias" not in words)
        out += [neuron] if "out" in words else []
    return wires, activations, biased, out


def _steps(
    wires: list[list[int]], activations: list[str], columns: int
) -> list[list[tuple[str, int]]]:
    """Neurons that are computed at once: activations with how many have them, in order."""
    steps: list[list[tuple[str, int]]] = []
    start = 0
    for neuron, (row, activation) in enumerate(zip(wires, activations, strict=True)):
        if not steps or max(row) - columns >= start:
            steps.append([])
            start = neuron
        step = steps[-1]
        count = step.pop()[1] if step and step[-1][0] == activation else 0
        step.append((activation, count + 1))
    return steps
