"""From source text to a Training that is ready to iterate: folder, modules, threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from runtime import source
from runtime.config import RunConfig
from runtime.data import offer_cache

DEFAULT_THREADS = torch.get_num_threads()
SETTINGS = "settings.json"
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


def as_begun(config: RunConfig, folder: Path) -> RunConfig:
    """The settings that a resumed run began with; only its end may be put off."""
    kept = source.read_json(folder / SETTINGS)
    if not kept:
        return config
    same = {name: kept[name] for name in ("batch_size", "seed", "device", "precision")}
    threads = config.threads or int(kept["threads_used"])  # the same sums need the same threads
    epochs = max(config.epochs, int(kept["epochs"]))
    data_dir = config.data_dir or kept["data_dir"]
    return replace(config, **same, threads=threads, epochs=epochs, data_dir=data_dir)


def build(imported: source.Imported, config: RunConfig) -> Training:
    """Make the Training of a run's source."""
    offer_cache()  # the readers find what was downloaded
    training: Training = imported.module("train").Training(
        epochs=config.epochs,
        batch_size=config.batch_size,
        seed=config.seed,
        device=config.device,
        precision=config.precision,
        data_dir=config.data_dir,
    )
    return training


def settle_threads(imported: source.Imported, training: Training, wanted: int) -> int:
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


def time_waiting(imported: source.Imported) -> Callable[[], float]:
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


def sets(training: Training, part: str) -> list[tuple[Tensor, ...]]:
    """The "train" or "validation" sets: one, or one for each data node."""
    held = vars(training)
    if f"{part}_set" in held:
        return [held[f"{part}_set"]]
    return [value for name, value in held.items() if name.endswith(f"_{part}")]


def samples(training: Training, part: str) -> int:
    """How many examples the "train" or "validation" part of the data has."""
    return min((len(tensors[0]) for tensors in sets(training, part) if tensors), default=0)


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


def set_rate(training: Training, name: str, value: float) -> None:
    """Set an optimizer's learning rate; a schedule of it goes on in proportion.

    Raises:
        KeyError: If no optimizer has this name.
    """
    optimizer = training.optimizers[name]
    before = float(optimizer.param_groups[0]["lr"])
    factor = value / before if before else 1.0
    for group in optimizer.param_groups:
        group["lr"] = group["lr"] * factor if before else value
        for bound in ("initial_lr", "max_lr", "min_lr"):
            if isinstance(group.get(bound), float):
                group[bound] *= factor
    for schedule in training.schedules.values():
        if getattr(schedule, "optimizer", None) is optimizer:
            for known in ("base_lrs", "_last_lr"):
                if isinstance(getattr(schedule, known, None), list):
                    setattr(schedule, known, [rate * factor for rate in getattr(schedule, known)])
