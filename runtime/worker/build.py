"""From source text to a Training that is ready to iterate: folder, modules, threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from inspect import signature
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from graph.core.run_plan import Project, Sets
from graph.model.settings import LIMITS
from runtime.data import offer_cache
from runtime.exported.checkpoint import scale_rates
from runtime.protocol.config import RunConfig
from runtime.store import run_source
from runtime.store.runs import SETTINGS

DEFAULT_THREADS = torch.get_num_threads()
BEGUN_WITH = ("batch_size", "seed", "device", "precision")
"""Settings that a run keeps to its end."""
SETTLE_S = 0.3  # the first loss shows within a second of Train


class Training(Protocol):
    """The generated `Training`, as far as the worker knows it."""

    device: torch.device
    epochs: int
    batch_size: int
    epoch: int
    batch: int
    step: int
    networks: dict[str, nn.Module]
    optimizers: dict[str, Optimizer]
    schedules: dict[str, LRScheduler]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Yield the figures of every step and every epoch."""

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch."""


def new_folder(runs: Path, name: str) -> Path:
    """Make a folder for a new run, named after its board and the time."""
    stem = f"{name or 'run'}-{time.strftime('%Y%m%d-%H%M%S')}"
    runs.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(f"There are too many runs named {stem} in {runs}.")


class CannotResume(Exception):
    """A run can't be gone on from; nothing of it was changed.

    Attributes:
        advice: What to do instead.
    """

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.advice = advice


def as_begun(config: RunConfig, folder: Path) -> RunConfig:
    """The settings that a resumed run began with; only its end is what is asked for now."""
    kept = begun_with(folder)
    if not kept:
        return replace(config, epochs=config.until or config.epochs)
    same = {name: kept[name] for name in BEGUN_WITH}
    threads = config.threads or int(kept["threads_used"])  # the same sums need the same threads
    threads = min(threads, LIMITS["threads"][1])  # a run of old may say more, and crash
    data_dir = config.data_dir or kept["data_dir"]
    pause = config.validate_every or int(kept.get("validate_every", 0))
    epochs = config.until or max(config.epochs, int(kept["epochs"]))
    return replace(
        config, **same, threads=threads, epochs=epochs, data_dir=data_dir, validate_every=pause
    )


def begun_with(folder: Path) -> dict[str, Any]:
    """What a run wrote of its settings; empty where it wrote nothing yet.

    Raises:
        CannotResume: If it can't be read.
    """
    path = folder / SETTINGS
    try:
        kept = run_source.read_json(path)
        if kept:
            for name in (*BEGUN_WITH, "epochs", "threads_used", "data_dir"):
                kept[name]  # all of them are there
    except (ValueError, KeyError, TypeError) as error:
        text = f"{path} can't be read: expected the settings of a run, received other text."
        raise CannotResume(text, "Put back a copy of it, or train the board anew.") from error
    return kept


def build(imported: run_source.Imported, config: RunConfig) -> Training:
    """Make the Training of a run's source."""
    offer_cache()  # the readers find what was downloaded
    made = imported.module("train").Training
    if "validate_every" in signature(made).parameters:  # the source of runs of old has none
        made = partial(made, validate_every=config.validate_every)
    training: Training = made(
        epochs=config.epochs,
        batch_size=config.batch_size,
        seed=config.seed,
        device=config.device,
        precision=config.precision,
        data_dir=config.data_dir,
    )
    return training


def settle_threads(imported: run_source.Imported, training: Training, wanted: int) -> int:
    """Set the CPU threads: as many as wanted, or what the source measures to be fastest."""
    if wanted:
        torch.set_num_threads(wanted)
    elif training.device.type == "cpu":
        for name in ("threads", "processes"):
            settle = imported.has(name) and getattr(imported.module(name), "settle_threads", None)
            if settle:
                settle(training, seconds=SETTLE_S)
                break
    return torch.get_num_threads()


def time_waiting(imported: run_source.Imported) -> Callable[[], float]:
    """Time the wait for each batch; what comes back tells the seconds waited since last asked."""
    train = imported.module("train")
    batches = getattr(train, "batches", None)
    waited = 0.0

    def timed(*args: Any, **kwargs: Any) -> Iterable[Any]:
        nonlocal waited
        assert batches is not None
        source = iter(batches(*args, **kwargs))
        while True:
            before = perf_counter()
            try:
                batch = next(source)
            except StopIteration:
                return
            finally:
                waited += perf_counter() - before
            yield batch

    if batches is not None:
        train.batches = timed  # type: ignore[attr-defined]

    def since_last() -> float:
        nonlocal waited
        seconds, waited = waited, 0.0
        return seconds

    return since_last


def row_sets(training: Training, project: Project) -> tuple[Sets, ...]:
    """Where the training holds its rows."""
    return project.sets or former_sets(training)


def former_sets(training: Training) -> tuple[Sets, ...]:
    """The same of a run whose plan did not say so yet, by what such sets were called."""
    held = vars(training)
    if "train_set" in held:
        return (Sets("", "train_set", "validation_set"),)
    names = [name.removesuffix("_train") for name in held if name.endswith("_train")]
    return tuple(
        Sets("", f"{name}_train", f"{name}_validation")
        for name in names
        if isinstance(held[f"{name}_train"], tuple) and f"{name}_validation" in held
    )


def samples(training: Training, sets: Iterable[str]) -> int:
    """How many examples the longest of some sets has, which are attributes of the training."""
    return max((len(tensors[0]) for one in sets if (tensors := getattr(training, one))), default=0)


def parameters(training: Training) -> int:
    """How many weights are trained; shared ones count once."""
    weights = {
        id(weight): weight.numel()
        for network in training.networks.values()
        for weight in network.parameters()
        if weight.requires_grad
    }
    return sum(weights.values())


def precision(training: Training) -> str:
    """The number format of forward passes: "float32", "bfloat16" or "float16"."""
    autocast = getattr(training, "autocast", None)
    if isinstance(autocast, torch.autocast):
        return str(autocast.fast_dtype).removeprefix("torch.")
    return "float32"


def rates(training: Training) -> dict[str, float]:
    """The learning rate of each optimizer."""
    return {
        name: float(optimizer.param_groups[0]["lr"])
        for name, optimizer in training.optimizers.items()
    }


def set_rate(training: Training, name: str, value: float, *, peak: bool = False) -> float:
    """Set an optimizer's learning rate; a schedule of it goes on in proportion.

    Args:
        training: The run.
        name: The optimizer's.
        value: The rate from the next step on; or
        peak: the one that a schedule takes its share of, as the board has it.

    Returns:
        The rate of the next step.

    Raises:
        KeyError: If no optimizer has this name.
        ValueError: If a schedule holds the rate at 0 and would do so with any other.
    """
    optimizer = training.optimizers[name]
    schedules = [
        one for one in training.schedules.values() if getattr(one, "optimizer", None) is optimizer
    ]
    first = optimizer.param_groups[0]
    whole = first.get("max_lr", first.get("initial_lr", first["lr"]))
    before = float(whole if peak and schedules else first["lr"])
    if before:
        scale_rates(optimizer, schedules, value / before)
    elif schedules:
        raise ValueError(f"The schedule of {name} holds its learning rate at 0 here.")
    if not (peak and schedules):  # to the last bit what was asked for
        for group in [first] if before else optimizer.param_groups:
            group["lr"] = value
    return float(first["lr"])
