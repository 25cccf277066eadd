"""Points in the plane: point [N, 2] and label [N], made on the spot."""

import math

import torch
from torch import Tensor


def xor(count: int = 4, *, noise: float = 0.0, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Exclusive or: corners of the unit square in turn; label 1 where just one axis is 1."""
    generator = torch.Generator().manual_seed(seed)
    corner = torch.arange(count) % 4
    point = torch.stack((corner // 2, corner % 2), dim=1).float()
    label = (point[:, 0] != point[:, 1]).long()
    return point + noise * torch.randn(count, 2, generator=generator), label


def spiral(
    count: int = 1000, *, arms: int = 2, turns: float = 1.5, noise: float = 0.02, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Arms that wind around each other in -1..1, one class each."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % arms
    radius = torch.rand(count, generator=generator).sqrt()
    angle = 2 * math.pi * (turns * radius + label / arms)
    point = radius.unsqueeze(1) * torch.stack((angle.cos(), angle.sin()), dim=1)
    return point + noise * torch.randn(count, 2, generator=generator), label


def moons(count: int = 500, *, noise: float = 0.1, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Two half circles that reach into each other, around the origin."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    angle = math.pi * (torch.rand(count, generator=generator) + label)
    shift = torch.tensor([[-0.5, -0.25], [0.5, 0.25]])[label]
    point = torch.stack((angle.cos(), angle.sin()), dim=1) + shift
    return point + noise * torch.randn(count, 2, generator=generator), label


def circles(
    count: int = 500, *, factor: float = 0.5, noise: float = 0.05, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """A circle of radius 1 (label 0) around one of radius `factor` (label 1)."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    angle = 2 * math.pi * torch.rand(count, generator=generator)
    radius = torch.tensor([1.0, factor])[label].unsqueeze(1)
    point = radius * torch.stack((angle.cos(), angle.sin()), dim=1)
    return point + noise * torch.randn(count, 2, generator=generator), label


def blobs(
    count: int = 500, *, classes: int = 3, noise: float = 0.3, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Round clouds of deviation `noise`, their middles evenly on the unit circle."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % classes
    angle = 2 * math.pi * label / classes
    middle = torch.stack((angle.cos(), angle.sin()), dim=1)
    return middle + noise * torch.randn(count, 2, generator=generator), label


def checkerboard(
    count: int = 1000, *, squares: int = 4, noise: float = 0.0, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Squares of classes 0 and 1 in turn on -1..1, as many along each side."""
    generator = torch.Generator().manual_seed(seed)
    place = squares * torch.rand(count, 2, generator=generator)
    label = place.long().sum(1) % 2
    return 2 * place / squares - 1 + noise * torch.randn(count, 2, generator=generator), label
