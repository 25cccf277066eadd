"""The import contracts in pyproject.toml catch what they are there for.

They are run on a small house of the same plan, with one wrong import at a time.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]

HOUSE = {
    "graph/edit/document.py": "",
    "graph/edit/links.py": "from graph.edit import rules\n",
    "graph/edit/rules.py": "",
    "graph/infer/inference.py": "from graph.edit import document\n",
    "gui/canvas/sheet.py": "",
    "gui/canvas/view.py": "import NodeGraphQt.widgets\nfrom PySide6 import QtGui\n"
    "from gui.canvas import sheet\n",
    "gui/core/session.py": "",
    "gui/charts/plots.py": "import pyqtgraph\n",
    "gui/shell/window.py": "from gui.canvas import view\nfrom gui.charts import plots\n"
    "from runtime.client.client import Client\nfrom graph import document\n",
    "runtime/worker/process.py": "import torch\nfrom graph import document\n",
    "runtime/exported/data.py": "import torch\n",
    "runtime/client/client.py": "class Client: ...\n",
    "runtime/protocol/messages.py": "",
}

ONLY_A_TYPE = "from typing import TYPE_CHECKING\n    if TYPE_CHECKING:\n        {}"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    sources = {name for contract in CONTRACTS for name in contract.get("source_modules", ())}
    rooms = {
        f"{container}/{room}/__init__.py"
        for contract in CONTRACTS
        for container in contract.get("containers", ())
        for room in contract["layers"]
    }
    modules = {name.replace(".", "/") + ".py" for name in sources if "." in name}
    for name, text in {**dict.fromkeys(modules | rooms, ""), **HOUSE}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for folder in path.relative_to(tmp_path).parents[:-1]:
            (tmp_path / folder / "__init__.py").touch()
    return tmp_path


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=house, capture_output=True, text=True, check=False
    )


def test_the_house_as_planned_keeps_every_contract(house: Path) -> None:
    result = lint(house)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(CONTRACTS)} kept" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("graph/edit/document.py", "import numpy", "graph stands on"),
        ("graph/edit/document.py", "import runtime.client.client", "graph stands on"),
        ("runtime/worker/process.py", "from PySide6 import QtCore", "runtime knows no window"),
        ("runtime/worker/process.py", "import gui.shell.window", "runtime knows no window"),
        ("gui/shell/window.py", "import torch", "the window never imports torch"),
        (
            "runtime/client/client.py",
            "from runtime.worker.process import process",
            "the window never imports torch",
        ),
        (
            "runtime/protocol/messages.py",
            "import runtime.worker.process",
            "the runtime's face never",
        ),
        (
            "gui/shell/window.py",
            "from runtime.worker.process import process",
            "the window sees the runtime's face",
        ),
        (
            "gui/shell/window.py",
            "import runtime.exported.data",
            "the window sees the runtime's face",
        ),
        ("gui/shell/window.py", "import NodeGraphQt", "NodeGraphQt is imported"),
        ("gui/shell/window.py", "import pyqtgraph", "pyqtgraph is imported"),
        ("graph/edit/document.py", "import graph.infer.inference", "rooms of the graph"),
        ("runtime/client/client.py", "import runtime.worker.process", "rooms of the runtime"),
        ("gui/canvas/view.py", "import gui.charts.plots", "rooms of the window"),
        (
            "gui/core/session.py",
            ONLY_A_TYPE.format("from gui.canvas import view"),
            "rooms of the window",
        ),
        ("graph/edit/rules.py", ONLY_A_TYPE.format("from graph.edit import links"), "no circles"),
        ("gui/canvas/sheet.py", ONLY_A_TYPE.format("from gui.canvas import view"), "no circles"),
    ],
)
def test_a_wrong_import_breaks_its_contract(
    house: Path, file: str, line: str, contract: str
) -> None:
    with (house / file).open("a") as module:
        module.write(f"\n\ndef late():\n    {line}\n")
    result = lint(house)
    assert result.returncode == 1
    broken = [text for text in result.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), result.stdout
