"""Draws the pictures that the README shows: real windows that train, off screen.

`make screenshots` draws them all; names behind it (`ARGS=digits_mlp`) draw some. That of gan needs
MNIST in a folder of NEUROWIRE_DATA.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
PICTURES = REPOSITORY / "docs" / "pictures"
SIZE = (1440, 900)
PATIENCE_S = 300.0

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(REPOSITORY))

from gui import look  # noqa: E402 - after the path to it
from gui.shell import app  # noqa: E402 - after the path to it
from gui.shell.window import Window  # noqa: E402 - after the path to it
from runtime.protocol.messages import Progress  # noqa: E402 - after the path to it


class Shot(NamedTuple):
    """A picture: what is trained for how many steps, which panel shows, in which colours."""

    template: str
    steps: int
    panel: str
    scheme: look.Scheme


SHOTS = (
    Shot("digits_mlp", 1500, "losses", "light"),
    Shot("spiral_neurons", 1800, "losses", "dark"),
    Shot("spiral", 600, "previews", "dark"),
    Shot("autoencoder", 1500, "code", "light"),
    Shot("gan", 9000, "previews", "light"),
)


def draw(shot: Shot) -> Path:
    """Train a template in the window until its step, and draw the window."""
    look.apply(app.application(shot.scheme), shot.scheme)
    document, path, _ = app.find(shot.template)
    window = Window(document, path)
    window.reset_layout()
    window.resize(*SIZE)
    window.show()
    app.settle(1000)
    window.board.fit()
    steps = [0]

    def follow(message: object) -> None:
        if isinstance(message, Progress):
            steps.append(message.step)

    window.trainer.received.connect(follow)
    window.trainer.train()
    end = time.monotonic() + PATIENCE_S
    while steps[-1] < shot.steps and time.monotonic() < end:
        app.settle(50)
    window.trainer.pause()
    app.settle(1500)
    window.show_tab(shot.panel)
    app.settle(500)
    picture = PICTURES / f"{shot.template}.png"
    window.grab().save(str(picture))
    window.trainer.stop()
    app.settle(1000)
    window.file.modified = False
    window.close()
    window.deleteLater()
    app.settle(100)
    return picture


def main() -> None:
    """Draw the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    for shot in SHOTS:
        if not wanted or shot.template in wanted:
            print(draw(shot).relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
