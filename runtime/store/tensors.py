"""Networks' weights taken out of a checkpoint, byte for byte. No torch here.

A safetensors file is eight bytes with the length of a header, the header, which is JSON and says
where each tensor lies, and the tensors (github.com/huggingface/safetensors).
"""

import json
from pathlib import Path
from typing import Any

from graph.core.errors import FileError

NETWORKS = "networks/"
"""How a checkpoint's tensors are called that are weights: networks/NETWORK/TENSOR."""
BLOCK = 1 << 20


def take_networks(checkpoint: Path, target: Path) -> None:
    """Write a file with the weights alone, called NETWORK.TENSOR; whole or not at all.

    Raises:
        FileError: If the checkpoint is damaged, or the file can't be written.
    """
    try:
        start, header = _header(checkpoint)
        found = {
            name.removeprefix(NETWORKS).replace("/", ".", 1): entry
            for name, entry in header.items()
            if name.startswith(NETWORKS)
        }
        if not found:
            raise ValueError("it holds no networks")
        _write(checkpoint, start, found, target)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise FileError(
            f"{checkpoint}: its weights can't be read ({error}). Train again."
        ) from error
    except OSError as error:
        place = error.filename or target
        raise FileError(f"{place}: weights can't be written ({error.strerror}).") from error


def _header(path: Path) -> tuple[int, dict[str, Any]]:
    """Where the tensors begin, and what is said of each."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 0 < size <= path.stat().st_size:
            raise ValueError("it is cut")
        header = json.loads(file.read(size))
    return 8 + size, {name: one for name, one in header.items() if name != "__metadata__"}


def _write(checkpoint: Path, start: int, found: dict[str, Any], target: Path) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, entry in found.items():
        low, high = entry["data_offsets"]
        header[name] = {**entry, "data_offsets": [at, at + high - low]}
        at += high - low
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    aside = target.with_name(target.name + ".new")
    try:
        with checkpoint.open("rb") as source, aside.open("wb") as out:
            out.write(len(text).to_bytes(8, "little") + text)
            for entry in found.values():
                low, high = entry["data_offsets"]
                source.seek(start + low)
                while low < high:
                    block = source.read(min(BLOCK, high - low))
                    if not block:
                        raise ValueError("it is cut")
                    out.write(block)
                    low += len(block)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
