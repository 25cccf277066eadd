"""Compiled projects as folders, and as modules of this process."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from graph.compile import Compiled
from tests import processes
from tests.torchrun import torchrun

ROOT = Path(__file__).resolve().parents[3]
RULES = ("--isolated", "--line-length", "100")


def write(project: Compiled, folder: Path, *, views: bool = False) -> Path:
    """Put a project's files into an empty folder."""
    folder.mkdir(parents=True)
    for name, source in (project.files if views else project.exported).items():
        (folder / name).write_text(source.text, encoding="utf-8")
    return folder


@contextmanager
def imported(folder: Path) -> Iterator[dict[str, ModuleType]]:
    """The folder's Python files as modules, while this is open."""
    names = [path.stem for path in folder.glob("*.py")]
    kept = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield {name: importlib.import_module(name) for name in names}
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(kept)


def complaints(folder: Path) -> str:
    """What ruff says about a folder, at most some lines of it."""
    found = ""
    for words in (
        ("check", *RULES, "--select", "E,F,I,B,UP,SIM", "--output-format", "concise"),
        ("format", "--check", "--diff", *RULES),
    ):
        command = [sys.executable, "-m", "ruff", *words, "--quiet", "--no-cache", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        found += done.stdout[:3000]
        assert done.returncode in {0, 1}, done.stderr
    return found


def train(
    folder: Path, *options: str, count: int = 1, data: str = "", fresh: bool = False
) -> list[dict[str, Any]]:
    """Run train.py as its reader would, with nothing of the repository in reach.

    Args:
        folder: The project's.
        options: Of the script.
        count: How many processes.
        data: Where data sets lie.
        fresh: Whether the script is started as its reader starts it, by python or by torchrun.
    """
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
    surroundings = {name: os.environ[name] for name in keep if name in os.environ}
    surroundings["OMP_NUM_THREADS"] = "1"
    more = ["--data-dir", data] if data else []
    script = folder / "train.py"
    words = ["--device", "cpu", "--threads", "1", *options, *more]
    if fresh:
        command = [sys.executable, "-s"]
        if count > 1:
            command += ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
        else:
            command += ["-W", "error"]
        all_done = [torchrun([*command, str(script), *words], folder, surroundings, 280)]
    elif count > 1:
        all_done = processes.together(count, script, *words, cwd=folder, env=surroundings)
    else:
        all_done = [processes.run(script, *words, cwd=folder, env=surroundings, strict=True)]
    assert not any(done.returncode for done in all_done), [one.stderr[-3000:] for one in all_done]
    return [json.loads(line) for done in all_done for line in done.stdout.splitlines()]
