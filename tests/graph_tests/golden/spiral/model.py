"""Spiral, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """point [N, 2] -> logits [N, 2]."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(2, 64)
        self.hidden_2 = nn.Linear(64, 64)
        self.logits = nn.Linear(64, 2)

    def forward(self, point: Tensor) -> Tensor:
        x = F.tanh(self.hidden(point))  # [N, 64]
        x = F.tanh(self.hidden_2(x))  # [N, 64]
        return self.logits(x)  # [N, 2]
