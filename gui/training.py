"""The run in the window: starts and steers the worker, and tells the panels what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from graph.problems import Problem
from gui.session import Session
from gui.source import Source
from runtime.client import Client
from runtime.config import RunConfig
from runtime.messages import Died, Paused, Resumed, Started, Stopped, Warm

State = Literal["idle", "reading", "starting", "running", "paused", "stopping"]

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
        self._paused = False
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self.drain)

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
            self._paused = paused
            self._set("reading")
            return True
        self._set("idle")
        self._source.compile_now()
        project = self._source.project
        if project is None:
            errors = [one for one in self._source.problems if one.severity == "error"]
            self.refused.emit(tuple(errors or self._source.problems))
            return False
        self.asked.emit()
        self.resumable = None
        self._start_drain()
        self.client.train(
            project.name, project.files, project.views, project.wires, config=self._config(paused)
        )
        if paused:
            self.client.step_once()
        self._set("starting")
        return True

    def data_read(self) -> None:
        """The worker knows more of the data: start the run that waits for it."""
        if self.state == "reading" and not self.pending():
            self.train(paused=self._paused)

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
                self.started = message
                self._set("running" if self.state == "starting" else self.state)
            case Paused():
                if self.state != "stopping":
                    self._set("paused")
            case Resumed():
                if self.state != "stopping":
                    self._set("running")
            case Stopped():
                self._set("idle")
            case Died():
                self.resumable = message.folder
                self.warm = None
                self._set("idle")
                self.changed.emit()

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
