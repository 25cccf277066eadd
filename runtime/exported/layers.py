"""Layers that torch has not."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MaskedLinear(nn.Linear):
    """Neurons of one depth as a matrix: row i, column j is learned where mask[i][j] is 1.

    Each neuron starts as an nn.Linear of its own wires does, uniform in +-1/sqrt(wires).
    """

    mask: Tensor

    def __init__(self, mask: Sequence[Sequence[int]], bias: bool = True) -> None:
        super().__init__(len(mask[0]), len(mask), bias)
        self.register_buffer("mask", torch.tensor(mask, dtype=torch.float32), persistent=False)
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
