"""Draws the pictures that the README shows: real windows, off screen (`make screenshots`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PICTURES = REPOSITORY / "docs" / "pictures"
SIZE = "1440x900"
TEMPLATES = ("digits_mlp", "spiral_neurons", "mnist_cnn")


def main() -> None:
    """Render each template; stop at the first that fails."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or TEMPLATES:
        picture = PICTURES / f"{name}.png"
        command = [sys.executable, "main.py", "render", name, str(picture), "--size", SIZE]
        subprocess.run(command, cwd=REPOSITORY, check=True)
        print(picture.relative_to(REPOSITORY))


if __name__ == "__main__":
    main()
