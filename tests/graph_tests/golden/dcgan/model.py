"""Dcgan, drawn in Neurowire."""

import torch.nn.functional as F
from torch import Tensor, nn


class Discriminator(nn.Module):
    """image [N, 1, 28, 28] -> score [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)
        self.dropout2d = nn.Dropout2d(0.25)
        self.conv2d_2 = nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1, bias=False)
        self.batch_norm2d = nn.BatchNorm2d(64)
        self.dropout2d_2 = nn.Dropout2d(0.25)
        self.linear = nn.Linear(3136, 128)
        self.dropout = nn.Dropout(0.5)
        self.judge = nn.Linear(128, 1)

    def forward(self, image: Tensor) -> Tensor:
        x = F.leaky_relu(self.conv2d(image), negative_slope=0.2)  # [N, 32, 14, 14]
        x = self.dropout2d(x)  # [N, 32, 14, 14]
        x = self.conv2d_2(x)  # [N, 64, 7, 7]
        x = F.leaky_relu(self.batch_norm2d(x), negative_slope=0.2)  # [N, 64, 7, 7]
        x = self.dropout2d_2(x)  # [N, 64, 7, 7]
        x = x.flatten(1)  # [N, 3136]
        x = F.leaky_relu(self.linear(x), negative_slope=0.2)  # [N, 128]
        x = self.dropout(x)  # [N, 128]
        return self.judge(x)  # [N, 1]


class Generator(nn.Module):
    """z [N, 64] -> image [N, 1, 28, 28]."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 3136, bias=False)
        self.batch_norm2d = nn.BatchNorm2d(64)
        self.conv_transpose2d = nn.ConvTranspose2d(
            64, 32, kernel_size=4, stride=2, padding=1, bias=False
        )
        self.batch_norm2d_2 = nn.BatchNorm2d(32)
        self.pixels = nn.ConvTranspose2d(32, 1, kernel_size=4, stride=2, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.linear(z)  # [N, 3136]
        x = x.unflatten(1, (64, 7, 7))  # [N, 64, 7, 7]
        x = F.relu(self.batch_norm2d(x))  # [N, 64, 7, 7]
        x = self.conv_transpose2d(x)  # [N, 32, 14, 14]
        x = F.relu(self.batch_norm2d_2(x))  # [N, 32, 14, 14]
        return F.sigmoid(self.pixels(x))  # [N, 1, 28, 28]
