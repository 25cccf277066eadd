"""The child process: warm before the first Train, then one run after another, and probes."""

from __future__ import annotations

import contextlib
import queue
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import torch
from torch import nn

from runtime import data
from runtime.data.missing import MissingSet
from runtime.exported.data import DataError
from runtime.protocol.messages import (
    CancelProbe,
    Command,
    Downloading,
    Generate,
    Message,
    Noted,
    Probe,
    Probed,
    ProbeFailed,
    ProbeWeights,
    Problem,
    Quit,
    Stop,
    Stopped,
    Train,
    Warm,
)
from runtime.protocol.payloads import Payload
from runtime.store import leftovers
from runtime.store.runs import DamagedRecords, Runs, database, home
from runtime.worker.device import devices
from runtime.worker.generate import Generation
from runtime.worker.interrupt import Interrupted, interrupt
from runtime.worker.loop import Loop

TELL_S = 0.2
"""How often a download says how far it is."""


def serve(connection: Connection, ready: threading.Event | None = None) -> None:
    """Answer commands until told to quit, or until the window is gone.

    Args:
        connection: To the window.
        ready: Set once a window that goes is heard of here.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the window's to handle
    post = Post(connection)
    desk = Desk(post.send)
    listener = threading.Thread(
        target=listen, args=(connection, desk, Probes(post.send)), name="listener", daemon=True
    )
    listener.start()
    warm_up()
    post.send(Warm(devices(), torch.__version__))
    if ready is not None:
        ready.set()
    threading.Thread(target=load_readers, name="readers", daemon=True).start()
    leftovers.remove()
    command = desk.inbox.get()
    while not isinstance(command, Quit):
        following = None
        match command:
            case Train():
                following = desk.train(command)
            case Generate():
                following = desk.generate(command)
        command = following or desk.inbox.get()
    post.close()


class Desk:
    """Takes commands off the listener's hands and carries out the runs among them."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self.inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._send = send
        self._loop: Loop | Generation | None = None

    def put(self, command: Command) -> None:
        """Queue a command; one that ends a run does not wait until its data are read."""
        self.inbox.put(command)
        if self._loop and isinstance(command, Stop | Train | Generate | Quit):
            self._loop.interrupt()

    def train(self, command: Train) -> Command | None:
        """Carry out one run; what comes back is the command that cut it short, if one did."""
        try:
            with Runs(database()) as runs:
                self._loop = Loop(
                    command.project, command.config, self.inbox, self._send, runs, home()
                )
                stopped = self._loop.run()
        except DamagedRecords as error:
            self._send(Problem(None, "The run could not be recorded.", str(error)))
            stopped = Stopped("failed", "", "", 0, 0, 0.0)
        except (OSError, sqlite3.Error) as error:
            advice = f"Check that {home()} can be written and has space."
            self._send(Problem(None, f"The run could not be recorded: {error}", advice))
            stopped = Stopped("failed", "", "", 0, 0, 0.0)
        following = self._loop.next if self._loop else None
        self._loop = None
        self._send(stopped)
        return following

    def generate(self, command: Generate) -> Command | None:
        """Draw from a checkpoint; what comes back is the command that ended it, if one did."""
        self._loop = generation = Generation(command, self.inbox, self._send)
        generation.run()
        self._loop = None
        return generation.next


class Post:
    """Sends messages from a thread of its own, so that training never waits for the window."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="post", daemon=True)
        self._thread.start()
        self.send: Callable[[Message], None] = self._queue.put

    def close(self) -> None:
        """Send what waits, then end."""
        self._queue.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # the window is gone; the listener ends the run
            while (message := self._queue.get()) is not None:
                self._connection.send(message)


class Probes:
    """Learns facts of data nodes, and whether weights fit, each on a thread beside a run."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._threads: dict[str, threading.Thread] = {}

    def start(self, probe: Probe | ProbeWeights) -> None:
        """Begin; an earlier probe of the same node is cancelled."""
        self.cancel(probe.node)
        run = self._run if isinstance(probe, Probe) else self._try
        thread = threading.Thread(target=run, args=(probe,), name="probe", daemon=True)
        self._threads[probe.node] = thread
        thread.start()

    def cancel(self, node: str) -> None:
        """End a probe that is running."""
        thread = self._threads.pop(node, None)
        if thread and thread.is_alive():
            interrupt(thread)

    def _run(self, probe: Probe) -> None:
        try:
            facts = self._facts(probe)
            self._send(Probed(probe.node, facts, probe.ticket, self._examples(probe)))
        except Interrupted:
            pass
        except Exception as error:
            told = isinstance(error, DataError)  # which says itself what to do
            advice = getattr(error, "advice", "" if told else "Check the node's parameters.")
            size = error.source.size if isinstance(error, MissingSet) else 0
            fixes = data.fixes_of(error)
            self._send(ProbeFailed(probe.node, str(error), advice, probe.ticket, size, fixes))

    def _try(self, probe: ProbeWeights) -> None:
        from runtime.worker import beginnings  # noqa: PLC0415 - few boards ask

        with contextlib.suppress(Interrupted):
            wrong, advice = beginnings.wrong(probe.begins, probe.data_dir)
            if wrong:
                self._send(ProbeFailed(probe.node, wrong, advice, probe.ticket))
            else:
                self._send(Probed(probe.node, {}, probe.ticket))

    def _examples(self, probe: Probe) -> Payload | None:
        """A few examples to look at; that there are none is no failure, but it is told."""
        try:
            return data.examples(probe.type, dict(probe.params), data_dir=probe.data_dir)
        except Interrupted:
            raise
        except (ValueError, OSError) as error:  # what is wrong with the data, by name
            told = str(error)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
        self._send(Noted(f"No examples of this data can be shown: {told}"))
        return None

    def _facts(self, probe: Probe) -> dict[str, Any]:
        params = dict(probe.params)
        try:
            return data.probe(probe.type, params, data_dir=probe.data_dir)
        except MissingSet as missing:
            if not probe.download:
                raise
            try:
                data.get(missing.source.name, progress=self._telling(probe, missing.source))
            except data.DownloadError as error:
                raise MissingSet(missing.source, str(error)) from error
        return data.probe(probe.type, params, data_dir=probe.data_dir)

    def _telling(self, probe: Probe, source: data.Source) -> Callable[[str, int, int], None]:
        """Sends how far the files of a set are together, some times a second."""
        far: dict[str, int] = {}
        due = 0.0

        def tell(name: str, done: int, _size: int) -> None:
            nonlocal due
            far[name] = done
            if time.perf_counter() >= due:
                due = time.perf_counter() + TELL_S
                message = Downloading(
                    probe.node, source.title, sum(far.values()), source.size, probe.ticket
                )
                self._send(message)

        return tell


def listen(connection: Connection, desk: Desk, probes: Probes) -> None:
    """Read commands as they come; when the window is gone, stop and save."""
    try:
        while True:
            command: Command = connection.recv()
            match command:
                case Probe() | ProbeWeights():
                    probes.start(command)
                case CancelProbe(node):
                    probes.cancel(node)
                case _:
                    desk.put(command)
    except (EOFError, OSError):
        desk.put(Quit())


def warm_up() -> None:
    """Take one step of a tiny network: the first of each kind of call loads code."""
    with torch.random.fork_rng([]):
        network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
        network(torch.zeros(2, 1, 8, 8)).sum().backward()
        optimizer.step()


def load_readers() -> None:
    """Load what most boards read data with, while nobody waits."""
    with contextlib.suppress(ImportError):
        import safetensors.torch  # noqa: F401, PLC0415
        import sklearn.datasets  # noqa: F401, PLC0415
