"""Digits, written by hand as the compiler would."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """Scanned digits to class scores: image [N, 1, 8, 8] -> logits [N, 10]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 32)
        self.dropout = nn.Dropout(0.25)
        self.logits = nn.Linear(32, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = image.flatten(1)  # [N, 64]
        x = F.relu(self.linear(x))  # [N, 32]
        x = self.dropout(x)
        return self.logits(x)  # [N, 10]
