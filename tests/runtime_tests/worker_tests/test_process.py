"""The real worker process: train, pause, resume, step, stop, rates, one run after another."""

from __future__ import annotations

import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from graph.core.run_plan import Project, Source
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    EpochEnded,
    Paused,
    Problem,
    Progress,
    RateChanged,
    Resumed,
    Saved,
    Started,
    Steps,
    Stopped,
    Weights,
)
from runtime.store import run_source
from runtime.store.runs import Runs, database
from runtime.worker import build
from tests.runtime_tests.support import QUICK, Talk, digits

LONG = RunConfig(epochs=100_000, threads=1, device="cpu")


def test_every_point_arrives_and_every_epoch_has_both_figures(talk: Talk) -> None:
    stopped = talk.train(digits())
    started = talk.all(Started)[0]
    assert stopped.reason == "finished"
    assert started.steps_per_epoch == 23
    assert started.samples == 1438
    assert started.validation_samples == 359
    assert started.parameters == 64 * 32 + 32 + 32 * 10 + 10
    assert started.threads == 1
    assert sorted(talk.losses()) == list(range(1, 47))
    epochs = talk.all(EpochEnded)
    assert [ended.epoch for ended in epochs] == [1, 2]
    losses = talk.losses()
    mean = sum(losses[step] for step in range(1, 24)) / 23
    assert epochs[0].figures["train/loss"] == pytest.approx(mean, rel=1e-12)
    assert 0 <= epochs[1].figures["val/accuracy"] <= 1
    assert talk.all(Saved)
    assert talk.all(Progress)[-1].memory > 0


def test_same_seed_gives_the_same_losses_bit_for_bit_in_the_next_run(talk: Talk) -> None:
    talk.train(digits())
    first = talk.losses()
    talk.forget()
    talk.train(digits())
    assert talk.losses() == first
    talk.forget()
    talk.train(digits(), replace(QUICK, seed=1))
    assert talk.losses() != first


def test_losses_are_those_of_the_plain_loop(talk: Talk, tmp_path: Path) -> None:
    talk.train(digits())
    run_source.write(digits(), tmp_path)
    imported = run_source.Imported(tmp_path)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        plain = [item["loss/loss"] for item in build.build(imported, QUICK) if "step" in item]
    finally:
        imported.close()
        torch.set_num_threads(threads)
    assert [float(loss) for loss in plain] == list(talk.losses().values())
    assert "train" not in sys.modules


def test_pause_step_and_resume(talk: Talk) -> None:
    talk.client.run(digits(), LONG)
    talk.until(Steps)
    talk.client.pause()
    at = talk.until(Paused).step
    time.sleep(0.3)
    assert not talk.client.drain()
    for number in (1, 2):
        talk.client.step_once()
        assert talk.until(Paused).step == at + number
    talk.client.resume()
    assert talk.until(Resumed).step == at + 2
    talk.until(Progress)
    talk.client.stop()
    stopped = talk.until(Stopped)
    assert stopped.reason == "stopped"
    assert stopped.step > at + 2
    assert sorted(talk.losses()) == list(range(1, stopped.step + 1))


def test_every_pause_and_every_resume_is_answered(talk: Talk) -> None:
    talk.client.run(digits(), LONG)
    talk.until(Steps)
    for command in (talk.client.pause, talk.client.resume) * 3:
        command()
    for _ in range(3):
        talk.until(Paused)
        talk.until(Resumed)
    talk.client.stop()
    talk.until(Stopped)


def test_a_run_can_wait_before_its_first_step(talk: Talk) -> None:
    talk.client.run(digits(), replace(LONG, paused=True))
    assert talk.until(Paused).step == 0
    talk.client.step_once()
    assert talk.until(Paused).step == 1
    assert list(talk.losses()) == [1]
    talk.client.stop()
    assert talk.until(Stopped).step == 1


def test_pausing_changes_nothing(talk: Talk) -> None:
    config = replace(QUICK, epochs=8)
    talk.train(digits(), config)
    undisturbed = talk.losses()
    talk.forget()
    talk.client.run(digits(), config)
    talk.client.pause()
    talk.until(Paused)
    talk.client.resume()
    talk.until(Stopped)
    assert talk.losses() == undisturbed


def test_the_learning_rate_can_change_and_a_schedule_goes_on_from_it(talk: Talk) -> None:
    talk.client.run(digits(), replace(LONG, paused=True))
    started = talk.until(Started)
    assert started.rates == {"adam": 1e-3}
    talk.client.set_rate("adam", 1e-2)
    assert talk.until(RateChanged) == RateChanged("adam", 1e-2, 0)
    talk.client.step_once()
    talk.until(Resumed)
    talk.until(Paused)
    assert talk.all(Progress)[-1].rates["adam"] == pytest.approx(1e-2, rel=1e-3)
    talk.client.set_rate("sgd", 1.0)
    problem = talk.until(Problem)
    assert "sgd" in problem.text
    assert "adam" in problem.advice
    talk.client.stop()
    talk.until(Stopped)


def test_max_steps_ends_the_run(talk: Talk) -> None:
    stopped = talk.train(digits(), replace(LONG, max_steps=30))
    assert (stopped.reason, stopped.step) == ("finished", 30)
    assert sorted(talk.losses()) == list(range(1, 31))


def test_train_during_a_run_stops_it_and_starts_the_next(talk: Talk) -> None:
    talk.client.run(digits(), LONG)
    first = talk.until(Started)
    talk.client.run(digits(), QUICK)
    assert talk.until(Stopped).run == first.run
    second = talk.until(Started)
    assert second.run != first.run
    assert talk.until(Stopped).reason == "finished"


