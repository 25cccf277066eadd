"""kill -9 at any moment: the client says so, the records are whole, the run goes on exactly."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    Died,
    EpochEnded,
    Noted,
    Paused,
    Problem,
    Saved,
    Started,
    Steps,
    Stopped,
    Warm,
)
from runtime.store.runs import Runs, database, last_checkpoint
from tests.runtime_tests.support import Talk, digits, talking

# Epochs of 360 steps: they last longer than the time between saves on any machine.
FAST_SAVES = RunConfig(
    epochs=12,
    batch_size=4,
    threads=1,
    device="cpu",
    checkpoint_interval_s=0.02,
    report_interval_s=0.01,
)


class Whole(NamedTuple):
    """A run from its beginning to its end."""

    stopped: Stopped
    losses: dict[int, float]
    figures: list[Mapping[str, float]]


posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


@pytest.fixture
def own(home: Path) -> Iterator[Talk]:
    """A worker of the test's own, that it may kill."""
    with talking() as talk:
        talk.client.warm()
        assert talk.until(Warm).devices[-1].type == "cpu"
        yield talk


@pytest.fixture(scope="module")
def whole(shared_talk: Talk) -> Whole:
    """What a run says that nothing disturbs."""
    shared_talk.settle()
    shared_talk.forget()
    stopped = shared_talk.train(digits(), FAST_SAVES)
    figures = [ended.figures for ended in shared_talk.all(EpochEnded)]
    return Whole(stopped, shared_talk.losses(), figures)


@posix
def test_kill_in_the_middle_then_resume_is_bit_for_bit_the_same(whole: Whole, own: Talk) -> None:
    losses = whole.losses

    own.client.run(digits(), FAST_SAVES)
    started = own.until(Started)
    while own.until(Saved).step % started.steps_per_epoch == 0:
        pass  # wait for a checkpoint in the middle of an epoch
    pid = own.client.process_id
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    died = own.until(Died)
    assert (died.signal, died.folder) == ("SIGKILL", started.folder)
    assert "resumed" in died.advice

    own.forget()
    own.client.resume_run(started.folder, config=FAST_SAVES)
    again = own.until(Started)
    assert 0 < again.step < len(losses)
    assert again.run == started.run
    stopped = own.until(Stopped)
    assert stopped.reason == "finished"
    assert own.losses() == {n: loss for n, loss in losses.items() if n > again.step}
    with Runs(database()) as runs:
        points = runs.curves(started.run)["loss/loss"]
        assert dict(zip(points.steps, points.values, strict=True)) == losses
        assert [ended.figures for ended in runs.epochs(started.run)] == whole.figures
    assert stopped.best == whole.stopped.best


@posix
def test_a_killed_run_is_interrupted_and_loses_at_most_a_second(own: Talk) -> None:
    own.client.run(digits(), RunConfig(epochs=100_000, threads=1, device="cpu"))
    started = own.until(Started)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        own.until(Steps)
    heard = max(own.losses())
    own.client.kill()
    own.until(Died)
    with Runs(database()) as runs:
        run = runs.find(started.run)
        assert run is not None
        assert run.state == "interrupted"
        steps = list(runs.curves(run.id)["loss/loss"].steps)
    assert steps == list(range(1, run.step + 1))
    early = [number for number in own.losses() if number <= heard / 2]
    assert run.step >= max(early)


def test_stop_then_resume_and_more_epochs(talk: Talk, own: Talk) -> None:
    config = RunConfig(epochs=4, threads=1, device="cpu")
    talk.train(digits(), config)
    stopped = own.train(digits(), replace(config, max_steps=30))
    assert stopped.step == 30
    own.client.resume_run(stopped.folder, config=config)
    own.until(Stopped)
    assert own.losses() == talk.losses()


def test_pause_then_resume_run_from_its_checkpoint(whole: Whole, own: Talk) -> None:
    own.client.run(digits(), FAST_SAVES)
    own.until(Steps)
    own.client.pause()
    paused = own.until(Paused)
    folder = own.all(Started)[0].folder
    own.client.kill()
    own.until(Died)
    own.client.resume_run(folder, config=FAST_SAVES)
    assert own.until(Started).step == paused.step  # a pause saves
    own.until(Stopped)
    assert own.losses() == whole.losses


