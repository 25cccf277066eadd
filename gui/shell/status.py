"""The status bar: how the run goes at the left, the board in figures at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStatusBar, QWidget

from graph.core.wording import many
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.widgets.common import Elided, button, label, shown, words
from gui.widgets.number_format import duration, origin, size
from runtime.protocol.messages import Died, Progress, Saved, Started, Stopped

DOT = " \N{MIDDLE DOT} "
MESSAGE_MS = 8000


class Status(QStatusBar):
    """One line; messages take its left side for a while."""

    def __init__(self, session: Session, trainer: Trainer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._trainer = session, trainer
        self._progress: Progress | None = None
        self._ended = ""
        self.setSizeGripEnabled(False)
        self.run = Elided(dots=Qt.TextElideMode.ElideRight)
        self.run.setAccessibleName("Run")
        self.board = label()
        self.board.setAccessibleName("Board")
        self.resume: QPushButton = button("Resume", trainer.resume_last, "link")
        self.resume.hide()
        left = QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(12, 3, 0, 3)
        row.addWidget(self.run)
        row.addWidget(self.resume)
        row.addStretch(1)
        self.addWidget(left, 1)
        holder = QWidget()
        right = QHBoxLayout(holder)
        right.setContentsMargins(0, 3, 12, 3)
        right.addWidget(self.board)
        self.addPermanentWidget(holder)
        self._problems = 0
        self._said = self._guide = ""
        self._going = self._run_state()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._forget)
        for one in (self.run, self.board):
            one.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        session.inferred.connect(lambda _: self.refresh())
        session.opened.connect(self._forget_run)
        trainer.changed.connect(self._follow)
        trainer.received.connect(self.receive)
        self.refresh()

    def say(self, text: str) -> None:
        """Show a sentence for a while."""
        self._said = words(text)
        self._timer.start(MESSAGE_MS)
        self.refresh()

    def guide(self, text: str) -> None:
        """Say where the keys are and which lead on, until something else is given."""
        self._guide = text
        if text:
            self._said = ""
        self.refresh()

    def count_problems(self, count: int) -> None:
        """How many problems the board has."""
        self._problems = count
        self.refresh()

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        match message:
            case Progress():
                self._progress = message
            case Started():
                self._progress, self._ended = None, ""
            case Stopped():
                ways = {
                    "finished": "Trained",
                    "stopped": "Stopped after",
                    "failed": "Failed after",
                }
                epochs, steps = many(message.epoch, "epoch"), many(message.step, "step")
                self._ended = f"{ways[message.reason]} {epochs}{DOT}{steps}"
                self._ended += f"{DOT}{duration(message.seconds)}"
            case Died():
                signal = f" ({message.signal})" if message.signal else ""
                self._ended = words(f"The worker process ended{signal}. {message.advice}")
            case Saved():
                return
        self.refresh()

    def refresh(self) -> None:
        """Write both sides anew."""
        text = self._said or self._guide or self._run_text()
        self.run.setText(" ".join(text.split()))  # one line, whatever a library says in many
        self.run.setToolTip(shown(text))
        self.resume.setVisible(self._trainer.resumable is not None and not self._said)
        count = self._problems
        problems = many(count, "problem") if count else "no problems"
        weights = many(self._session.inference.total_weights, "weight")
        self.board.setText(f"{weights}{DOT}{problems}")

    def _run_state(self) -> tuple[str, bool]:
        return self._trainer.state, self._trainer.generating is not None

    def _follow(self) -> None:
        """A run that begins, ends or draws is news; what was said before it makes room."""
        before, self._going = self._going, self._run_state()
        if self._going != before:
            self._timer.stop()
            self._said = ""
        self.refresh()

    def _forget_run(self) -> None:
        self._progress, self._ended = None, ""
        self.refresh()

    def _forget(self) -> None:
        self._said = ""
        self.refresh()

    def _run_text(self) -> str:
        trainer = self._trainer
        if trainer.state == "reading":
            return "Reading data"
        if trainer.state == "starting":
            return "Starting" if trainer.warm else "Starting: PyTorch is loading"
        if trainer.state == "idle" and trainer.generating is not None:
            return f"Generating{DOT}{origin(trainer.generating)}"
        if trainer.state == "idle":
            return self._ended or self._ready_text()
        started = trainer.started
        if started is None:
            return ""
        states = {"running": "Training on", "paused": "Paused on", "stopping": "Stopping on"}
        parts = [f"{states[trainer.state]} {started.device_name or started.device}"]
        if started.device == "cpu":
            parts.append(many(started.threads, "thread"))
        else:
            parts.append(started.precision)
        progress = self._progress
        if progress is not None:
            parts.append(f"{progress.samples_per_second:,.0f} samples/s")
            parts.append(f"{100 * progress.waiting_share:.1f} % waiting for data")
            parts.append(size(progress.memory))
            if trainer.state == "running":
                parts.append(f"{duration(progress.seconds_left)} left")
        return DOT.join(parts)

    def _ready_text(self) -> str:
        warm = self._trainer.warm
        if warm is None and not self._trainer.client.alive:
            return "Ready"
        if warm is None:
            return "Loading PyTorch in the background"
        device = warm.devices[0].name if warm.devices else "CPU"
        return f"Ready{DOT}{device}{DOT}PyTorch {warm.torch}"
