"""What a file of weights holds, read from its header alone, with no torch.

Format: github.com/huggingface/safetensors, "Format": eight bytes with the length of a JSON header,
which names each tensor with its dtype, its shape and its place behind the header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from pathlib import Path

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
"""What norms keep and do not learn."""
MOST = 100 << 20
"""Bytes of a header, as the library has it."""


class NoWeights(ValueError):
    """A file is no safetensors file."""


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor in a safetensors file.

    Raises:
        NoWeights: If it is none, or cut.
        OSError: If it can't be read.
    """
    with path.open("rb") as file:
        begin, opening = file.read(8), file.read(1)
        if opening != b"{" and begin.startswith((b"PK", b"\x80")):
            raise NoWeights(
                "expected a safetensors file, received a pickle of torch.save, which could run code"
            )
        length, size = int.from_bytes(begin, "little"), path.stat().st_size
        if len(begin) < 8 or length < 2 or length > min(MOST, size - 8):
            raise NoWeights("expected a safetensors file, received something else or a cut one")
        try:
            header = json.loads(opening + file.read(length - 1))
            header.pop("__metadata__", None)
            found = {str(name): tuple(map(int, one["shape"])) for name, one in header.items()}
            end = max((int(one["data_offsets"][1]) for one in header.values()), default=0)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise NoWeights("expected a safetensors file, received something else") from error
    if end + length + 8 != size:
        raise NoWeights(f"expected {end + length + 8:,} bytes, received {size:,}: it was cut")
    return found


def learned(found: Mapping[str, tuple[int, ...]], name: str) -> int | None:
    """How many numbers of a file a network of this name would learn; None if that is not clear."""
    own = {
        key: shape
        for prefix in (f"networks/{name}/", f"{name}.")
        for key, shape in found.items()
        if key.startswith(prefix)
    }
    if not own and any(key.startswith("networks/") for key in found):
        return None
    given = own or found
    return sum(prod(shape) for key, shape in given.items() if not key.endswith(BUFFERS))


def unread(path: Path) -> str:
    """Why a file can't be read as weights, as far as its header tells."""
    try:
        shapes(path)
    except NoWeights as error:
        return str(error)
    except OSError as error:
        return f"it can't be read ({error.strerror})"
    return ""


def unfit(path: Path, name: str, expected: int | None) -> str:
    """Why a network can't begin with the weights in a file, as far as the header tells."""
    if why := unread(path):
        return why
    there = learned(shapes(path), name)
    if expected is None or there is None or there == expected:
        return ""
    return f"expected {expected:,} weights for {name}, received {there:,}"
