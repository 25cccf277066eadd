"""What a folder of pictures holds, by looking at file names and headers only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from runtime.exported.data import DataError, locate, split
from runtime.exported.images import HELD_OUT, class_names, pictures

Params = Mapping[str, Any]


def folder_of(params: Params, data_dir: str | Path | None) -> Path:
    """The folder a node names."""
    if not params.get("path"):
        raise DataError("This node has no folder yet: choose one, with a folder for each class.")
    return locate(str(params["path"]), data_dir)


def folder_content(params: Params, data_dir: str | Path | None) -> list[list[str | int]]:
    """Every picture's name, size and time."""
    root = folder_of(params, data_dir)
    class_names(root)
    stats = [(str(file), file.stat()) for file in pictures(root)]
    return [[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats]


def folder_facts(params: Params, data_dir: str | Path | None) -> dict[str, Any]:
    """Classes, counts and sizes; every picture's header is read, so a broken one is named."""
    root = folder_of(params, data_dir)
    classes = class_names(root)
    train = root / "train" if (root / "train").is_dir() else root
    held_out = next((root / name for name in HELD_OUT if (root / name).is_dir()), None)
    fixed = held_out if train != root else None
    counts = {name: pictures(train / name) for name in classes}
    files = [file for group in counts.values() for file in group]
    if empty := [name for name, group in counts.items() if not group]:
        raise DataError(f"{train / empty[0]}: expected pictures of this class, received none.")
    held = [file for name in classes for file in pictures(fixed / name)] if fixed else []
    sizes = [size_of(file) for file in (*files, *held)]
    if fixed:
        count, validation = len(files), len(held)
    else:
        count, validation = parts_of(len(files), params)
    side, channels = int(params.get("size", 64)), int(params.get("channels", 3))
    return {
        "outputs": {
            "image": {
                "dims": ["N", channels, side, side],
                "dtype": "float",
                "kind": "features",
                "classes": None,
            },
            "label": {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": len(classes)},
        },
        "count": count,
        "validation": validation,
        "classes": classes,
        "note": note(sizes, {name: len(group) for name, group in counts.items()}),
    }


def parts_of(count: int, params: Params) -> tuple[int, int]:
    """How many of so many rows the reader will train on, and how many hold out."""
    share = float(params.get("validation", 0.2))
    (train,), (held_out,) = split((torch.arange(count),), validation=share, seed=0)
    return len(train), len(held_out)


def size_of(file: Path) -> tuple[int, int]:
    """Width and height of a picture, from its header."""
    try:
        with Image.open(file) as opened:
            return opened.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{file} is no readable picture ({error}): replace or delete it."
        ) from error


def note(sizes: list[tuple[int, int]], counts: Mapping[str, int]) -> str:
    """One line on sizes and counts."""
    small, large = min(sizes), max(sizes)
    shown = "{} x {}".format(*small)
    if small != large:
        widths, heights = zip(*sizes, strict=True)
        shown = f"{min(widths)} to {max(widths)} wide, {min(heights)} to {max(heights)} high"
    each = ", ".join(f"{name} {count}" for name, count in list(counts.items())[:10])
    return f"{len(sizes)} pictures, {shown}; to train on: {each}"
