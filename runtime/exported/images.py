"""Readers of pictures: image [N, C, H, W] in 0..1 and label [N]."""

import gzip
import math
import zlib
from pathlib import Path

import torch
from PIL import Image, ImageOps
from sklearn.datasets import load_digits
from torch import Tensor

from runtime.exported.data import DataError, locate, split

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
HELD_OUT = ("val", "valid", "validation", "test")


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
    """One part of a set in idx files: image [N, 1, H, W] in 0..1 and label [N]."""
    image = read_idx(folder / f"{part}-images-idx3-ubyte", axes=3)
    label = read_idx(folder / f"{part}-labels-idx1-ubyte", axes=1)
    if len(image) != len(label):
        raise DataError(f"{folder}: {len(image)} {part} images but {len(label)} labels.")
    return image.unsqueeze(1).float().div_(255), label.long()


def read_idx(path: Path, *, axes: int) -> Tensor:
    """Read bytes in the idx format (yann.lecun.com/exdb/mnist), plain or in a .gz."""
    packed = path.with_name(path.name + ".gz")
    if not path.exists() and not packed.exists():
        raise DataError(f"{packed} is missing: download the set again or set --data-dir.")
    try:
        content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
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
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=4 + 4 * axes).view(shape)


def image_folder(
    path: str | Path,
    *,
    size: int,
    channels: int = 3,
    validation: float = 0.2,
    seed: int = 0,
    data_dir: str | Path | None = None,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """A folder a class, or `train` and `val` folders of these; cropped to size x size."""
    root = locate(path, data_dir)
    classes = class_names(root)
    held_out = [root / name for name in HELD_OUT if (root / name).is_dir()]
    if not (root / "train").is_dir() or not held_out:
        top = root / "train" if (root / "train").is_dir() else root
        return split(read_folder(top, classes, size, channels), validation=validation, seed=seed)
    train_set = read_folder(root / "train", classes, size, channels)
    return train_set, read_folder(held_out[0], classes, size, channels)


def class_names(root: Path) -> list[str]:
    """The class folders' names, in order."""
    top = root / "train" if (root / "train").is_dir() else root
    if not top.is_dir():
        raise DataError(f"{top}: expected a folder of pictures, received a file. Choose a folder.")
    names = sorted(f.name for f in top.iterdir() if f.is_dir() and not f.name.startswith("."))
    if not names:
        raise DataError(f"{top}: expected one folder of pictures for each class, received none.")
    return names


def read_folder(top: Path, classes: list[str], size: int, channels: int) -> tuple[Tensor, Tensor]:
    """Every picture below top/CLASS: image [N, channels, size, size] and label [N]."""
    folders = {f.name for f in top.iterdir() if f.is_dir() and not f.name.startswith(".")}
    if strange := sorted(folders - {*classes}):
        raise DataError(f"{top / strange[0]}: expected only the classes {', '.join(classes)}.")
    files = [(file, i) for i, name in enumerate(classes) for file in pictures(top / name)]
    if not files:
        raise DataError(f"{top}: expected pictures ({', '.join(PICTURES)}), received none.")
    image = torch.empty(len(files), channels, size, size)
    for row, (file, _) in enumerate(files):
        image[row] = read_picture(file, size, channels)
    return image, torch.tensor([i for _, i in files])


def pictures(folder: Path) -> list[Path]:
    """The picture files in a folder and below, in order."""
    found = (f for f in folder.rglob("*") if f.suffix.lower() in PICTURES and f.name[0] != ".")
    return sorted(found)


def read_picture(file: Path, size: int, channels: int) -> Tensor:
    """One picture [channels, size, size] in 0..1, scaled and cropped around its middle."""
    try:
        with Image.open(file) as opened:
            whole = ImageOps.exif_transpose(opened).convert("L" if channels == 1 else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(
            f"{file} is no readable picture ({error}): replace or delete it."
        ) from error
    cropped = ImageOps.fit(whole, (size, size), Image.Resampling.BILINEAR)
    pixels = torch.frombuffer(bytearray(cropped.tobytes()), dtype=torch.uint8)
    return pixels.view(size, size, channels).permute(2, 0, 1).float().div(255)
