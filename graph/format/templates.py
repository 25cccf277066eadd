"""Boards to start from: `resources/templates/*.neurowire`, each with a title and a sentence."""

import os
from pathlib import Path

from graph.core.errors import FileError
from graph.edit.document import Document
from graph.format.file import SUFFIX, load

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "templates"
DEFAULT = "digits_mlp"

ORDER = (
    "digits_mlp",
    "xor_neurons",
    "spiral_neurons",
    "spiral",
    "mnist_cnn",
    "fashion_cnn",
    "autoencoder",
    "vae",
    "digits_gan",
    "gan",
    "wgan_gp",
    "diffusion",
    "dcgan",
    "conditional_vae",
    "conditional_gan",
    "tabular",
    "image_folder_cnn",
)
"""The order a newcomer meets them in; others follow by name."""


def names() -> list[str]:
    """Names of all templates."""
    found = {path.stem for path in FOLDER.glob(f"*{SUFFIX}")}
    known = [name for name in ORDER if name in found]
    return [*known, *sorted(found.difference(known))]


def describe(name: str) -> str:
    """One sentence about a template."""
    return str(open_template(name).unknown.get("about", ""))


def open_template(name: str) -> Document:
    """A fresh document made from a template.

    Raises:
        FileError: If there is no such template.
    """
    path = FOLDER / f"{name}{SUFFIX}"
    if not os.path.exists(path):
        raise FileError(f"there is no template {name!r}: choose one of {', '.join(names())}")
    return load(path).document
