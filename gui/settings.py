"""What the window remembers between starts: arrangement, recent files, the chosen scheme."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings

RECENT = 10
"""How many files the recent list keeps."""


def home() -> Path:
    """The folder for what the application keeps: `NEUROWIRE_HOME`, else the user's data folder."""
    named = os.environ.get("NEUROWIRE_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("neurowire", appauthor=False))


def settings() -> QSettings:
    """The window's settings, an ini file in `home()`."""
    return QSettings(str(home() / "window.ini"), QSettings.Format.IniFormat)


def recent_files() -> list[Path]:
    """Files opened or saved last, newest first; those that are gone are left out."""
    names = settings().value("recent", [])
    if isinstance(names, str):
        names = [names]
    return [Path(name) for name in names or [] if Path(name).is_file()]


def remember_file(path: Path) -> None:
    """Put `path` first in the recent list."""
    path = path.resolve()
    names = [str(path), *(str(other) for other in recent_files() if other != path)]
    settings().setValue("recent", names[:RECENT])
