"""What an exported script leaves while it trains: printed lines, checkpoints, at kill -9 too."""

import json
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import End
from tests import processes
from tests.runtime_tests.compile_tests.written import imported, write

PATIENCE_S = 120
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


def board() -> Document:
    """A board whose epochs last for minutes."""
    document = Document("long epochs")
    data = document.add_node("data.spiral", params={"count": 1_000_000})
    logits = document.add_node("layer.linear", params={"units": 2}, name="logits")
    loss, adam = document.add_node("loss.cross_entropy"), document.add_node("optimizer.adam")
    for source, target in (
        ((data.id, "point"), (logits.id, "x")),
        ((logits.id, "y"), (loss.id, "logits")),
        ((data.id, "label"), (loss.id, "label")),
        ((loss.id, "loss"), (adam.id, "loss")),
    ):
        document.link(End(*source), End(*target))
    document.set_settings(epochs=2, batch_size=4, device="cpu", threads=1)
    return document


@posix
def test_a_script_that_is_killed_in_a_long_epoch_goes_on_within_it(tmp_path: Path) -> None:
    folder = write(compile_document(board()), tmp_path / "project")
    checkpoint, printed = folder / "checkpoint.safetensors", tmp_path / "printed"
    leftover = folder / "checkpoint.safetensors.new"
    leftover.write_text("of a run that was killed while it saved")
    with printed.open("w") as file:
        command = [sys.executable, "train.py", "--save-every", "1"]
        running = subprocess.Popen(command, cwd=folder, stdout=file)
        try:
            end = time.monotonic() + PATIENCE_S
            while not checkpoint.exists() and time.monotonic() < end:
                time.sleep(0.05)
            lines = printed.read_text().splitlines()
            os.kill(running.pid, signal.SIGSTOP)  # between two saves, or in one: as it comes
            whole = printed.read_text().rpartition("\n")[0].splitlines()
            last = json.loads(whole[-1])["step"]
            assert running.poll() is None
        finally:
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
    assert lines, "what is printed stands in the file at once"
    told = [json.loads(line) for line in printed.read_text().splitlines()[:-1]]
    with imported(folder) as modules:
        training = modules["train"].Training(device="cpu")
        modules["checkpoint"].load(training, checkpoint)
        assert training.epoch == 0
        assert 0 < training.step <= last + 1  # a step is saved before it is printed
        again = [{n: float(f) for n, f in one.items()} for one in islice(training, 3)]
    begun = again[0]["step"]
    assert again[: max(0, len(told) - int(begun) + 1)] == told[int(begun) - 1 :][:3]


@posix
def test_what_a_killed_save_left_goes_at_the_next_start(tmp_path: Path) -> None:
    folder = write(compile_document(board()), tmp_path / "project")
    other = folder / "mine.safetensors.new"
    for left in (folder / "checkpoint.safetensors.new", other):
        left.write_text("half of a checkpoint")
    running = processes.Running(Path("train.py"), cwd=folder)
    try:
        assert running.stdout.readline()
    finally:
        running.close()
    assert not (folder / "checkpoint.safetensors.new").exists()
    assert other.exists(), "only what is ours"
