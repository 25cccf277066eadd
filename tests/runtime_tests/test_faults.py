"""Errors in words, on real errors wherever they can be had."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from runtime.config import File, Project, RunConfig
from runtime.faults import explain, node_of_text
from runtime.messages import Problem, Saved, Steps
from runtime.record import as_floats
from tests.runtime_tests.support import QUICK, Talk, digits

NOWHERE = Path("/nowhere")


def full_disk(after: int) -> Project:
    """The digits on a disk that is full after so many saves."""
    project = digits()
    text = project.files["checkpoint.py"].text
    old = "    save_file(tensors, aside, metadata="
    assert old in text
    full = (
        "    SAVES.append(path)\n"
        f"    if len(SAVES) > {after}:\n"
        f"        raise OSError({errno.ENOSPC}, 'No space left on device', str(path))\n"
    )
    text = text.replace(old, full + old) + "\n\nSAVES = []\n"
    return replace(project, files={**project.files, "checkpoint.py": File(text)})


def test_a_full_disk_stops_the_run_and_the_last_checkpoint_stays(talk: Talk) -> None:
    config = RunConfig(epochs=100_000, threads=1, device="cpu", checkpoint_interval_s=0.05)
    stopped = talk.train(full_disk(after=3), config)
    assert stopped.reason == "failed"
    problem = talk.all(Problem)[-1]
    assert "disk is full" in problem.text
    assert "last.safetensors" in problem.text
    assert "Free some space" in problem.advice
    last = talk.all(Saved)[-1]
    assert Path(last.path).exists()
    talk.forget()
    talk.client.resume_run(stopped.folder, config=replace(QUICK, max_steps=last.step + 5))
    talk.until(Steps)
    assert min(talk.losses()) == last.step + 1


@pytest.mark.parametrize(
    ("error", "words", "advice"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x.safetensors"), "disk is full", "Free"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "disk is full", "Free"),
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
        (FileNotFoundError(errno.ENOENT, "No such file", "a.csv"), "no file a.csv", "--data-dir"),
        (ModuleNotFoundError("No module named 'kornia'", name="kornia"), "kornia", "pip install"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError", "node"),
    ],
)
def test_what_went_wrong_comes_with_what_to_do(error: Exception, words: str, advice: str) -> None:
    problem = explain(error, NOWHERE, {})
    assert words in problem.text
    assert advice in problem.advice


def test_lines_know_their_nodes() -> None:
    files = {"train.py": File("a = 1\nb = 2\n", ((), ("n7",)))}
    assert node_of_text(files, "train.py", "b = 2") == "n7"
    assert node_of_text(files, "train.py", "a = 1") is None
    assert node_of_text(files, "model.py", "a") is None


def test_numbers_are_those_of_the_tensors() -> None:
    tensors = [torch.tensor(value) for value in (0.1, 1e-30, 3.0)]
    assert as_floats([*tensors]) == [float(tensor) for tensor in tensors]
    assert as_floats([1.5, *tensors])[1:] == [float(tensor) for tensor in tensors]
