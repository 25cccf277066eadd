"""The window's end: no torch, messages merged without losing a point, probes that answer once."""

from __future__ import annotations

import subprocess
import sys
from array import array
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from runtime.client.coalesce import coalesce
from runtime.protocol.messages import (
    Downloading,
    Message,
    Points,
    Probed,
    ProbeFailed,
    Progress,
    Started,
    Steps,
    Stopped,
    ViewDrawn,
    Weights,
)
from tests.mirror import BEFORE, mirror
from tests.runtime_tests.support import Talk, talking

ROOT = Path(__file__).parent.parent.parent.parent


def steps(*numbers: int, name: str = "loss/a") -> Steps:
    return Steps({name: Points(array("q", numbers), array("d", [n / 2 for n in numbers]))})


def progress(step: int) -> Progress:
    return Progress(step, 0, 0.0, 0.0, 0, 0.0)


def test_losses_join_and_only_the_newest_of_the_rest_stays() -> None:
    told: list[Message] = [
        steps(1, 2),
        progress(2),
        Weights({"l": 1.0}, 2),
        ViewDrawn("v", "grid", "images", 1, 2),
        steps(3),
        ViewDrawn("w", "grid", "images", 1, 3),
        progress(3),
        Weights({"l": 2.0}, 3),
        ViewDrawn("v", "grid", "images", 2, 3),
        steps(4, name="loss/b"),
    ]
    merged = coalesce(told)
    joined = [message for message in merged if isinstance(message, Steps)]
    assert len(joined) == 1
    assert list(joined[0].curves["loss/a"].steps) == [1, 2, 3]
    assert list(joined[0].curves["loss/b"].steps) == [4]
    rest = [message for message in merged if not isinstance(message, Steps)]
    assert rest == [told[5], told[6], told[7], told[8]]


def test_runs_do_not_mix() -> None:
    stopped = Stopped("stopped", "a", "", 2, 0, 0.0)
    started = Started("b", "", "cpu", "", 1, 1, 1, 1, 1, 1)
    told: list[Message] = [steps(1), steps(2), progress(2), stopped, started, steps(1), progress(1)]
    merged = coalesce(told)
    kinds = [type(message).__name__ for message in merged]
    assert kinds == ["Steps", "Progress", "Stopped", "Started", "Steps", "Progress"]
    first = merged[0]
    assert isinstance(first, Steps)
    assert list(first.curves["loss/a"].steps) == [1, 2]


def test_the_face_of_the_runtime_loads_neither_torch_nor_qt() -> None:
    code = (
        "import sys, runtime.client.client, runtime.protocol.messages, runtime.protocol.config;"
        "import runtime.client.export, runtime.store.paths, runtime.store.rebuild;"
        "import runtime.store.runs;"
        "print([n for n in ('torch', 'numpy', 'PySide6', 'safetensors') if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_the_worker_is_warm_before_it_loads_what_reads_data() -> None:
    code = (
        "import sys, runtime.worker;"
        "print([n for n in ('sklearn', 'scipy', 'pandas', 'PIL', 'PySide6') if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_probe_answers_with_facts(talk: Talk) -> None:
    talk.client.probe("n1", "data.digits", {})
    facts = talk.until(Probed)
    assert facts.node == "n1"
    assert facts.facts["count"] == 1438


def test_a_probe_of_what_is_not_there_fails_with_words(talk: Talk, tmp_path: Path) -> None:
    talk.client.probe("n2", "data.csv", {"path": str(tmp_path / "none.csv")})
    failed = talk.until(ProbeFailed)
    assert failed.node == "n2"
    assert "none.csv" in failed.text


def test_a_cancelled_probe_never_answers(talk: Talk) -> None:
    talk.client.probe("n1", "data.digits", {})
    talk.client.cancel_probe("n1")
    talk.client.probe("n3", "data.digits", {})
    assert talk.until(Probed).node == "n3"


def test_of_two_questions_about_a_node_the_last_is_answered(talk: Talk, tmp_path: Path) -> None:
    talk.client.probe("n1", "data.csv", {"path": str(tmp_path / "none.csv")})
    talk.client.probe("n1", "data.digits", {})
    assert talk.until(Probed).facts["count"] == 1438
    assert not talk.all(ProbeFailed)


def test_a_missing_set_is_downloaded_on_request_and_after_a_cancel_goes_on(
    real_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = real_data("mnist").parent
    monkeypatch.setenv("NEUROWIRE_DATA", "")
    with mirror(folder) as (address, going):
        monkeypatch.setenv("NEUROWIRE_MIRROR", address)
        with talking(fresh=True) as talk:
            ask = partial(talk.client.probe, "n1", "data.mnist", {})
            ask()
            failed = talk.until(ProbeFailed)
            assert failed.download == 11_594_722
            assert "`python main.py data get mnist`" in failed.advice
            ask(download=True)
            assert 0 < talk.until(Downloading).done <= BEFORE
            talk.client.cancel_probe("n1")
            going.set()
            ask()
            assert talk.until(ProbeFailed).download
            ask(download=True)
            assert talk.until(Probed).facts["count"] == 60_000
            told = talk.all(Downloading)
    assert all(one.title == "MNIST" and one.done <= one.size == 11_594_722 for one in told)


NO_FILES_LEFT = """
import os, resource, time
from runtime.client.client import Client
from runtime.protocol.messages import Died

client = Client()
free = os.dup(0)
os.close(free)
resource.setrlimit(resource.RLIMIT_NOFILE, (free + 2, 4096))  # the two ends of the connection
client.warm()
said = []
while not said:
    said = client.drain()
    time.sleep(0.01)
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))
assert isinstance(said[0], Died), said
print(said[0].advice)
client.warm()
while not client.drain():
    time.sleep(0.01)
client.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_worker_that_can_not_be_started_is_reported_and_tried_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_FILES_LEFT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert "could not be started" in done.stdout
    assert "Too many open files" in done.stdout
    assert "Traceback" not in done.stderr
