"""What the window remembers between starts: arrangement, recent files, the chosen scheme."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSettings

from runtime.store import paths

RECENT = 10
"""How many files the recent list keeps."""


def settings() -> QSettings:
    """The window's settings, an ini file in the user's folder for settings."""
    return QSettings(str(paths.config_dir() / "window.ini"), QSettings.Format.IniFormat)


def recent_files() -> list[Path]:
    """Files opened or saved last, newest first; those that are gone are left out."""
    names = settings().value("recent", [])
    if isinstance(names, str):
        names = [names]
    return [Path(name) for name in names or [] if os.path.isfile(name)]


def remember_file(path: Path) -> None:
    """Put `path` first in the recent list."""
    path = path.resolve()
    names = [str(path), *(str(other) for other in recent_files() if other != path)]
    settings().setValue("recent", names[:RECENT])
