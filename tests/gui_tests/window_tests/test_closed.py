"""The window where nothing can be kept: it opens, says so, trains and saves what it is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from graph.format.file import load, save
from graph.format.templates import open_template
from tests import closed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights are another matter there")

WINDOW = """
import os, sys
from pathlib import Path
from gui.shell.app import settle, start
board = Path(sys.argv[1])
window = start(board)
said = window.notice.text
window.session.document.set_settings(epochs=2, threads=1)
while window.file.keeping:
    settle(50)
window.acts["train"].trigger()
for _ in range(1200):
    settle(100)
    if "Trained" in window.status.run.text():
        break
print(window.status.run.text(), window.notice.text)
window.acts["save"].trigger()
print("modified", window.isWindowModified())
window.close()
settle(500)
print(said)
"""


@pytest.mark.parametrize("kind", ["file", "closed"])
def test_the_window_opens_says_what_is_not_kept_and_works(tmp_path: Path, kind: str) -> None:
    home = closed.make(tmp_path / "home_of_mine", kind)
    board = tmp_path / "board.neurowire"
    save(open_template("xor_neurons"), board)
    env = {"NEUROWIRE_HOME": str(home), "TMPDIR": str(tmp_path)}
    done = closed.run(WINDOW, board, env=env)
    assert "Traceback" not in done.stderr, done.stderr
    trained, saved, said = done.stdout.splitlines()
    assert trained.startswith("Trained 2 epochs"), done.stdout
    assert saved == "modified False"
    assert load(board).document.settings.epochs == 2
    assert str(home) in said
    for lost in ("runs", "settings", "copies in case of a crash"):
        assert lost in said
    assert "space" not in said


AUTOSAVE = """
import sys
from pathlib import Path
from gui.shell.app import settle
from gui.shell.app import application
from gui.shell.window import Window
from graph.edit.document import Document
from gui.core.autosave import folder
application("dark")
window = Window(Document("mine"), live=False)
window.show()
told = []
window.file.unkept.connect(told.append)
for epochs in (3, 4, 5):
    if epochs == 5:
        Path(sys.argv[1]).chmod(0o755)
    window.session.document.set_settings(epochs=epochs)
    while window.file.keeping:
        settle(50)
    print(len(told), len(list(folder().glob("*.json"))))
print(window.notice.text)
window.file.modified = False
window.close()
"""


def test_a_failed_copy_is_told_once_and_made_when_it_can_be(tmp_path: Path) -> None:
    home = closed.make(tmp_path / "home_of_mine", "protected")
    done = closed.run(AUTOSAVE, home, env={"NEUROWIRE_HOME": str(home)})
    assert done.stdout.splitlines()[:3] == ["1 0", "1 0", "1 1"], done.stderr
    said = done.stdout.splitlines()[3]
    assert "not kept in case of a crash" in said
    assert "Permission denied" in said
    assert "space" not in said
