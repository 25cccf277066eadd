"""Digits gan, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Discriminator(nn.Module):
    """image [N, 1, 8, 8] -> score [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 256)
        self.dropout = nn.Dropout(0.4)
        self.linear_2 = nn.Linear(256, 128)
        self.dropout_2 = nn.Dropout(0.4)
        self.judge = nn.Linear(128, 1)

    def forward(self, image: Tensor) -> Tensor:
        x = image.flatten(1)  # [N, 64]
        x = F.leaky_relu(self.linear(x), negative_slope=0.2)  # [N, 256]
        x = self.dropout(x)  # [N, 256]
        x = F.leaky_relu(self.linear_2(x), negative_slope=0.2)  # [N, 128]
        x = self.dropout_2(x)  # [N, 128]
        return self.judge(x)  # [N, 1]


class Generator(nn.Module):
    """z [N, 32] -> image [N, 1, 8, 8]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(32, 128)
        self.batch_norm1d = nn.BatchNorm1d(128)
        self.linear_2 = nn.Linear(128, 256)
        self.batch_norm1d_2 = nn.BatchNorm1d(256)
        self.pixels = nn.Linear(256, 64)

    def forward(self, z: Tensor) -> Tensor:
        x = self.linear(z)  # [N, 128]
        x = F.relu(self.batch_norm1d(x))  # [N, 128]
        x = self.linear_2(x)  # [N, 256]
        x = F.relu(self.batch_norm1d_2(x))  # [N, 256]
        x = F.sigmoid(self.pixels(x))  # [N, 64]
        return x.unflatten(1, (1, 8, 8))  # [N, 1, 8, 8]
