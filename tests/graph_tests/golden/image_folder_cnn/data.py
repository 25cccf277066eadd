"""The data of this project, as tensors in memory."""

import os
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
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


PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
DEEP = {"I;16": (0.0, 65535.0), "I": (0.0, 65535.0), "F": (0.0, 1.0)}
HIDDEN = ("__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information")


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
