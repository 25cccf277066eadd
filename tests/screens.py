"""Screens that are not there, of any size."""

from __future__ import annotations

import json
from pathlib import Path


def off_screen(folder: Path, width: int, height: int) -> str:
    """What QT_QPA_PLATFORM is for a screen of so many pixels.

    Args:
        folder: Where Qt's file about the screen is kept.
        width: In device pixels.
        height: In device pixels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"screen_{width}x{height}.json"
    screen = {"name": "off screen", "x": 0, "y": 0, "width": width, "height": height}
    shown = {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    file.write_text(json.dumps({"screens": [screen | shown]}))
    return f"offscreen:configfile={file}"
