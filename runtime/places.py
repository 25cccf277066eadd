"""The user's own folders; with NEUROWIRE_HOME set, all of them lie in that one folder."""

import os
from pathlib import Path

import platformdirs

NAME = "neurowire"


def data_dir() -> Path:
    """Where runs and all that is worth keeping lie."""
    return _home() or platformdirs.user_data_path(NAME, appauthor=False)


def config_dir() -> Path:
    """Where settings lie."""
    return _home("config") or platformdirs.user_config_path(NAME, appauthor=False)


def cache_dir() -> Path:
    """Where lies what can be made or fetched again."""
    return _home("cache") or platformdirs.user_cache_path(NAME, appauthor=False)


def sets_dir() -> Path:
    """Where downloaded data sets lie."""
    return cache_dir() / "data"


def _home(name: str = "") -> Path | None:
    home = os.environ.get("NEUROWIRE_HOME")
    return Path(home) / name if home else None
