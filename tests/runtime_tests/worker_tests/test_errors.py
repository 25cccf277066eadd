"""Errors in words, on real errors wherever they can be had."""

from __future__ import annotations

import errno
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from graph.core.run_plan import Source
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Noted, Problem, Saved, Started, Steps, Stopped
from runtime.store.runs import Runs, database
from runtime.worker.errors import explain, nodes_of
from runtime.worker.recorder import as_floats
from tests.runtime_tests.support import QUICK, Talk, digits, talking

if sys.platform == "linux":
    import resource

NOWHERE = Path("/nowhere")
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits another process")


LONG = RunConfig(
    epochs=100_000, threads=1, device="cpu", checkpoint_interval_s=0.05, report_interval_s=0.01
)


class Disk:
    """What a worker may write; nothing, while it is full, that is longer than a page."""

    def __init__(self, talk: Talk) -> None:
        assert talk.client.process_id is not None
        self._process = talk.client.process_id

    def fill(self) -> None:
        self._limit(4096)

    def free(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        hard = resource.prlimit(self._process, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self._process, resource.RLIMIT_FSIZE, (size, hard))


@pytest.fixture
def own() -> Iterator[Talk]:
    """A worker of the test's own that trains and has saved."""
    with talking() as talk:
        talk.client.run(digits(), LONG)
        talk.until(Saved)
        yield talk


@linux
def test_a_run_goes_on_while_the_disk_is_full_and_is_whole_once_it_is_not(own: Talk) -> None:
    disk = Disk(own)
    disk.fill()
    problem = own.until(Problem)
    assert "can't" in problem.text or "could not" in problem.text
    assert "goes on and tries again" in problem.advice
    assert "free some space" in problem.advice or "its disk has room" in problem.advice
    end = time.monotonic() + 1.5
    while time.monotonic() < end:  # several saves and commits are tried
        own.until(Steps)
    checkpoints = Path(own.all(Started)[0].folder, "checkpoints")
    left = {path.name for path in checkpoints.iterdir()} - {"best.safetensors"}
    assert left == {"last.safetensors"}, "nothing half written"
    disk.free()
    assert "saved now" in own.until(Noted).text
    own.client.stop()
    stopped = own.until(Stopped)
    assert stopped.reason == "stopped"
    assert len(own.all(Problem)) == 1, "told once"
    with Runs(database()) as runs:
        points = runs.curves(stopped.run)["loss/loss"]
        assert dict(zip(points.steps, points.values, strict=True)) == own.losses()
        assert [*points.steps] == list(range(1, stopped.step + 1))
        assert [one.epoch for one in runs.epochs(stopped.run)] == list(range(1, stopped.epoch + 1))


@linux
def test_a_run_that_ends_on_a_full_disk_says_so_and_its_last_checkpoint_stays(own: Talk) -> None:
    disk = Disk(own)
    disk.fill()
    own.until(Problem)
    own.client.stop()
    stopped = own.until(Stopped)
    assert stopped.reason == "failed"
    problem = own.all(Problem)[-1]
    assert "then resume the run from its last checkpoint" in problem.advice
    disk.free()
    last = own.all(Saved)[-1]
    own.forget()
    own.client.resume_run(stopped.folder, config=replace(QUICK, max_steps=last.step + 5))
    own.until(Steps)
    assert min(own.losses()) == last.step + 1


@pytest.mark.parametrize(
    ("error", "words", "advice"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x.safetensors"), "disk is full", "Free"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "disk is full", "Free"),
        (sqlite3.OperationalError("database or disk is full"), "disk is full", "Free"),
        (
            sqlite3.OperationalError("attempt to write a readonly database"),
            "readonly",
            "See that its folder",
        ),
        (MemoryError(), "Out of memory", "batch size"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "Out of memory", "batch size"),
        (torch.OutOfMemoryError("CUDA out of memory."), "Out of memory", "batch size"),
        (
            RuntimeError(
                "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate "
                "memory: you tried to allocate 256000000000 bytes. Error code 12"
            ),
            "Out of memory: it asked for 256.0 GB.",
            "batch size",
        ),
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has"),
            "Out of memory: it asked for 2.0 GiB.",
            "batch size",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), "a.csv can't be", "may read"),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.csv"), "no file a.csv", "--data-dir"),
        (ModuleNotFoundError("No module named 'kornia'", name="kornia"), "kornia", "pip install"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError", "node"),
    ],
)
def test_what_went_wrong_comes_with_what_to_do(error: Exception, words: str, advice: str) -> None:
    problem = explain(error, NOWHERE, {})
    assert words in problem.text
    assert advice in problem.advice
    assert ("space" in problem.advice) == ("is full" in problem.text)


def test_what_can_not_be_written_for_another_reason_asks_for_no_space(own: Talk) -> None:
    folder = Path(own.all(Started)[0].folder, "checkpoints")
    (folder / "last.safetensors.new").mkdir()
    problem = own.until(Problem)
    assert "its folder may be written to" in problem.advice
    (folder / "last.safetensors.new").rmdir()
    assert "saved now" in own.until(Noted).text


def test_lines_know_their_nodes() -> None:
    source = Source("a = 1\nb = 2\n", ((), ("n7",)))
    assert nodes_of(source, 2) == ("n7",)
    assert nodes_of(source, 1) == ()
    assert nodes_of(source, 3) == ()


def test_numbers_are_those_of_the_tensors() -> None:
    tensors = [torch.tensor(value) for value in (0.1, 1e-30, 3.0)]
    assert as_floats([*tensors]) == [float(tensor) for tensor in tensors]
    assert as_floats([1.5, *tensors])[1:] == [float(tensor) for tensor in tensors]
