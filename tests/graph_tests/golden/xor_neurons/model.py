"""Xor neurons, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """point [N, 2] -> out [N]."""

    def __init__(self) -> None:
        super().__init__()
        self.neurons = nn.Linear(2, 2)  # neurons a, b
        self.out = nn.Linear(2, 1)  # neuron out

    def forward(self, point: Tensor) -> Tensor:
        x = F.gelu(self.neurons(point))  # [N, 2]
        return self.out(x).squeeze(1)  # [N]
