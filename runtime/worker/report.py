"""What a run says of itself: how it began, how it goes, what it was made with."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from graph.core.run_plan import Project
from runtime.protocol import figures
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Progress, Started
from runtime.store import run_source
from runtime.store.runs import SETTINGS, Run, Runs
from runtime.worker import build
from runtime.worker.build import Training
from runtime.worker.device import device_name, memory_in_use


class Report:
    """Counts a run's steps and seconds, and writes down what it was made with.

    Args:
        run: The run's id.
        folder: The run's folder.
        project: What it trains.
        config: How.
        training: What iterates.
        threads: CPU threads in use.
        waited: Tells the seconds spent waiting for data since it was last asked.
    """

    def __init__(
        self,
        run: str,
        folder: Path,
        project: Project,
        config: RunConfig,
        training: Training,
        threads: int,
        waited: Callable[[], float],
    ) -> None:
        self._run, self._folder, self._project, self._config = run, folder, project, config
        self._training, self._threads, self._waited = training, threads, waited
        kept = run_source.read_json(folder / SETTINGS).get("rates", []) if config.resume else []
        self._rates = [one for one in kept if one["step"] <= training.step]  # set by hand
        sets = build.row_sets(training, project)
        self._train, self._validation = [s.train for s in sets], [s.validation for s in sets]
        self._before = 0.0  # seconds trained by earlier processes
        self._first_step = training.step
        self.begin()

    def begin(self) -> None:
        """The first step comes now."""
        self._began = self._since = perf_counter()
        self._since_step = self._training.step

    def go_on(self, idle: float) -> None:
        """The run waited for so many seconds, which do not count."""
        self._began += idle
        self._since, self._since_step = perf_counter(), self._training.step
        self._waited()

    @property
    def seconds(self) -> float:
        """Seconds trained, without pauses."""
        return self._before + perf_counter() - self._began

    @property
    def age(self) -> float:
        """Seconds since progress was last told."""
        return perf_counter() - self._since

    def record(self, runs: Runs) -> None:
        """Write the settings into the run's folder and the database."""
        known = runs.find(self._run)
        self._before = known.seconds if known else 0.0
        self.write(runs)

    def move(self, run: str, folder: Path, runs: Runs) -> None:
        """The run's folder is another, or was made anew."""
        self._run, self._folder = run, folder
        self.write(runs)

    def change_rate(self, runs: Runs, optimizer: str, rate: float) -> None:
        """Write down that an optimizer's learning rate is another from the next step on."""
        changed = {"optimizer": optimizer, "step": self._training.step, "rate": rate}
        same = changed["optimizer"], changed["step"]
        self._rates = [one for one in self._rates if (one["optimizer"], one["step"]) != same]
        self._rates.append(changed)
        self.write(runs)

    def write(self, runs: Runs) -> None:
        """Write the settings as they are now."""
        settings = self._settings()
        run_source.write_json(self._folder / SETTINGS, settings)
        runs.add(
            Run(
                id=self._run,
                name=self._project.name,
                folder=str(self._folder),
                source=run_source.digest(self._project.files),
                settings=settings,
                device=device_name(self._training.device),
                parameters=build.parameters(self._training),
                started=time.time(),
            )
        )

    def keep_first(self, first: list[dict[str, float]]) -> None:
        """Write the first losses, which an exported `python train.py --verify` replays."""
        path = self._folder / run_source.RECORDED
        if not first or os.path.exists(path):
            return
        recorded = {
            "torch": torch.__version__,
            "device": str(self._training.device),
            "threads": self._threads,
            "epochs": self._config.epochs,
            "batch_size": self._config.batch_size,
            "seed": self._config.seed,
            "precision": self._config.precision,
            "steps": first,
        }
        run_source.write_json(path, recorded)

    def started(self) -> Started:
        """How the run begins."""
        training = self._training
        return Started(
            run=self._run,
            folder=str(self._folder),
            device=str(training.device),
            device_name=device_name(training.device),
            threads=self._threads,
            steps_per_epoch=training.steps_per_epoch,
            parameters=build.parameters(training),
            samples=build.samples(training, self._train),
            validation_samples=build.samples(training, self._validation),
            epochs=training.epochs,
            step=training.step,
            epoch=training.epoch,
            rates=build.rates(training),
            precision=build.precision(training),
            figures=self._project.figures,
        )

    def progress(self) -> Progress:
        """How the run has gone since this was last asked."""
        training, now = self._training, perf_counter()
        seconds = max(now - self._since, 1e-9)
        steps = training.step - self._since_step
        self._since, self._since_step = now, training.step
        per_step = build.samples(training, self._train) / max(training.steps_per_epoch, 1)
        return Progress(
            step=training.step,
            epoch=training.epoch,
            samples_per_second=steps * per_step / seconds,
            waiting_share=min(self._waited() / seconds, 1.0),
            memory=memory_in_use(training.device),
            seconds_left=self._seconds_left(now),
            rates=build.rates(training),
            seconds=self.seconds,
        )

    def _seconds_left(self, now: float) -> float:
        training = self._training
        total = training.epochs * training.steps_per_epoch
        if self._config.max_steps:
            total = min(total, self._config.max_steps)
        done = training.step - self._first_step
        return (now - self._began) / done * max(total - training.step, 0) if done else 0.0

    def _settings(self) -> Mapping[str, Any]:
        return {
            **asdict(self._config),
            "name": self._project.name,
            "threads_used": self._threads,
            "device_used": str(self._training.device),
            "torch": torch.__version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "process": os.getpid(),
            "rates": self._rates,
            "figures": figures.plain(self._project.figures),
        }
