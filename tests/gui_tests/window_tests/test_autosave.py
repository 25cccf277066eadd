"""What a killed application leaves behind: offered to one window, whole, and then gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph.core.errors import FileError
from graph.edit.document import Document
from graph.format.file import load, save, write_atomic
from gui.core import autosave
from gui.core.autosave import folder, leftovers
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_board_file import answer, click

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")

REPOSITORY = Path(__file__).resolve().parents[3]

EDITS = """
import sys
from pathlib import Path
from graph.format.file import load
from gui.shell.app import application, settle
from gui.shell.window import Window
application("dark")
path = Path(sys.argv[1])
window = Window(load(path).document, path, live=False)
window.show()
document = window.session.document
[logits] = [one for one in document.board.nodes.values() if one.name == "logits"]
document.set_params(logits.id, units=42)
while window.file.keeping:
    settle(50)
print("kept", flush=True)
settle(600_000)
"""
"""A window that was edited and does nothing more."""

STARTS = """
import sys
from graph.core.errors import FileError
from graph.edit.document import Document
from gui.shell.app import application, settle
from gui.core.autosave import leftovers
from gui.shell.window import Window
application("dark")
window = Window(Document("other"), live=False)
window.show()
print("shown", flush=True)
sys.stdin.readline()
window.documents.offer_recovery(leftovers())
print(window.notice.text or "nothing", flush=True)
settle(600_000)
"""
"""A window that looks for leftovers when told to."""


@contextmanager
def process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another application; killed in the end, if it was not before."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def crash(path: Path) -> None:
    """Kill an application in which this file was edited."""
    save(small_board(), path)
    with process(EDITS, str(path)) as child:
        assert line(child) == "kept"
        assert leftovers() == []  # its application still runs


def test_a_crash_leaves_a_copy_that_the_next_window_offers(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    path = tmp_path / "mine.neurowire"
    crash(path)
    window = make_window(Document("other"))
    window.documents.offer_recovery(leftovers())
    assert "mine" in window.notice.text
    window.notice.answer("Recover")
    assert node(window, "logits").params["units"] == 42
    assert window.file.path == path
    assert window.isWindowModified()
    [kept] = folder().glob("*.json")  # of this window now, from its first moment on
    assert leftovers() == []
    window.acts["save"].trigger()
    assert not kept.exists()
    assert load(path).document == window.session.document


def test_two_windows_started_after_a_crash_do_not_both_take_the_copy(tmp_path: Path) -> None:
    crash(tmp_path / "mine.neurowire")
    with process(STARTS) as one, process(STARTS) as other:
        both = (one, other)
        assert [line(child) for child in both] == ["shown", "shown"]
        for child in both:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
        said = sorted(line(child) for child in both)
        assert said[1] == "nothing"
        assert said[0].startswith("Neurowire ended without saving mine.")
    assert len(leftovers()) == 1  # it was not answered


@pytest.mark.parametrize(
    "change",
    [lambda path: path.write_text("{}"), lambda path: path.unlink()],
    ids=["changed", "gone"],
)
def test_a_recovered_board_is_not_saved_over_what_came_after_the_crash(
    make_window: MakeWindow,
    tmp_path: Path,
    change: Callable[[Path], object],
) -> None:
    path = tmp_path / "mine.neurowire"
    crash(path)
    change(path)
    window = make_window(Document("other"))
    window.documents.offer_recovery(leftovers())
    window.notice.answer("Recover")
    said = answer(lambda box: click(box, "Cancel"))
    window.acts["save"].trigger()
    assert said[0].startswith("mine.neurowire ")
    assert not path.exists() or path.read_text() == "{}"
    assert window.isWindowModified()


def test_the_copy_found_stays_until_the_window_has_its_own(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(tmp_path / "mine.neurowire")
    [found] = folder().glob("*.json")
    there: list[bool] = []

    def slowly(path: Path, text: str) -> None:
        time.sleep(0.2)
        there.append(found.exists())
        write_atomic(path, text)

    window = make_window(Document("other"))
    window.documents.offer_recovery(leftovers())
    monkeypatch.setattr(autosave, "write_atomic", slowly)
    window.notice.answer("Recover")
    assert there == [True]
    assert not found.exists()
    assert len([*folder().glob("*.json")]) == 1


def test_a_window_that_cannot_keep_a_copy_leaves_the_one_it_found(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(tmp_path / "mine.neurowire")
    [found] = folder().glob("*.json")

    def full(path: Path, text: str) -> None:
        raise FileError(f"{path} could not be written: the disk is full.")

    window = make_window(Document("other"))
    window.documents.offer_recovery(leftovers())
    monkeypatch.setattr(autosave, "write_atomic", full)
    window.notice.answer("Recover")
    assert node(window, "logits").params["units"] == 42
    assert found.exists()
    [again] = leftovers()  # the next window is offered it
    again.leave()


def test_the_newest_copy_is_kept_and_is_written_by_another_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writers: list[threading.Thread] = []
    told: list[object] = []
    going = threading.Event()

    def slowly(path: Path, text: str) -> None:
        writers.append(threading.current_thread())
        going.wait(20)
        write_atomic(path, text)

    monkeypatch.setattr(autosave, "write_atomic", slowly)
    copy = autosave.Copy(told.append)
    for count in range(30):
        copy.write(autosave.Kept(None, "mine", f"board {count}", ""))
    assert copy.busy
    going.set()
    copy.wait()
    assert not copy.busy
    assert threading.current_thread() not in writers
    assert len(writers) <= 2  # what was overtaken is not written
    assert told == [None] * len(writers)
    [kept] = folder().glob("*.json")
    assert json.loads(kept.read_text())["text"] == "board 29"
    copy.forget()


def test_a_copy_that_is_being_written_is_forgotten_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    going = threading.Event()

    def slowly(path: Path, text: str) -> None:
        going.wait(0.2)
        write_atomic(path, text)

    monkeypatch.setattr(autosave, "write_atomic", slowly)
    copy = autosave.Copy(lambda _: None)
    for count in range(3):
        copy.write(autosave.Kept(None, "mine", f"board {count}", ""))
    copy.forget()
    assert [*folder().iterdir()] == []


def test_what_is_no_copy_is_passed_over(tmp_path: Path) -> None:
    folder().mkdir(parents=True)
    (folder() / "broken.json").write_text("{")
    (folder() / "other.json").write_text("[]")
    assert leftovers() == []
