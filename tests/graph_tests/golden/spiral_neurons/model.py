"""Spiral neurons, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """point [N, 2] -> out [N]."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(2, 8)  # neurons a1 to a8
        self.b = nn.Linear(8, 8)  # neurons b1 to b8
        self.out = nn.Linear(8, 1)  # neuron out

    def forward(self, point: Tensor) -> Tensor:
        x = F.tanh(self.a(point))  # [N, 8]
        x = F.tanh(self.b(x))  # [N, 8]
        return self.out(x).squeeze(1)  # [N]
