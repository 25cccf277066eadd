"""The loop around the exported loop: iterates the same Training, and listens between two items."""

from __future__ import annotations

import contextlib
import math
import queue
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from safetensors import SafetensorError

from graph.core.errors import FileError
from graph.core.run_plan import Project
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    Command,
    Generate,
    Message,
    Noted,
    Pause,
    Paused,
    Problem,
    Quit,
    RateChanged,
    Reason,
    Resume,
    Resumed,
    SetRate,
    Steer,
    StepOnce,
    Stop,
    Stopped,
    Train,
)
from runtime.store import initial_weights, run_source
from runtime.store.lock import Held, hold
from runtime.store.runs import LAST, Runs
from runtime.worker import build, errors, trust
from runtime.worker.build import CannotResume, Training
from runtime.worker.checkpoints import AGAIN, Saves
from runtime.worker.interrupt import Interrupted, interrupt
from runtime.worker.nonfinite import blame
from runtime.worker.recorder import NotFinite, Recorder
from runtime.worker.report import Report
from runtime.worker.views import Views, WireWeights
from runtime.worker.weight_stats import LearnedNodes

PROGRESS_S = 0.5
UNWRITTEN = (OSError, sqlite3.Error, SafetensorError)
"""What is raised where a disk is full, or takes nothing for another reason."""


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
        self.next: Command | None = None  # a Train, Generate or Quit that ended this run
        self._inbox, self._send, self._runs, self._home = inbox, send, runs, home
        self._paused, self._single, self._stopping = config.paused, False, False
        self._training: Training | None = None
        self._thread = threading.current_thread()
        self._building = self._new = False
        self._report: Report | None = None
        self._place = Path()
        self._kept, self._moved = contextlib.ExitStack(), contextlib.ExitStack()
        self._blamed: Problem | None = None
        self._unwritten = False  # does the disk take nothing now?

    def run(self) -> Stopped:
        """Train to the end, a stop or an error; nothing is raised but what ends the process."""
        folder = Path()
        reason: Reason = "failed"
        try:
            folder = self._place = self._folder()
            with hold(folder), self._kept, self._imported(folder) as imported:
                reason = self._train(folder, imported)
        except Held:
            text = f"The run {folder.name} is being trained by another process."
            self._send(Problem(None, text, "Stop it there first, or start a new run."))
            return self._stopped("failed", folder)
        except Interrupted:
            reason = "stopped"
        except CannotResume as error:
            self._send(Problem(None, str(error), error.advice))
        except Exception as error:
            self._send(self._explain(error, folder))
            with contextlib.suppress(Exception):
                self._saves.write_best()
        stopped = self._stopped(reason, self._place)
        with contextlib.suppress(Exception):  # a full disk was reported already
            if self._report:  # else its record is that of an earlier process
                self._runs.end(stopped.run, reason, stopped.seconds)
                self._runs.summarise(stopped.run)
        self._moved.close()
        if self._new and not self._report:
            shutil.rmtree(folder, ignore_errors=True)  # nothing came of it
        return stopped

    def interrupt(self) -> None:
        """End a run that still reads its data; one that iterates sees the command itself."""
        if self._building:
            interrupt(self._thread, lambda: self._building)

    def _folder(self) -> Path:
        if self.config.resume:
            folder = Path(self.config.resume).resolve()
            self.config = build.as_begun(self.config, folder)
            self.project = self._planned(folder)
            return folder
        if self.config.folder:
            folder = Path(self.config.folder).resolve()
            folder.mkdir(parents=True, exist_ok=True)
        else:
            folder = build.new_folder(self._home, self.project.name)
            self._new = True
        trust.write(self.project, folder, self._runs)
        board = initial_weights.of_files(self.project.files)
        if board is not None:
            with contextlib.suppress(FileError):  # the source tells it, with the node
                initial_weights.keep(board, folder, self.config.data_dir)
        return folder

    def _planned(self, folder: Path) -> Project:
        """What the run in a folder trains."""
        try:
            project, told = trust.read(folder, self._runs, self.config.data_dir)
        except FileNotFoundError as error:
            text = f"{folder} holds no run to go on with: there is no {error.filename}."
            raise CannotResume(text, "Choose a run's folder, or train the board anew.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            text = f"The run in {folder} can't be read: {error}."
            raise CannotResume(text, "Put back a copy of it, or train the board anew.") from error
        if told is not None:
            self._send(told)
        return project

    def _id(self, folder: Path) -> str:
        """What the run is known by: its folder's name, or all of the path outside of the home."""
        inside = folder.resolve().parent == self._home.resolve()
        return folder.name if inside or not folder.name else str(folder)

    @contextlib.contextmanager
    def _imported(self, folder: Path) -> Iterator[run_source.Imported]:
        torch.set_num_threads(build.DEFAULT_THREADS)
        imported = run_source.Imported(folder)
        try:
            yield imported
        finally:
            imported.close()

    def _build(self, imported: run_source.Imported) -> Training:
        self._building = True
        try:
            return build.build(imported, self.config)
        finally:
            self._building = False

    def _train(self, folder: Path, imported: run_source.Imported) -> Reason:
        """The one screen of it: build, restore, iterate, close."""
        training = self._training = self._build(imported)
        interval = self.config.checkpoint_interval_s
        saves = self._saves = Saves(folder, imported.module("checkpoint"), interval, self._send)
        if self.config.resume:
            self._go_on(training, saves, folder)
        else:
            saves.begin()
        threads = build.settle_threads(imported, training, self.config.threads)
        waited = build.time_waiting(imported)
        run = self._id(folder)
        report = Report(run, folder, self.project, self.config, training, threads, waited)
        if not self.config.resume:
            self._runs.delete(run)  # what was trained in this folder before
        report.record(self._runs)
        self._report = report
        told = self.project.figures
        self._recorder = Recorder(run, self._runs, self._send, figures=told)
        if self.config.resume:
            self._recorder.restore(training)
        self._views = Views(
            self.project, imported, training, self.config.view_interval_s, self._send
        )
        self._wires = WireWeights(self.project.wires, training, self._send)
        self._learned = LearnedNodes(self.project.learned, training, self._send)
        self._due = 0.0
        self._send(report.started())
        if self._paused:
            self._between()

        report.begin()
        try:
            ended = self._iterate(training)
        except NotFinite as error:
            again = partial(self._again, imported)
            self._blamed = blame(error, training, self.project, again, imported.source)
            raise

        self._write_all(training)
        self._show(whole=True)
        report.keep_first(self._recorder.first)
        return ended

    def _go_on(self, training: Training, saves: Saves, folder: Path) -> None:
        """Put the run where its checkpoint left it, and tell what is other than was expected.

        Raises:
            CannotResume: If there is no such place, or it lies behind the end.
        """
        known, kept = self._runs.find(self._id(folder)), build.begun_with(folder)
        if not saves.load(training):
            if known and known.step and not saves.unsaved:
                text = f"{saves.folder / LAST} is missing, though {known.step} steps were recorded."
                raise CannotResume(text, AGAIN)
            self._send(Noted("The run ended before its first checkpoint: it begins anew."))
        done, end = training.epoch, training.epochs
        if done > end:
            planned = kept.get("epochs", done)
            raise CannotResume(
                f"The run has trained {done} epochs already: it can't end after {end}.",
                f"Ask for more than {done}; it was planned for {planned}.",
            )
        last = self.config.max_steps or training.step + 1
        if training.step > last:
            raise CannotResume(
                f"The run has trained {training.step} steps already: it can't end after {last}.",
                f"Ask for more than {training.step}.",
            )
        if training.step == last:
            self._send(Noted(f"All {last} steps are trained already: ask for more to go on."))
        elif done == end:
            self._send(Noted(f"All {end} epochs are trained already: ask for more to go on."))
        if kept.get("torch", torch.__version__) != torch.__version__:
            text = f"The run was begun with PyTorch {kept['torch']}, this is {torch.__version__}:"
            self._send(Noted(f"{text} what follows may differ in the last digits."))

    def _again(self, imported: run_source.Imported) -> Training:
        """The run as its last checkpoint left it, or as it began."""
        training = build.build(imported, self.config)
        self._saves.load(training)
        return training

    def _iterate(self, training: Training) -> Reason:
        last = self.config.max_steps or math.inf
        if self._stopping or training.step >= last:
            return "stopped" if self._stopping else "finished"
        add, empty, now = self._recorder.add, self._inbox.empty, perf_counter
        for item in training:
            if "epoch" in item:
                self._epoch_ended(training, item)
                if training.step >= last:
                    return "finished"
            else:
                add(item)
                if item["step"] >= last and training.step % training.steps_per_epoch:
                    return "finished"  # the last step of an epoch ends that first
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
        self._flush(training)
        self._obey(training)
        if self._views.due:
            self._views.draw()
        if self._wires.due:
            self._wires.read()
        if self._learned.due:
            self._learned.look()
        if self._told.age > PROGRESS_S:
            self._send(self._told.progress())
            self._find_room()
        if self._saves.due:
            self._save(training)
        again = 0.0 if self._learned.amid else self.config.report_interval_s
        self._due = perf_counter() + again

    def _obey(self, training: Training) -> None:
        """Follow the commands that wait; when paused, wait for the one that goes on."""
        announced, began = False, 0.0
        while True:
            if self._paused and not self._stopping:
                if not announced:
                    self._pause(training)
                    announced, began = True, perf_counter()
                command = self._inbox.get()
            else:
                if announced:
                    self._told.go_on(perf_counter() - began)
                    self._send(Resumed(training.step))
                    announced = False
                if self._inbox.empty():
                    return
                command = self._inbox.get()
            self._follow(command, training)

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
            case Train() | Generate() | Quit():
                self._stopping, self.next = True, command
            case Steer(node, at):
                self._views.steer(node, at)
                if self._paused and self._inbox.empty():  # nothing else takes time now
                    self._views.draw(every=True)
            case SetRate():
                self._set_rate(training, command)
            case _:
                pass

    def _show(self, *, whole: bool = False) -> None:
        """Show everything as it is now; at the end, all held-out examples."""
        self._views.draw(every=True, whole=whole)
        self._wires.read()
        self._learned.read()
        self._send(self._told.progress())

    def _pause(self, training: Training) -> None:
        self._save(training)
        self._show()
        self._learned.begin()  # so that one step alone shows what it changed
        self._send(Paused(training.step))

    def _set_rate(self, training: Training, asked: SetRate) -> None:
        name = asked.optimizer
        try:
            rate = build.set_rate(training, name, asked.value, peak=asked.peak)
        except KeyError:
            known = ", ".join(training.optimizers)
            self._send(Problem(None, f"There is no optimizer {name}.", f"This run has: {known}."))
            return
        except ValueError as error:
            self._send(Problem(None, str(error), "Train on with more epochs, or anew."))
            return
        self._find_room()
        with self._going_on():
            self._told.keep_first(self._recorder.first)  # a script could not replay what follows
        self._recorder.stop_keeping()
        with self._going_on():
            self._told.change_rate(self._runs, name, rate)
        self._send(RateChanged(name, rate, training.step))

    def _epoch_ended(self, training: Training, item: Any) -> None:
        self._flush(training)
        figures = {name: float(value) for name, value in item.items() if name != "epoch"}
        ended = self._recorder.epoch(int(item["epoch"]), training.step, figures)
        if ended.best:
            self._saves.keep_best(training)
        self._send(ended)
        if self._saves.due_at_epoch:
            self._save(training)

    def _save(self, training: Training) -> None:
        with self._going_on():
            self._write_all(training)

    def _flush(self, training: Training) -> None:
        with self._going_on():
            self._recorder.flush(training.step, self._told.seconds)

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        """Train on where nothing can be written: told once, and tried again at the next save."""
        try:
            yield
        except UNWRITTEN as error:
            if not self._unwritten:
                self._unwritten = True
                problem = self._explain(error, self._place)
                advice = (
                    f"The run goes on and tries again: {errors.unwritten(error)}, "
                    "or pause it until that is so. What was saved before is kept."
                )
                self._send(replace(problem, node=None, advice=advice))

    def _write_all(self, training: Training) -> None:
        """Write all that is known, elsewhere if the run's folder is gone.

        Raises:
            OSError, sqlite3.Error, SafetensorError: If the disk takes nothing.
        """
        self._find_room()
        try:
            self._write(training)
        except UNWRITTEN:
            if not self._find_room():
                raise
            self._write(training)
        if self._unwritten:
            self._told.write(self._runs)  # rates may have been set meanwhile
            self._unwritten = False
            self._send(Noted("What could not be written before is saved now."))

    def _write(self, training: Training) -> None:
        try:
            self._recorder.flush(training.step, self._told.seconds, write=True)
        except UNWRITTEN:
            self._saves.save(training)  # the weights are worth more
            raise
        self._saves.save(training)
        self._runs.summarise(self._id(self._place))
        if self._recorder.has_first:
            self._told.keep_first(self._recorder.first)

    def _find_room(self) -> bool:
        """If the run's folder was removed while it trained, make it anew, or another elsewhere."""
        if not (self._saves.lost or self._runs.lost):
            return False
        gone = self._place
        try:
            self._move(gone, self._runs.path)
        except (OSError, sqlite3.Error, Held):
            other = Path(tempfile.mkdtemp(prefix="neurowire-saved-"))
            self._move(other / gone.name, other / self._runs.path.name)
        text = f"{gone} is gone: it was removed, or its disk was, while the run went on."
        advice = f"The run goes on; from now on it is saved in {self._place}."
        self._send(Problem(None, text, advice))
        return True

    def _move(self, folder: Path, database: Path) -> None:
        """Save and record in another folder from now on, with all that is known so far."""
        folder.mkdir(parents=True, exist_ok=True)
        runs = self._moved.enter_context(Runs(database))
        trust.write(self.project, folder, runs)
        self._kept.enter_context(hold(folder))
        self._saves.move(folder)
        run = self._id(folder)
        with contextlib.suppress(OSError, sqlite3.Error):  # what was open may be lost, too
            self._runs.copy_to(runs, self._id(self._place), run)
        self._runs, self._place = runs, folder
        self._told.move(run, folder, runs)
        self._recorder.move(run, runs)

    @property
    def _here(self) -> Training:
        assert self._training is not None
        return self._training

    @property
    def _told(self) -> Report:
        assert self._report is not None
        return self._report

    def _stopped(self, reason: Reason, folder: Path) -> Stopped:
        training = self._training
        recorder = getattr(self, "_recorder", None)
        return Stopped(
            reason=reason,
            run=self._id(folder),
            folder=str(folder),
            step=training.step if training else 0,
            epoch=training.epoch if training else 0,
            seconds=self._report.seconds if self._report else 0.0,
            best=dict(recorder.best) if recorder else {},
        )

    def _explain(self, error: Exception, folder: Path) -> Problem:
        if isinstance(error, NotFinite) and self._blamed:
            return self._blamed
        return errors.explain(error, (folder / run_source.FOLDER).resolve(), self.project.files)
