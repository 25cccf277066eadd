"""How a worker comes to be: what the window's end of it needs, and a process of this machine."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Protocol


class Launcher(Protocol):
    """One worker: started once, talked to by its connection, and gone when that ends.

    Attributes:
        connection: To the worker, from `start` on; commands and messages go through it pickled.
    """

    connection: Connection

    def start(self) -> None:
        """Start it; what follows is said through the connection, which a failure leaves closed.

        Raises:
            OSError: It can't be started.
            RuntimeError: The same.
        """

    @property
    def process_id(self) -> int | None:
        """Its process id, once it runs."""

    def join(self, timeout: float) -> int | None:
        """Wait for its end: its exit status, negative for a signal; None while it runs."""

    def kill(self) -> None:
        """End it at once; nothing where it does not run."""


Launch = Callable[[], Launcher]
"""Makes what starts a worker, anew for each."""


class Spawned:
    """A process of this machine, in an interpreter of its own, at the other end of a pipe."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start the process.

        Raises:
            OSError: There is no memory, or no more files may be open.
            RuntimeError: Python does not start processes here.
        """
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs,), name="neurowire-worker", daemon=True
        )
        try:
            process.start()
        except (OSError, RuntimeError):
            self.connection.close()
            raise
        finally:
            theirs.close()  # or the end of the process would never show
        self._process = process

    @property
    def process_id(self) -> int | None:
        """Its process id, once it runs."""
        return self._process.pid if self._process else None

    def join(self, timeout: float) -> int | None:
        """Wait for its end: its exit status, negative for a signal; None while it runs."""
        if self._process is None:
            return None
        self._process.join(timeout)
        return self._process.exitcode

    def kill(self) -> None:
        """End it at once; nothing where it does not run."""
        if self._process is not None:
            self._process.kill()


def serve(connection: Connection) -> None:
    """What the child runs: the worker, loaded by name so that the parent never imports torch."""
    ready = threading.Event()
    threading.Thread(target=leave_with_window, args=(ready,), name="guard", daemon=True).start()
    importlib.import_module("runtime.worker.process").serve(connection, ready)


def leave_with_window(ready: threading.Event) -> None:
    """End at once where the window ends before the worker is ready: there is nothing to save."""
    window = multiprocessing.parent_process()
    if window is not None:
        wait([window.sentinel])
        if not ready.is_set():
            os._exit(1)
