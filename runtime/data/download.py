"""Downloads: on request only, checked, resumed where they broke off, never half a file."""

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from runtime.data.sources import SOURCES, RemoteFile, Source
from runtime.store.paths import sets_dir

CHUNK = 1 << 16
TIMEOUT_S = 20.0
MIRROR = "NEUROWIRE_MIRROR"
"""Variable with an address that is asked before a set's own; has a folder for each set."""
PARTIAL = 206  # HTTP: the answer is the rest that was asked for

Progress = Callable[[str, int, int], None]
"""Called with a file's name, bytes done and bytes in all."""


class DownloadError(OSError):
    """A set that could not be downloaded; says why and what to do."""


def get(name: str, folder: Path | None = None, progress: Progress | None = None) -> Path:
    """Download a data set, or what is missing of it.

    Args:
        name: One of `SOURCES`.
        folder: Where sets lie; our cache where left out.
        progress: Told how far each file is.

    Returns:
        The set's folder.

    Raises:
        DownloadError: If the name is unknown, no mirror answers, or what came is not the file.
    """
    source = SOURCES.get(name)
    if source is None:
        raise DownloadError(f"There is no data set {name!r}: expected {', '.join(SOURCES)}.")
    if not source.files:
        raise DownloadError(f"{source.title} needs no download: it is built in.")
    return fetch(source, folder or sets_dir(), progress)


def fetch(source: Source, folder: Path, progress: Progress | None = None) -> Path:
    """Download what is missing of a set into folder/NAME."""
    place = folder / source.name
    place.mkdir(parents=True, exist_ok=True)
    for file in source.files:
        target = place / file.name
        if os.path.isfile(target) and digest(target) == file.sha256:
            continue
        failures = []
        for mirror in mirrors(source):
            try:
                fetch_file(mirror + file.name, file, target, progress)
                break
            except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
                failures.append(f"{mirror}: {getattr(error, 'reason', error)}")
        else:
            raise DownloadError(
                f"{source.title}: could not download {file.name} ({'; '.join(failures)}). Connect "
                f"to the internet and try again, which goes on where it broke off, or put the "
                f"files of {source.origin} into {place}."
            )
    return place


def mirrors(source: Source) -> tuple[str, ...]:
    """The addresses to try in turn."""
    own = os.environ.get(MIRROR, "")
    return (f"{own.rstrip('/')}/{source.name}/", *source.mirrors) if own else source.mirrors


def fetch_file(
    address: str, file: RemoteFile, target: Path, progress: Progress | None = None
) -> None:
    """Download one file; a part of it that is here already is not fetched again."""
    part = target.with_name(target.name + ".part")
    done = part.stat().st_size if os.path.exists(part) else 0
    if done >= file.size:
        part.unlink()
        done = 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={done}-"} if done else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        resumed = answer.status == PARTIAL
        done = done if resumed else 0
        with part.open("ab" if resumed else "wb") as out:
            while chunk := answer.read(CHUNK):
                out.write(chunk)
                done += len(chunk)
                if progress:
                    progress(file.name, done, file.size)
            out.flush()
            os.fsync(out.fileno())
    if done < file.size:
        raise ConnectionError(f"the connection ended after {done:,} of {file.size:,} bytes")
    if (received := digest(part)) != file.sha256:
        part.unlink()
        raise ConnectionError(
            f"expected the sha256 {file.sha256[:12]}..., received {received[:12]}...: not the file"
        )
    part.replace(target)


def digest(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
