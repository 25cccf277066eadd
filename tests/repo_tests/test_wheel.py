"""The wheel: built from the sources, installed into an empty environment, trained from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("main.py", "pyproject.toml", "README.md", "LICENSE")
FOLDERS = ("graph", "gui", "runtime", "resources")
LIMIT_S = 120
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def run(words: Sequence[str], folder: Path, **environment: str) -> str:
    """What a command writes; it must end well."""
    known = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S,
                          check=False, env={**known, **environment})  # fmt: skip
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left beside the sources."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        shutil.copy(ROOT / name, copy)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    words = ("wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir")
    run([*PIP, *words, str(out), "."], copy)
    (built,) = out.glob("neurowire-*-py3-none-any.whl")
    return built


def test_the_wheel_holds_all_that_runs_in_one_folder(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    wanted = {
        f"neurowire/{file.relative_to(ROOT).as_posix()}"
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert held == wanted | {"neurowire/main.py"}


@pytest.mark.slow
def test_an_empty_environment_trains_from_it(wheel: Path, tmp_path: Path) -> None:
    environment, elsewhere = tmp_path / "environment", tmp_path / "elsewhere"
    venv.create(environment, with_pip=False)
    bin_ = environment / ("Scripts" if os.name == "nt" else "bin")
    words = ("install", "--quiet", "--no-deps", "--no-index", "--no-compile", str(wheel))
    run([*PIP, "--python", str(bin_ / "python"), *words], tmp_path)
    (site,) = environment.glob("**/site-packages")
    assert {one.name for one in site.iterdir() if not one.name.endswith(".dist-info")} == {
        "neurowire"
    }
    # The libraries are those of this environment: to fetch them takes a network and minutes.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    elsewhere.mkdir()
    (elsewhere / "graph.py").write_text("raise SystemExit('a file of hers')\n")
    home = {"NEUROWIRE_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    neurowire = str(bin_ / "neurowire")

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert run([neurowire, "--version"], elsewhere, **home) == f"Neurowire {project['version']}\n"
    said = run([neurowire, "train", "xor_neurons", "--steps", "3", "--device", "cpu",
                "--threads", "1", "--json"], elsewhere, **home)  # fmt: skip
    assert said.count('"event": "step"') == 3
