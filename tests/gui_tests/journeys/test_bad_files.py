"""Files that are broken, and saving where it can't be: said, and nothing saved is lost."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.edit.document import Document
from graph.format.file import save
from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.files import digits_board

Spoil = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": 999, "board": {}}', ("newer", "board.neurowire")),
        ('{"format": 1, "board": {', ("JSON", "board.neurowire")),
        ('{"pictures": []}', ("Neurowire", "board.neurowire")),
        ("", ("board.neurowire",)),
    ],
    ids=["newer", "broken", "other", "empty"],
)
def test_a_file_that_cannot_be_read(
    start: Start, tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    user = start(live=False)
    shown, title = user.names(), user.title
    path = tmp_path / "board.neurowire"
    path.write_text(text)
    user.open(path)
    user.reads(*words, "still open")
    assert user.names() == shown
    assert user.title == title
    assert path.read_text() == text


def spoiled(path: Path, spoil: Spoil) -> tuple[Path, str]:
    content = json.loads(digits_board(path).read_text())
    spoil(content)
    path.write_text(json.dumps(content))
    return path, path.read_text()


def nowhere(content: dict[str, Any]) -> None:
    content["board"]["links"].append({"from": ["n99", "y"], "to": ["n3", "x"], "rank": 0})


def out_of_range(content: dict[str, Any]) -> None:
    content["board"]["nodes"]["n3"]["params"]["units"] = -3


def unknown(content: dict[str, Any]) -> None:
    content["board"]["nodes"]["n77"] = {"type": "layer.quantum", "name": "quantum"}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (nowhere, ("n99",)),
        (out_of_range, ("logits", "units", "-3")),
        (unknown, ("quantum",)),
    ],
)
def test_a_file_of_which_only_a_part_is_good(
    start: Start, tmp_path: Path, spoil: Spoil, words: tuple[str, ...]
) -> None:
    path, text = spoiled(tmp_path / "board.neurowire", spoil)
    user = start(live=False)
    user.open(path)
    user.reads("board.neurowire", *words)
    assert {"digits", "logits", "adam"} <= user.names()
    assert path.read_text() == text


def test_the_same_file_named_on_the_command_line(start: Start, tmp_path: Path) -> None:
    path, text = spoiled(tmp_path / "board.neurowire", nowhere)
    user = start(path, live=False)
    user.reads("n99")
    assert path.read_text() == text
    user = start(tmp_path / "none.neurowire", live=False)
    user.reads("none.neurowire")


def test_a_value_out_of_range_in_the_inspector(start: Start, tmp_path: Path) -> None:
    user = start(digits_board(tmp_path / "board.neurowire"), live=False)
    user.select("logits")
    user.set("units", "-3")
    wrong = [text for text in user.labels(user.window.inspector) if "at least 1" in text]
    assert wrong, user.labels(user.window.inspector)
    user.set("units", "many")
    assert any("many" in text for text in user.labels(user.window.inspector))
    user.set("units", "12")
    assert not any("many" in text for text in user.labels(user.window.inspector))
    user.choose("File", "Save")
    saved = json.loads((tmp_path / "board.neurowire").read_text())
    assert saved["board"]["nodes"]["n3"]["params"]["units"] == 12


def test_a_full_disk_leaves_the_saved_file_as_it_was(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = digits_board(tmp_path / "board.neurowire")
    text = path.read_text()
    user = start(path, live=False)
    user.select("adam")
    user.set("lr", "0.02")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def no_space(*_: object) -> None:
        raise full

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", no_space)
        user.choose("File", "Save")
        user.reads("board.neurowire", "No space left")
        assert "*" in user.title
        assert path.read_text() == text
        with user.picking(tmp_path):
            user.choose("File", "Export")
        user.reads("export did not succeed", "No space left")
    assert [one.name for one in tmp_path.glob("*.neurowire*")] == ["board.neurowire"]
    user.choose("File", "Save")
    assert "*" not in user.title
    assert '"lr": 0.02' in path.read_text()


def test_a_board_with_nothing_to_train(start: Start, tmp_path: Path) -> None:
    document = Document()
    document.add_node("data.digits")
    path = tmp_path / "board.neurowire"
    save(document, path)
    user = start(path, live=False)
    user.click(user.window.topbar.train)
    assert "Not started" in user.status
    assert any("optimizer" in text for text in user.problems())
    empty = tmp_path / "empty.neurowire"
    save(Document(), empty)
    user.open(empty)
    user.click(user.window.topbar.train)
    assert "Not started" in user.status
    assert any("data" in text for text in user.problems())
