"""Where a worker runs is one object's matter: one at a socket is as good as a child at a pipe."""

from __future__ import annotations

from multiprocessing.connection import Client as Caller
from multiprocessing.connection import Listener

import pytest

from runtime.client.client import Client
from runtime.client.launcher import Spawned
from runtime.protocol.messages import Died, Warm
from runtime.worker.process import serve
from tests.processes import Worker, Workers
from tests.runtime_tests.support import Talk, digits


def call(address: tuple[str, int], key: bytes) -> None:
    """What a worker runs that asks for work at an address."""
    serve(Caller(address, authkey=key))


class AtSocket:
    """A worker that reaches the window by TCP, as one on another machine would."""

    def start(self) -> None:
        key = b"a secret of both"
        with Listener(("127.0.0.1", 0), authkey=key) as listener:
            self._process = Worker(target=call, args=(listener.address, key), daemon=True)
            self._process.start()
            self.connection = listener.accept()

    @property
    def process_id(self) -> int | None:
        return self._process.pid

    def join(self, timeout: float) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()


def test_a_worker_at_a_socket_trains_as_one_at_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.client.launcher.multiprocessing", Workers)
    found = []
    for launch in (Spawned, AtSocket):
        client = Client(launch=launch)
        talk = Talk(client)
        try:
            assert talk.train(digits()).reason == "finished"
        finally:
            client.close()
        assert not client.alive
        found.append(talk.losses())
    assert len(found[0]) > 10
    assert found[0] == found[1]


def test_a_worker_at_a_socket_that_is_killed_is_reported_and_started_anew() -> None:
    client = Client(launch=AtSocket)
    talk = Talk(client)
    try:
        client.warm()
        talk.until(Warm)
        first = client.process_id
        client.kill()
        assert talk.until(Died).signal == "SIGKILL"
        client.warm()
        talk.until(Warm)
        assert client.process_id not in (None, first)
    finally:
        client.close()
