"""The data of this project, as tensors in memory."""

from collections.abc import Iterator

import torch
from sklearn.datasets import load_digits
from torch import Tensor

from processes import share, world_size

STREAM = 1_000_003


class DataError(ValueError):
    """Data that can't be read; says where, what was expected, what came, what to do."""


def split(
    tensors: tuple[Tensor, ...], *, validation: float, seed: int
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Shuffle the rows once and cut off the validation part; with 0 validate on all rows."""
    if validation == 0:
        return tensors, tensors
    count = len(tensors[0])
    held = round(count * validation)
    if not 0 < held < count:
        raise DataError(
            f"A validation part of {validation} of {count} rows leaves {count - held} rows to "
            f"train and {held} to validate: expected at least 1 of each. Change the part, or 0 to "
            "validate on the training rows."
        )
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    held_out, rest = order[:held], order[held:]
    return tuple(t[rest] for t in tensors), tuple(t[held_out] for t in tensors)


def batch_count(rows: int, size: int) -> int:
    """How many batches an epoch has.

    A last batch that leaves a process fewer than two rows, too few for a batch norm, is joined to
    the one before it.
    """
    whole, rest = divmod(rows, size)
    return max(1, whole + (rest >= 2 * world_size()))


def validation_pause(held_out: int, size: int) -> int:
    """Steps between two validations within an epoch, so that they cost little beside training.

    At least 1,000, and enough to train on four times the rows that are held out.
    """
    return max(1000, -(-4 * held_out // size))


def batches(
    tensors: tuple[Tensor, ...],
    size: int,
    *,
    seed: int | None = None,
    stream: int = 0,
    start: int = 0,
    rows: int = 0,
) -> Iterator[tuple[Tensor, ...]]:
    """Yield this process's part of each batch from `start` on, shuffled when given a seed.

    Another stream has another order. Where more rows are asked for than there are, they begin
    again.
    """
    own = len(tensors[0])
    rows = rows or own
    if seed is None:
        order = torch.arange(rows) % own
    else:
        generator = torch.Generator().manual_seed(seed + STREAM * stream)
        passes = range(0, rows, own)
        order = torch.cat([torch.randperm(own, generator=generator) for _ in passes])[:rows]
    order = order.to(tensors[0].device)
    last = batch_count(rows, size) - 1
    for batch in range(start, last + 1):
        part = order[batch * size :] if batch == last else order[batch * size : (batch + 1) * size]
        mine = share(part)
        yield tuple(t.index_select(0, mine) for t in tensors)  # t[mine] takes twice as long


def digits() -> tuple[Tensor, Tensor]:
    """Optical digits: image [1797, 1, 8, 8] in 0..1, label [1797] in 0..9."""
    bunch = load_digits()
    image = torch.tensor(bunch.images, dtype=torch.float32).div(16).unsqueeze(1)
    return image, torch.tensor(bunch.target)
