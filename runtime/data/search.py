"""Where data sets are looked for: --data-dir, the folders of NEUROWIRE_DATA, our cache, ./data."""

import os
from pathlib import Path

from runtime.data.sources import Source
from runtime.store.paths import sets_dir

VARIABLE = "NEUROWIRE_DATA"


def search_path(data_dir: str | Path | None = None) -> list[Path]:
    """The folders in the order they are looked through."""
    named = [data_dir, *os.environ.get(VARIABLE, "").split(os.pathsep), sets_dir(), "data"]
    return list(dict.fromkeys(Path(folder) for folder in named if folder))


def offer_cache() -> None:
    """Let the readers of this process, and of those it starts, find what was downloaded.

    The readers are those of an export, which know NEUROWIRE_DATA but not our cache.
    """
    os.environ[VARIABLE] = os.pathsep.join(map(str, search_path()))


def find(source: Source, data_dir: str | Path | None = None) -> Path | None:
    """The first folder that has all files of a set, packed or plain."""
    for folder in search_path(data_dir):
        if source.files and not missing(source, folder / source.name):
            return folder / source.name
    return None


def missing(source: Source, folder: Path) -> list[str]:
    """The files of a set that a folder lacks."""
    names = (file.name for file in source.files)
    return [
        name
        for name in names
        if not any(map(os.path.isfile, (folder / name, folder / name.removesuffix(".gz"))))
    ]
