"""Data sets: where they are looked for, downloads, and what a data node can learn of its data.

Nothing here imports torch until data are read, so that `main.py data` answers at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runtime.data.download import DownloadError, get
from runtime.data.listing import Entry, listing
from runtime.data.search import find, offer_cache, search_path
from runtime.data.sources import SOURCES, RemoteFile, Source
from runtime.protocol.payloads import Payload

__all__ = [
    "SOURCES",
    "DownloadError",
    "Entry",
    "RemoteFile",
    "Source",
    "examples",
    "find",
    "fixes_of",
    "get",
    "listing",
    "lost",
    "offer_cache",
    "probe",
    "search_path",
]


def probe(
    node_type: str, params: Mapping[str, Any], data_dir: str | Path | None = None
) -> dict[str, Any]:
    """Facts of a data node: sizes, classes, columns, counts; see `runtime.data.facts`.

    Raises:
        DataError: If the data can't be read; names the file, the place and what to do.
    """
    from runtime.data.facts import probe as facts_of  # noqa: PLC0415 - loads torch

    return facts_of(node_type, params, data_dir)


def fixes_of(error: BaseException) -> Sequence[Sequence[Any]]:
    """What mends data that can't be read: a parameter, its value, what a button says, each."""
    from runtime.data.mendable import fixes_of as known  # noqa: PLC0415 - loads torch

    return known(error)


def lost(paths: Iterable[str], data_dir: str | Path | None = None) -> str:
    """The first of some files and folders that is not on this computer; nothing if all are."""
    from runtime.exported.data import DataError, locate  # noqa: PLC0415 - loads torch

    for path in paths:
        try:
            locate(path, data_dir)
        except DataError:
            return path
    return ""


def examples(
    node_type: str, params: Mapping[str, Any], data_dir: str | Path | None = None, count: int = 8
) -> Payload:
    """A few examples of a data node, to look at: pictures, points or rows.

    Raises:
        DataError: If the data can't be read; names the file, the place and what to do.
    """
    from runtime.data.shown import examples as examples_of  # noqa: PLC0415 - loads torch

    return examples_of(node_type, params, data_dir, count)
