"""Conditional gan, drawn in Neurowire."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Discriminator(nn.Module):
    """image [N, 1, 28, 28], label [N] -> score [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)
        self.conv2d_2 = nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1, bias=False)
        self.batch_norm2d = nn.BatchNorm2d(64)
        self.class_code = nn.Embedding(10, 32)
        self.linear = nn.Linear(3168, 128)
        self.dropout = nn.Dropout(0.3)
        self.judge = nn.Linear(128, 1)

    def forward(self, image: Tensor, label: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv2d(image), negative_slope=0.2)  # [N, 32, 14, 14]
        x = self.conv2d_2(x)  # [N, 64, 7, 7]
        x = F.leaky_relu(self.batch_norm2d(x), negative_slope=0.2)  # [N, 64, 7, 7]
        x = x.flatten(1)  # [N, 3136]
        class_code = self.class_code(label)  # [N, 32]
        x = torch.cat((x, class_code), dim=1)  # [N, 3168]
        x = F.leaky_relu(self.linear(x), negative_slope=0.2)  # [N, 128]
        x = self.dropout(x)  # [N, 128]
        return self.judge(x)  # [N, 1]


class Generator(nn.Module):
    """z [N, 64], label [N] -> image [N, 1, 28, 28]."""

    def __init__(self) -> None:
        super().__init__()
        self.class_code = nn.Embedding(10, 16)
        self.linear = nn.Linear(80, 3136, bias=False)
        self.batch_norm2d = nn.BatchNorm2d(64)
        self.conv_transpose2d = nn.ConvTranspose2d(
            64, 32, kernel_size=4, stride=2, padding=1, bias=False
        )
        self.batch_norm2d_2 = nn.BatchNorm2d(32)
        self.pixels = nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        x = self.class_code(label)  # [N, 16]
        x = torch.cat((z, x), dim=1)  # [N, 80]
        x = self.linear(x)  # [N, 3136]
        x = x.unflatten(1, (64, 7, 7))  # [N, 64, 7, 7]
        x = F.relu(self.batch_norm2d(x))  # [N, 64, 7, 7]
        x = self.conv_transpose2d(x)  # [N, 32, 14, 14]
        x = F.relu(self.batch_norm2d_2(x))  # [N, 32, 14, 14]
        return F.sigmoid(self.pixels(x))  # [N, 1, 28, 28]
