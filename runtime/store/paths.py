"""The user's own folders; with NEUROWIRE_HOME set, all of them lie in that one folder."""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

NAME = "neurowire"
INSTEAD = "NEUROWIRE_INSTEAD"
"""Folders used in place of those that can't be written, as JSON; child processes inherit it."""


def data_dir() -> Path:
    """Where runs and all that is worth keeping lie."""
    return _place("data", "", platformdirs.user_data_path)


def config_dir() -> Path:
    """Where settings lie."""
    return _place("config", "config", platformdirs.user_config_path)


def cache_dir() -> Path:
    """Where lies what can be made or fetched again."""
    return _place("cache", "cache", platformdirs.user_cache_path)


def sets_dir() -> Path:
    """Where downloaded data sets lie."""
    return cache_dir() / "data"


@dataclass(frozen=True)
class Lost:
    """Folders that can't be used, and what takes their place until the computer starts anew.

    Attributes:
        holds: What would be kept in them.
        folder: The first of them.
        reason: Why it can't be used, in the system's words.
        instead: The temporary folder; None where there is none either.
    """

    holds: Sequence[str]
    folder: Path
    reason: str
    instead: Path | None

    def __str__(self) -> str:
        *rest, last = self.holds
        what = f"{', '.join(rest)} and {last}" if rest else last
        lasts = f"lie in {self.instead} for now" if self.instead else "are not kept"
        return f"{self.folder} can't be written ({self.reason}): {what} {lasts}."


ADVICE = "Get the right to write there, or set NEUROWIRE_HOME to a folder of yours."


def secure(kinds: Sequence[str] = ("data", "config", "cache")) -> Lost | None:
    """See that the user's folders can be written; where one can't, go on with a temporary one.

    Returns:
        What is lost thereby, if anything is.
    """
    refused: dict[str, tuple[Path, str]] = {}
    for kind in kinds:
        folder, parts, _ = _KINDS[kind]
        for part in parts:
            if reason := _unusable(folder() / part):
                refused.setdefault(kind, (folder(), reason))
    if not refused:
        return None
    instead = _temporary()
    if instead:
        folders = {kind: str(instead / kind) for kind in refused}
        os.environ[INSTEAD] = json.dumps({**json.loads(os.environ.get(INSTEAD, "{}")), **folders})
    return Lost([_KINDS[kind][2] for kind in refused], *next(iter(refused.values())), instead)


_KINDS: dict[str, tuple[Callable[[], Path], Sequence[str], str]] = {
    "data": (data_dir, ("", "runs", "recovery"), "runs, copies in case of a crash"),
    "config": (config_dir, ("",), "settings"),
    "cache": (cache_dir, ("",), "downloaded data sets"),
}


def _unusable(folder: Path) -> str:
    """Why nothing can be kept in a folder; empty where something can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _temporary() -> Path | None:
    try:
        return Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
    except OSError:
        return None


def _place(kind: str, name: str, usual: Callable[..., Path]) -> Path:
    instead = json.loads(os.environ.get(INSTEAD, "{}")).get(kind)
    if instead:
        return Path(instead)
    home = os.environ.get("NEUROWIRE_HOME")
    return Path(home) / name if home else usual(NAME, appauthor=False)
