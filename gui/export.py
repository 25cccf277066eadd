"""Writes a compiled project into a folder, as a person would keep it."""

from __future__ import annotations

import shutil
from pathlib import Path

from graph.compile import Project
from graph.file import write_atomic
from runtime.runs import Runs, database

RECORD = "recorded.json"


def write_project(project: Project, folder: Path) -> None:
    """Write every file, and the losses of the last run of this very source for `--verify`.

    Raises:
        FileError: A file could not be written.
        OSError: The folder could not be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in project.exported.items():
        write_atomic(folder / name, source.text)
    record = recorded(project)
    if record is not None:
        shutil.copyfile(record, folder / RECORD)


def recorded(project: Project) -> Path | None:
    """The recorded losses of the newest run whose source was this one."""
    if not database().exists():
        return None
    with Runs(database()) as runs:
        for run in runs.all():
            record = Path(run.folder) / RECORD
            if record.exists() and _same(project, Path(run.folder)):
                return record
    return None


def _same(project: Project, folder: Path) -> bool:
    for name in ("model.py", "data.py", "train.py"):
        source = next((p for p in (folder / name, folder / "source" / name) if p.exists()), None)
        here = project.files.get(name)
        if (source is None) != (here is None):
            return False
        if source is not None and here is not None and source.read_text("utf-8") != here.text:
            return False
    return True
