"""Training in the terminal: the worker's own loop, with a progress bar, text or JSON lines."""

from __future__ import annotations

import json
import queue
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from graph.core.plain_text import plain
from graph.core.run_plan import Project
from graph.core.wording import amount
from runtime.cli.terminal_plots import has_colour, text_picture
from runtime.protocol import messages
from runtime.protocol.config import RunConfig
from runtime.protocol.figures import Key
from runtime.protocol.messages import (
    Command,
    EpochEnded,
    Message,
    Noted,
    Problem,
    Started,
    Steps,
    Stop,
    Stopped,
    ViewDrawn,
)
from runtime.store import leftovers
from runtime.store.runs import Runs, database, home
from runtime.worker.loop import Loop

Names = Mapping[str, str]
"""The name of each node, for people."""

QUIET_S = 10.0
"""For how long at most nothing is said where lines are printed."""


class Teller(Protocol):
    """Shows what a run says."""

    def hear(self, message: Message) -> None:
        """Take one message."""

    def close(self) -> None:
        """The run ended."""


def train(
    project: Project,
    config: RunConfig,
    *,
    as_json: bool = False,
    names: Names | None = None,
    runs_at: Path | None = None,
) -> Stopped:
    """Run a project in this process, telling how it goes; Ctrl-C stops and saves.

    Args:
        project: What to train.
        config: How.
        as_json: One JSON object a line, instead of a progress bar.
        names: The name of each node, for problems.
        runs_at: The folder of all runs; the user's own where left out.
    """
    if as_json:
        project = replace(project, views=(), wires=())
        teller: Teller = JsonLines(names or {})
    elif sys.stdout.isatty():
        teller = Screen(names or {})
    else:
        teller = Lines(names or {})
    try:
        stopped = run(project, config, teller.hear, runs_at=runs_at)
        teller.hear(stopped)
    finally:
        teller.close()
    return stopped


def run(
    project: Project,
    config: RunConfig,
    hear: Callable[[Message], None],
    *,
    runs_at: Path | None = None,
) -> Stopped:
    """Run a project in this process; Ctrl-C stops and saves, and so does a closed pipe.

    Raises:
        BrokenPipeError: After the run was saved, if nobody reads what is told any more.
    """
    closed: list[BrokenPipeError] = []

    def tell_on(message: Message) -> None:
        if closed:
            return
        try:
            hear(message)
        except BrokenPipeError as error:
            closed.append(error)
            inbox.put(Stop())

    inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
    leftovers.remove()
    with Runs(runs_at / "runs.sqlite" if runs_at else database()) as runs:
        loop = Loop(project, config, inbox, tell_on, runs, runs_at or home())

        def stop() -> None:
            inbox.put(Stop())
            loop.interrupt()

        with on_interrupt(stop):
            stopped = loop.run()
    if closed:
        raise closed[0]
    return stopped


@contextmanager
def on_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Do this at the first Ctrl-C; a second one ends the process as ever."""

    def follow(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        stop()

    try:
        before = signal.signal(signal.SIGINT, follow)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class JsonLines:
    """One JSON object a line for each step and each epoch, and one at the end."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._device, self._threads = "", 0

    def hear(self, message: Message) -> None:
        """Take one message."""
        match message:
            case Started():
                self._device, self._threads = message.device, message.threads
            case Steps():
                for line in by_step(message):
                    tell({"event": "step", **line})
            case EpochEnded():
                tell({"event": "epoch", "epoch": message.epoch, **message.figures})
            case Noted():
                print(message.text, file=sys.stderr)
            case Problem():
                print(words(message, self._names), file=sys.stderr)
            case Stopped():
                done = {name: getattr(message, name) for name in ("reason", "step", "epoch")}
                done |= {"seconds": round(message.seconds, 3), "best": dict(message.best)}
                done |= {"device": self._device, "threads": self._threads}
                tell({"event": "done", **done, "run": message.run, "folder": message.folder})
            case _:
                pass

    def close(self) -> None:
        """Nothing is left to do."""


