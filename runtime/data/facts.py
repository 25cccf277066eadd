"""Facts of a data node, learned by looking at its data; remembered by what the data were.

Facts are JSON:

    outputs     {port: {"dims": ["N", 3, 64, 64], "dtype", "kind", "classes"}}, where they vary
    count       rows to train on
    validation  rows held out
    classes     names of the classes, in the order of their numbers, where they vary
    columns     of a table: [{"name", "kind": number, category, target, left out, ..., "missing"}]
    note        what a person may want to know
    cut         "its own" where the data say themselves which rows are held out
    train, held_out, within, without       of a folder of pictures: what its reader is called with
    target, numbers, categories, more, indices, class_values, cut, read
                of a table: what its reader is called with
    reader      of a table of pictures: what its reader is called with beside the table
    decided     of a table: how it is written, as it was found, of each parameter that matters
    doubts      problems: severity, text, advice, and fixes [parameter, value] or
                [parameter, value, label]; of a table or folder
    sheets      of a table: of an Excel file, all there are
    rows        of a table: the first rows, as texts
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.data import made
from runtime.data.folders import folder_content, folder_facts
from runtime.data.missing import MissingSet
from runtime.data.search import find
from runtime.data.sources import SOURCES
from runtime.exported.data import DataError
from runtime.exported.images import check_idx, read_idx
from runtime.store.paths import cache_dir
from runtime.store.run_source import write_json

Facts = dict[str, Any]
Params = Mapping[str, Any]
DataDir = str | Path | None


VERSION = 11
"""To be raised when a probe learns something else from the same data."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How to learn the facts of one type of node.

    Attributes:
        content: Names, sizes and times of the files, all that the facts depend on; no file is
            read. None for what is quick to learn.
        facts: Reads the data.
    """

    content: Callable[[Params, DataDir], object] | None
    facts: Callable[[Params, DataDir], Facts]


def probe(node_type: str, params: Params, data_dir: DataDir = None) -> Facts:
    """Facts of a data node of this type and these parameters.

    Raises:
        DataError: If the data can't be read; names the file, the place and what to do.
    """
    known = PROBES.get(node_type)
    if known is None and (plain := made.declaration_of(node_type)):
        return made.facts(plain, params)
    if known is None:
        raise DataError(f"{node_type}: expected a data node, one of {', '.join(PROBES)}.")
    if known.content is None:
        return known.facts(params, data_dir)
    asked = [VERSION, node_type, dict(params), known.content(params, data_dir)]
    name = hashlib.sha256(json.dumps(asked, sort_keys=True, default=list).encode()).hexdigest()
    place = cache_dir() / "facts" / f"{name[:32]}.json"
    try:
        remembered: Facts = json.loads(place.read_text(encoding="utf-8"))
        return remembered
    except (OSError, ValueError):
        facts = known.facts(params, data_dir)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_json(place, facts, in_order=True)  # categories are encoded in their order
    except OSError:
        pass  # a full or read-only disk only costs the time to look again
    return facts


def downloaded(name: str) -> Callable[[Params, DataDir], Facts]:
    """The facts of a set of files with a split of its own, 60,000 and 10,000."""

    def facts(params: Params, data_dir: DataDir) -> Facts:
        source = SOURCES[name]
        place = find(source, data_dir)
        if place is None:
            raise MissingSet(source)
        counts = [idx_rows(place, part) for part in ("train", "t10k")]
        note = f"read from {place}"
        return {"count": counts[0], "validation": counts[1], "note": note, "cut": "its own"}

    return facts


def idx_content(name: str) -> Callable[[Params, DataDir], object]:
    """Name, size and time of each file of a set, where it is here."""

    def content(params: Params, data_dir: DataDir) -> object:
        place = find(SOURCES[name], data_dir)
        files = sorted(place.iterdir()) if place else []
        stats = [(str(file), file.stat()) for file in files if "idx" in file.name]
        return [[file, stat.st_size, stat.st_mtime_ns] for file, stat in stats]

    return content


def idx_rows(place: Path, part: str) -> int:
    """How many rows a part of a set has, by its labels and the header of its pictures.

    Raises:
        DataError: If it is another set, of other sizes or labels.
    """
    label = read_idx(place / f"{part}-labels-idx1-ubyte", axes=1)
    images = place / f"{part}-images-idx3-ubyte"
    packed = images.with_name(images.name + ".gz")
    try:
        with images.open("rb") if os.path.exists(images) else gzip.open(packed) as file:
            header = file.read(16)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{packed} is broken ({error}): download it again.") from error
    shape = [int.from_bytes(header[at : at + 4], "big") for at in (4, 8, 12)]
    check_idx(place, part, shape, label)
    return len(label)


def table_content(params: Params, data_dir: DataDir) -> object:
    """Name, size and time of a table's file."""
    from runtime.data import tabular  # noqa: PLC0415 - loads pandas

    return tabular.table_content(params, data_dir)


def table_facts(params: Params, data_dir: DataDir) -> Facts:
    """What a table's columns are."""
    from runtime.data import tabular  # noqa: PLC0415 - loads pandas

    return tabular.table_facts(params, data_dir)


def picture_table_content(params: Params, data_dir: DataDir) -> object:
    """Name, size and time of a table's file and of the pictures it may name."""
    from runtime.data import picture_tables  # noqa: PLC0415 - loads pandas

    return picture_tables.picture_table_content(params, data_dir)


def picture_table_facts(params: Params, data_dir: DataDir) -> Facts:
    """What a table's pictures are."""
    from runtime.data import picture_tables  # noqa: PLC0415 - loads pandas

    return picture_tables.picture_table_facts(params, data_dir)


PROBES: dict[str, Probe] = {
    "data.mnist": Probe(idx_content("mnist"), downloaded("mnist")),
    "data.fashion_mnist": Probe(idx_content("fashion-mnist"), downloaded("fashion-mnist")),
    "data.csv": Probe(table_content, table_facts),
    "data.image_folder": Probe(folder_content, folder_facts),
    "data.picture_table": Probe(picture_table_content, picture_table_facts),
}
"""How to learn of data that lie in files; of all others their declaration and reader say it."""
