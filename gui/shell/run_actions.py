"""What the menu Run does, and what panels ask of runs: trained, resumed, drawn from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from graph.declare import Param
from graph.model.settings import LIMITS
from gui.core.live_source import Source
from gui.core.preferences import settings
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.shell.ask_number import ask_number
from gui.shell.documents import Documents
from gui.shell.run_reports import RunReports
from gui.widgets import dialogs
from runtime.client.export import source_of
from runtime.store.runs import home, last_checkpoint

CHECKPOINTS = "Checkpoints (*.safetensors);;All files (*)"


class RunActions(QObject):
    """One method for each action of the menu, and for what panels ask of runs."""

    data_moved = Signal()
    """Data sets are looked for in another folder."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        source: Source,
        trainer: Trainer,
        documents: Documents,
        reports: RunReports,
        acts: Mapping[str, QAction],
        show_tab: Callable[[str], object],
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._source = window, session, source
        self._trainer, self._documents, self._reports = trainer, documents, reports
        self._acts, self._show_tab = acts, show_tab

    def train(self) -> None:
        """Train, or go on after a pause."""
        self._trainer.train()

    def pause(self) -> None:
        """Pause, or go on."""
        trainer = self._trainer
        if trainer.state == "paused":
            trainer.resume()
        else:
            trainer.pause()

    def step(self) -> None:
        """Take one step."""
        self._trainer.step()

    def stop(self) -> None:
        """End the run."""
        self._trainer.stop()

    def resume_last(self) -> None:
        """Go on with the run whose worker died."""
        self._trainer.resume_last()

    # -- after training

    def generate(self) -> None:
        """Go on drawing with what the last run learned, or the checkpoint loaded since."""
        trainer = self._trainer
        if trainer.checkpoint is not None:
            self._generate(trainer.checkpoint, samples=trainer.samples)

    def shuffle(self) -> None:
        """Draw from other noise; where nothing draws any more, from the last weights."""
        trainer = self._trainer
        if trainer.generating is not None:
            trainer.shuffle()
        elif trainer.checkpoint is not None:
            self._generate(trainer.checkpoint, samples=trainer.samples + 1)

    def load_checkpoint(self) -> None:
        """Ask for a checkpoint and draw with its weights."""
        last = self._trainer.checkpoint
        start = last.parent if last else home()
        path = dialogs.ask_open(self._window, "Load a checkpoint", start, CHECKPOINTS)
        if path is not None:
            self._generate(path)

    def generate_from(self, folder: str, source: str) -> None:
        """Draw with what an earlier run learned.

        Args:
            folder: The run's folder.
            source: What names its source.
        """
        if self._open_trained(folder, source):
            self._generate(last_checkpoint(folder))

    def resume_from(self, folder: str, source: str, done: int = 0) -> None:
        """Go on with an earlier run from its last checkpoint.

        Args:
            folder: The run's folder.
            source: What names its source.
            done: How many epochs it has trained, if it is finished: then how many more is asked.
        """
        end = None
        if done:
            text = f"All {done} epochs are trained. Train on until epoch"
            most = LIMITS["epochs"][1]
            asked = Param("epochs", "int", 2 * done, text, low=done + 1, high=most)
            chosen = ask_number(self._window, "Resume", asked)
            if chosen is None:
                return
            end = int(chosen)
        if self._open_trained(folder, source):
            self._trainer.resume_run(folder, end)

    def _open_trained(self, folder: str, source: str) -> bool:
        """Show the board that an earlier run trains: the open one, where it is that, or its own."""
        if self._trainer.state not in {"idle", "reading"}:
            self._session.message.emit("A run is going: stop it first.")
            return False
        self._source.compile_now()
        project = self._source.project
        if project is not None and source_of(project) == source:
            return True
        return self._documents.open_trained(folder)

    def steer(self, node: str, at: tuple[float, ...]) -> None:
        """Move latents; where nothing draws any more, the last run's weights are loaded first."""
        trainer = self._trainer
        if trainer.can_steer:
            trainer.steer(node, at)
        elif trainer.state == "idle":
            self.generate()

    def _generate(self, checkpoint: Path, *, samples: int = 0) -> None:
        self._reports.clear_trouble()
        self._source.compile_now()
        project = self._source.project
        if project is not None and not project.views:
            text = "There is nothing to draw: wire a view, such as Image grid, first."
            self._session.message.emit(text)
        elif self._trainer.generate(checkpoint, samples=samples):
            self._show_tab("previews")

    def set_rate(self) -> None:
        """Ask for another learning rate of the run that is going."""
        window, trainer = self._window, self._trainer
        rates = dict(trainer.started.rates) if trainer.started else {}
        if not rates or trainer.state not in {"running", "paused"}:
            text = "The learning rate can be changed while a run is going."
            self._session.message.emit(text)
            return
        name = next(iter(rates))
        if len(rates) > 1:
            text = "Several optimizers train this board."
            name = dialogs.choose(window, "Learning rate", text, "Whose rate?", list(rates))
            if not name:
                return
        asked = Param("rate", "float", rates[name], f"Learning rate of {name}", low=0.0)
        rate = ask_number(window, "Learning rate", asked)
        if rate is not None:
            trainer.set_rate(name, float(rate))

    def data_folder(self) -> None:
        """Ask where data sets are looked for first."""
        start = Path(self._trainer.data_dir or Path.home())
        folder = dialogs.ask_folder(self._window, "Folder with data sets", start)
        if folder is not None:
            self._trainer.data_dir = str(folder)
            settings().setValue("data_folder", str(folder))
            self.data_moved.emit()
            self._session.message.emit(f"Data sets are looked for in {folder} first.")

    def enable(self) -> None:
        """Let those actions be chosen that have a meaning now."""
        trainer, acts = self._trainer, self._acts
        state = trainer.state
        acts["train"].setText("&Resume" if state == "paused" else "&Train")
        acts["train"].setEnabled(state in {"idle", "paused"})
        acts["pause"].setEnabled(state == "running")
        acts["step"].setEnabled(state in {"idle", "paused", "running"})
        stops = state in {"reading", "starting", "running", "paused"}
        acts["stop"].setEnabled(stops or trainer.generating is not None)
        acts["set_rate"].setEnabled(state in {"running", "paused"})
        generating = trainer.generating is not None
        kept = trainer.checkpoint is not None and os.path.exists(trainer.checkpoint)
        can = state == "idle" and kept
        acts["generate"].setEnabled(can and (trainer.outdated or not generating))
        acts["shuffle"].setEnabled(can or generating)
        acts["load_checkpoint"].setEnabled(state == "idle")
        acts["resume_last"].setEnabled(state == "idle" and trainer.resumable is not None)
