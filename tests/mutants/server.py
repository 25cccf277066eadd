"""Runs tests in forks of a process that has imported torch, and none of our modules.

Started in a copy of the tree. Reads one request a line (`{"tests": [...], "seconds": 60}`) and
writes one answer: `noticed`, with the test that failed, `hung`, or `survived`.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BATCHES = (3, 9, 28, 200)
"""How many test files are collected at a time, the nearest first: to import all takes long."""
LIBRARIES = (
    *("torch", "torch._dynamo", "torchmetrics", "pandas", "sklearn.datasets"),
    *("safetensors.torch", "PIL.Image"),
)
GRACE = 60
"""Seconds of a processor beyond its time that one test may take, before it counts as hung."""


class Budget:
    """A plugin of pytest: after a time no further test begins. Tells what begins and what fails."""

    def __init__(self, seconds: float, told: Path) -> None:
        self.end = time.process_time() + seconds
        self.failed = ""
        self.told = told

    def pytest_sessionstart(self, session: Any) -> None:
        self.session = session

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.told.write_text(nodeid, encoding="utf-8")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_runtest_logfinish(self) -> None:
        if time.process_time() > self.end:
            self.session.shouldstop = "out of time"


def run(tests: list[str], seconds: float, told: Path) -> bool:
    """Run tests in this process until one fails; does one?"""
    import pytest  # noqa: PLC0415

    budget = Budget(seconds, told)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=[budget])
    known = code in {0, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.NO_TESTS_COLLECTED}
    failed = budget.failed or ("" if known else tests[0])
    if failed:
        told.write_text(failed, encoding="utf-8")
    return bool(failed)


def fork(tests: list[str], seconds: float) -> tuple[str, str, float]:
    """The outcome of a fork that runs tests, the last test that it began, and the time it took."""
    with tempfile.NamedTemporaryFile() as file:
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                os.setsid()
                limit = int(seconds) + GRACE
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
                os._exit(run(tests, seconds, Path(file.name)))
            os._exit(9)
        _, status, usage = os.wait4(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        last = Path(file.name).read_text(encoding="utf-8")
    if os.WIFSIGNALED(status):
        return "hung", last, usage.ru_utime
    outcome = {0: "survived", 1: "noticed"}.get(os.WEXITSTATUS(status), "broken")
    return outcome, last, usage.ru_utime


def answer(tests: list[str], seconds: float) -> dict[str, str]:
    """What the tests say, the nearest first, until one fails or they have taken a time."""
    rest, left = list(tests), seconds
    for size in BATCHES:
        batch, rest = rest[:size], rest[size:]
        outcome, failed, taken = fork(batch, left) if batch else ("survived", "", 0.0)
        left -= taken
        if outcome != "survived" or left <= 0:
            return {"outcome": outcome, "by": failed if outcome != "survived" else "out of time"}
    return {"outcome": "survived", "by": ""}


def main() -> None:
    """Answer requests until there are no more."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.dont_write_bytecode = True
    sys.path[0] = os.getcwd()
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
