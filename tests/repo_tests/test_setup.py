"""setup.sh: an environment that was moved or broke is not given up before there is another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[2] / "setup.sh"
NOWHERE = "http://127.0.0.1:9/simple"
"""An index that nobody answers for; port 9 is discarded everywhere."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="setup.sh is for POSIX shells")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is set up, without libraries: they are what takes minutes."""
    folder = tmp_path_factory.mktemp("set up") / "a house"
    folder.mkdir()
    shutil.copy(SETUP, folder)
    (folder / "requirements.lock").write_text("# nothing\n", encoding="utf-8")
    assert set_up(folder).returncode == 0
    (folder / ".venv" / "kept.txt").write_text("five gigabytes", encoding="utf-8")
    return folder


@pytest.fixture
def project(ready: Path, tmp_path: Path) -> Path:
    """The same folder somewhere else."""
    return Path(shutil.copytree(ready, tmp_path / "another house", symlinks=True))


def set_up(folder: Path, purpose: str = "check") -> subprocess.CompletedProcess[str]:
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "VIRTUAL_ENV"))},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": NOWHERE,
        "PIP_RETRIES": "1",
        "PYTHON": sys.executable,
    }
    return subprocess.run(
        ["sh", "./setup.sh", purpose],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_a_moved_folder_keeps_its_environment(ready: Path, project: Path) -> None:
    done = set_up(project)
    assert done.returncode == 0, done.stderr
    assert f"moved here from {ready}" in done.stderr
    assert (project / ".venv" / "kept.txt").exists()
    pip = (project / ".venv" / "bin" / "pip").read_text(encoding="utf-8")
    assert str(project) in pip
    assert str(ready) not in pip
    assert "moved" not in set_up(project).stderr


def test_a_broken_environment_stays_until_another_is_complete(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(project / "gone")
    lock = project / "requirements.lock"
    lock.write_text("six==1.17.0\n", encoding="utf-8")
    failed = set_up(project)
    assert failed.returncode == 1
    assert "package index can't be reached" in failed.stderr
    assert "Nothing that was here is lost" in failed.stderr
    assert (project / ".venv" / "kept.txt").exists()

    lock.write_text("# nothing again\n", encoding="utf-8")  # the index answers again
    assert set_up(project).returncode == 0
    assert not (project / ".venv" / "kept.txt").exists()
    assert sorted(path.name for path in project.glob(".venv*")) == [".venv"]
    pip = (project / ".venv" / "bin" / "pip").read_text(encoding="utf-8")
    assert ".venv.new" not in pip


def test_what_fails_beside_the_large_environment_is_told(project: Path) -> None:
    shutil.copytree(project / ".venv", project / ".venv-bare", symlinks=True)
    (project / ".venv-bare" / ".ready").unlink()
    done = set_up(project, "test")
    assert done.returncode == 1, done.stderr
    assert "installing libraries into .venv-bare" in done.stderr
    assert "package index can't be reached" in done.stderr
    assert str(project) in (project / ".venv" / ".ready").read_text(encoding="utf-8")
    assert not (project / ".venv-bare" / ".ready").exists()


def test_no_python_means_nothing_is_touched(project: Path) -> None:
    (project / ".venv" / "bin" / "python").unlink()
    done = subprocess.run(
        ["sh", "./setup.sh", "check"],
        cwd=project,
        env={**os.environ, "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "PYTHON=no-such-python" in done.stderr
    assert (project / ".venv" / "kept.txt").exists()
