"""A worker while it lives: one thread hears it, one tells it; and what its death means."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable

from runtime.client.launcher import Launcher
from runtime.protocol.messages import Command, Died, Message, Quit

LINGERS_S = 10
"""How long a worker may take to end that has said all."""


class Child:
    """A worker with the two threads that talk to it; never used again after its death."""

    def __init__(
        self,
        worker: Launcher,
        receive: Callable[[Child, Message], None],
        ended: Callable[[Child], None],
    ) -> None:
        self.worker = worker
        self.outbox: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._receive, self._ended = receive, ended
        self.exit_status: int | None = None
        self.failure = ""
        """Why it never ran, if it did not."""
        self._started = threading.Event()
        self._reader = threading.Thread(target=self._read, name="worker-reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="worker-writer", daemon=True)

    def start(self) -> None:
        """Start the worker, and hear what it says."""
        self._reader.start()

    def close(self, timeout: float) -> None:
        """Tell it to end, and kill it if it does not within some seconds."""
        self.outbox.put(Quit())
        self.outbox.put(None)
        self._started.wait(timeout)
        self._reader.join(timeout)
        if self._reader.is_alive():
            self.worker.kill()
            self._reader.join(timeout)

    def _read(self) -> None:
        try:
            self.worker.start()
        except (OSError, RuntimeError) as error:
            self.failure = f"It could not be started: {error}."
            self._ended(self)
            return
        finally:
            self._started.set()
        self._writer.start()
        try:
            while True:
                self._receive(self, self.worker.connection.recv())
        except (EOFError, OSError):
            pass
        self.exit_status = self.worker.join(LINGERS_S)
        if self.exit_status is None:
            self.worker.kill()
            self.exit_status = self.worker.join(LINGERS_S)
        self.outbox.put(None)
        self._writer.join()
        self.worker.connection.close()
        self._ended(self)

    def _write(self) -> None:
        while (command := self.outbox.get()) is not None:
            try:
                self.worker.connection.send(command)
            except OSError:  # the reader sees the end too, and reports it
                return


def death(exit_code: int | None, folder: str | None) -> Died:
    """What the end of a worker means that nobody told to end.

    Args:
        exit_code: Its exit status, negative for a signal.
        folder: Of the run that it was training, where it was.
    """
    name = ""
    if exit_code is not None and exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
    if name == "SIGKILL":
        advice = (
            "The system or someone killed it; the usual cause is that memory ran out."
            " Try a smaller batch size or network."
        )
    elif name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE"):
        advice = (
            "A library under PyTorch crashed. Try again, then another device (CPU); if it"
            " comes back, please report it with the board."
        )
    else:
        advice = "Look at the terminal that Neurowire was started from for its last words."
    if folder is not None:
        advice += " The run can be resumed from its last checkpoint."
    return Died(exit_code, name, advice, folder)
