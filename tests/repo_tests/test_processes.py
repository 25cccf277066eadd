"""Scripts in quick processes end as they do in new interpreters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import processes

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")
ENDS = {
    "nothing": "",
    "status": "import sys; sys.exit(3)",
    "words": "import sys; sys.exit('No such board.')",
    "an error": "raise ValueError('no such board')",
    "a signal": "import os; os.kill(os.getpid(), 15)",
    "interrupted": "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(9)",
    "at exit": "import atexit; atexit.register(print, 'last words')",
    "a thread": "import threading; threading.Timer(0.1, print, ['late']).start()",
    "imports": "import graph",
    "arguments": "import os, sys; os.environ.pop('LC_CTYPE', None);"
    "print(sys.argv, os.getcwd(), dict(os.environ), __name__, __file__)",
    "a neighbour": "import neighbour; print(neighbour.__name__)",
}


@posix
@pytest.mark.parametrize("text", ENDS.values(), ids=ENDS)
def test_a_script_ends_as_in_a_new_interpreter(text: str, tmp_path: Path) -> None:
    (tmp_path / "neighbour.py").write_text("")
    script = tmp_path / "script.py"
    script.write_text(f"print('begun')\n{text}\n")
    env = {"PATH": os.environ["PATH"], "MINE": "é"}
    fresh = subprocess.run(
        [sys.executable, script, "--word", "a b"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    quick = processes.run(script, "--word", "a b", cwd=tmp_path, env=env)
    assert quick.returncode == fresh.returncode
    assert quick.stdout == fresh.stdout
    assert quick.stderr.splitlines()[-1:] == fresh.stderr.splitlines()[-1:]


def test_warnings_are_errors_where_asked(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import warnings; warnings.warn('old')")
    assert processes.run("script.py", cwd=tmp_path).returncode == 0
    assert processes.run("script.py", cwd=tmp_path, strict=True).returncode == 1


def test_children_compute_with_several_threads(tmp_path: Path) -> None:
    text = (
        "import torch; torch.set_num_threads(2); x = torch.ones(900, 900);"
        "print((x @ x).sum().item(), torch.get_num_threads())"
    )
    (tmp_path / "script.py").write_text(text)
    done = processes.run("script.py", cwd=tmp_path, timeout=60)
    assert done.stdout.split() == ["729000000.0", "2"]


@posix
def test_a_process_is_one_of_its_own_and_can_be_killed(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "import json, os, time; print(json.dumps(os.getpid()), flush=True); time.sleep(60)"
    )
    with processes.Running(Path("script.py"), cwd=tmp_path) as running:
        assert json.loads(running.stdout.readline()) == running.pid != os.getpid()
        assert running.poll() is None
        running.kill()
        assert running.wait() == -signal.SIGKILL
