"""How fast training is: a plain loop, the exported script's, and the application's own.

`python benchmarks/training.py` trains digits_mlp, and mnist_cnn where MNIST is at hand, in turns
in one process and with one thread, and prints the speed of each as a ratio. The plain loop is what
a person would write for the same model. The exported loop is the project's `Training`, iterated.
The application's is the worker's loop with everything it does between steps: views, records,
checkpoints, commands.
"""

import queue
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from graph.core.run_plan import Project
from graph.format.templates import open_template
from runtime.protocol import config, messages
from runtime.store.run_source import Imported, write
from runtime.store.runs import Runs
from runtime.worker.loop import Loop

SIZE = 64


def plain_mlp() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.4), nn.Linear(256, 10)
    )


def plain_cnn() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.4), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def plain_seconds(model: nn.Module, data: tuple[Tensor, ...], size: int, steps: int) -> float:
    """A step's seconds in a loop as a person writes it, losses kept."""
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    losses: list[Tensor] = []
    images, labels = data
    start = time.perf_counter()
    while len(losses) < steps:
        for rows in torch.randperm(len(images)).split(size):
            loss = F.cross_entropy(model(images[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            if len(losses) == steps:
                break
    return (time.perf_counter() - start) / steps


def exported_seconds(training: Any, steps: int) -> tuple[float, float]:
    """Seconds a step in the exported loop: without what happens between epochs, and with it."""
    losses: list[Any] = []
    stepping, before_was_step = 0.0, False
    begun = before = time.perf_counter()
    for figures in training:
        now = time.perf_counter()
        if "step" in figures:
            losses.append(figures)
            if before_was_step:
                stepping += now - before
        before, before_was_step = now, "step" in figures
        if len(losses) == steps:
            break
    counted = len(losses) - 1 - (len(losses) - 1) // training.steps_per_epoch
    return stepping / counted, (before - begun) / len(losses)


def app_seconds(project: Project, steps: int, home: Path) -> float:
    """Seconds a step in the worker's loop, with views, records and checkpoints."""
    marks: dict[str, float] = {}

    def hear(message: messages.Message) -> None:
        now = time.perf_counter()
        if isinstance(message, messages.Started):
            marks["start"] = now
        elif isinstance(message, messages.Steps):
            marks["end"] = now

    settings = config.RunConfig(epochs=10**6, batch_size=SIZE, threads=1, max_steps=steps)
    with Runs(home / "runs.sqlite") as runs:
        Loop(project, settings, queue.SimpleQueue(), hear, runs, home).run()
    return (marks["end"] - marks["start"]) / steps


def compare(name: str, plain: Callable[[], nn.Module], steps: int, turns: int) -> None:
    """Print one template's ratios; enough steps that what is drawn first and last weighs little."""
    compiled = compile_document(open_template(name))
    project = compiled.project
    with tempfile.TemporaryDirectory() as folder:
        write(project, Path(folder))
        source = Imported(Path(folder))
        made = source.module("train").Training
        rounds = []
        for turn in range(turns):
            training = made(epochs=10**6, batch_size=SIZE, seed=turn, device="cpu")
            data = training.train_set
            by_hand = plain_seconds(plain(), data, SIZE, steps)
            stepping, whole = exported_seconds(training, steps)
            app = app_seconds(project, steps, Path(folder) / "runs")
            rounds.append((by_hand * 1e3, by_hand / stepping, whole / app))
        source.close()
    milliseconds, exported, in_app = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    print(
        f"{name}: a plain step takes {milliseconds:.2f} ms; speed of the exported script over the "
        f"plain loop {exported:.3f}; of the application over the exported script {in_app:.3f}"
    )


def main() -> None:
    torch.set_num_threads(1)
    compare("digits_mlp", plain_mlp, 3000, 7)
    try:
        compare("mnist_cnn", plain_cnn, 300, 3)
    except ValueError as error:  # the DataError of the exported files
        print(f"mnist_cnn left out: {error}")


if __name__ == "__main__":
    main()
