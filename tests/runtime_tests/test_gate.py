"""Exports of boards with hostile names and data are run, and nothing of theirs runs with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from graph.compile import compile_document
from graph.format.file import load, save_text
from graph.format.templates import open_template
from tests import processes
from tests.graph_tests.hostile import CANARY, TEXTS, facts, written

WATCH = f"""
import json, os, runpy, sys
events = []
RAN = {{"os.system", "os.exec", "os.posix_spawn", "os.putenv", "subprocess.Popen", "pty.spawn"}}
import torch, sklearn.datasets, safetensors.torch, PIL.Image
sys.addaudithook(lambda event, args: events.append((event, repr(args))) if event in RAN else None)
told = []
for folder in sys.argv[1:]:
    sys.path.insert(0, folder)
    for script in ("train.py", "sample.py"):
        if not os.path.exists(os.path.join(folder, script)):
            continue
        sys.argv = [script, "--help"]
        try:
            runpy.run_path(os.path.join(folder, script), run_name="__main__")
        except SystemExit as left:
            told.append(left.code)
    sys.path.remove(folder)
    for name, module in list(sys.modules.items()):
        if folder in (getattr(module, "__file__", "") or ""):
            del sys.modules[name]
print(json.dumps({{"events": events, "canary": os.environ.get("{CANARY}"), "codes": told}}))
"""


def test_nothing_of_a_boards_text_runs_with_its_export(tmp_path: Path) -> None:
    folders = []
    for number, text in enumerate(TEXTS[:26]):
        document = open_template("digits_gan" if number % 2 else "tabular")
        document.name = text
        known = {n.id: facts((text, "b")) for n in document.board.nodes.values()}
        folders.append(str(written(tmp_path / str(number), compile_document(document, known))))
    (tmp_path / "watch.py").write_text(WATCH)
    command = [sys.executable, "-s", str(tmp_path / "watch.py"), *folders]
    surroundings = {**os.environ, "MKL_CBWR": "AUTO"}  # all that an export would set by itself
    done = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *said, last = done.stdout.decode().splitlines()
    found = json.loads(last)
    assert found["events"] == []
    assert found["canary"] is None
    assert set(found["codes"]) == {0}
    assert len(found["codes"]) == 39  # two scripts where there is a sampler
    assert "\x1b" not in done.stdout.decode()
    assert any("drawn in Neurowire" in line for line in said)


def test_the_file_that_ran_its_own_name_is_trained_and_exported(tmp_path: Path) -> None:
    """The name that ran when the board was trained, exported, and asked for help."""
    path = tmp_path / 'x""";import os;os.system("touch PWNED");""".neurowire'
    document = open_template("xor_neurons")
    document.set_settings(epochs=1)
    path.write_text(save_text(document), encoding="utf-8")
    main = Path(__file__).parents[2] / "main.py"
    surroundings = {**os.environ, "NEUROWIRE_HOME": str(tmp_path / "home")}
    for words in (["train", path.name, "--threads", "1"], ["export", path.name, "out"]):
        done = processes.run(main, *words, cwd=tmp_path, env=surroundings)
        assert done.returncode == 0, done.stderr[-2000:]
    assert processes.run("train.py", "--help", cwd=tmp_path / "out").returncode == 0
    assert not list(tmp_path.rglob("PWNED"))
    assert load(path).document.board == document.board
