"""Threads are ended where nothing breaks."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from pathlib import Path

import pytest

from runtime.worker.interrupt import Interrupted, interrupt


def started(work: list[str], ended: list[str]) -> threading.Thread:
    def run() -> None:
        try:
            for name in work:
                importlib.import_module(name)
            while True:
                time.sleep(0.001)
        except Interrupted:
            ended.append("interrupted")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_thread_ends_at_its_next_line() -> None:
    ended: list[str] = []
    thread = started([], ended)
    interrupt(thread)
    thread.join(5)
    assert ended == ["interrupted"]


def test_an_import_is_not_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = "import time\nfor _ in range(200):\n    time.sleep(0.001)\nDONE = True\n"
    (tmp_path / "slow_to_import.py").write_text(slow)
    monkeypatch.syspath_prepend(tmp_path)
    ended: list[str] = []
    thread = started(["slow_to_import"], ended)
    while "slow_to_import" not in sys.modules:
        time.sleep(0.001)
    interrupt(thread)
    thread.join(5)
    assert ended == ["interrupted"]
    assert sys.modules.pop("slow_to_import").DONE


def test_nothing_is_interrupted_that_is_done_already() -> None:
    ended: list[str] = []
    busy = [True]
    thread = started([], ended)
    busy.clear()
    interrupt(thread, lambda: bool(busy))
    thread.join(0.1)
    assert ended == []
    interrupt(thread)
    thread.join(5)
