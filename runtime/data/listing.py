"""What `main.py data` shows: every data set, and whether it is here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import graph.nodes
from graph.declare import REGISTRY
from runtime.data.search import find
from runtime.data.sources import SOURCES, TOYS

assert graph.nodes, "fills the registry"

State = Literal["built in", "here", "can be downloaded"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set and where it is.

    Attributes:
        name: What `main.py data get` takes.
        title: What people call it.
        about: One line.
        state: Whether it is here.
        place: Its folder, where it is here and not built in.
        size: Bytes on this disk, or to download; 0 for what is built in.
        origin: The page of those who made it.
        licence: What they say of its use.
    """

    name: str
    title: str
    about: str
    state: State
    place: Path | None
    size: int
    origin: str
    licence: str


def listing(data_dir: str | Path | None = None) -> list[Entry]:
    """Every data set Neurowire knows by name."""
    entries = []
    for source in SOURCES.values():
        place = find(source, data_dir)
        state: State = "here" if place else "can be downloaded" if source.files else "built in"
        size = sum(f.stat().st_size for f in place.iterdir()) if place else source.size
        about = source.title, source.about, state, place, size, source.origin, source.licence
        entries.append(Entry(source.name, *about))
    return [*entries, *_made()]


def _made() -> Iterator[Entry]:
    """Sets that are made by their node's reader, and that nobody named."""
    for one in REGISTRY:
        name = one.type.partition(".")[2].replace("_", "-")
        if one.has("reader") and name not in SOURCES:
            yield Entry(name, one.title, one.doc, "built in", None, 0, TOYS, "none needed")
