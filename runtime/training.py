"""The commands that train: `train`, and the first losses that an export carries."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import graph.compile
from graph.document import Document
from graph.errors import FileError
from runtime import boards, config, terminal
from runtime.config import RunConfig
from runtime.messages import Message, Problem
from runtime.runs import Runs, database
from runtime.source import FIRST_STEPS, PLAN, RECORDED, digest


def train(document: Document, compiled: graph.compile.Project, options: argparse.Namespace) -> int:
    """Train a board in the terminal.

    Returns:
        0, or 1 where it failed.
    """
    project = records(compiled)
    folder = Path(options.out).resolve() if options.out else None
    resume = to_resume(project, folder) if options.resume else None
    if folder and not resume and (folder / PLAN).exists():
        raise FileError(
            f"{folder}: it holds a run already. Go on with it by --resume, or choose another."
        )
    if folder and not resume:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileError(
                f"{folder}: no folder can be made here ({reason}). Choose another for --out."
            ) from error
    settings = settings_of(document, options.data_dir)
    for name in ("epochs", "batch_size", "seed", "device", "threads"):
        chosen = getattr(options, name)
        if chosen is not None:
            settings[name] = chosen
    run = RunConfig(
        **settings,
        folder=str(folder) if folder else None,
        resume=str(resume) if resume else None,
        max_steps=options.steps,
    )
    names = {node.id: node.name for node in boards.nodes(document)}
    stopped = terminal.train(project, run, as_json=options.json, names=names)
    return 1 if stopped.reason == "failed" else 0


@contextmanager
def first_losses(
    document: Document, compiled: graph.compile.Project, data_dir: str | None
) -> Iterator[tuple[Path | None, str]]:
    """Run the first steps of a board that was never trained, in a folder that is then gone.

    Yields:
        The record, and what went wrong where there is none.
    """
    problems: list[str] = []

    def hear(message: Message) -> None:
        if isinstance(message, Problem):
            problems.append(f"{message.text} {message.advice}")

    with tempfile.TemporaryDirectory(prefix="neurowire-") as name:
        settings = RunConfig(**settings_of(document, data_dir), max_steps=FIRST_STEPS)
        project = records(compiled)
        project = config.Project(project.name, project.files)
        stopped = terminal.run(project, settings, hear, runs_at=Path(name))
        record = Path(stopped.folder, RECORDED)
        found = record if stopped.reason == "finished" and record.exists() else None
        yield found, " ".join(problems)


def records(compiled: graph.compile.Project) -> config.Project:
    """A compiled project in the runtime's own records."""
    found = compiled.views, compiled.wires, compiled.learned
    return config.project(compiled.name, compiled.files, *found)


def settings_of(document: Document, data_dir: str | None) -> dict[str, Any]:
    """A document's run settings."""
    names = ("epochs", "batch_size", "seed", "device", "precision", "threads")
    return {**{name: getattr(document.settings, name) for name in names}, "data_dir": data_dir}


def to_resume(project: config.Project, folder: Path | None) -> Path:
    """The folder of the run to go on with: the one named, or the board's newest.

    Raises:
        FileError: If there is none.
    """
    if folder:
        if not (folder / PLAN).exists():
            raise FileError(f"{folder}: there is no run here to go on with.")
        return folder
    with Runs(database()) as runs:
        for run in runs.of_source(digest(project.files)):
            if Path(run.folder, PLAN).exists():
                return Path(run.folder)
    raise FileError(
        f"{project.name}: no run of exactly this board is known. Train it without --resume."
    )
