"""Tabular, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """features [N, 10] -> logits [N, 2]."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(10, 32)
        self.dropout = nn.Dropout(0.2)
        self.logits = nn.Linear(32, 2)

    def forward(self, features: Tensor) -> Tensor:
        x = F.relu(self.hidden(features))  # [N, 32]
        x = self.dropout(x)  # [N, 32]
        return self.logits(x)  # [N, 2]
