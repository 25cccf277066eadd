"""The run in the window: starts and steers the worker, and tells the panels what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from graph.problems import Problem
from gui.session import Session
from gui.source import Source
from runtime.client import Client
from runtime.config import Project, RunConfig, project
from runtime.messages import (
    Died,
    GenerateEnded,
    Generating,
    Paused,
    Resumed,
    Started,
    Stopped,
    Warm,
)

State = Literal["idle", "reading", "starting", "running", "paused", "stopping"]

SEED = 20
"""Views draw from the noise of this seed first."""
DRAIN_MS = 34
"""How often the worker's messages are taken: at most 30 times a second."""


class Trainer(QObject):
    """Starts, pauses, steps and stops runs; every message of the worker passes through it."""

    received = Signal(object)
    """One message of `runtime.messages`."""
    changed = Signal()
    """`state` or `resumable` changed."""
    asked = Signal()
    """Train was asked for: what an earlier run left on the panels may go."""
    refused = Signal(tuple)
    """Train was asked for on a board with errors: a tuple of problems."""

    def __init__(self, session: Session, source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._source = session, source
        self.client = Client()
        self.state: State = "idle"
        self.started: Started | None = None
        self.warm: Warm | None = None
        self.resumable: str | None = None
        self.data_dir: str | None = None
        self.pending: Callable[[], bool] = lambda: False
        """Is the worker still looking at what a data node of the board holds?"""
        self.unread: Callable[[], tuple[Problem, ...]] = tuple
        """What could not be read of the board's data."""
        self._after_reading: Callable[[], object] = self.train
        self.generating: Generating | None = None
        self.last: str | None = None
        """The folder of this board's last run, from its start on."""
        self._seed = SEED
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self.drain)
        session.opened.connect(self._leave)

    def start(self) -> None:
        """Start the worker, so that it is warm before the first click on Train."""
        self._timer.start()
        self.client.warm()

    def close(self) -> None:
        """Stop what runs, save it, end the worker; one with nothing to save ends at once."""
        self._timer.stop()
        if self.state == "idle":
            self.client.kill()
        self.client.close()

    def train(self, *, paused: bool = False) -> bool:
        """Compile the board and train it; on errors say so instead.

        Args:
            paused: Take one step, then wait.

        Returns:
            Whether a run was started, or will be once the data was read.
        """
        if self.state == "paused":
            self.resume()
            return True
        if self.state not in {"idle", "reading"}:
            return False
        if self.pending():
            self._after_reading = partial(self.train, paused=paused)
            self._set("reading")
            return True
        self._set("idle")
        compiled = self._compiled()
        if compiled is None:
            return False
        if unread := self.unread():
            self.refused.emit(unread)
            return False
        self.asked.emit()
        self.resumable = None
        self._start_drain()
        self.client.run(compiled, self._config(paused))
        if paused:
            self.client.step_once()
        self._set("starting")
        return True

    def data_read(self) -> None:
        """The worker knows more of the data: start what waits for it."""
        if self.state == "reading" and not self.pending():
            self._after_reading()

    def generate(self, checkpoint: Path) -> bool:
        """Draw the board's views from a checkpoint's weights, without training.

        Returns:
            Whether that begins, or will once the data was read.
        """
        if self.state not in {"idle", "reading"}:
            return False
        if self.pending():
            self._after_reading = partial(self.generate, checkpoint)
            self._set("reading")
            return True
        self._set("idle")
        compiled = self._compiled()
        if compiled is None:
            return False
        self._start_drain()
        self.client.generate(compiled, self._config(paused=False), checkpoint)
        self._seed = SEED
        self._set("starting")
        return True

    def shuffle(self) -> None:
        """While generating: draw from other noise."""
        if self.generating is not None:
            self._seed += 1
            self.client.shuffle(self._seed)

    @property
    def can_steer(self) -> bool:
        """Does the worker draw views, so that their latents can be moved?"""
        return self.state in {"running", "paused"} or self.generating is not None

    def steer(self, node: str, at: tuple[float, ...]) -> None:
        """Move the latents that a node stands for."""
        if self.can_steer:
            self.client.steer(node, at)

    def resume_last(self) -> None:
        """Go on with the run whose worker died."""
        if self.resumable is not None:
            self.resume_run(self.resumable)

    def resume_run(self, folder: str) -> None:
        """Go on with an earlier run from its last checkpoint."""
        if self.state != "idle":
            return
        self.resumable = None
        self._start_drain()
        self.client.resume_run(folder, config=self._config(paused=False))
        self._set("starting")

    def pause(self) -> None:
        """Wait after the running step."""
        if self.state == "running":
            self.client.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self.state == "paused":
            self.client.resume()
            self._set("running")

    def step(self) -> None:
        """Take one step, then wait; on an idle board start a run that waits."""
        if self.state == "idle":
            self.train(paused=True)
        elif self.state in {"running", "paused"}:
            self.client.step_once()

    def stop(self) -> None:
        """Save and end the run."""
        if self.state == "reading":
            self._set("idle")
        elif self.state == "idle" and self.generating is not None:
            self.client.stop()
        elif self.state not in {"idle", "stopping"}:
            self.client.stop()
            self._set("stopping")

    def set_rate(self, optimizer: str, value: float) -> None:
        """Change an optimizer's learning rate while it trains."""
        if self.state in {"running", "paused"}:
            self.client.set_rate(optimizer, value)

    def drain(self) -> None:
        """Take what the worker said and pass it on."""
        for message in self.client.drain():
            self._follow(message)
            self.received.emit(message)

    def _follow(self, message: object) -> None:
        match message:
            case Warm():
                self.warm = message
                self.changed.emit()
            case Started():
                self.started, self.last = message, message.folder
                self._set("running" if self.state == "starting" else self.state)
            case Paused():
                if self.state != "stopping":
                    self._set("paused")
            case Resumed():
                if self.state != "stopping":
                    self._set("running")
            case Stopped():
                self._set("idle")
            case Generating():
                self.generating = message
                self._set("idle")
                self.changed.emit()
            case GenerateEnded():
                asked = self.generating is None
                self.generating = None
                if asked or self.state == "stopping":
                    self._set("idle")  # it did not begin; else a run may be starting
                self.changed.emit()
            case Died():
                self.resumable = message.folder
                self.warm = self.generating = None
                self._set("idle")
                self.changed.emit()

    def _compiled(self) -> Project | None:
        """The board's project; where it has errors they are told instead."""
        self._source.compile_now()
        made = self._source.project
        if made is None:
            wrong = errors(self._source.problems)
            self.refused.emit(tuple(wrong or self._source.problems))
            return None
        return project(made.name, made.files, made.views, made.wires, made.learned)

    def _leave(self) -> None:
        """Another board is open: what was trained or drawn belongs to the one before."""
        self.last = None
        if self.state == "reading" or self.generating is not None:
            self.stop()

    def _set(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()

    def _start_drain(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _config(self, paused: bool) -> RunConfig:
        settings = self._session.document.settings
        return RunConfig(
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            seed=settings.seed,
            device=settings.device,
            precision=settings.precision,
            threads=settings.threads,
            data_dir=self.data_dir,
            paused=paused,
        )


def errors(problems: tuple[Problem, ...] | list[Problem]) -> list[Problem]:
    """Those that keep a board from training."""
    return [problem for problem in problems if problem.severity == "error"]
