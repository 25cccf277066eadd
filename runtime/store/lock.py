"""A lock on a run's folder, held while its process lives; the system drops it at any death."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import IO

NAME = "lock"
TRIES = 5


class Held(Exception):
    """Another process is training in this folder."""


def hold(folder: Path) -> IO[bytes]:
    """Take the lock; close what comes back to drop it.

    Raises:
        Held: If another process has it.
    """
    for left in range(TRIES, 0, -1):
        try:
            return _take(folder)
        except Held:
            if left == 1:
                raise
        time.sleep(0.02)  # `is_held` takes it for a moment
    raise AssertionError


def is_held(folder: Path) -> bool:
    """Is a process training in this folder?"""
    if not os.path.exists(folder / NAME):
        return False
    try:
        _take(folder).close()
    except Held:
        return True
    return False


def _take(folder: Path) -> IO[bytes]:
    file = (folder / NAME).open("ab")
    try:
        _lock(file)
    except OSError as error:
        file.close()
        raise Held(str(folder)) from error
    return file


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
