"""Processes of a test that do not meet begin anew once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import processes

SCRIPT = """
import os, pathlib, time
port = os.environ["MASTER_PORT"]
seen = pathlib.Path("port")
if os.environ["RANK"] == "0" and not seen.exists():
    seen.write_text(port)
    time.sleep(600)
print(port != seen.read_text())
"""


def test_processes_that_do_not_meet_begin_anew_at_another_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    monkeypatch.setattr(processes, "MEET_S", 5)
    done = processes.together(2, Path("train.py"), cwd=tmp_path, env=dict(os.environ))
    assert [one.stdout.strip() for one in done] == ["True", "True"]
