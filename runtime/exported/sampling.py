"""The command line of sample.py: options, trained weights, the file that is written."""

import argparse
import math
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

from runtime.exported.processes import start

Network = TypeVar("Network", bound=nn.Module)
GAP = 2


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
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--count", type=int, default=count)
        parser.add_argument("--seed", type=int, default=0, help="another number, other pictures")
        parser.add_argument("--device", default="auto")
        parser.add_argument("--weights", type=Path, default=Path(), help="a folder or checkpoint")
        parser.add_argument("--out", type=Path, default=Path("samples.png"), help=".npy: numbers")
        found = parser.parse_args()
        self.count: int = found.count
        self.device = start(found.device)
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

    def write(self, pictures: Tensor, *, columns: int = 0) -> None:
        """Write pictures [N, 1 or 3, H, W], in 0..1 or -1..1; a .npy file gets the numbers."""
        if self.out.suffix == ".npy":
            np.save(self.out, pictures.float().cpu().numpy())
        else:
            if pictures.min() < 0:
                pictures = (pictures + 1) / 2
            sheet(pictures, columns or math.ceil(math.sqrt(len(pictures)))).save(self.out)
        print(self.out)


def options(description: str | None, *, count: int) -> Options:
    """Read the command line."""
    return Options(description, count)


def read(place: Path, name: str) -> dict[str, Tensor]:
    """A network's weights, from its own file in a folder or from a checkpoint of all."""
    files = [place / f"{name}.safetensors", place / "checkpoint.safetensors"]
    found = next((file for file in (files if place.is_dir() else [place]) if file.exists()), None)
    if found is None:
        sys.exit(f"{files[0]} is missing: train first, or say --weights where they are.")
    try:
        tensors = load_file(found)
    except SafetensorError as error:
        sys.exit(f"{found} holds no weights that can be read ({error}): train again.")
    for prefix in (f"networks/{name}/", f"{name}."):
        mine = {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
        if mine:
            return mine
    return tensors


def sheet(pictures: Tensor, columns: int) -> Image.Image:
    """Pictures [N, 1 or 3, H, W] in 0..1 as one, so many in a row."""
    _, channels, height, width = pictures.shape
    rows = math.ceil(len(pictures) / columns)
    tiles = torch.zeros(rows * columns, channels, height + GAP, width + GAP)
    tiles[: len(pictures)] = F.pad(pictures.float().cpu().clamp(0, 1), (0, GAP, 0, GAP))
    tiles = tiles.view(rows, columns, channels, height + GAP, width + GAP)
    pixels = tiles.permute(0, 3, 1, 4, 2).reshape(rows * (height + GAP), -1, channels)
    return Image.fromarray(pixels.mul(255).round().byte().squeeze(2).numpy())
