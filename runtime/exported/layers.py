"""Layers that torch has not."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def layer_init(
    layer: nn.Module,
    rule: Callable[..., Tensor] | None = None,
    *,
    bias: float | None = None,
    **options: Any,
) -> nn.Module:
    """The layer, its weight drawn anew by a rule of torch.nn.init, its bias set to a number."""
    holder = getattr(layer, "linear", layer)  # a loss with a last layer in it
    weight, offset = getattr(holder, "weight", None), getattr(holder, "bias", None)
    padding = getattr(layer, "padding_idx", None)
    with torch.no_grad():
        if rule is not None and isinstance(weight, Tensor):
            rule(weight, **options)
            if padding is not None:
                weight[padding] = 0
        if bias is not None and isinstance(offset, Tensor):
            offset.fill_(bias)
    return layer


class Constant(nn.Module):
    """Numbers that stay as they are: one for all places of `sizes`, or one for each."""

    value: Tensor

    def __init__(self, *numbers: float, sizes: tuple[int, ...] = ()) -> None:
        super().__init__()
        value = torch.tensor(numbers) if len(numbers) > 1 else torch.full(sizes, numbers[0])
        self.register_buffer("value", value.view(sizes), persistent=False)

    def forward(self, batch: Tensor | None = None) -> Tensor:
        """The numbers; for a batch [N, ...] the same for each of its examples, [N, *sizes]."""
        return self.value if batch is None else self.value.expand(len(batch), *self.value.shape)


class LearnedTensor(nn.Module):
    """Numbers that learn; they start normal, with deviation 1."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(sizes))

    def forward(self, batch: Tensor | None = None) -> Tensor:
        """The numbers; for a batch [N, ...] the same for each of its examples, [N, *sizes]."""
        return self.weight if batch is None else self.weight.expand(len(batch), *self.weight.shape)


class MaskedLinear(nn.Linear):
    """Neurons of one depth as a matrix: one row of marks for each, 1 where an input is wired.

    Each neuron starts as an nn.Linear of its own wires does, uniform in +-1/sqrt(wires).
    """

    mask: Tensor

    def __init__(self, *rows: str, bias: bool = True) -> None:
        super().__init__(len(rows[0]), len(rows), bias)
        mask = torch.tensor([[float(mark) for mark in row] for row in rows])
        self.register_buffer("mask", mask, persistent=False)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        if "mask" not in self._buffers:
            return  # nn.Linear's own call, before the mask is known
        bound = self.mask.sum(1).clamp(min=1).rsqrt()
        self.weight.uniform_(-1, 1).mul_(bound.unsqueeze(1) * self.mask)
        if self.bias is not None:
            self.bias.uniform_(-1, 1).mul_(bound)

    def forward(self, input: Tensor) -> Tensor:
        """Input [N, columns] -> [N, rows]."""
        return F.linear(input, self.weight * self.mask, self.bias)


class Bias(nn.Module):
    """One learned number, the same for every example."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.ones(()))

    def forward(self) -> Tensor:
        """A scalar."""
        return self.value


def gaussian_blur(x: Tensor, size: int, least: float, most: float) -> Tensor:
    """Blur each picture of [N, C, H, W] by a deviation drawn from `least` to `most` points."""
    count = len(x)
    deviation = torch.empty(count, 1, device=x.device).uniform_(least, most)
    places = torch.arange(size, device=x.device) - size // 2
    weight = torch.softmax(-(places / deviation).square() / 2, 1).to(x.dtype)  # [N, size]
    x = F.pad(x, [size // 2] * 4, mode="reflect").transpose(0, 1)  # an example is a group
    x = F.conv2d(x, weight.view(count, 1, size, 1), groups=count)
    x = F.conv2d(x, weight.view(count, 1, 1, size), groups=count)
    return x.transpose(0, 1)


def random_mix(first: Tensor, second: Tensor) -> Tensor:
    """A point drawn on the line between each two examples [N, ...], to be differentiated at."""
    share = torch.rand(len(first), *[1] * (first.ndim - 1), device=first.device)
    mixed: Tensor = share * first + (1 - share) * second
    return mixed.requires_grad_()
