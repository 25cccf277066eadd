"""Digits mlp, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """image [N, 1, 8, 8] -> logits [N, 10]."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(64, 256)
        self.dropout = nn.Dropout(0.4)
        self.logits = nn.Linear(256, 10)

    def forward(self, image: Tensor) -> Tensor:
        x = image.flatten(1)  # [N, 64]
        x = F.relu(self.hidden(x))  # [N, 256]
        x = self.dropout(x)  # [N, 256]
        return self.logits(x)  # [N, 10]
