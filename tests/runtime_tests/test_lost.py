"""What is lost under way: the window, the run's folder, a process that was writing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.compile import compile_document
from graph.format.file import HALF, load, save
from graph.format.templates import open_template
from runtime.cli import terminal
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import EpochEnded, Message, Problem, Saved, Stopped
from runtime.store import leftovers
from runtime.store.lock import hold
from runtime.store.runs import Runs, database, home, last_checkpoint

ROOT = Path(__file__).parents[2]
EPOCHS = 60
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


# -- the window


@posix
@pytest.mark.parametrize("wait_s", [0.0, 0.7], ids=["at once", "in the middle"])
def test_a_worker_that_still_loads_torch_ends_with_its_window(wait_s: float) -> None:
    code = (
        "import time\n"
        "from runtime.client.client import Client\n"
        "if __name__ == '__main__':\n"
        "    client = Client()\n"
        "    client.warm()\n"
        "    while client.process_id is None: time.sleep(0.005)\n"
        "    print(client.process_id, flush=True)\n"
        "    time.sleep(600)\n"
    )
    path = home().parent / "window.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code)
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, text=True, env=surroundings
    ) as window:
        assert window.stdout is not None
        worker = int(window.stdout.readline())
        time.sleep(wait_s)
        window.kill()
    end = time.monotonic() + 5
    while time.monotonic() < end and lives(worker):
        time.sleep(0.02)
    ended = not lives(worker)
    if not ended:
        os.kill(worker, signal.SIGKILL)
    assert ended


def lives(process: int) -> bool:
    """Does a process run, and is it no zombie?"""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


# -- the run's folder


def train_and(lose: Callable[[Path], None], kind: type[Message]) -> tuple[Stopped, list[Message]]:
    """Train; at the first message of a kind the folder of all runs is lost."""
    heard: list[Message] = []

    def hear(message: Message) -> None:
        if isinstance(message, kind) and not any(isinstance(one, kind) for one in heard):
            lose(home())
        heard.append(message)

    project = compile_document(open_template("xor_neurons")).project
    config = RunConfig(epochs=EPOCHS, threads=1, device="cpu", checkpoint_interval_s=0.01)
    return terminal.run(project, config, hear), heard


def block(runs: Path) -> None:
    shutil.rmtree(runs)
    runs.write_text("in the way")


@posix
@pytest.mark.parametrize("kind", [Saved, EpochEnded])
@pytest.mark.parametrize("lose", [shutil.rmtree, block], ids=["removed", "blocked"])
def test_a_folder_that_vanishes_is_told_and_the_run_is_saved_all_the_same(
    lose: Callable[[Path], None], kind: type[Message]
) -> None:
    stopped, heard = train_and(lose, kind)
    assert stopped.reason == "finished"
    assert stopped.epoch == EPOCHS
    [problem] = [one for one in heard if isinstance(one, Problem)]
    assert "is gone: it was removed" in problem.text
    assert f"saved in {stopped.folder}" in problem.advice
    if kind is Saved:
        before = [one.epoch for one in heard[: heard.index(problem)] if isinstance(one, EpochEnded)]
        assert max(before, default=0) < EPOCHS, "told while it trains, not at its end"
    assert last_checkpoint(stopped.folder).exists()
    records = database() if lose is shutil.rmtree else Path(stopped.folder).parent / "runs.sqlite"
    with Runs(records) as runs:
        run = runs.find(stopped.run)
        assert run is not None
        assert (run.state, run.epoch, run.step) == ("finished", EPOCHS, stopped.step)
        [losses] = [c for n, c in runs.curves(run.id).items() if n.startswith("loss/")]
        assert [*losses.steps] == list(range(1, stopped.step + 1))
        assert len(runs.epochs(run.id)) == EPOCHS
    if lose is block:
        shutil.rmtree(Path(stopped.folder).parent)


# -- what was half written


def aged(path: Path) -> Path:
    """A file that nobody has written to for an hour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("half")
    then = time.time() - 3600
    os.utime(path, (then, then))
    return path


def test_half_written_files_of_a_killed_run_go_at_the_next_start() -> None:
    dead, alive = home() / "dead", home() / "alive"
    halves = [aged(dead / name) for name in leftovers.HALF]
    others = [aged(dead / "mine.new"), aged(dead / "checkpoints" / "mine.safetensors.new")]
    held = aged(alive / "settings.json.new")
    fresh = dead.with_name("fresh") / "plan.json.new"
    fresh.parent.mkdir()
    fresh.write_text("being written")
    with hold(alive):
        leftovers.remove()
        assert not any(path.exists() for path in halves)
        assert all(path.exists() for path in (*others, held, fresh))
    leftovers.remove()
    assert not held.exists()


@posix
def test_a_folder_for_a_while_whose_process_was_killed_goes_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    code = (
        "import os, signal\n"
        "from runtime.store.leftovers import scratch\n"
        "with scratch() as folder:\n"
        "    print(folder, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    left = Path(done.stdout.strip())
    assert left.parent == tmp_path
    aged(left / "lock")
    foreign = aged(tmp_path / "neurowire-scratch-mine" / "file").parent
    with leftovers.scratch() as used:
        aged(used / "lock")
        leftovers.remove()
        assert used.exists()
    assert not left.exists()
    assert foreign.exists()
    assert not used.exists()


@posix
def test_hidden_files_of_a_killed_save_go_when_the_board_is_opened(tmp_path: Path) -> None:
    board = tmp_path / "mine[1].neurowire"
    save(open_template("xor_neurons"), board)
    code = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from graph.format.file import save\n"
        "from graph.format.templates import open_template\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "save(open_template('xor_neurons'), Path(sys.argv[1]))\n"
    )
    subprocess.run([sys.executable, "-c", code, str(board)], cwd=ROOT, check=False)
    [left] = [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    load(board)
    assert left.exists(), "another process may be writing it"
    aged(left)
    others = [aged(tmp_path / n) for n in (".mine.txt", f".other.neurowire.abcdefgh{HALF}")]
    load(board)
    assert not left.exists()
    assert all(path.exists() for path in others)
    assert load(board).document.board.nodes
