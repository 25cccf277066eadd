"""Readers of pictures: image [N, C, H, W] in 0..1 and label [N]."""

import gzip
import math
import os
import struct
import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from sklearn.datasets import load_digits
from torch import Tensor

from runtime.exported.data import DataError, locate, split

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
DEEP = {"I;16": (0.0, 65535.0), "I": (0.0, 65535.0), "F": (0.0, 1.0)}
HIDDEN = ("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information")


def digits() -> tuple[Tensor, Tensor]:
    """Optical digits: image [1797, 1, 8, 8] in 0..1, label [1797] in 0..9."""
    bunch = load_digits()
    image = torch.tensor(bunch.images, dtype=torch.float32).div(16).unsqueeze(1)
    return image, torch.tensor(bunch.target)


def mnist(
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """MNIST: image [60000, 1, 28, 28] in 0..1, label in 0..9; validation has 10,000."""
    folder = locate("mnist", data_dir)
    return idx_pair(folder, "train"), idx_pair(folder, "t10k")


def fashion_mnist(
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Fashion-MNIST: image [60000, 1, 28, 28] in 0..1, label in 0..9; validation has 10,000."""
    folder = locate("fashion-mnist", data_dir)
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


def image_folder(
    path: str | Path,
    *,
    train: str = ".",
    held_out: str | None = None,
    within: tuple[str, str] | None = None,
    without: Sequence[str] = (),
    size: int,
    channels: int = 3,
    spans: Mapping[str, tuple[float, float]] = DEEP,
    validation: float = 0.2,
    seed: int = 0,
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """A folder a class, below `train` and, where there is one, `held_out`; cropped to size x size.

    Where each class has both parts, `within` it, their folders are named. Files `without` which it
    is read are named from the folder on.
    """
    root = locate(path, data_dir)
    classes = class_names(root / train)
    left_out = {root / name for name in without}
    if within is not None:
        first, second = (
            read_folder(root / train, classes, size, channels, spans, left_out, part)
            for part in within
        )
        return first, second
    train_set = read_folder(root / train, classes, size, channels, spans, left_out)
    if held_out is None:
        return split(train_set, validation=validation, seed=seed)
    return train_set, read_folder(root / held_out, classes, size, channels, spans, left_out)


def class_names(top: Path) -> list[str]:
    """The class folders' names, in order; of pictures that lie loose the one class `.`."""
    if not os.path.isdir(top):
        raise DataError(f"{top}: expected a folder of pictures, received a file. Choose a folder.")
    names = [folder.name for folder in folders_of(top)]
    if not names and not pictures(top):
        raise DataError(
            f"{top}: expected one folder of pictures for each class, received none "
            f"({', '.join(PICTURES)})."
        )
    return names or ["."]


def folders_of(top: Path) -> list[Path]:
    """The folders in a folder, in order, but for those that programs keep for themselves."""
    return sorted(f for f in top.iterdir() if os.path.isdir(f) and not is_hidden(f.name))


def is_hidden(name: str) -> bool:
    """Is this a file or folder that programs keep for themselves?"""
    return name.startswith(".") or name in HIDDEN


def read_folder(
    top: Path,
    classes: list[str],
    size: int,
    channels: int,
    spans: Mapping[str, tuple[float, float]] = DEEP,
    without: Collection[Path] = (),
    part: str = ".",
) -> tuple[Tensor, Tensor]:
    """Every picture below top/CLASS/part: image [N, channels, size, size] and label [N]."""
    folders = {folder.name for folder in folders_of(top)}
    if strange := sorted(folders - {*classes}):
        raise DataError(f"{top / strange[0]}: expected only the classes {', '.join(classes)}.")
    files = [(file, i) for i, name in enumerate(classes) for file in pictures(top / name / part)]
    files = [(file, i) for file, i in files if file not in without]
    if not files:
        raise DataError(f"{top}: expected pictures ({', '.join(PICTURES)}), received none.")
    image = torch.empty(len(files), channels, size, size)
    for row, (file, _) in enumerate(files):
        image[row] = read_picture(file, size, channels, spans)
    return image, torch.tensor([i for _, i in files])


def pictures(folder: Path) -> list[Path]:
    """The picture files in a folder and below, in order; none in hidden folders, and no pipes."""
    named = (f for f in folder.rglob("*") if f.suffix.lower() in PICTURES)
    found = (f for f in named if os.path.isfile(f) or os.path.islink(f))  # one may lead nowhere
    return sorted(f for f in found if not any(map(is_hidden, f.relative_to(folder).parts)))


def read_picture(
    file: Path, size: int, channels: int, spans: Mapping[str, tuple[float, float]] = DEEP
) -> Tensor:
    """One picture [channels, size, size] in 0..1, scaled and cropped around its middle.

    Of one that holds numbers and no bytes, what `spans` says for its mode becomes 0..1: of whole
    numbers ("I") and fractions ("F") where those of the format are too narrow.
    """
    whole = open_picture(file)
    mode = whole.mode[:4]  # 16 bits have an order of bytes behind that
    if mode not in DEEP:
        plain = whole.convert("RGBA") if "transparency" in whole.info else whole
        cropped = fitted(converted(file, plain, "L" if channels == 1 else "RGB"), size)
        pixels = torch.frombuffer(bytearray(cropped.tobytes()), dtype=torch.uint8)
        return pixels.view(size, size, channels).permute(2, 0, 1).float().div(255)
    low, high = spans.get(mode, DEEP[mode])
    numbers = (np.asarray(whole, dtype=np.float64) - low) / ((high - low) or 1.0)
    if not np.isfinite(numbers).all():
        raise DataError(
            f"{file}: expected numbers, received NaN or infinity: replace or delete it."
        )
    cropped = fitted(Image.fromarray(numbers.clip(0, 1).astype(np.float32)), size)
    grey = torch.frombuffer(bytearray(cropped.tobytes()), dtype=torch.float32)
    return grey.view(1, size, size).repeat(channels, 1, 1)


def open_picture(file: Path) -> Image.Image:
    """A picture with all its pixels, the right way up; of an animated one the first."""
    try:
        with Image.open(file) as opened:
            return ImageOps.exif_transpose(opened)
    except BROKEN as error:
        raise DataError(
            f"{file} is no readable picture ({error}): replace or delete it."
        ) from error


def converted(file: Path, picture: Image.Image, mode: str) -> Image.Image:
    """A picture in another mode, by way of others where there is no direct one (as of LAB)."""
    for way in ((), ("RGB",), ("RGBA",), ("LA",)):
        with suppress(ValueError):
            found = picture
            for one in (*way, mode):
                found = found.convert(one)
            return found
    raise DataError(
        f"{file}: expected grey or colours, received a picture of mode {picture.mode}: save it as "
        "RGB, or delete it."
    )


def fitted(picture: Image.Image, size: int) -> Image.Image:
    """Scaled and cropped to a square."""
    return ImageOps.fit(picture, (size, size), Image.Resampling.BILINEAR)
