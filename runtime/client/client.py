"""The window's end of the worker: starts it, talks to it, survives its death. Never torch.

Nothing here waits: commands go out through one thread, messages come in through another, and
`drain` hands over what has come so far.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from graph.core.run_plan import Project, Source, View, Wire
from runtime.client.child import Child, death
from runtime.client.coalesce import coalesce
from runtime.client.launcher import Launch, Spawned
from runtime.protocol.config import Begins, RunConfig
from runtime.protocol.messages import (
    CancelProbe,
    Command,
    Died,
    Downloading,
    Generate,
    Message,
    Pause,
    Probe,
    Probed,
    ProbeFailed,
    ProbeWeights,
    Resume,
    SetRate,
    Shuffle,
    Started,
    Steer,
    StepOnce,
    Stop,
    Stopped,
    Train,
)


class Client:
    """A worker process, kept at hand.

    Args:
        on_message: Called from a thread of the client's when messages wait to be drained; it must
            only wake the window (a queued signal), or be left out where a timer drains.
        launch: Makes what starts a worker; a process of this machine by default.
    """

    def __init__(
        self, on_message: Callable[[], None] | None = None, launch: Launch = Spawned
    ) -> None:
        self._launch = launch
        self._on_message = on_message
        self._lock = threading.Lock()
        self._waiting: list[Message] = []
        self._child: Child | None = None
        self._probes: dict[str, int] = {}  # the last question about each node
        self._ticket = 0
        self._folder: str | None = None
        self._training = False

    @property
    def alive(self) -> bool:
        """Is there a worker, starting or warm?"""
        return self._child is not None

    @property
    def training(self) -> bool:
        """Was a run asked for that has not ended?"""
        return self._training

    @property
    def process_id(self) -> int | None:
        """The worker's process id, once it runs."""
        child = self._child
        return child.worker.process_id if child else None

    def warm(self) -> None:
        """Start the worker if there is none, so that torch is loaded before the first Train."""
        with self._lock:
            if self._child is None:
                self._child = Child(self._launch(), self._receive, self._ended)
                self._child.start()

    def train(
        self,
        name: str,
        files: Mapping[str, Source],
        views: Iterable[View] = (),
        wires: Iterable[Wire] = (),
        *,
        config: RunConfig,
    ) -> None:
        """Run a project; one that is still running is stopped and saved first."""
        self.run(Project(name, files, tuple(views), tuple(wires)), config)

    def run(self, project: Project, config: RunConfig) -> None:
        """Run a project that is already in records of the runtime's own."""
        self._training = True
        self._tell(Train(project, config))

    def resume_run(self, folder: str | Path, *, config: RunConfig) -> None:
        """Go on with an earlier run, from its last checkpoint and with its own source."""
        self.run(Project("", {}), replace(config, resume=str(folder)))

    def generate(
        self, project: Project, config: RunConfig, checkpoint: str | Path, *, samples: int = 0
    ) -> None:
        """Draw a project's views from a checkpoint's weights, until another command."""
        self._tell(Generate(project, config, str(checkpoint), samples))

    def steer(self, node: str, at: Iterable[float]) -> None:
        """Move the point of the latent space that a node stands for."""
        self._tell(Steer(node, tuple(at)))

    def shuffle(self, seed: int) -> None:
        """After `generate`: draw from the noise of another seed."""
        self._tell(Shuffle(seed))

    def pause(self) -> None:
        """Wait after the running step."""
        self._tell(Pause())

    def resume(self) -> None:
        """Go on after a pause."""
        self._tell(Resume())

    def stop(self) -> None:
        """Save and end the run."""
        self._tell(Stop())

    def step_once(self) -> None:
        """Take one step, then pause."""
        self._tell(StepOnce())

    def set_rate(self, optimizer: str, value: float, *, peak: bool = False) -> None:
        """Change the learning rate of the optimizer with this name (`Started.rates` has them)."""
        self._tell(SetRate(optimizer, value, peak))

    def probe(
        self,
        node: str,
        type: str,
        params: Mapping[str, Any],
        data_dir: str | None = None,
        *,
        download: bool = False,
    ) -> None:
        """Ask for a data node's facts; a later question about the same node replaces this one."""
        with self._lock:
            self._ticket += 1
            ticket = self._probes[node] = self._ticket
        self._tell(Probe(node, type, dict(params), data_dir, ticket, download))

    def probe_weights(self, node: str, begins: Begins, data_dir: str | None = None) -> None:
        """Ask whether a network can begin with its file; answered as `probe` is."""
        with self._lock:
            self._ticket += 1
            ticket = self._probes[node] = self._ticket
        self._tell(ProbeWeights(node, begins, data_dir, ticket))

    def cancel_probe(self, node: str) -> None:
        """Forget a question: no answer to it will come."""
        with self._lock:
            self._probes.pop(node, None)
        self._tell(CancelProbe(node))

    def drain(self) -> list[Message]:
        """Take what has come since the last call; fast messages are merged, no point is lost."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return coalesce(waiting)

    def close(self, timeout: float = 5.0) -> None:
        """End the worker: it stops and saves a run that is going, and is killed if that hangs."""
        with self._lock:
            child, self._child = self._child, None
        if child:
            child.close(timeout)
        self._training = False

    def kill(self) -> None:
        """End the worker at once, saving nothing; the next command starts a fresh one."""
        with self._lock:
            child = self._child
        if child:
            child.worker.kill()

    def _tell(self, command: Command) -> None:
        if isinstance(command, Train | Generate | Probe | ProbeWeights):
            self.warm()
        child = self._child
        if child:
            child.outbox.put(command)

    def _receive(self, child: Child, message: Message) -> None:
        with self._lock:
            if child is not self._child:
                return
            if isinstance(message, Probed | ProbeFailed | Downloading):
                if self._probes.get(message.node) != message.ticket:
                    return  # cancelled, or asked again since
                if not isinstance(message, Downloading):
                    del self._probes[message.node]
            if isinstance(message, Started):
                self._folder, self._training = message.folder, True
            elif isinstance(message, Stopped):
                self._folder, self._training = None, False
            self._waiting.append(message)
        if self._on_message:
            self._on_message()

    def _ended(self, child: Child) -> None:
        with self._lock:
            if child is not self._child:  # closed by us
                return
            self._child = None
            self._probes.clear()
            folder, self._folder, self._training = self._folder, None, False
            if child.failure:
                advice = f"{child.failure} Close other programs, then train again."
                self._waiting.append(Died(None, "", advice, folder))
            else:
                self._waiting.append(death(child.exit_status, folder))
        if self._on_message:
            self._on_message()
