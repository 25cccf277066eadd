"""The run in the window: starts and steers the worker, and tells the panels what it says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal

from graph.core.run_plan import Project
from graph.problems import problem
from gui.core.live_source import Source
from gui.core.session import Session
from runtime.client.client import Client
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    Died,
    Downloading,
    GenerateEnded,
    Generating,
    Paused,
    Probed,
    ProbeFailed,
    Problem,
    Resumed,
    Started,
    Stopped,
    Warm,
)
from runtime.store.runs import last_checkpoint, planned_epochs

State = Literal["idle", "reading", "starting", "running", "paused", "stopping"]

OF_NO_RUN = Warm | Probed | ProbeFailed | Downloading | Died
"""Messages that answer the open board, or are of the worker itself."""
SEED = 20
"""Views draw from the noise of this seed first."""
DRAIN_MS = 34
"""How often the worker's messages are taken: at most 30 times a second."""


@dataclass
class Drawing:
    """What the worker draws after training: a board, with the weights of a checkpoint.

    Attributes:
        project: The board as it was compiled.
        config: On which device, with which data.
        checkpoint: The file with the weights.
        samples: How often other noise was asked for.
    """

    project: Project
    config: RunConfig
    checkpoint: Path
    samples: int = 0


class Trainer(QObject):
    """Starts, pauses, steps and stops runs; every message of the worker passes through it."""

    received = Signal(object)
    """One message of `runtime.protocol.messages`."""
    changed = Signal()
    """`state`, `resumable`, `generating` or `outdated` changed."""
    asked = Signal()
    """Train was asked for: what an earlier run left on the panels may go."""
    recorded = Signal()
    """A run began or ended: the records of runs are new."""
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
        self.unread: Callable[[], tuple[problem.Problem, ...]] = tuple
        """What could not be read of the board's data."""
        self._after_reading: Callable[[], object] = self.train
        self.generating: Generating | None = None
        self.outdated = False
        """Is what is generated of the board as it was before an edit?"""
        self.sound = True
        """Can the board be compiled, to be generated as it is now?"""
        self.checkpoint: Path | None = None
        """What Generate draws with: of this board's last run, or loaded since."""
        self._drawing: Drawing | None = None
        self._before: Drawing | None = None
        """What was drawn until now, to go back to where another checkpoint does not fit."""
        self._left: type | None = None
        """What the worker says last of a board that is no longer open, while it speaks of one."""
        self._trouble = ""
        """What went wrong with that run."""
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self.drain)
        session.opened.connect(self._leave)
        source.changed.connect(self._compare)

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
        self.resumable = self._drawing = self._before = None
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

    def generate(self, checkpoint: Path, *, samples: int = 0) -> bool:
        """Draw the board's views from a checkpoint's weights, without training.

        What was drawn before goes on where the checkpoint turns out not to fit.

        Args:
            checkpoint: The file with the weights.
            samples: Which noise to draw from: 0 is that of training.

        Returns:
            Whether that begins, or will once the data was read.
        """
        if self.state not in {"idle", "reading"}:
            return False
        if self.pending():
            self._after_reading = partial(self.generate, checkpoint, samples=samples)
            self._set("reading")
            return True
        self._set("idle")
        compiled = self._compiled()
        if compiled is None:
            return False
        self._before = self._drawing if self.generating is not None else None
        self._draw(Drawing(compiled, self._config(paused=False), checkpoint, samples))
        return True

    def _draw(self, asked: Drawing) -> None:
        self._drawing = asked
        self._start_drain()
        self.client.generate(asked.project, asked.config, asked.checkpoint, samples=asked.samples)
        self._set("starting")

    @property
    def samples(self) -> int:
        """Which samples were drawn last: how often other noise was asked for before."""
        return self._drawing.samples if self._drawing else 0

    def shuffle(self) -> None:
        """While generating: draw from other noise."""
        if self.generating is not None and self._drawing is not None:
            self._drawing.samples += 1
            self.client.shuffle(SEED + self._drawing.samples)

    @property
    def training(self) -> bool:
        """Does a run go on, so that something else has to wait for its end?"""
        return self.state in {"starting", "running", "paused"} and self._drawing is None

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

    def resume_run(self, folder: str, epochs: int | None = None) -> None:
        """Go on with an earlier run from its last checkpoint, not with what waits for data.

        Args:
            folder: The run's folder.
            epochs: Where it ends; where it was planned to, if left out.
        """
        if self.state not in {"idle", "reading"}:
            return
        self.resumable = self._drawing = self._before = None
        self._start_drain()
        config = self._config(paused=False)
        config = replace(config, until=epochs or planned_epochs(folder))
        self.client.resume_run(folder, config=config)
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

    def set_rate(self, optimizer: str, value: float, *, peak: bool = False) -> None:
        """Change an optimizer's learning rate while it trains; `peak` is before its schedule."""
        if self.state in {"running", "paused"}:
            self.client.set_rate(optimizer, value, peak=peak)

    def drain(self) -> None:
        """Take what the worker said and pass it on."""
        for message in self.client.drain():
            foreign = self._left is not None and not isinstance(message, OF_NO_RUN)
            self._follow(message)
            if not foreign:
                self.received.emit(message)
            elif isinstance(message, Problem):
                self._trouble = message.text
            elif isinstance(message, Stopped):
                self._session.message.emit(farewell(message, self._trouble))
                self._trouble = ""
            if isinstance(message, Started | Stopped | Died):
                self.recorded.emit()

    def _follow(self, message: object) -> None:
        self._heed(message)
        if type(message) is self._left or isinstance(message, Died):
            self._left = None

    def _heed(self, message: object) -> None:
        match message:
            case Warm():
                self.warm = message
                self.changed.emit()
            case Started():
                self.started = message
                if self._left is None:
                    self.checkpoint = last_checkpoint(message.folder)
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
                self.generating, self._before = message, None
                if self._drawing is not None and self._left is None:
                    self.checkpoint = self._drawing.checkpoint
                self._set("idle")
                self.changed.emit()
                self._compare()
            case GenerateEnded():
                began, self.generating = self.generating is not None, None
                before, stopping = self._before, self.state == "stopping"
                if not began and before is not None and not stopping:
                    self._before = None
                    self._draw(before)
                elif not began or stopping:
                    self._set("idle")  # it did not begin; else a run may be starting
                self.changed.emit()
                self._compare()
            case Died():
                self.resumable = message.folder if self._left is None else None
                self.warm = self.generating = self._before = None
                self._set("idle")
                self.changed.emit()
                self._compare()

    def _compiled(self) -> Project | None:
        """The board's project; where it has errors they are told instead."""
        self._source.compile_now()
        if self._source.project is None:
            wrong = errors(self._source.problems)
            self.refused.emit(tuple(wrong or self._source.problems))
            return None
        return self._project()

    def _project(self) -> Project | None:
        made = self._source.project
        return None if made is None else made.project

    def _compare(self) -> None:
        """Was the board changed since what is drawn of it was compiled?"""
        drawn = self._drawing if self.generating is not None else None
        now = self._project() if drawn is not None else None
        outdated = drawn is not None and (now is None or _shown(drawn.project) != _shown(now))
        sound = drawn is None or now is not None
        if (outdated, sound) != (self.outdated, self.sound):
            self.outdated, self.sound = outdated, sound
            self.changed.emit()

    def _leave(self) -> None:
        """Another board is open: what is trained or drawn belongs to the one before, and ends."""
        busy = self.state not in {"idle", "reading"}
        if busy and self._drawing is None:
            self._left = Stopped  # a run, be it that it ends what was drawn before
        elif busy or self.generating is not None:
            self._left = GenerateEnded
        self.checkpoint = self.resumable = self._drawing = self._before = None
        self.stop()
        self._compare()

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
            validate_every=settings.validate_every,
            data_dir=self.data_dir,
            paused=paused,
        )


def farewell(stopped: Stopped, trouble: str) -> str:
    """How a run ended whose board is no longer open."""
    saved = bool(stopped.folder) and os.path.exists(last_checkpoint(stopped.folder))
    match stopped.reason:
        case "finished":
            return f"{stopped.run} was trained to its end."
        case "stopped":
            return f"{stopped.run} was stopped and saved." if saved else "The run was stopped."
        case _:
            return f"The run that was left failed: {trouble or 'see Runs'}"


def _shown(project: Project) -> object:
    """What of a project can be seen in its views."""
    return project.shown, project.views


def errors(found: Iterable[problem.Problem]) -> list[problem.Problem]:
    """Those that keep a board from training."""
    return [one for one in found if one.severity == "error"]
