"""Folders of one's own that can't be used: told, and only what needs them goes without."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from graph.format.file import save
from graph.format.templates import open_template
from tests import closed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")

COMMANDS = """
import sys
from main import main
board, out = sys.argv[1:]
commands = (
    ["check", board],
    ["export", board, out],
    ["data"],
    ["train", board, "--steps", "2", "--threads", "1", "--device", "cpu"],
    ["runs"],
)
for command in commands:
    print("status", command[0], main(command), flush=True)
"""


@pytest.mark.parametrize("kind", closed.KINDS)
def test_commands_work_without_folders_of_their_own(tmp_path: Path, kind: str) -> None:
    home = closed.make(tmp_path / "home_of_mine", kind)
    board = tmp_path / "board.neurowire"
    save(open_template("xor_neurons"), board)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {"NEUROWIRE_HOME": str(home), "TMPDIR": str(temporary)}
    done = closed.run(COMMANDS, board, tmp_path / "out", env=env)
    assert "Traceback" not in done.stderr
    status = [line for line in done.stdout.splitlines() if line.startswith("status")]
    ran = ("check", "export", "data", "train", "runs")
    assert status == [f"status {name} 0" for name in ran], done.stderr
    assert (tmp_path / "out" / "train.py").exists()
    told = [line for line in done.stderr.splitlines() if str(home) in line]
    assert len(told) == 1, done.stderr  # by `train` alone: nothing else keeps anything
    assert "runs" in told[0]
    [database] = temporary.glob("neurowire-*/data/runs/runs.sqlite")
    assert str(database.parents[2]) in told[0]


def test_a_folder_that_serves_is_used(home: Path, tmp_path: Path) -> None:
    code = "from runtime.store import paths; print(paths.secure(), paths.data_dir())"
    done = closed.run(code, env={"NEUROWIRE_HOME": str(home)})
    assert done.stdout.strip() == f"None {home}"
