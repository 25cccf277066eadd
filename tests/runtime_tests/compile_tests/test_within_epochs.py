"""What is told within an epoch: metrics of training batches, and validation of long epochs."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.compile import compile_document
from graph.declare.registry import REGISTRY, Declaration
from graph.edit.document import Document
from graph.model.sheet import End
from runtime.cli import terminal
from runtime.exported.data import validation_pause
from runtime.protocol.config import RunConfig
from runtime.protocol.figures import FigureTable, from_plain
from runtime.protocol.messages import EpochEnded, Message, Started, Steps
from runtime.store import run_source
from runtime.store.runs import Runs
from tests.graph_tests.projects import compiled
from tests.runtime_tests.compile_tests.test_scripts import mlp
from tests.runtime_tests.compile_tests.written import complaints, imported, write

Items = list[dict[str, Any]]


def plain(items: Any) -> Items:
    """What a training yielded, as numbers."""
    return [{name: float(value) for name, value in item.items()} for item in items]


def losses(items: Items) -> Items:
    """The losses alone."""
    return [{n: v for n, v in one.items() if n == "step" or "loss/" in n} for one in items]


def test_the_accuracy_of_a_batch_is_told_with_its_loss(tmp_path: Path) -> None:
    with imported(write(compile_document(mlp()), tmp_path / "project")) as modules:
        training = modules["train"].Training(batch_size=64, device="cpu")
        image, label = next(iter(modules["data"].batches(training.train_set, 64, seed=0)))
        with torch.no_grad():
            right = training.model(image).argmax(1) == label
        first = next(iter(training))
    assert float(first["train/accuracy"]) == right.float().mean().item()
    assert not first["train/accuracy"].requires_grad


def test_a_metric_goes_to_the_first_step_that_has_what_it_measures(tmp_path: Path) -> None:
    document = Document("numbers")
    data, flatten = document.add_node("data.digits"), document.add_node("shape.flatten")
    linear = document.add_node("layer.linear", params={"units": 64})
    document.link(End(data.id, "image"), End(flatten.id, "x"))
    document.link(End(flatten.id, "y"), End(linear.id, "x"))
    loss, adam = document.add_node("loss.mse"), document.add_node("optimizer.adam")
    judges = [document.add_node(f"metric.{name}") for name in ("rmse", "r2")]
    for judge in (loss, *judges):
        document.link(End(linear.id, "y"), End(judge.id, "prediction"))
        document.link(End(flatten.id, "y"), End(judge.id, "target"))
    document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    folder = write(compile_document(document), tmp_path / "project")
    assert complaints(folder) == ""
    with imported(folder) as modules:
        (first,) = plain(islice(modules["train"].Training(device="cpu"), 1))
    (error,) = (value for name, value in first.items() if name.startswith("loss/"))
    assert first["train/rmse"] == pytest.approx(error**0.5, rel=1e-6)
    assert first["train/r2"] <= 1.0


@pytest.mark.parametrize("name", ["digits_gan", "digits_mlp"])
def test_validating_within_an_epoch_changes_nothing(name: str, tmp_path: Path) -> None:
    with imported(write(compiled(name), tmp_path / "project")) as modules:
        made = modules["train"].Training
        seldom = plain(islice(made(batch_size=64, device="cpu", validate_every=10**9), 10))
        often = made(batch_size=64, device="cpu", validate_every=4)
        items = plain(islice(often, 10))
    assert losses(items) == losses(seldom)
    assert [n for n, one in enumerate(items, 1) if any("val/" in key for key in one)] == [4, 8]
    assert all(
        module.training
        for module in often.networks["discriminator" if "gan" in name else "model"].modules()
    )


def test_a_run_goes_on_within_an_epoch_with_the_same_figures(tmp_path: Path) -> None:
    with imported(write(compile_document(mlp()), tmp_path / "project")) as modules:
        made, checkpoint = modules["train"].Training, modules["checkpoint"]
        options = {"epochs": 1, "batch_size": 200, "device": "cpu", "validate_every": 3}
        training = made(**options)
        before = list(islice(training, 4))
        state = checkpoint.snapshot(training)
        rest = plain(training)
        again = made(**options)
        checkpoint.restore(again, state)
        assert plain(again) == rest
    steps = [*plain(before), *rest[:-1]]
    told = [int(one["step"]) for one in steps if "val/accuracy" in one]
    assert told == [3, 6], "not after the last, which the epoch's own figures follow"
    assert rest[-1]["epoch"] == 1


def test_by_itself_only_long_epochs_are_validated_within() -> None:
    assert validation_pause(100, 64) == 1000
    assert validation_pause(60_000, 1) == 240_000, "it costs little beside the steps between"


def test_a_run_records_and_sends_what_is_told_within_an_epoch(tmp_path: Path) -> None:
    heard: list[Message] = []
    settings = RunConfig(epochs=1, batch_size=200, threads=1, device="cpu", validate_every=3)
    stopped = terminal.run(
        compile_document(mlp()).project, settings, heard.append, runs_at=tmp_path
    )
    with Runs(tmp_path / "runs.sqlite") as runs:
        curves, epochs = runs.curves(stopped.run), runs.epochs(stopped.run)
    assert [*curves["train/accuracy"].steps] == [*curves["loss/cross_entropy"].steps]
    assert [*curves["val/accuracy"].steps] == [3, 6]
    assert [*epochs[0].figures] == [
        f"{split}/{name}" for split in ("train", "val") for name in ("cross_entropy", "accuracy")
    ]
    sent = {n for one in heard if isinstance(one, Steps) for n in one.curves}
    assert {"train/accuracy", "val/accuracy", "val/cross_entropy"} < sent
    assert sum(isinstance(one, EpochEnded) for one in heard) == 1


def judged(*metrics: str) -> Document:
    """Digits told apart, and what measures that beside the loss; metrics are called `m0`, `m1`."""
    document = mlp()
    nodes = {node.name: node for node in document.board.nodes.values()}
    for number, kind in enumerate(metrics):
        judge = document.add_node(f"metric.{kind}", name=f"m{number}")
        document.link(End(nodes["logits"].id, "y"), End(judge.id, "logits"))
        document.link(End(nodes["digits"].id, "label"), End(judge.id, "label"))
    return document


def test_an_epoch_has_the_mean_of_its_batches_and_no_metric_decides_which_is_best(
    tmp_path: Path,
) -> None:
    project = compile_document(judged("top_k", "perplexity", "f1", "iou")).project
    settings = RunConfig(epochs=3, batch_size=200, threads=1, device="cpu")
    heard: list[Message] = []
    stopped = terminal.run(project, settings, heard.append, runs_at=tmp_path)
    with Runs(tmp_path / "runs.sqlite") as runs:
        curves, epochs = runs.curves(stopped.run), runs.epochs(stopped.run)
        run = runs.find(stopped.run)
    assert run is not None
    for name in ("accuracy", "m0", "m1", "m2", "m3"):
        values = [*curves[f"train/{name}"].values]
        size = len(values) // 3
        means = [sum(values[n : n + size]) / size for n in range(0, len(values), size)]
        assert [one.figures[f"train/{name}"] for one in epochs] == means
    sent = [one for one in heard if isinstance(one, EpochEnded)]
    assert [one.figures for one in sent] == [one.figures for one in epochs]
    assert run.best_by == "lowest val/cross_entropy"
    held_out = [one.figures["val/cross_entropy"] for one in epochs]
    assert run.best_epoch == 1 + held_out.index(min(held_out))
    assert run.last == epochs[-1].figures


def test_a_run_says_what_its_figures_are(tmp_path: Path) -> None:
    project = compile_document(judged("top_k", "perplexity")).project
    settings = RunConfig(epochs=1, batch_size=200, threads=1, device="cpu", max_steps=2)
    heard: list[Message] = []
    stopped = terminal.run(project, settings, heard.append, runs_at=tmp_path)
    (started,) = (one for one in heard if isinstance(one, Started))
    table = FigureTable(started.figures)
    told = {one.name: (one.kind, one.better, one.share) for one in started.figures}
    assert told == {
        "cross_entropy": ("loss", "lower", False),
        "accuracy": ("metric", "higher", True),
        "m0": ("metric", "higher", True),
        "m1": ("metric", "lower", False),
    }
    assert table.find("val/m0") == ("val", next(f for f in started.figures if f.name == "m0"))
    with Runs(tmp_path / "runs.sqlite") as runs:
        run = runs.find(stopped.run)
    assert run is not None
    assert run.figures == started.figures
    assert run_source.read(Path(stopped.folder)).figures == started.figures


def test_a_run_of_old_that_says_nothing_of_its_figures_goes_on_as_it_was(tmp_path: Path) -> None:
    project = compile_document(judged("top_k")).project
    settings = RunConfig(epochs=3, batch_size=200, threads=1, device="cpu", max_steps=8)
    stopped = terminal.run(replace(project, figures=()), settings, lambda _: None, runs_at=tmp_path)
    resumed = replace(settings, resume=stopped.folder, max_steps=None)
    stopped = terminal.run(replace(project, files={}), resumed, lambda _: None, runs_at=tmp_path)
    with Runs(tmp_path / "runs.sqlite") as runs:
        run, epochs = runs.find(stopped.run), runs.epochs(stopped.run)
    assert run is not None
    assert stopped.reason == "finished"
    assert len(epochs) == 3
    assert all("train/accuracy" not in one.figures for one in epochs)
    assert (run.figures, run.best_by) == ((), "lowest val/cross_entropy")


@pytest.mark.parametrize(
    "kept",
    [
        None,
        7,
        "figures",
        {"name": "loss"},
        [3, None, [], {}],
        [{"name": 3, "kind": "loss"}],
        [{"name": "a", "kind": "loss", "more": 1}],
    ],
)
def test_what_is_no_figure_is_left_out(kept: object) -> None:
    assert from_plain(kept) == ()


@pytest.mark.parametrize("declaration", [one for one in REGISTRY if one.role == "metric"])
def test_every_metric_says_what_a_better_one_is(declaration: Declaration) -> None:
    bound = declaration.bind({})
    assert bound.better in {"higher", "lower", ""}
    assert isinstance(bound.share, bool)
    assert not bound.share or bound.better == "higher"
