"""Neurowire: `python main.py [FILE]` opens the window, `python main.py --help` lists the rest.

Installed, this is the command `neurowire`.
"""

from __future__ import annotations

import os
import sys


def window(file: str | None) -> int:
    """Open the window; where there is no screen, train in the terminal instead."""
    if no_screen():
        print("There is no display here, so this trains in the terminal; Ctrl-C stops it.")
        return main(["train", file or "digits_mlp"])
    from gui.shell import app  # noqa: PLC0415 - Qt only where a window is wanted

    return app.run(file)


def render(file: str, png: str, size: tuple[int, int] | None) -> int:
    """Draw the window with a board into a picture."""
    from gui.shell import app  # noqa: PLC0415 - Qt only where a window is wanted

    return app.render(file, png, size) if size else app.render(file, png)


def no_screen() -> bool:
    """Is this a Linux machine without a display?"""
    if not sys.platform.startswith("linux"):
        return False
    return not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")))


def command() -> int:
    """What the installed command does; the packages lie beside this file there."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    return main(sys.argv[1:])


def main(arguments: list[str]) -> int:
    """Carry out a command line; returns the exit status."""
    from runtime.cli import commands  # noqa: PLC0415 - the worker's child reads this file too

    return commands.main(arguments, window=window, render=render)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
