"""The loop around the exported loop: iterates the same Training, and listens between two items."""

from __future__ import annotations

import contextlib
import math
import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from runtime import faults, prepare, source
from runtime.blame import blame
from runtime.config import Project, RunConfig
from runtime.device import device_name, memory_in_use
from runtime.hold import Held, hold
from runtime.interrupt import Interrupted, interrupt
from runtime.messages import (
    Command,
    Message,
    Pause,
    Paused,
    Problem,
    Progress,
    Quit,
    RateChanged,
    Reason,
    Resume,
    Resumed,
    SetRate,
    Started,
    StepOnce,
    Stop,
    Stopped,
    Train,
)
from runtime.prepare import Training
from runtime.record import NotFinite, Recorder
from runtime.runs import Run, Runs
from runtime.saves import Saves
from runtime.watch import Views, WireWeights

PROGRESS_S = 0.5


class Loop:
    """One run, from source text to its last checkpoint.

    Args:
        project: What to train; empty when a run is resumed, whose folder has it.
        config: How.
        inbox: Where commands come from while it runs.
        send: Where messages go.
        runs: The database of all runs.
        home: The folder of all runs.
    """

    def __init__(
        self,
        project: Project,
        config: RunConfig,
        inbox: queue.SimpleQueue[Command],
        send: Callable[[Message], None],
        runs: Runs,
        home: Path,
    ) -> None:
        self.project, self.config = project, config
        self.next: Command | None = None  # a Train or Quit that ended this run
        self._inbox, self._send, self._runs, self._home = inbox, send, runs, home
        self._paused, self._single, self._stopping = config.paused, False, False
        self._training: Training | None = None
        self._thread = threading.current_thread()
        self._building = self._new = self._recorded = False
        self._began = perf_counter()
        self._before = 0.0  # seconds trained before this process
        self._idle = 0.0  # seconds paused

    def run(self) -> Stopped:
        """Train to the end, a stop or an error; nothing is raised but what ends the process."""
        folder = Path()
        reason: Reason = "failed"
        try:
            folder = self._folder()
            with hold(folder), self._imported(folder) as imported:
                reason = self._train(folder, imported)
        except Held:
            text = f"The run {folder.name} is being trained by another process."
            self._send(Problem(None, text, "Stop it there first, or start a new run."))
            return self._stopped("failed", folder)
        except Interrupted:
            reason = "stopped"
        except Exception as error:
            self._send(self._explain(error, folder))
            with contextlib.suppress(Exception):
                self._saves.write_best()
        stopped = self._stopped(reason, folder)
        with contextlib.suppress(Exception):  # a full disk was reported already
            self._runs.end(stopped.run, reason, stopped.seconds)
        if self._new and not self._recorded:
            shutil.rmtree(folder, ignore_errors=True)  # nothing came of it
        return stopped

    def interrupt(self) -> None:
        """End a run that still reads its data; one that iterates sees the command itself."""
        if self._building:
            interrupt(self._thread)

    def _folder(self) -> Path:
        if self.config.resume:
            folder = Path(self.config.resume).resolve()
            self.project = source.read(folder)
            return folder
        if self.config.folder:
            folder = Path(self.config.folder).resolve()
            folder.mkdir(parents=True, exist_ok=True)
        else:
            folder = prepare.new_folder(self._home, self.project.name)
            self._new = True
        source.write(self.project, folder)
        return folder

    @contextlib.contextmanager
    def _imported(self, folder: Path) -> Iterator[source.Imported]:
        torch.set_num_threads(prepare.DEFAULT_THREADS)
        imported = source.Imported(folder)
        try:
            yield imported
        finally:
            imported.close()

    def _build(self, imported: source.Imported) -> Training:
        self._building = True
        try:
            return prepare.build(imported, self.config)
        finally:
            self._building = False

    def _train(self, folder: Path, imported: source.Imported) -> Reason:
        """The one screen of it: build, restore, iterate, close."""
        training = self._training = self._build(imported)
        interval = self.config.checkpoint_interval_s
        saves = self._saves = Saves(folder, imported.module("checkpoint"), interval, self._send)
        resumed = bool(self.config.resume) and saves.load(training)
        threads = self._threads(folder, imported)
        self._record_settings(folder, threads)
        self._recorder = Recorder(folder.name, self._runs, self._send)
        if self.config.resume:
            self._restore(training)
        self._views = Views(
            self.project, imported, training, self.config.view_interval_s, self._send
        )
        self._wires = WireWeights(self.project.wires, training, self._send)
        self._waiting = prepare.time_waiting(imported)
        self._due = 0.0
        self._first_step, self._progress = training.step, (perf_counter(), training.step)
        self._send(self._started(folder, threads))
        if self._paused:
            self._between()
        elif not resumed:
            self._views.draw()

        ended = self._iterate(training)

        self._recorder.flush(training.step, self._seconds(), write=True)
        self._saves.save(training)
        self._views.draw()
        self._wires.read()
        self._send(self._progress_now(training))
        self._keep_first(folder, threads)
        return ended

    def _iterate(self, training: Training) -> Reason:
        if self._stopping:
            return "stopped"
        last = self.config.max_steps or math.inf
        add, empty, now = self._recorder.add, self._inbox.empty, perf_counter
        for item in training:
            if "epoch" in item:
                self._epoch_ended(training, item)
            else:
                add(item)
                if item["step"] >= last:
                    return "finished"
                if self._single:
                    self._single, self._paused = False, True
            if self._paused or not empty() or now() >= self._due:
                self._between()
                if self._stopping:
                    return "stopped"
        return "finished"

    def _between(self) -> None:
        """What is done between two items, some ten times a second."""
        training = self._here
        self._recorder.flush(training.step, self._seconds())
        self._obey(training)
        if self._views.due:
            self._views.draw()
        if self._wires.due:
            self._wires.read()
        if perf_counter() - self._progress[0] > PROGRESS_S:
            self._send(self._progress_now(training))
        if self._saves.due:
            self._save(training)
        self._due = perf_counter() + self.config.report_interval_s

    def _obey(self, training: Training) -> None:
        """Follow the commands that wait; when paused, wait for the one that goes on."""
        announced = False
        while True:
            if self._paused and not self._stopping and not announced:
                self._pause(training)
                announced, began = True, perf_counter()
            waits = self._paused and not self._stopping
            try:
                command = self._inbox.get(block=waits)
            except queue.Empty:
                break
            self._follow(command, training)
        if announced:
            self._idle += perf_counter() - began
            self._progress = (perf_counter(), training.step)
            self._send(Resumed(training.step))

    def _follow(self, command: Command, training: Training) -> None:
        match command:
            case Pause():
                self._paused = True
            case Resume():
                self._paused, self._single = False, False
            case StepOnce():
                self._paused, self._single = False, True
            case Stop():
                self._stopping = True
            case Train() | Quit():
                self._stopping, self.next = True, command
            case SetRate(name, value):
                self._set_rate(training, name, value)
            case _:
                pass

    def _pause(self, training: Training) -> None:
        self._save(training)
        self._views.draw()
        self._wires.read()
        self._send(self._progress_now(training))
        self._send(Paused(training.step))

    def _set_rate(self, training: Training, name: str, value: float) -> None:
        try:
            prepare.set_rate(training, name, value)
        except KeyError:
            known = ", ".join(training.optimizers)
            self._send(Problem(None, f"There is no optimizer {name}.", f"This run has: {known}."))
            return
        self._recorder.stop_keeping()  # the exported script could not replay from here on
        self._send(RateChanged(name, value, training.step))

    def _epoch_ended(self, training: Training, item: Any) -> None:
        self._recorder.flush(training.step, self._seconds())
        figures = {name: float(value) for name, value in item.items() if name != "epoch"}
        ended = self._recorder.epoch(int(item["epoch"]), training.step, figures)
        if ended.best:
            self._saves.keep_best(training)
        self._send(ended)
        if self._saves.due_at_epoch:
            self._save(training)

    def _save(self, training: Training) -> None:
        self._recorder.flush(training.step, self._seconds(), write=True)
        self._saves.save(training)

    def _restore(self, training: Training) -> None:
        epoch_start = training.epoch * training.steps_per_epoch
        self._recorder.restore(step=training.step, epoch=training.epoch, epoch_start=epoch_start)
        known = self._runs.find(self._folder_name)
        self._before = known.seconds if known else 0.0
        self._began, self._idle = perf_counter(), 0.0

    def _threads(self, folder: Path, imported: source.Imported) -> int:
        wanted = self.config.threads
        if self.config.resume and not wanted:  # the same sums need the same threads
            wanted = int(source.read_json(folder / "settings.json").get("threads_used", 0))
        return prepare.settle_threads(imported, self._here, wanted)

    def _record_settings(self, folder: Path, threads: int) -> None:
        self._folder_name = folder.name
        device = str(self._here.device)
        settings = prepare.settings(self.project, self.config, threads, device)
        source.write_json(folder / "settings.json", settings)
        self._runs.add(
            Run(
                id=folder.name,
                name=self.project.name,
                folder=str(folder),
                source=source.digest(self.project.files),
                settings=settings,
                device=device_name(self._here.device),
                parameters=prepare.parameters(self._here),
                started=time.time(),
            )
        )
        self._recorded = True

    def _keep_first(self, folder: Path, threads: int) -> None:
        """Write the first losses, which an exported `python train.py --verify` replays."""
        path = folder / "recorded.json"
        if path.exists() or not self._recorder.first:
            return
        training = self._here
        recorded = {
            "torch": torch.__version__,
            "device": str(training.device),
            "threads": threads,
            "epochs": self.config.epochs,
            "batch_size": self.config.batch_size,
            "seed": self.config.seed,
            "precision": self.config.precision,
            "steps": self._recorder.first,
        }
        source.write_json(path, recorded)

    def _started(self, folder: Path, threads: int) -> Started:
        training = self._here
        return Started(
            run=folder.name,
            folder=str(folder),
            device=str(training.device),
            device_name=device_name(training.device),
            threads=threads,
            steps_per_epoch=training.steps_per_epoch,
            parameters=prepare.parameters(training),
            samples=prepare.samples(training, "train"),
            validation_samples=prepare.samples(training, "validation"),
            epochs=training.epochs,
            step=training.step,
            epoch=training.epoch,
            rates=prepare.rates(training),
            precision=prepare.precision(training),
        )

    def _progress_now(self, training: Training) -> Progress:
        now = perf_counter()
        since, step = self._progress
        seconds = max(now - since, 1e-9)
        self._progress = (now, training.step)
        per_step = prepare.samples(training, "train") / max(training.steps_per_epoch, 1)
        done = training.step - self._first_step
        total = training.epochs * training.steps_per_epoch
        if self.config.max_steps:
            total = min(total, self.config.max_steps)
        trained = now - self._began - self._idle
        left = trained / done * max(total - training.step, 0) if done else 0.0
        return Progress(
            step=training.step,
            epoch=training.epoch,
            samples_per_second=(training.step - step) * per_step / seconds,
            waiting_share=min(self._waiting() / seconds, 1.0),
            memory=memory_in_use(training.device),
            seconds_left=left,
            rates=prepare.rates(training),
        )

    def _seconds(self) -> float:
        return self._before + perf_counter() - self._began - self._idle

    @property
    def _here(self) -> Training:
        assert self._training is not None
        return self._training

    def _stopped(self, reason: Reason, folder: Path) -> Stopped:
        training = self._training
        recorder = getattr(self, "_recorder", None)
        return Stopped(
            reason=reason,
            run=folder.name,
            folder=str(folder),
            step=training.step if training else 0,
            epoch=training.epoch if training else 0,
            seconds=self._seconds(),
            best=dict(recorder.best) if recorder else {},
        )

    def _explain(self, error: Exception, folder: Path) -> Problem:
        if isinstance(error, NotFinite) and self._training:
            return blame(error, self._training, self.project)
        return faults.explain(error, (folder / source.FOLDER).resolve(), self.project.files)
