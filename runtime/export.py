"""Writes a compiled project into a folder, as a person would keep it. No torch here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from graph.compile import Project
from graph.file import write_atomic
from runtime.config import project as records
from runtime.runs import Runs, database
from runtime.source import FIRST_STEPS, RECORDED, digest


def write_project(project: Project, folder: Path, record: Path | None) -> None:
    """Write every file of an export, and the recorded losses that `--verify` replays.

    Raises:
        FileError: A file could not be written.
        OSError: The folder could not be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in project.exported.items():
        write_atomic(folder / name, source.text)
    (folder / RECORDED).unlink(missing_ok=True)  # of another board
    if record is not None:
        shutil.copyfile(record, folder / RECORDED)


def source_of(project: Project) -> str:
    """A name for what trains, as `Run.source` has it."""
    return digest(records(project.name, project.files).files)


def recorded(project: Project) -> Path | None:
    """The recorded losses of the newest run whose source was exactly this one.

    A run that was ended after a few steps only counts where there is no longer one.
    """
    if not database().exists():
        return None
    short = None
    source = source_of(project)
    with Runs(database()) as runs:
        for run in runs.of_source(source):
            record = Path(run.folder) / RECORDED
            if record.exists() and len(json.loads(record.read_text())["steps"]) >= FIRST_STEPS:
                return record
            short = short or (record if record.exists() else None)
    return short
