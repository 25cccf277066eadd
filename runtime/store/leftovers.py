"""Files of ours that a killed process left: half written ones, folders that were for a moment.

Only those that nobody holds and that have lain for a while go; their names are ours alone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from runtime.store.lock import NAME, hold, is_held
from runtime.store.runs import home

PREFIX = "neurowire-scratch-"
STALE_S = 2.0
HALF = (
    *("plan.json.new", "settings.json.new", "recorded.json.new", "run.json.new"),
    *("checkpoints/last.safetensors.new", "checkpoints/best.safetensors.new"),
)
"""What is written in a run's folder before it takes the place of a file."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a while; one whose process is killed goes at the next start."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, hold(Path(name)):
        yield Path(name)


def remove() -> None:
    """Remove what killed processes left; what can't be removed stays."""
    with suppress(OSError):
        for folder in home().iterdir():
            _tidy(folder)
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            with suppress(OSError):
                if (
                    os.path.exists(folder / NAME)
                    and not is_held(folder)
                    and _is_stale(folder / NAME)
                ):
                    shutil.rmtree(folder, ignore_errors=True)


def _tidy(folder: Path) -> None:
    """Remove half written files from a run's folder that no process trains in."""
    with suppress(OSError):
        found = [path for name in HALF if os.path.isfile(path := folder / name) and _is_stale(path)]
        if found and not is_held(folder):
            for path in found:
                path.unlink()


def _is_stale(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > STALE_S
