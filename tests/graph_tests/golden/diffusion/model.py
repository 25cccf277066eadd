"""Diffusion, drawn in Neurowire."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from diffusion import sinusoids


class Block(nn.Module):
    """picture [N, in_channels, H, W], time [N, 64] -> y [N, channels, H, W]."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, kernel_size=3, padding=1)
        self.norm = nn.GroupNorm(8, channels)
        self.shift = nn.Linear(64, channels)

    def forward(self, picture: Tensor, time: Tensor) -> Tensor:
        x = self.conv(picture)  # [N, channels, H, W]
        x = self.norm(x)  # [N, channels, H, W]
        shift = self.shift(time)  # [N, channels]
        spread = shift.unflatten(1, (-1, 1, 1))  # [N, channels, 1, 1]
        x = x + spread  # [N, channels, H, W]
        return F.silu(x)  # [N, channels, H, W]


class UNet(nn.Module):
    """noisy [N, 1, 8, 8], time [N] -> noise [N, 1, 8, 8]."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = nn.Linear(64, 64)
        self.enter = Block(in_channels=1, channels=32)
        self.look = Block(in_channels=32, channels=32)
        self.deep = Block(in_channels=32, channels=64)
        self.deeper = Block(in_channels=64, channels=64)
        self.leave = Block(in_channels=96, channels=32)
        self.found = nn.Conv2d(32, 1, kernel_size=3, padding=1)

    def forward(self, noisy: Tensor, time: Tensor) -> Tensor:
        x = sinusoids(time, 64)  # [N, 64]
        ticks = F.silu(self.clock(x))  # [N, 64]
        x = self.enter(noisy, ticks)  # [N, 32, 8, 8]
        look = self.look(x, ticks)  # [N, 32, 8, 8]
        x = F.max_pool2d(look, kernel_size=2)  # [N, 32, 4, 4]
        x = self.deep(x, ticks)  # [N, 64, 4, 4]
        x = self.deeper(x, ticks)  # [N, 64, 4, 4]
        x = F.interpolate(x, scale_factor=2)  # [N, 64, 8, 8]
        x = torch.cat((look, x), dim=1)  # [N, 96, 8, 8]
        x = self.leave(x, ticks)  # [N, 32, 8, 8]
        return self.found(x)  # [N, 1, 8, 8]
