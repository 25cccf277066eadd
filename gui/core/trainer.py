"""The run in the window: starts and steers the worker, and tells the panels what it says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from graph.core.run_plan import Project
from graph.problems import problem
from gui.core.live_source import Source
from gui.core.run_state import Drawing, Phase, RunState
from gui.core.session import Session
from runtime.client.client import Client
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    Died,
    Downloading,
    GenerateEnded,
    Generating,
    Probed,
    ProbeFailed,
    Problem,
    Started,
    Stopped,
    Warm,
)
from runtime.store.runs import last_checkpoint, planned_epochs

OF_NO_RUN = Warm | Probed | ProbeFailed | Downloading | Died
"""Messages that answer the open board, or are of the worker itself."""
SEED = 20
"""Views draw from the noise of this seed first."""
DRAIN_MS = 34
"""How often the worker's messages are taken: at most 30 times a second."""


class Trainer(QObject):
    """Starts, pauses, steps and stops runs; every message of the worker passes through it.

    What may be asked when, and what each message changes, is said by `RunState`.
    """

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
        self.run_state = RunState()
        self.started: Started | None = None
        self.warm: Warm | None = None
        self.data_dir: str | None = None
        self.pending: Callable[[], bool] = lambda: False
        """Is the worker still looking at what a data node of the board holds?"""
        self.unread: Callable[[], tuple[problem.Problem, ...]] = tuple
        """What could not be read of the board's data."""
        self._after_reading: Callable[[], object] = self.train
        self.outdated = False
        """Is what is generated of the board as it was before an edit?"""
        self.sound = True
        """Can the board be compiled, to be generated as it is now?"""
        self._trouble = ""
        """What went wrong with a run whose board is no longer open."""
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self.drain)
        session.opened.connect(self._leave)
        source.changed.connect(self._compare)

    @property
    def state(self) -> Phase:
        """What is going on."""
        return self.run_state.phase

    @property
    def generating(self) -> Generating | None:
        """What the worker said of the views it draws without training, while it does."""
        return self.run_state.generating

    @property
    def resumable(self) -> str | None:
        """The folder of a run whose worker died."""
        return self.run_state.resumable

    @property
    def checkpoint(self) -> Path | None:
        """What Generate draws with: of this board's last run, or loaded since."""
        return self.run_state.checkpoint

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
        if not self.run_state.free:
            return False
        if self.pending():
            self._after_reading = partial(self.train, paused=paused)
            self._become(self.run_state.wait())
            return True
        self._become(self.run_state.rest())
        compiled = self._compiled()
        if compiled is None:
            return False
        if unread := self.unread():
            self.refused.emit(unread)
            return False
        self.asked.emit()
        self._start_drain()
        self.client.run(compiled, self._config(paused))
        if paused:
            self.client.step_once()
        self._become(self.run_state.run())
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
        if not self.run_state.free:
            return False
        if self.pending():
            self._after_reading = partial(self.generate, checkpoint, samples=samples)
            self._become(self.run_state.wait())
            return True
        self._become(self.run_state.rest())
        compiled = self._compiled()
        if compiled is None:
            return False
        asked = Drawing(compiled, self._config(paused=False), checkpoint, samples)
        self._draw(asked)
        self._become(self.run_state.draw(asked))
        return True

    def _draw(self, asked: Drawing) -> None:
        self._start_drain()
        self.client.generate(asked.project, asked.config, asked.checkpoint, samples=asked.samples)

    @property
    def samples(self) -> int:
        """Which samples were drawn last: how often other noise was asked for before."""
        drawing = self.run_state.drawing
        return drawing.samples if drawing else 0

    def shuffle(self) -> None:
        """While generating: draw from other noise."""
        other = self.run_state.shuffle()
        if other is not self.run_state:
            self._become(other)
            self.client.shuffle(SEED + self.samples)

    @property
    def training(self) -> bool:
        """Does a run go on, so that something else has to wait for its end?"""
        return self.run_state.training

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
        if not self.run_state.free:
            return
        self._start_drain()
        config = self._config(paused=False)
        config = replace(config, until=epochs or planned_epochs(folder))
        self.client.resume_run(folder, config=config)
        self._become(self.run_state.run())

    def pause(self) -> None:
        """Wait after the running step."""
        if self.state == "running":
            self.client.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self.state == "paused":
            self.client.resume()
            self._become(self.run_state.go_on())

    def step(self) -> None:
        """Take one step, then wait; on an idle board start a run that waits."""
        if self.state == "idle":
            self.train(paused=True)
        elif self.state in {"running", "paused"}:
            self.client.step_once()

    def stop(self) -> None:
        """Save and end the run, or what is drawn."""
        if self.run_state.ends:
            self.client.stop()
        self._become(self.run_state.stop())

    def set_rate(self, optimizer: str, value: float, *, peak: bool = False) -> None:
        """Change an optimizer's learning rate while it trains; `peak` is before its schedule."""
        if self.state in {"running", "paused"}:
            self.client.set_rate(optimizer, value, peak=peak)

    def drain(self) -> None:
        """Take what the worker said and pass it on."""
        for message in self.client.drain():
            foreign = self.run_state.left is not None and not isinstance(message, OF_NO_RUN)
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
        was, now = self.run_state, self.run_state.hear(message)
        if isinstance(message, Started):
            self.started = message
        elif isinstance(message, Warm | Died):
            self.warm = message if isinstance(message, Warm) else None
            self.changed.emit()
        self._become(now)
        if now.drawing is not None and now.drawing is not was.drawing:
            self._draw(now.drawing)
        if isinstance(message, Generating | GenerateEnded | Died):
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
        drawn = self.run_state.drawing if self.generating is not None else None
        now = self._project() if drawn is not None else None
        outdated = drawn is not None and (now is None or _shown(drawn.project) != _shown(now))
        sound = drawn is None or now is not None
        if (outdated, sound) != (self.outdated, self.sound):
            self.outdated, self.sound = outdated, sound
            self.changed.emit()

    def _leave(self) -> None:
        """Another board is open: what is trained or drawn belongs to the one before, and ends."""
        if self.run_state.rest().ends:  # what waits for data ends with the board
            self.client.stop()
        self._become(self.run_state.leave())
        self._compare()

    def _become(self, state: RunState) -> None:
        if state != self.run_state:
            self.run_state = state
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
