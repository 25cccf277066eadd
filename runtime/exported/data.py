"""The data of this project, as tensors in memory."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from runtime.exported.processes import share, world_size

STREAM = 1_000_003
"""Between the seeds of sets that are drawn independently."""


class DataError(ValueError):
    """Data that can't be read; says where, what was expected, what came, what to do."""


def locate(path: str | Path, data_dir: str | Path | None = None) -> Path:
    """Find a file or folder in data_dir, the folders of $NEUROWIRE_DATA, ./data or here."""
    named = [data_dir, *os.environ.get("NEUROWIRE_DATA", "").split(os.pathsep), "data", "."]
    folders = [Path(folder) for folder in named if folder]
    found = [Path(path)] if Path(path).is_absolute() else []
    # A file that was chosen by its full path on another machine may lie in a data folder here.
    found += [folder / (Path(path).name if found else path) for folder in folders]
    looked: list[str] = []
    for candidate in found:
        try:
            candidate.stat()
            return candidate
        except PermissionError:
            looked.append(f"{candidate} (in a folder that can't be entered)")
        except (OSError, ValueError):  # it is not there, or no file can have this name
            looked.append(str(candidate))
    places = ", ".join(looked)
    raise DataError(f"{path} is missing: expected one of {places}. Put it there or set --data-dir.")


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


class Scale(NamedTuple):
    """What standardised numbers are made from: mean and deviation, of each column where several."""

    mean: float | tuple[float, ...]
    deviation: float | tuple[float, ...]

    def undo(self, x: Tensor, *columns: int) -> Tensor:
        """Standardised numbers [N, ...] in their own unit.

        Args:
            x: The numbers.
            columns: Which column each number of an example is, the last axis running fastest, or
                one for all; those that there are in their order where none is given.
        """
        mean, deviation = self
        if isinstance(mean, float) and isinstance(deviation, float):
            return x * deviation + mean
        picked = [*columns] or slice(None)
        means, deviations = (x.new_tensor(one)[picked] for one in (mean, deviation))
        sizes = x.shape[1:] if len(means) > 1 else (1,) * (x.dim() - 1)
        return x * deviations.reshape(sizes) + means.reshape(sizes)


def standardised(
    train: tuple[Tensor, ...], held_out: tuple[Tensor, ...], *places: int
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], Scale]:
    """Give each column of some tensors of both sets mean 0 and deviation 1 of the training rows.

    Args:
        train: The set to train on.
        held_out: The other.
        places: Which of their tensors; the last if none is named.
    """
    chosen = places or (-1,)
    columns = [one for place in chosen for one in train[place].double().flatten(1).unbind(1)]
    mean = torch.stack([column.mean() for column in columns])
    deviation = torch.stack([column.std(correction=0) for column in columns])
    deviation[deviation == 0] = 1
    widths = [train[place].flatten(1).shape[1] for place in chosen]
    parts = list(zip(chosen, mean.split(widths), deviation.split(widths), strict=True))
    first, second = list(train), list(held_out)
    for tensors in (first, second):
        for place, middle, size in parts:
            tensors[place] = ((tensors[place].double() - middle) / size).float()
    if len(columns) == 1:
        return tuple(first), tuple(second), Scale(mean.item(), deviation.item())
    scale = Scale(tuple(mean.tolist()), tuple(deviation.tolist()))
    return tuple(first), tuple(second), scale


def class_weights(labels: Tensor, classes: int, *, ignored: int | None = None) -> Tensor:
    """Weights [classes] with which each class counts alike: n / (classes * count).

    Of the classes that have rows, as scikit-learn's "balanced"; one without rows gets 1.

    Args:
        labels: Class numbers of all training rows, of any shape.
        classes: How many classes there are.
        ignored: A class number that does not count, such as padding.
    """
    counted = labels.flatten() if ignored is None else labels[labels != ignored]
    counts = torch.bincount(counted, minlength=classes)[:classes]
    weights = counts.sum() / ((counts > 0).sum() * counts)
    return weights.where(counts > 0, torch.ones_like(weights))


def yes_weight(labels: Tensor) -> Tensor:
    """The weight of a yes with which all yes count as much as all no; 1 where one has no rows."""
    weights = class_weights(labels, 2)
    return weights[1] / weights[0]


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


def longest(*sets: tuple[Tensor, ...]) -> int:
    """How many rows the longest set has."""
    return max(len(tensors[0]) for tensors in sets)


def check_rows(**sets: tuple[Tensor, ...]) -> None:
    """Refuse sets that go row by row and have different lengths."""
    counts = {name: len(tensors[0]) for name, tensors in sets.items()}
    if len({*counts.values()}) > 1:
        found = ", ".join(f"{name} has {count:,}" for name, count in counts.items())
        raise DataError(
            f"Data that go row by row need equally many rows: {found}. Mend the data, or draw "
            "them independently."
        )


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
