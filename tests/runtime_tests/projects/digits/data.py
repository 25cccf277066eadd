"""The data of this project, as tensors in memory."""

from collections.abc import Iterator

import torch
from processes import share
from sklearn.datasets import load_digits
from torch import Tensor


def digits() -> tuple[Tensor, Tensor]:
    """Optical digits: image [1797, 1, 8, 8] in 0..1, label [1797] in 0..9."""
    bunch = load_digits()
    image = torch.tensor(bunch.images, dtype=torch.float32).div(16).unsqueeze(1)
    return image, torch.tensor(bunch.target)


def split(
    tensors: tuple[Tensor, ...], *, validation: float, seed: int
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Shuffle the rows once and cut off the validation part."""
    count = len(tensors[0])
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    held_out, rest = order.split([round(count * validation), count - round(count * validation)])
    return tuple(t[rest] for t in tensors), tuple(t[held_out] for t in tensors)


def batches(
    tensors: tuple[Tensor, ...], size: int, *, seed: int | None = None, start: int = 0
) -> Iterator[tuple[Tensor, ...]]:
    """Yield this process's part of each batch from `start` on, shuffled when given a seed."""
    count = len(tensors[0])
    if seed is None:
        order = torch.arange(count)
    else:
        order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    for rows in order.split(size)[start:]:
        yield tuple(t[share(rows)] for t in tensors)
