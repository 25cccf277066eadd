"""Folders that can't be used, and processes that are held to it even where tests run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
KINDS = ("file", "protected", "closed")
"""A file where the folder should be; one that can't be written; one that can't be entered."""

MODES = {"protected": 0o555, "closed": 0o000}


def make(folder: Path, kind: str) -> Path:
    """Put something at `folder` that can't serve as one."""
    if kind == "file":
        folder.write_text("no folder")
    else:
        folder.mkdir()
        folder.chmod(MODES[kind])
    return folder


def run(
    code: str, *arguments: str | Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run Python that the rights of files hold for, which they do not for root."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root may write everywhere, and setpriv is not here")
        command = [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **env},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
