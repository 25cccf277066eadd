"""The source in a run's folder is run only where this installation wrote it."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from graph.compile import compile_document
from graph.core.run_plan import Project
from graph.format import templates
from runtime.cli import terminal
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Message, Problem, Started, Steps, Stopped
from runtime.store.run_source import FOLDER, PLAN
from runtime.store.runs import Runs
from runtime.worker.trust import seal

Kind = TypeVar("Kind")
CONFIG = RunConfig(epochs=3, threads=1, device="cpu", batch_size=2)


def project() -> Project:
    document = templates.open_template("xor_neurons")
    return compile_document(document).project


class Told:
    """A run in this process, and what it said."""

    def __init__(self, project: Project, config: RunConfig, home: Path) -> None:
        self.messages: list[Message] = []
        self.stopped = terminal.run(project, config, self.messages.append, runs_at=home)

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [one for one in self.messages if isinstance(one, kind)]

    @property
    def losses(self) -> dict[int, float]:
        found: dict[int, float] = {}
        for message in self.all(Steps):
            points = next(iter(message.curves.values()))
            found.update(zip(points.steps, points.values, strict=True))
        return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[int, float]:
    """The losses of the run that nothing interrupts."""
    return Told(project(), CONFIG, tmp_path_factory.mktemp("whole")).losses


def begun(home: Path) -> Path:
    """The folder of a run that was stopped after two steps."""
    told = Told(project(), replace(CONFIG, max_steps=2), home)
    assert told.stopped.reason == "finished"
    return Path(told.stopped.folder)


def resumed(folder: Path, home: Path) -> Told:
    return Told(Project("", {}), replace(CONFIG, resume=str(folder)), home)


def appended(name: str) -> Callable[[Path, str], None]:
    def change(source: Path, code: str) -> None:
        path = source / name
        path.write_text(f"{path.read_text()}\n{code}\n")

    return change


def beside(name: str) -> Callable[[Path, str], None]:
    def change(source: Path, code: str) -> None:
        path = source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{code}\n")

    return change


def cached(source: Path, code: str) -> None:
    """A compiled file that stands for the source, which is as it was."""
    train = source / "train.py"
    text, times = train.read_text(), train.stat()
    train.write_text(f"{code}\n{text}")
    made = source / "__pycache__"
    made.mkdir()
    target = made / f"train.{sys.implementation.cache_tag}.pyc"
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(train), str(target), invalidation_mode=mode, doraise=True)
    train.write_text(text)
    os.utime(train, ns=(times.st_atime_ns, times.st_mtime_ns))


def linked(source: Path, code: str) -> None:
    aside = source.with_name("aside")
    source.rename(aside)
    appended("train.py")(aside, code)
    source.symlink_to(aside, target_is_directory=True)


@pytest.mark.parametrize(
    "change",
    [
        appended("train.py"),
        appended("views.py"),
        appended("checkpoint.py"),
        beside("heapq.py"),
        beside("train/__init__.py"),
        cached,
        linked,
    ],
    ids=["train", "views", "checkpoint", "module", "package", "compiled", "link"],
)
def test_altered_source_is_not_run(
    change: Callable[[Path, str], None], whole: dict[int, float], tmp_path: Path
) -> None:
    folder, canary = begun(tmp_path / "home"), tmp_path / "canary"
    change(folder / FOLDER, f"open({str(canary)!r}, 'w').close()")
    told = resumed(folder, tmp_path / "home")
    assert not canary.exists()
    (problem,) = told.all(Problem)
    assert "was not written by this installation" in problem.text
    assert "compiled anew from the run's board" in problem.advice
    assert told.all(Started)[0].step == 2
    assert told.stopped.reason == "finished"
    assert told.losses == {step: loss for step, loss in whole.items() if step > 2}
    if change is linked:
        again = resumed(folder, tmp_path / "home")
        assert not again.all(Problem)  # what was compiled anew is ours
        assert not canary.exists()


def test_a_plan_that_was_altered_is_made_anew(tmp_path: Path) -> None:
    folder = begun(tmp_path / "home")
    plan = json.loads((folder / PLAN).read_text())
    plan["views"][0]["name"] = "Tensor"
    (folder / PLAN).write_text(json.dumps(plan))
    told = resumed(folder, tmp_path / "home")
    assert "was not written by this installation" in told.all(Problem)[0].text
    assert json.loads((folder / PLAN).read_text())["views"][0]["name"] != "Tensor"


def test_a_run_of_another_installation_is_compiled_anew(tmp_path: Path) -> None:
    folder = begun(tmp_path / "theirs")
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    told = resumed(moved, tmp_path / "mine")
    assert "was not written by this installation" in told.all(Problem)[0].text
    assert told.stopped.reason == "finished"


def test_a_run_of_ours_is_known_wherever_it_lies(tmp_path: Path) -> None:
    folder = begun(tmp_path / "home")
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    told = resumed(moved, tmp_path / "home")
    assert not told.all(Problem)
    assert told.all(Started)[0].step == 2


@pytest.mark.parametrize("damage", ["no board", "two boards", "no text", "an empty board"])
def test_a_foreign_run_without_a_board_is_refused(damage: str, tmp_path: Path) -> None:
    folder, canary = begun(tmp_path / "home"), tmp_path / "canary"
    appended("train.py")(folder / FOLDER, f"open({str(canary)!r}, 'w').close()")
    (board,) = folder.glob("*.neurowire")
    if damage == "no board":
        board.unlink()
    elif damage == "two boards":
        shutil.copy(board, folder / "other.neurowire")
    else:
        board.write_text("no text" if damage == "no text" else '{"format": 1}')
    told = resumed(folder, tmp_path / "home")
    (problem,) = told.all(Problem)
    assert "was not written by this installation, and its board gives none" in problem.text
    assert "train it as a new run" in problem.advice
    assert told.stopped.reason == "failed"
    assert isinstance(told.stopped, Stopped)
    assert not canary.exists()


def test_the_seal_is_of_every_byte(tmp_path: Path) -> None:
    folder = begun(tmp_path / "home")
    first = seal(folder)
    with Runs(tmp_path / "home" / "runs.sqlite") as runs:
        assert runs.has_seal(first)
        assert not runs.has_seal("")
    (folder / FOLDER / "model.py").write_text("")
    assert seal(folder) not in {"", first}
    assert seal(tmp_path) == ""
