"""The checkpoints of a run: `last`, often enough to lose little, and `best`."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from types import ModuleType

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from runtime.exported.checkpoint import UNSEALED, seal
from runtime.protocol.messages import Message, Saved
from runtime.store.runs import CHECKPOINTS, LAST
from runtime.worker.build import CannotResume, Training

BEST = "best.safetensors"
SHARE = 50  # time between two saves, in units of what one takes: saving costs at most 2%
LEAST_S = 1.0
UNSAVED = "unsaved"  # a file that is there until the first checkpoint is
AGAIN = "Put back a copy of it, or train the board anew."


class Saves:
    """Writes a run's checkpoints with the `checkpoint` module of its own source.

    Args:
        folder: The run's folder.
        module: The source's `checkpoint`.
        interval: Seconds between two saves of `last`, at least.
        send: Where messages go.
    """

    def __init__(
        self, folder: Path, module: ModuleType, interval: float, send: Callable[[Message], None]
    ) -> None:
        self.folder = folder / CHECKPOINTS
        self.folder.mkdir(exist_ok=True)
        self._module, self._interval, self._send = module, interval, send
        self._saved = perf_counter()
        self._cost = 0.0
        self._best: dict[str, Tensor] = {}
        self._best_at: dict[str, str] = {}
        self._best_waits = False
        self._at = (-1, -1)

    @property
    def due(self) -> bool:
        """Is it time to save though no epoch ended?"""
        interval = self._interval if self._cost else min(LEAST_S, self._interval)  # the first: soon
        return perf_counter() - self._saved > max(interval, SHARE * self._cost)

    @property
    def due_at_epoch(self) -> bool:
        """Is it time to save, now that an epoch ended? Epochs can be shorter than a save."""
        return perf_counter() - self._saved > max(min(LEAST_S, self._interval), SHARE * self._cost)

    @property
    def lost(self) -> bool:
        """Is the folder gone that checkpoints are written to?"""
        return not os.path.isdir(self.folder)

    @property
    def unsaved(self) -> bool:
        """Was there never a checkpoint, as far as is known?"""
        return os.path.exists(self.folder / UNSAVED)

    def begin(self) -> None:
        """Mark that the run has no checkpoint yet, so that one that is gone can be told from it."""
        (self.folder / UNSAVED).touch()
        for name in (LAST, BEST):  # of what was trained in this folder before
            (self.folder / name).unlink(missing_ok=True)

    def move(self, folder: Path) -> None:
        """Write to another run's folder from now on, and all of it anew."""
        self.folder = folder / CHECKPOINTS
        self.folder.mkdir(exist_ok=True)
        (self.folder / UNSAVED).touch()
        self._at = (-1, -1)
        self._best_waits = bool(self._best)

    @torch.no_grad()
    def keep_best(self, training: Training) -> None:
        """Remember the weights of now as the best; they are written with the next save.

        Epochs can take milliseconds, so the weights are copied into tensors made once.
        """
        now = {
            f"{name}.{key}": weight
            for name, network in training.networks.items()
            for key, weight in network.state_dict().items()
        }
        if self._best.keys() != now.keys():
            self._best = {name: weight.detach().clone() for name, weight in now.items()}
        else:
            for name, weight in now.items():
                self._best[name].copy_(weight)
        self._best_at = {"step": str(training.step), "epoch": str(training.epoch)}
        self._best_waits = True

    def save(self, training: Training) -> None:
        """Write `last`, and `best` if there is a new one; if that fails, nothing half is left."""
        began = perf_counter()
        try:
            self.write_best()
            here = (training.step, training.epoch)
            if self._at != here:
                self._module.save(training, self.folder / LAST)
                self._at = here
                (self.folder / UNSAVED).unlink(missing_ok=True)
                self._send(Saved(str(self.folder / LAST), training.step))
        except BaseException:
            with suppress(OSError):
                for name in (LAST, BEST):
                    (self.folder / (name + ".new")).unlink(missing_ok=True)
            raise
        finally:
            self._saved = perf_counter()
            self._cost = self._saved - began

    def write_best(self) -> None:
        """Write the best weights, if there are new ones."""
        if self._best_waits:
            aside = self.folder / (BEST + ".new")
            best = {name: weight.cpu().contiguous() for name, weight in self._best.items()}
            save_file(best, aside, metadata={"format": "pt", **self._best_at, **UNSEALED})
            seal(aside)
            aside.replace(self.folder / BEST)
            self._best_waits = False

    def load(self, training: Training) -> bool:
        """Put a fresh training where `last` left it; False when nothing was saved yet.

        Raises:
            CannotResume: If what was saved is missing or damaged, or is of other networks.
        """
        path = self.folder / LAST
        if not os.path.exists(path):
            if os.path.exists(self.folder / BEST) and not self.unsaved:
                raise CannotResume(f"{path} is missing: there is nothing to go on from.", AGAIN)
            return False
        damaged = getattr(self._module, "Damaged", ())  # the source of runs of old has none
        try:
            self._module.load(training, path)
        except damaged as error:
            raise CannotResume(str(error), AGAIN) from error
        except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
            text = f"{path} can't be gone on from: it is no checkpoint of this board ({error})."
            raise CannotResume(text, AGAIN) from error
        self._at = (training.step, training.epoch)
        return True