def test_wires_show_their_weights(talk: Talk) -> None:
    stopped = talk.train(digits())
    value = talk.all(Weights)[-1].values["n1.y->n2.x"]
    with safe_open(Path(stopped.folder, "checkpoints/last.safetensors"), "pt") as file:
        weights = file.get_tensor("networks/model/linear.weight")
    assert value == float(weights[3, 5])


def test_the_folder_holds_all_of_the_run(talk: Talk) -> None:
    stopped = talk.train(digits())
    folder = Path(stopped.folder)
    assert (folder / "digits.neurowire").read_text() == "{}\n"
    assert (folder / "source" / "train.py").read_text() == digits().files["train.py"].text
    assert not list(folder.rglob("*.pyc"))
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["threads_used"] == 1
    assert settings["torch"] == torch.__version__
    recorded = json.loads((folder / "recorded.json").read_text())
    losses = talk.losses()
    assert recorded["steps"] == [{"step": n, "loss/loss": losses[n]} for n in range(1, 21)]
    assert (folder / "checkpoints" / "best.safetensors").exists()
    with Runs(database()) as runs:
        run = runs.find(stopped.run)
        assert run is not None
        assert (run.state, run.step, run.epoch) == ("finished", 46, 2)
        assert run.best == stopped.best
        points = runs.curves(run.id)["loss/loss"]
        assert dict(zip(points.steps, points.values, strict=True)) == losses


def test_a_loss_that_turns_nan_names_the_node_and_keeps_the_checkpoint_before(talk: Talk) -> None:
    config = replace(LONG, checkpoint_interval_s=0.05, report_interval_s=0.01)
    project = digits(
        train=("        self.adam.zero_grad()", "        loss = loss / (self.step < 400)")
    )
    stopped = talk.train(project, config)
    assert stopped.reason == "failed"
    problem = talk.all(Problem)[-1]
    assert problem.node == "loss"
    assert "infinite at step 401" in problem.text
    assert "learning rate" in problem.advice
    saved = talk.all(Saved)
    assert saved
    assert saved[-1].step <= 400
    assert math.isinf(talk.losses()[401])


def test_data_that_is_not_numbers_is_named(talk: Talk) -> None:
    project = digits(data=(".div(16)", ".div(0)"))
    assert talk.train(project).reason == "failed"
    problem = talk.all(Problem)[-1]
    assert "training data itself" in problem.text


@pytest.mark.parametrize(
    ("change", "node", "words"),
    [
        ({"model": ("nn.Linear(64, 32)", "nn.Linear(63, 32)")}, "hidden", "shapes"),
        ({"model": ("nn.Dropout(0.25)", "nn.Dropout(2.5)")}, "dropout", "between 0 and 1"),
        ({"train": ("split(digits()", "split(digits(1)")}, "digits", "positional argument"),
    ],
)
def test_an_error_names_its_node(
    talk: Talk, change: dict[str, tuple[str, str]], node: str, words: str
) -> None:
    assert talk.train(digits(**change)).reason == "failed"
    problem = talk.all(Problem)[-1]
    assert problem.node == node
    assert words in problem.text
    assert problem.advice
    assert ", line " in problem.detail


def test_out_of_memory_names_its_node(talk: Talk) -> None:
    project = digits(model=("nn.Linear(64, 32)", "nn.Linear(2**25, 2**25)"))
    assert talk.train(project).reason == "failed"
    problem = talk.all(Problem)[-1]
    assert problem.node == "hidden"
    assert problem.text.startswith("Out of memory")
    assert "batch size" in problem.advice


def test_source_that_does_not_parse_is_a_problem_and_the_worker_lives(talk: Talk) -> None:
    files = {**digits().files, "model.py": Source("class Model(:\n")}
    assert talk.train(Project("broken", files)).reason == "failed"
    assert "invalid syntax" in talk.all(Problem)[-1].text
    talk.forget()
    assert talk.train(digits()).reason == "finished"


def test_stop_does_not_wait_until_the_data_are_read(talk: Talk) -> None:
    slow = "for _ in range(2000): __import__('time').sleep(0.01)\n    bunch = load_digits()"
    talk.client.run(digits(data=("bunch = load_digits()", slow)), QUICK)
    time.sleep(0.5)
    talk.client.stop()
    stopped = talk.until(Stopped, seconds=10)
    assert stopped.reason == "stopped"
    assert not Path(stopped.folder).exists()
    assert talk.train(digits()).reason == "finished"


def test_a_folder_that_holds_no_run_is_a_problem(talk: Talk, tmp_path: Path) -> None:
    talk.client.resume_run(tmp_path, config=QUICK)
    assert talk.until(Stopped).reason == "failed"
    assert "plan.json" in talk.all(Problem)[-1].text


def test_first_loss_comes_within_a_second_of_train(talk: Talk) -> None:
    talk.train(digits())  # a warm worker has read data before
    talk.forget()
    began = time.monotonic()
    talk.client.run(digits(), replace(QUICK, threads=0))
    talk.until(Steps)
    assert time.monotonic() - began < 3  # measured 0.3; the bound allows for a busy machine
    talk.until(Stopped)


def test_an_epoch_whose_last_step_ends_the_run_has_ended(talk: Talk) -> None:
    project = digits()
    steps = -(-1437 // 256)
    config = replace(LONG, batch_size=256, max_steps=2 * steps)
    stopped = talk.train(project, config)
    assert (stopped.reason, stopped.step, stopped.epoch) == ("finished", 2 * steps, 2)
    stopped = talk.train(project, replace(config, max_steps=2 * steps - 1))
    assert (stopped.step, stopped.epoch) == (2 * steps - 1, 1)
