"""Gan, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Generator(nn.Module):
    """z [N, 64] -> image [N, 1, 28, 28]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 256)
        self.batch_norm1d = nn.BatchNorm1d(256)
        self.linear_2 = nn.Linear(256, 512)
        self.batch_norm1d_2 = nn.BatchNorm1d(512)
        self.pixels = nn.Linear(512, 784)

    def forward(self, z: Tensor) -> Tensor:
        x = self.linear(z)  # [N, 256]
        x = F.relu(self.batch_norm1d(x))  # [N, 256]
        x = self.linear_2(x)  # [N, 512]
        x = F.relu(self.batch_norm1d_2(x))  # [N, 512]
        x = F.sigmoid(self.pixels(x))  # [N, 784]
        return x.unflatten(1, (1, 28, 28))  # [N, 1, 28, 28]


class Discriminator(nn.Module):
    """image [N, 1, 28, 28] -> score [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(784, 512)
        self.dropout = nn.Dropout(0.3)
        self.linear_2 = nn.Linear(512, 256)
        self.dropout_2 = nn.Dropout(0.3)
        self.judge = nn.Linear(256, 1)

    def forward(self, image: Tensor) -> Tensor:
        x = image.flatten(1)  # [N, 784]
        x = F.leaky_relu(self.linear(x), negative_slope=0.2)  # [N, 512]
        x = self.dropout(x)  # [N, 512]
        x = F.leaky_relu(self.linear_2(x), negative_slope=0.2)  # [N, 256]
        x = self.dropout_2(x)  # [N, 256]
        return self.judge(x)  # [N, 1]
