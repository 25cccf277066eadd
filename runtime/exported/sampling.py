"""The command line of sample.py: options, trained weights, the file that is written."""

import argparse
import math
import os
import sys
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from runtime.exported.arguments import about, whole
from runtime.exported.processes import start

Network = TypeVar("Network", bound=nn.Module)
GAP = 2
TILE = 64  # smaller pictures are scaled up, pixel by pixel, so that a person sees them
MOST = 1_000_000
FILES = (".png", ".jpg", ".jpeg", ".npy")


class Options:
    """What the command line says.

    Attributes:
        count: How many pictures.
        device: Where they are made.
        seed: Another number gives other pictures.
        weights: A folder with a trained network a file, or a checkpoint.
        out: The picture file.
    """

    def __init__(self, description: str | None, count: int) -> None:
        parser = argparse.ArgumentParser(description=about(description))
        parser.add_argument("--count", type=whole(1, MOST), default=count, help="how many")
        parser.add_argument("--seed", type=whole(0), default=0, help="other pictures")
        parser.add_argument("--device", default="auto", help="auto, cpu, cuda, ...")
        parser.add_argument("--weights", type=Path, default=Path(), help="a folder or checkpoint")
        parser.add_argument("--out", type=file, default=Path("samples.png"), help=".npy: numbers")
        found = parser.parse_args()
        self.count: int = found.count
        try:
            self.device = start(found.device)
        except ValueError as error:
            parser.error(str(error))
        self.weights: Path = found.weights
        self.out: Path = found.out
        self.seed: int = found.seed

    def load(self, name: str, network: Network) -> Network:
        """A network with its trained weights, ready to be asked."""
        try:
            network.load_state_dict(read(self.weights, name))
        except RuntimeError as error:
            first = str(error).partition("\n")[2].partition("\n")[0].strip()
            sys.exit(f"The weights do not fit {name}: {first} Train, or say --weights.")
        torch.manual_seed(self.seed)  # what it was made with at first is forgotten
        return network.eval().to(self.device)

    def write(self, made: Tensor, *, columns: int = 0, signed: bool | None = None) -> None:
        """Write pictures [N, 1 or 3, H, W]; a .npy file gets the numbers as they are.

        Args:
            made: The pictures.
            columns: How many stand in a row; 0 makes a square.
            signed: Black is -1, else 0; if not said, where anything is below 0.
        """
        pictures = made.float().cpu()
        try:
            if self.out.suffix.lower() == ".npy":
                with self.out.open("wb") as out:
                    np.save(out, pictures.numpy())
            else:
                pictures = pictures.nan_to_num(0)
                if (pictures.min() < 0) if signed is None else signed:
                    pictures = (pictures + 1) / 2
                sheet(pictures, columns or math.ceil(math.sqrt(len(pictures)))).save(self.out)
        except OSError as error:
            sys.exit(f"{self.out} cannot be written: {error.strerror or error}.")
        print(self.out)


def file(text: str) -> Path:
    """Reads where to write, before anything is made."""
    path = Path(text)
    if os.path.isdir(path):
        raise argparse.ArgumentTypeError(f"expected a file, got the folder {text}")
    if path.suffix.lower() not in FILES:
        known = ", ".join(FILES)
        raise argparse.ArgumentTypeError(f"expected a file that ends in {known}, got {text!r}")
    if not os.path.isdir(path.parent):
        raise argparse.ArgumentTypeError(f"{path.parent} is no folder: make it first")
    return path


def options(description: str | None, *, count: int) -> Options:
    """Read the command line."""
    return Options(description, count)


def read(place: Path, name: str) -> dict[str, Tensor]:
    """A network's weights, from its own file in a folder or from a checkpoint of all."""
    known = (f"{name}.safetensors", "checkpoint.safetensors", "weights.safetensors")
    files = [place / one for one in known]
    found = next(
        (file for file in (files if os.path.isdir(place) else [place]) if os.path.exists(file)),
        None,
    )
    if found is None:
        missing = place if place.suffix else files[0]
        sys.exit(f"{missing} is missing: train first, or say --weights where they are.")
    try:
        tensors = load_file(found)
    except (SafetensorError, OSError) as error:
        sys.exit(f"{found} holds no weights that can be read ({error}): train again.")
    for prefix in (f"networks/{name}/", f"{name}."):
        mine = {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
        if mine:
            return mine
    return tensors


def sheet(pictures: Tensor, columns: int) -> Image.Image:
    """Pictures [N, 1 or 3, H, W] in 0..1 as one, so many in a row."""
    factor = max(1, math.ceil(TILE / max(pictures.shape[2:])))
    pictures = pictures.repeat_interleave(factor, 2).repeat_interleave(factor, 3)
    _, channels, height, width = pictures.shape
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    tiles = torch.zeros(rows * columns, channels, height + GAP, width + GAP)
    tiles[: len(pictures)] = F.pad(pictures.clamp(0, 1), (0, GAP, 0, GAP))
    tiles = tiles.view(rows, columns, channels, height + GAP, width + GAP)
    pixels = tiles.permute(0, 3, 1, 4, 2).reshape(rows * (height + GAP), -1, channels)
    return Image.fromarray(pixels.mul(255).round().byte().squeeze(2).numpy())
