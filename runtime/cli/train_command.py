"""The commands that train: `train`, and the first losses that an export carries."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graph.compile import Compiled, compile_document
from graph.core.errors import FileError, NeurowireError
from graph.core.run_plan import Project
from graph.edit.document import Document
from graph.format.file import SUFFIX, load_text, save_text
from runtime.cli import open_board, terminal
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Message, Problem
from runtime.store.leftovers import scratch
from runtime.store.run_source import FIRST_STEPS, PLAN, RECORDED, digest, read
from runtime.store.runs import Runs, database, planned_epochs
from runtime.worker import board_facts, build

CHOSEN = ("epochs", "batch_size", "seed", "device", "threads", "validate_every")
"""Settings that the command line can say."""


def train(document: Document, compiled: Compiled, options: argparse.Namespace) -> int:
    """Train a board in the terminal.

    Returns:
        0, or 1 where it failed.
    """
    project = compiled.project
    folder = Path(options.out).resolve() if options.out else None
    resume = to_resume(project, folder) if options.resume else None
    if resume:
        check_same(document, project, resume, options)
    if folder and not resume and os.path.exists(folder / PLAN):
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
    if resume:
        settings["until"] = options.epochs or planned_epochs(resume)
    for name in CHOSEN:
        chosen = getattr(options, name)
        if chosen is not None:
            settings[name] = chosen
    run = RunConfig(
        **settings,
        folder=str(folder) if folder else None,
        resume=str(resume) if resume else None,
        max_steps=options.steps,
    )
    names = {node.id: node.name for node in open_board.nodes(document)}
    stopped = terminal.train(project, run, as_json=options.json, names=names)
    return 1 if stopped.reason == "failed" else 0


def check_same(
    document: Document, project: Project, folder: Path, options: argparse.Namespace
) -> None:
    """Is the run in a folder one of this board, and begun with what is asked for now?

    Raises:
        FileError: If it is of another board.
        BadUsage: If it was begun with other settings than the options say.
    """
    theirs = read_source(folder)
    if not same_board(document, project, folder, theirs, options.data_dir):
        names = sorted(project.files.keys() | theirs.files.keys())
        other = [n for n in names if n.endswith(".py") and differs(n, project, theirs)]
        raise FileError(
            f"{folder}: expected a run of {project.name}, found one of another board,"
            f" {theirs.name} (other source: {', '.join(other)}). Resume it with its own board,"
            f" {folder / (theirs.name + SUFFIX)}, or train this one into another folder."
        )
    kept = build.begun_with(folder)
    for name in CHOSEN:
        chosen = getattr(options, name)
        if name in build.BEGUN_WITH and kept and chosen not in (None, kept[name]):
            raise open_board.BadUsage(
                f"--{name.replace('_', '-')} {chosen}: the run in {folder} was begun with"
                f" {kept[name]} and keeps it. Leave the option out, or train without --resume."
            )


def same_board(
    document: Document,
    project: Project,
    folder: Path,
    theirs: Project,
    data_dir: str | None,
) -> bool:
    """Does a run train this board, be it with other settings?"""
    if digest(project.files) == digest(theirs.files):
        return True
    copies = sorted(folder.glob(f"*{SUFFIX}"))
    try:
        found = [open_board.open_board(str(copy))[0] for copy in copies[:1]]
        sources = []
        for one in (*found, load_text(save_text(document)).document):
            one.set_settings(**vars(found[0].settings))
            inference, _ = board_facts.learn(one, data_dir)
            sources.append(digest(compile_document(one, inference=inference).files))
    except (NeurowireError, IndexError):  # a board that can't be compiled here is not this one
        return False
    return sources[0] == sources[1]


def differs(name: str, one: Project, other: Project) -> bool:
    """Is a source file of two projects another, its title aside?"""
    files = [{name: each.files[name]} if name in each.files else {} for each in (one, other)]
    return digest(files[0]) != digest(files[1])


@contextmanager
def first_losses(
    document: Document, compiled: Compiled, data_dir: str | None
) -> Iterator[tuple[Path | None, str]]:
    """Run the first steps of a board that was never trained, in a folder that is then gone.

    Yields:
        The record, and what went wrong where there is none.
    """
    problems: list[str] = []

    def hear(message: Message) -> None:
        if isinstance(message, Problem):
            problems.append(f"{message.text} {message.advice}")

    with scratch() as folder:
        settings = RunConfig(**settings_of(document, data_dir), max_steps=FIRST_STEPS)
        project = Project(compiled.name, compiled.files)
        stopped = terminal.run(project, settings, hear, runs_at=folder)
        record = Path(stopped.folder, RECORDED)
        found = record if stopped.reason == "finished" and os.path.exists(record) else None
        yield found, " ".join(problems)


def settings_of(document: Document, data_dir: str | None) -> dict[str, Any]:
    """A document's run settings."""
    names = ("epochs", "batch_size", "seed", "device", "precision", "threads", "validate_every")
    return {**{name: getattr(document.settings, name) for name in names}, "data_dir": data_dir}


def read_source(folder: Path) -> Project:
    """What the run in a folder trains.

    Raises:
        FileError: If it can't be read.
    """
    try:
        return read(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{folder}: the run here can't be read ({error}).") from error


def to_resume(project: Project, folder: Path | None) -> Path:
    """The folder of the run to go on with: the one named, or the board's newest.

    Raises:
        FileError: If there is none.
    """
    if folder:
        if not os.path.exists(folder / PLAN):
            raise FileError(
                f"{folder}: there is no run here to go on with: expected a folder with a"
                f" {PLAN}. Choose a run's folder, or train without --resume."
            )
        return folder
    with Runs(database()) as runs:
        for run in runs.of_source(digest(project.files)):
            if os.path.exists(Path(run.folder, PLAN)):
                return Path(run.folder)
    raise FileError(
        f"{project.name}: no run of exactly this board is known. Train it without --resume."
    )