class Lines:
    """Plain lines, for a terminal that can't redraw or a file.

    One an epoch; within long epochs one each `QUIET_S` seconds.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._pictures: dict[str, str] = {}
        self._last: dict[str, float] = {}  # losses that no line told yet
        self._told = perf_counter()

    def hear(self, message: Message) -> None:
        """Take one message."""
        match message:
            case Started():
                print(opening(message), flush=True)
            case Steps():
                lines = by_step(message)
                for line in filter(is_validated, lines):
                    self._last = line
                    self._tell_step()
                self._last = {} if is_validated(lines[-1]) else lines[-1]
                if perf_counter() - self._told > QUIET_S:
                    self._tell_step()
            case EpochEnded():
                print(epoch_line(message), flush=True)
                self._last, self._told = {}, perf_counter()
            case ViewDrawn():
                self._pictures[message.name] = picture(message)
            case Noted():
                print(message.text, file=sys.stderr)
            case Problem():
                print(words(message, self._names), file=sys.stderr)
            case Stopped():
                self._tell_step()
                for name, drawn in self._pictures.items():
                    print(f"\n{name}\n{drawn}")
                print(closing(message), flush=True)
            case _:
                pass

    def _tell_step(self) -> None:
        if self._last:
            print(step_line(self._last), flush=True)
        self._last, self._told = {}, perf_counter()

    def close(self) -> None:
        """Nothing is left to do."""


class Screen:
    """A progress bar under the newest pictures."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._console = Console(highlight=False, markup=False, emoji=False)
        columns = (
            BarColumn(),
            "{task.percentage:>3.0f}%",
            TextColumn("{task.fields[figures]}", markup=False),
        )
        self._bar = Progress(*columns, TimeRemainingColumn(compact=True), console=self._console)
        self._task = self._bar.add_task("", total=None, figures="reading data")
        self._pictures: dict[str, Text] = {}
        self._live = Live(self._bar, console=self._console, refresh_per_second=8)
        self._live.start()
        self._figures = ""

    def hear(self, message: Message) -> None:
        """Take one message."""
        match message:
            case Started():
                total = message.epochs * message.steps_per_epoch
                self._bar.update(self._task, total=total, completed=message.step)
                self._console.print(opening(message))
            case Steps():
                lines = by_step(message)
                for line in filter(is_validated, lines):
                    self._console.print(step_line(line))
                last = lines[-1]
                loss = next(
                    (value for name, value in last.items() if Key.read(name).split == "loss"), 0.0
                )
                self._bar.update(
                    self._task,
                    completed=last["step"],
                    figures=f"loss {figure(loss)} {self._figures}",
                )
            case messages.Progress():
                self._figures = f"{message.samples_per_second:,.0f} samples/s"
            case EpochEnded():
                self._console.print(epoch_line(message))
            case ViewDrawn():
                self._pictures[message.name] = Text.from_ansi(picture(message))
                self._live.update(Group(*self._pictures.values(), self._bar))
            case Noted():
                self._console.print(message.text)
            case Problem():
                self._console.print(words(message, self._names), style="bold red")
            case Stopped():
                self._live.stop()
                self._console.print(closing(message))
            case _:
                pass

    def close(self) -> None:
        """Give the terminal back."""
        self._live.stop()


def tell(line: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(line), flush=True)


def by_step(message: Steps) -> list[dict[str, float]]:
    """Losses step by step."""
    steps: dict[int, dict[str, float]] = {}
    for name, points in message.curves.items():
        for step, value in zip(points.steps, points.values, strict=True):
            steps.setdefault(step, {"step": step})[name] = value
    return [steps[step] for step in sorted(steps)]


def is_validated(line: Mapping[str, float]) -> bool:
    """Was all that is held back validated after a step?"""
    return any(Key.read(name).split == "val" for name in line)


def step_line(line: Mapping[str, float]) -> str:
    """A step's figures in one line."""
    figures = "  ".join(f"{name} {figure(value)}" for name, value in line.items() if name != "step")
    return f"step {line['step']:>4}  {figures}"


def picture(message: ViewDrawn) -> str:
    """A view as text, as wide as the terminal."""
    width = min(shutil.get_terminal_size().columns, 100)
    return text_picture(message.payload, colour=has_colour(), width=width)


def words(problem: Problem, names: Names) -> str:
    """A problem as a person would say it."""
    place = f"{names.get(problem.node, problem.node)}: " if problem.node else ""
    detail = f" ({problem.detail})" if problem.detail else ""
    return plain(f"{place}{problem.text}{detail}\n{problem.advice}".rstrip())


def opening(started: Started) -> str:
    """What is trained, on what."""
    threads = "1 thread" if started.threads == 1 else f"{started.threads} threads"
    on = f"{started.device_name}, {threads}" if started.device == "cpu" else started.device_name
    again = f", from step {started.step}" if started.step else ""
    return f"{started.parameters:,} weights, {started.samples:,} examples, on {on}{again}"


def epoch_line(ended: EpochEnded) -> str:
    """An epoch's figures in one line."""
    figures = "  ".join(f"{name} {figure(value)}" for name, value in ended.figures.items())
    return f"epoch {ended.epoch:>3}  {figures}{'  best' if ended.best else ''}"


def closing(stopped: Stopped) -> str:
    """How a run ended and where it lies."""
    end = {"finished": "Finished", "stopped": "Stopped and saved", "failed": "Failed"}
    where = f" {plain(stopped.folder)}" if stopped.folder else ""
    return f"{end[stopped.reason]} after {stopped.step:,} steps, {stopped.seconds:.1f} s.{where}"


def figure(value: float) -> str:
    """A loss or metric: with four places, and large ones as people write them."""
    return amount(value) if abs(value) >= 1000 else f"{value:.4f}"
