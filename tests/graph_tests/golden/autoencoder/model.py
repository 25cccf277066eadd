"""Autoencoder, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Model(nn.Module):
    """image [N, 1, 8, 8] -> unflatten [N, 1, 8, 8]."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Linear(64, 64)
        self.code = nn.Linear(64, 8)
        self.decode = nn.Linear(8, 64)
        self.pixels = nn.Linear(64, 64)

    def forward(self, image: Tensor) -> Tensor:
        x = image.flatten(1)  # [N, 64]
        x = F.relu(self.encode(x))  # [N, 64]
        x = self.code(x)  # [N, 8]
        x = F.relu(self.decode(x))  # [N, 64]
        x = F.sigmoid(self.pixels(x))  # [N, 64]
        return x.unflatten(1, (1, 8, 8))  # [N, 1, 8, 8]
