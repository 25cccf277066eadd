"""After training: views drawn from a checkpoint's weights, for as long as someone looks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

import torch

from runtime.protocol.messages import (
    Command,
    Generate,
    GenerateEnded,
    Generating,
    Message,
    Problem,
    Quit,
    Shuffle,
    Steer,
    Stop,
    Train,
)
from runtime.store import run_source
from runtime.store.leftovers import scratch
from runtime.worker import build, earlier_weights, errors
from runtime.worker.device import device_name
from runtime.worker.earlier_weights import Unfit
from runtime.worker.interrupt import Interrupted, interrupt
from runtime.worker.views import SEED, Views


class Generation:
    """A board with the weights of a checkpoint that draws its views and trains nothing.

    Args:
        command: Which board, which checkpoint.
        inbox: Where commands come from.
        send: Where messages go.
    """

    def __init__(
        self,
        command: Generate,
        inbox: queue.SimpleQueue[Command],
        send: Callable[[Message], None],
    ) -> None:
        self.next: Command | None = None  # a command that ended this one
        self._command, self._inbox, self._send = command, inbox, send
        self._thread = threading.current_thread()
        self._building = False

    def run(self) -> None:
        """Draw until another command comes; nothing is raised but what ends the process."""
        with scratch() as folder:
            try:
                run_source.write(self._command.project, folder)
                self._generate(run_source.Imported(folder))
            except Interrupted:
                pass
            except Unfit as error:
                self._send(Problem(None, str(error), error.advice))
            except Exception as error:
                files = self._command.project.files
                self._send(errors.explain(error, (folder / run_source.FOLDER).resolve(), files))
        self._send(GenerateEnded())

    def interrupt(self) -> None:
        """End it where it still reads its data; one that draws sees the command itself."""
        if self._building:
            interrupt(self._thread, lambda: self._building)

    def _generate(self, imported: run_source.Imported) -> None:
        project, checkpoint = self._command.project, Path(self._command.checkpoint)
        torch.set_num_threads(build.DEFAULT_THREADS)
        try:
            self._building = True
            try:
                training = build.build(imported, self._command.config)
            finally:
                self._building = False
            needed = earlier_weights.needed(training, project.views)
            earlier_weights.load(training, checkpoint, needed, project)
            views = Views(project, imported, training, 0.0, self._send, generated=True)
            views.shuffle(SEED + self._command.samples)
            device = device_name(training.device)
            self._send(Generating(str(checkpoint), device, training.step, training.epoch))
            views.draw(every=True, whole=True)
            self._serve(views)
        finally:
            imported.close()

    def _serve(self, views: Views) -> None:
        while True:
            match command := self._inbox.get():
                case Steer(node, at):
                    views.steer(node, at)
                case Shuffle(seed):
                    views.shuffle(seed)
                case Train() | Generate() | Quit():
                    self.next = command
                    return
                case Stop():
                    return
                case _:
                    pass
            if self._inbox.empty():  # of many moves of a slider the last counts
                views.draw(every=True, whole=True)
