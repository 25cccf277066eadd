"""Which source of a run's folder is run: what this installation wrote, or what it compiles anew.

A run's folder may come from anywhere. Its `source` is code, so it is run only where the runs
database knows its seal, which is noted when the source is written. Any other is compiled anew from
the board in the folder, which can hold no code.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from graph.core.errors import FileError, NeurowireError
from graph.core.run_plan import Project
from graph.format.file import SUFFIX, load
from graph.problems.problem import CompileError
from runtime.protocol.messages import Problem
from runtime.store import run_source
from runtime.store.runs import Runs


class NotOurs(NeurowireError):
    """The source in a run's folder is not ours, and its board can't be compiled."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.advice = "Open its board, mend it, and train it as a new run."
        super().__init__(
            f"The source in {folder} was not written by this installation, and its board gives "
            f"none: {reason}"
        )


def seal(folder: Path) -> str:
    """A digest of all that a run's folder would have Python run, and of what is said of it.

    Empty where there is more in it than `source.write` writes: a folder or a link could stand for
    a module, too.
    """
    place = folder / run_source.FOLDER
    hashed = hashlib.sha256()
    if os.path.islink(place) or not os.path.isdir(place):
        return ""
    for path in [folder / run_source.PLAN, *sorted(place.iterdir())]:
        if os.path.islink(path) or not os.path.isfile(path):
            return ""
        content = path.read_bytes()
        hashed.update(f"{path.name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        hashed.update(content)
    return hashed.hexdigest()


def write(project: Project, folder: Path, runs: Runs) -> None:
    """Write a project into a run's folder, and note that it is ours."""
    run_source.write(project, folder)
    runs.add_seal(seal(folder))


def read(folder: Path, runs: Runs, data_dir: str | None) -> tuple[Project, Problem | None]:
    """The project of a run's folder, ready to be run from there.

    Args:
        folder: The run's folder.
        runs: The database that knows what was written here.
        data_dir: Where data sets are looked for first.

    Returns:
        The project, and what is told where it had to be compiled anew.

    Raises:
        FileNotFoundError: If no run ever began in the folder.
        NotOurs: If the source is not ours and the board can't be compiled.
    """
    if not os.path.exists(folder / run_source.PLAN):
        return run_source.read(folder), None  # raises, naming the file
    if runs.has_seal(seal(folder)):
        return run_source.read(folder), None
    found = sorted(folder.glob(f"*{SUFFIX}"))
    if len(found) != 1:
        raise NotOurs(folder, f"expected one {SUFFIX} file there, found {len(found)}.")
    try:
        project = _compiled(found[0], data_dir)
    except CompileError as error:
        raise NotOurs(folder, " ".join(map(str, error.problems[:3]))) from error
    except FileError as error:
        raise NotOurs(folder, str(error)) from error
    _remove(folder / run_source.FOLDER)
    write(project, folder, runs)
    text = f"The source in {folder} was not written by this installation: it was not run."
    return project, Problem(None, text, "It was compiled anew from the run's board.")


def _compiled(board: Path, data_dir: str | None) -> Project:
    from graph.compile import compile_document  # noqa: PLC0415 - hardly ever needed
    from runtime.worker import board_facts  # noqa: PLC0415

    document = load(board).document
    inference, problems = board_facts.learn(document, data_dir)
    errors = [one for one in problems if one.severity == "error"]
    if errors:
        raise CompileError(errors)
    return compile_document(document, inference=inference).project


def _remove(place: Path) -> None:
    if os.path.islink(place) or os.path.isfile(place):
        place.unlink()
    else:
        shutil.rmtree(place, ignore_errors=True)
