"""A real worker on a project written by hand, and a patient way to listen to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from graph.core.run_plan import Figure, Project, Sets, Source, View, Wire
from runtime.client.client import Client
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Message, Steps, Stopped
from tests.processes import Workers

HERE = Path(__file__).parent
EXPORTED = HERE.parent.parent / "runtime" / "exported"
Kind = TypeVar("Kind")

QUICK = RunConfig(epochs=2, threads=1, device="cpu")


def digits(**changes: tuple[str, str]) -> Project:
    """The digits, each of whose files may be changed: `model=(old text, new text)`."""
    files = {}
    for path in (HERE / "projects" / "digits").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.stem in changes:
            old, new = changes[path.stem]
            assert old in text
            text = text.replace(old, new)
        files[path.name] = Source(text, nodes_of(path.stem, text))
    for name in ("processes", "checkpoint", "threads"):
        text = (EXPORTED / f"{name}.py").read_text(encoding="utf-8")
        files[f"{name}.py"] = Source(text.replace("from runtime.exported.", "from "))
    files["digits.neurowire"] = Source("{}\n")
    wire = Wire("n1.y->n2.x", "model", "linear.weight", 3, 5)
    sets = (Sets("digits", "train_set", "validation_set"),)
    figures = (Figure("loss", "", "loss", "lower", node="loss"),)
    return Project("digits", files, wires=(wire,), figures=figures, sets=sets)


def nodes_of(stem: str, text: str) -> tuple[tuple[str, ...], ...]:
    """The nodes of each line, as the compiler would say."""
    marks = {
        "model": {"self.linear": "hidden", "self.dropout": "dropout", "self.logits": "logits"},
        "train": {"split(digits(": "digits", "cross_entropy": "loss", '"loss/loss"': "adam"},
    }
    return tuple(
        tuple(node for mark, node in marks.get(stem, {}).items() if mark in line)
        for line in text.splitlines()
    )


def with_view(project: Project) -> Project:
    """The same with one view of predictions."""
    inputs = {"image": 0, "prediction": None, "label": 1}
    return replace(project, views=(View("v1", "predictions", "images", {}, inputs),))


class Talk:
    """Listens to a client and keeps what it said."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard: list[Message] = []

    def until(self, kind: type[Kind], *, seconds: float = 180) -> Kind:
        """Wait for the next message of a kind."""
        end = time.monotonic() + seconds
        start = len(self.heard)
        while time.monotonic() < end:
            self.heard += self.client.drain()
            for number in range(start, len(self.heard)):
                message = self.heard[number]
                if isinstance(message, kind):
                    rest = self.heard[number + 1 :]
                    del self.heard[number + 1 :]
                    self._put_back(rest)
                    return message
            start = len(self.heard)
            time.sleep(0.005)
        raise AssertionError(f"no {kind.__name__} within {seconds} s; heard {self.heard[-5:]}")

    def train(self, project: Project, config: RunConfig = QUICK) -> Stopped:
        """Run to the end."""
        self.client.run(project, config)
        return self.until(Stopped)

    def losses(self, name: str = "loss/loss") -> dict[int, float]:
        """Every loss heard, by step."""
        found: dict[int, float] = {}
        for message in self.heard:
            if isinstance(message, Steps) and name in message.curves:
                points = message.curves[name]
                found.update(zip(points.steps, points.values, strict=True))
        return found

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Every message of a kind heard."""
        return [message for message in self.heard if isinstance(message, kind)]

    def settle(self) -> None:
        """End what an earlier test left going; its last words are not the next run's."""
        if self.client.training:
            self.client.stop()
            self.until(Stopped)
        self.client.drain()

    def forget(self) -> None:
        """Drop what was heard."""
        self.heard.clear()

    def _put_back(self, messages: list[Message]) -> None:
        with self.client._lock:
            self.client._waiting[:0] = messages


@contextmanager
def talking(*, fresh: bool = False) -> Iterator[Talk]:
    """A client and its worker, ended afterwards; a fresh one runs in a new interpreter."""
    with pytest.MonkeyPatch.context() as patch:
        if not fresh:
            patch.setattr("runtime.client.launcher.multiprocessing", Workers)
        client = Client()
        try:
            yield Talk(client)
        finally:
            client.close()
