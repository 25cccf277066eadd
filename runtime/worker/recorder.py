"""The losses of a run: kept as tensors, made numbers a few times a second, written and sent."""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from time import perf_counter

import torch
from torch import Tensor

from graph.core.run_plan import Figure
from runtime.protocol.figures import Key
from runtime.protocol.messages import EpochEnded, Message, Points, Steps
from runtime.store.run_source import FIRST_STEPS
from runtime.store.runs import Runs, better
from runtime.worker.build import Training

COMMIT_S = 0.5
SHARE = 20  # time until a failed write is tried again, in units of what it took


class NotFinite(Exception):
    """A loss became NaN or infinite."""

    def __init__(self, name: str, value: float, step: int) -> None:
        super().__init__(f"The loss {name} became {value} at step {step}.")
        self.name, self.value, self.step = name, value, step


class Recorder:
    """Takes what each step and epoch yields.

    Args:
        run: The run's id.
        runs: The database.
        send: Where messages go.
        figures: What the run's figures are; of a run of old that is not known, and then its epochs
            go on to have the means of losses alone.
        keep: How many of the first steps to keep for the exported self-check.
    """

    def __init__(
        self,
        run: str,
        runs: Runs,
        send: Callable[[Message], None],
        *,
        figures: Iterable[Figure] = (),
        keep: int = FIRST_STEPS,
    ) -> None:
        self.first: list[dict[str, float]] = []
        self.best_epoch = 0
        self.best: Mapping[str, float] = {}
        self._run, self._runs, self._send, self._keep = run, runs, send, keep
        self._figures = tuple(figures)
        self._of_batches = {
            str(Key("train", one.name, one.part)) for one in self._figures if one.kind == "metric"
        }
        self._pending: list[Mapping[str, int | float | Tensor]] = []
        self._unwritten: dict[str, Points] = {}
        self._ended: list[EpochEnded] = []
        self._sums: dict[str, tuple[float, int]] = {}
        self._wrote, self._wait = perf_counter(), COMMIT_S
        self.add = self._pending.append  # called at every step, so as short as it can be

    def restore(self, training: Training) -> None:
        """Take up a run where its checkpoint left it; what was recorded later is forgotten."""
        self._runs.rewind(self._run, step=training.step, epoch=training.epoch)
        for ended in self._runs.epochs(self._run):
            self._judge(ended.epoch, ended.figures)
        epoch_start = training.epoch * training.steps_per_epoch
        for name, points in self._runs.curves(self._run, after=epoch_start).items():
            self._add_up(name, points)
        first = self._runs.curves(self._run, until=self._keep)
        self._remember({name: points for name, points in first.items() if is_loss(name)})

    def flush(self, step: int, seconds: float, *, write: bool = False) -> None:
        """Make numbers of the waiting losses and send them; write them twice a second.

        Raises:
            NotFinite: If a loss is NaN or infinite; everything up to it was sent and written.
        """
        if self._pending:
            pending = self._pending[:]
            self._pending.clear()
            curves = numbers(pending)
            self._send(Steps(curves))
            losses = {name: points for name, points in curves.items() if is_loss(name)}
            self._remember(losses)
            for name, points in curves.items():
                self._add_up(name, points)
                waiting = self._unwritten.setdefault(name, Points(array("q"), array("d")))
                waiting.steps.extend(points.steps)
                waiting.values.extend(points.values)
            broken = first_not_finite(losses)
            if broken:
                with suppress(OSError, sqlite3.Error):  # what broke is the news
                    self.write(step, seconds)
                raise broken
        if write or perf_counter() - self._wrote > self._wait:
            self.write(step, seconds)

    def move(self, run: str, runs: Runs) -> None:
        """Record under another name, or in another database, from now on."""
        self._run, self._runs = run, runs

    @property
    def has_first(self) -> bool:
        """Are all of the first steps here?"""
        return len(self.first) >= self._keep

    def stop_keeping(self) -> None:
        """Keep no more first steps: from here on the run was changed by hand."""
        self._keep = len(self.first)

    def write(self, step: int, seconds: float) -> None:
        """Commit to the database what was not yet written; what it does not take is kept."""
        began = perf_counter()
        try:
            if self._unwritten or self._ended:
                self._runs.record(
                    self._run, self._unwritten, step=step, seconds=seconds, epochs=self._ended
                )
                self._unwritten, self._ended = {}, []
        except BaseException:
            self._wait = max(COMMIT_S, SHARE * (perf_counter() - began))
            raise
        finally:
            self._wrote = perf_counter()
        self._wait = COMMIT_S

    def epoch(self, epoch: int, step: int, figures: Mapping[str, float]) -> EpochEnded:
        """Add the training means to an epoch's figures; call it after `flush`."""
        means = {
            str(replace(Key.read(name), split="train")): total / count
            for name, (total, count) in self._sums.items()
            if count
        }
        self._sums.clear()
        figures = {**means, **figures}
        best = self._judge(epoch, figures)
        ended = EpochEnded(epoch, step, figures, best)
        self._ended.append(ended)
        return ended

    def _add_up(self, name: str, points: Points) -> None:
        """Add a loss or a metric of batches to the sums of an epoch; a metric may have no value."""
        if not is_loss(name) and name not in self._of_batches:
            return
        total, count = self._sums.get(name, (0.0, 0))
        for value in points.values:  # one by one: the same sum however they were batched
            if math.isfinite(value):
                total, count = total + value, count + 1
        self._sums[name] = (total, count)

    def _judge(self, epoch: int, figures: Mapping[str, float]) -> bool:
        found = better(figures, self.best, self._figures)
        if found:
            self.best_epoch, self.best = epoch, figures
        return found

    def _remember(self, curves: Mapping[str, Points]) -> None:
        if len(self.first) >= self._keep:
            return
        steps: dict[int, dict[str, float]] = {}
        for name, points in curves.items():
            for step, value in zip(points.steps, points.values, strict=True):
                steps.setdefault(step, {"step": step})[name] = value
        for step in sorted(steps):
            if step == len(self.first) + 1 <= self._keep:
                self.first.append(steps[step])


def is_loss(name: str) -> bool:
    """Is a curve that of a loss? Others are metrics of batches, or validated within an epoch."""
    return Key.read(name).split == "loss"


def numbers(items: list[Mapping[str, int | float | Tensor]]) -> dict[str, Points]:
    """Losses as numbers, with one wait for the device for each name instead of each step."""
    gathered: dict[str, tuple[array[int], list[float | Tensor]]] = {}
    for item in items:
        step = int(item["step"])
        for name, value in item.items():
            if name != "step":
                steps, values = gathered.setdefault(name, (array("q"), []))
                steps.append(step)
                values.append(value)
    return {
        name: Points(steps, array("d", as_floats(values)))
        for name, (steps, values) in gathered.items()
    }


def as_floats(values: list[float | Tensor]) -> list[float]:
    """Numbers of scalars, on whichever device they lie."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values):
        return [float(value) for value in values]
    floats: list[float] = torch.stack(tensors).tolist()
    return floats


def first_not_finite(curves: Mapping[str, Points]) -> NotFinite | None:
    """The earliest loss that is NaN or infinite."""
    broken = [
        NotFinite(name, value, step)
        for name, points in curves.items()
        for step, value in zip(points.steps, points.values, strict=True)
        if not math.isfinite(value)
    ]
    return min(broken, key=lambda found: found.step) if broken else None
