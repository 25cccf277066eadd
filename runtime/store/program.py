"""What this program is called where it runs, and which version it is."""

import os
import tomllib
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
"""Where the sources lie it is beside them; an installed program has none."""
INSTALLED = not os.path.exists(PROJECT)
PROG = "neurowire" if INSTALLED else "main.py"
COMMAND = "neurowire" if INSTALLED else "python main.py"
"""What a person types in a terminal."""


def version() -> str:
    """The version, as the project says it."""
    if INSTALLED:
        return metadata.version("neurowire")
    return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])
