"""Surroundings of every test: no screen, no traces in the user's folders, real data where it is.

NEUROWIRE_TEST_SCREEN=1   show windows on the real screen instead of off screen
NEUROWIRE_TEST_BARE=1     insist that neither Qt nor torch is installed (`make bare` sets it)
NEUROWIRE_DATA=FOLDERS    where the real data sets lie; by default ../shared/data
"""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from tests import screens

REPOSITORY = Path(__file__).resolve().parent.parent

_home = Path(tempfile.mkdtemp(prefix="neurowire-tests-"))

# Set before anything imports Qt or asks for a user's folder; child processes inherit it.
if not os.environ.get("NEUROWIRE_TEST_SCREEN"):
    os.environ["QT_QPA_PLATFORM"] = screens.off_screen(_home, 1920, 1080)
for library in ("QT_API", "PYTEST_QT_API"):
    os.environ[library] = "pyside6"
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
os.environ["QT_PREFERRED_BINDING"] = "PySide6"

# One thread for each process, for two on one core wait for each other: a step takes 30 to 100
# times as long. Tests about threads ask for them.
os.environ.setdefault("OMP_NUM_THREADS", "1")

os.environ["NEUROWIRE_HOME"] = str(_home / "home")
for variable in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ[variable] = str(_home / variable.lower())

_data = REPOSITORY.parent / "shared" / "data"
if _data.is_dir():
    os.environ.setdefault("NEUROWIRE_DATA", str(_data))

# No deadline: machines are shared. The same examples each time, so that a failure comes back;
# asking for a number of examples gives new ones.
settings.register_profile(
    "neurowire", deadline=None, derandomize="NEUROWIRE_TEST_EXAMPLES" not in os.environ
)
settings.load_profile("neurowire")


def pytest_sessionstart() -> None:
    """Refuse to call an environment bare that is not."""
    if os.environ.get("NEUROWIRE_TEST_BARE"):
        found = [name for name in ("PySide6", "torch", "numpy") if importlib.util.find_spec(name)]
        if found:
            pytest.exit(f"expected an environment without {', '.join(found)}", returncode=2)


def pytest_collection_finish() -> None:
    """Let Python look no more through all that was imported when it looks for what is left over.

    That took a quarter of a second, and window tests ask for it after each test.
    """
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    shutil.rmtree(_home, ignore_errors=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for all of the user's own folders, new and empty for each test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NEUROWIRE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Gives the folder of a real data set by name, or skips the test where it is absent."""

    def find(name: str) -> Path:
        folders = [
            folder for folder in os.environ.get("NEUROWIRE_DATA", "").split(os.pathsep) if folder
        ]
        for folder in folders:
            if (path := Path(folder) / name).exists():
                return path
        pytest.skip(f"needs the real data set {name!r}; looked in {folders or 'no folder'}")

    return find