def test_a_run_that_died_before_its_first_checkpoint_starts_anew(talk: Talk, own: Talk) -> None:
    talk.train(digits())
    own.client.run(digits(), RunConfig(epochs=2, threads=1, device="cpu", paused=True))
    started = own.until(Started)
    own.until(Paused)
    own.client.kill()
    own.until(Died)
    for file in Path(started.folder, "checkpoints").iterdir():
        file.unlink()
    own.client.resume_run(started.folder, config=RunConfig(epochs=2, device="cpu"))
    assert own.until(Stopped).reason == "finished"
    assert own.losses() == talk.losses()


@posix
def test_a_run_killed_with_rows_but_no_checkpoint_begins_anew(talk: Talk, own: Talk) -> None:
    config = replace(FAST_SAVES, epochs=40, checkpoint_interval_s=60.0)
    for _ in range(8):  # rows are written after half a second, the first checkpoint after one
        own.client.run(digits(), replace(config, seed=4))
        started = own.until(Started)
        with Runs(database()) as runs:
            while not runs.curves(started.run):
                time.sleep(0.005)
        own.client.kill()
        own.until(Died)
        if not last_checkpoint(started.folder).exists():
            break
    with Runs(database()) as runs:
        known = runs.find(started.run)
        assert known is not None
        assert known.step > 0
    assert not last_checkpoint(started.folder).exists()
    own.forget()
    own.client.resume_run(started.folder, config=replace(config, max_steps=30))
    assert own.until(Started).step == 0
    assert own.until(Stopped).reason == "finished"
    assert "begins anew" in own.all(Noted)[0].text
    talk.train(digits(), replace(config, seed=4, max_steps=30))
    assert own.losses() == talk.losses()
    with Runs(database()) as runs:
        assert [*runs.curves(started.run)["loss/loss"].steps] == list(range(1, 31))
    Path(last_checkpoint(started.folder)).unlink()  # one that was written and is gone is told
    own.client.resume_run(started.folder, config=config)
    assert "is missing, though 30 steps were recorded" in own.until(Problem).text


def test_a_run_is_trained_by_one_process_at_a_time(own: Talk) -> None:
    config = RunConfig(epochs=100_000, threads=1, device="cpu")
    own.client.run(digits(), config)
    started = own.until(Started)
    own.until(Steps)
    with talking() as other:
        other.client.resume_run(started.folder, config=config)
        assert other.until(Stopped).reason == "failed"
        assert "another process" in other.all(Problem)[0].text
    own.client.stop()
    assert own.until(Stopped).reason == "stopped"


def test_two_workers_write_one_database(own: Talk) -> None:
    config = RunConfig(epochs=30, threads=1, device="cpu", report_interval_s=0.01)
    with talking() as other:
        other.client.run(digits(), config)
        own.client.run(digits(), config)
        assert own.until(Stopped).reason == "finished"
        assert other.until(Stopped).reason == "finished"
        with Runs(database()) as runs:
            assert len(runs.all()) == 2
            for run in runs.all():
                assert len(runs.curves(run.id)["loss/loss"].steps) == 30 * 23


@posix
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_death_is_a_message_and_a_fresh_worker_trains(own: Talk, name: str) -> None:
    pid = own.client.process_id
    assert pid is not None
    os.kill(pid, signal.Signals[name])
    died = own.until(Died)
    assert died.signal == name
    assert died.folder is None
    assert not own.client.alive
    assert own.train(digits()).reason == "finished"
    assert own.client.process_id != pid


def test_a_crash_in_the_source_is_a_message(own: Talk) -> None:
    crash = digits(model=("x = image.flatten(1)", "__import__('os')._exit(3)"))
    own.client.run(crash, RunConfig(threads=1, device="cpu"))
    died = own.until(Died)
    assert (died.exit_code, died.signal) == (3, "")


def test_closing_saves_the_run(own: Talk) -> None:
    own.client.run(digits(), RunConfig(epochs=100_000, threads=1, device="cpu"))
    started = own.until(Started)
    own.until(Steps)
    own.client.close()
    with Runs(database()) as runs:
        run = runs.find(started.run)
        assert run is not None
        assert run.state == "stopped"
    assert Path(started.folder, "checkpoints", "last.safetensors").exists()
