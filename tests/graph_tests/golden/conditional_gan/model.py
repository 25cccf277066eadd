"""Conditional gan, drawn in Neurowire."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Discriminator(nn.Module):
    """image [N, 1, 28, 28], label [N] -> score [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.class_code = nn.Embedding(10, 16)
        self.linear = nn.Linear(800, 512)
        self.dropout = nn.Dropout(0.3)
        self.linear_2 = nn.Linear(512, 256)
        self.dropout_2 = nn.Dropout(0.3)
        self.judge = nn.Linear(256, 1)

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        x = image.flatten(1)  # [N, 784]
        class_code = self.class_code(label)  # [N, 16]
        x = torch.cat((x, class_code), dim=1)  # [N, 800]
        x = F.leaky_relu(self.linear(x), negative_slope=0.2)  # [N, 512]
        x = self.dropout(x)  # [N, 512]
        x = F.leaky_relu(self.linear_2(x), negative_slope=0.2)  # [N, 256]
        x = self.dropout_2(x)  # [N, 256]
        return self.judge(x)  # [N, 1]


class Generator(nn.Module):
    """z [N, 64], label [N] -> image [N, 1, 28, 28]."""

    def __init__(self) -> None:
        super().__init__()
        self.class_code = nn.Embedding(10, 16)
        self.linear = nn.Linear(80, 256)
        self.linear_2 = nn.Linear(256, 512)
        self.batch_norm1d = nn.BatchNorm1d(512)
        self.pixels = nn.Linear(512, 784)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        x = self.class_code(label)  # [N, 16]
        x = torch.cat((z, x), dim=1)  # [N, 80]
        x = F.leaky_relu(self.linear(x), negative_slope=0.2)  # [N, 256]
        x = self.linear_2(x)  # [N, 512]
        x = F.leaky_relu(self.batch_norm1d(x), negative_slope=0.2)  # [N, 512]
        x = F.sigmoid(self.pixels(x))  # [N, 784]
        return x.unflatten(1, (1, 28, 28))  # [N, 1, 28, 28]
