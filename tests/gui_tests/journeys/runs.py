"""What the files of runs and exports say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from runtime.store.runs import Run, Runs, database


def newest() -> Run:
    """The run begun last."""
    with Runs(database()) as runs:
        return runs.all()[0]


def losses(run: Run, name: str = "loss/cross_entropy") -> list[tuple[int, float]]:
    """Every recorded loss of a run, by step."""
    with Runs(database()) as runs:
        points = runs.curves(run.id)[name]
    return list(zip(points.steps, points.values, strict=True))


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with nothing of this repository or of the user around it."""
    kept = ("PATH", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment["HOME"] = str(folder)
    return subprocess.run(
        [sys.executable, "-E", "-s", "-B", "-W", "error", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def printed(output: str) -> list[dict[str, Any]]:
    """The JSON objects a script printed, one a line."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]
