"""The data of this project, as tensors in memory."""

import gzip
import math
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from processes import share, world_size

STREAM = 1_000_003


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


def mnist(
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """MNIST: image [60000, 1, 28, 28] in 0..1, label in 0..9; validation has 10,000."""
    folder = locate("mnist", data_dir)
    return idx_pair(folder, "train"), idx_pair(folder, "t10k")


def idx_pair(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """One part of a set in idx files: image [N, 1, 28, 28] in 0..1 and label [N] in 0..9."""
    image = read_idx(folder / f"{part}-images-idx3-ubyte", axes=3)
    label = read_idx(folder / f"{part}-labels-idx1-ubyte", axes=1)
    check_idx(folder, part, [*image.shape], label)
    return image.unsqueeze(1).float().div_(255), label.long()


def check_idx(folder: Path, part: str, shape: list[int], label: Tensor) -> None:
    """Are these the sizes and labels that MNIST and the sets made like it have?"""
    count, high, wide = shape
    if count != len(label):
        raise DataError(f"{folder}: {count} {part} images but {len(label)} labels.")
    most = int(label.max()) if count else -1
    if not count or (high, wide) != (28, 28) or most > 9:
        raise DataError(
            f"{folder}: expected {part} pictures of 28 by 28 pixels with labels 0 to 9, received "
            f"{count:,} of {wide} by {high} with labels up to {most}. This is another set: "
            "download the right one, or read these as pictures, in a folder a class."
        )


def read_idx(path: Path, *, axes: int) -> Tensor:
    """Read bytes in the idx format (yann.lecun.com/exdb/mnist), plain or in a .gz."""
    packed = path.with_name(path.name + ".gz")
    if not os.path.exists(path) and not os.path.exists(packed):
        raise DataError(f"{packed} is missing: download the set again or set --data-dir.")
    try:
        content = (
            path.read_bytes() if os.path.exists(path) else gzip.decompress(packed.read_bytes())
        )
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{packed} is broken ({error}): delete it and download it again."
        ) from error
    shape = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    size = 4 + 4 * axes + math.prod(shape)
    if content[:4] != bytes([0, 0, 8, axes]) or len(content) != size:
        raise DataError(
            f"{path}: expected an idx file of bytes with {axes} axes and {size} bytes in all, "
            f"received {len(content)} bytes that start with {content[:4].hex()}. "
            "Delete it and download it again."
        )
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)[4 + 4 * axes :].view(shape)
