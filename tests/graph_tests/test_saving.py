"""A saved file is the old one or the new one, whatever happens while it is written."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.core.errors import FileError
from graph.edit.document import Document
from graph.format.file import load, save, write_atomic

ROOT = Path(__file__).resolve().parents[2]


def document(count: int) -> Document:
    found = Document()
    for _ in range(count):
        found.add_node("layer.linear")
    return found


def folder(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir() if one.is_file())


@pytest.mark.parametrize("where", ["fsync", "write", "replace"])
def test_a_full_disk_leaves_the_old_file(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.neurowire"
    save(document(1), path)

    def full(*args: object, **more: object) -> int:
        raise OSError(28, "No space left on device")

    if where == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif where == "write":
        monkeypatch.setattr(os, "fdopen", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileError, match=r"a\.neurowire.*No space left.*unchanged"):
        save(document(2), path)
    assert len(load(path).document.board.nodes) == 1
    assert folder(path) == ["a.neurowire"]


def test_a_file_larger_than_is_allowed_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.neurowire"
    save(document(1), path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(FileError, match="can't be written"):
            save(document(500), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert len(load(path).document.board.nodes) == 1
    assert folder(path) == ["a.neurowire"]


def test_what_stops_the_writing_leaves_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.neurowire", "{}")
    assert folder(tmp_path / "a") == []


def test_the_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.neurowire"
    save(document(1), path)
    path.chmod(0o600)
    save(document(2), path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path, real = tmp_path / "a.neurowire", tmp_path / "real" / "a.neurowire"
    save(document(1), real)
    path.symlink_to(real)
    save(document(2), path)
    assert path.is_symlink()
    assert len(load(real).document.board.nodes) == 2


WRITER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from graph.format.file import write_atomic
print("ready", flush=True)
count = 0
while True:
    count += 1
    write_atomic(Path({path!r}), '{{"count": ' + str(count) + ', "x": "' + "x" * 200_000 + '"}}')
"""


def test_kill_9_while_saving_never_breaks_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.neurowire"
    path.write_text('{"count": 0, "x": ""}')
    code = WRITER.format(root=str(ROOT), path=str(path))
    counts = []
    for trial in range(5):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.01 + 0.02 * trial)
            writer.kill()
        counts.append(json.loads(path.read_text())["count"])
    assert max(counts) > 0
