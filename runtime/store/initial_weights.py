"""Files with the weights that networks begin with, kept with a run and an export. No torch here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from graph.core.errors import FileError
from graph.edit.document import Document
from graph.format.file import load_text
from graph.model.roles import role

FOLDER = "pretrained"


def weights(document: Document) -> dict[str, str]:
    """The file that each placed network of a board begins with, by the network's name there."""
    found = {}
    for node in document.board.nodes.values():
        path = str(node.params.get("pretrained", ""))
        if role(node.type) == "instance" and path and not node.muted and node.twin is None:
            found[node.name] = path
    return found


def find(path: str, data_dir: str | None = None) -> Path | None:
    """Where a file of weights lies, if it is there: at its path, or where data lie."""
    named = [data_dir, *os.environ.get("NEUROWIRE_DATA", "").split(os.pathsep), "data", "."]
    places = [Path(path), *(Path(folder) / path for folder in named if folder)]
    places += [Path(folder) / Path(path).name for folder in named if folder]
    return next((place for place in places if os.path.isfile(place)), None)


def keep(document: Document, folder: Path, data_dir: str | None = None) -> None:
    """Copy the files that a board's networks begin with into a folder, so that it stands alone.

    Raises:
        FileError: If one is missing, or can't be copied.
    """
    for name, path in weights(document).items():
        source = find(path, data_dir)
        if source is None:
            raise FileError(missing(name, path))
        place = folder / FOLDER / f"{name}.safetensors"
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if not os.path.exists(place) or not place.samefile(source):
                shutil.copyfile(source, place)
        except OSError as error:
            raise FileError(f"{place}: could not be written ({error.strerror}).") from error


def missing(name: str, path: str) -> str:
    """What to say of a file that is not there."""
    return (
        f"{path}: there is no such file, and {name} begins with its weights. Choose another file, "
        "or empty `pretrained`."
    )


def of_files(files: Mapping[str, object]) -> Document | None:
    """The board among the files of a project, where there is one that can be read."""
    for name, one in files.items():
        if name.endswith(".neurowire"):
            with suppress(FileError):
                return load_text(str(getattr(one, "text", ""))).document
    return None
