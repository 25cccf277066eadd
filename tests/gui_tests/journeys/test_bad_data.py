"""Data and runs that go wrong in the real worker: each says what and where, and what to do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox

from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.files import board_on, digits_board, pictures, table
from tests.gui_tests.journeys.user import User


def told(user: User, *words: str) -> None:
    """Wait for a problem with all these words."""
    seen: list[str] = []

    def look() -> bool:
        seen[:] = user.problems()
        return any(all(word in text for word in words) for text in seen)

    try:
        user.until(look)
    except Exception:
        pytest.fail(f"wanted {words}, read {seen}, {user.message!r}, {user.status!r}")


def known(user: User) -> None:
    """Wait until the worker has looked at the data."""
    board = user.window.status.board
    user.until(lambda: "no problems" in board.text() and not board.text().startswith("0 "))


def test_data_that_is_missing_or_broken(start: Start, tmp_path: Path) -> None:
    board = board_on(tmp_path / "a.neurowire", "data.image_folder", path=str(tmp_path / "gone"))
    text = board.read_text()
    user = start(board)
    told(user, "image_folder", str(tmp_path / "gone"))
    user.click(user.window.topbar.train)
    assert "Not started" in user.status

    folder = pictures(tmp_path / "animals")
    user.open(board_on(tmp_path / "b.neurowire", "data.image_folder", path=str(folder), size=16))
    known(user)
    user.click(user.window.topbar.train)
    user.says("Trained 3 epochs")  # every picture has another size

    broken = folder / "dog" / "5.png"
    broken.write_bytes(b"this is no picture")
    user.click(user.window.topbar.train)
    told(user, "5.png")
    user.reads("image_folder", "5.png")
    broken.unlink()
    user.click(user.window.topbar.train)
    user.says("Trained 3 epochs")

    shutil.rmtree(folder)
    user.click(user.window.topbar.train)
    told(user, "animals")
    assert user.window.isVisible()
    assert board.read_text() == text


def test_tables_with_text_among_numbers(start: Start, tmp_path: Path) -> None:
    good = table(tmp_path / "good.csv")
    user = start(board_on(tmp_path / "a.neurowire", "data.csv", flat=True, path=str(good)))
    known(user)
    user.select("csv_table")
    for column in ("width", "height", "kind"):
        assert user.window.inspector.findChild(QComboBox, f"kind.{column}") is not None
    table(good, "7.5,wide,a")
    user.click(user.window.topbar.train)
    told(user, "csv_table", "height", "wide")
    user.reads("good.csv")


def test_runs_that_go_wrong(start: Start, tmp_path: Path) -> None:
    board = digits_board(tmp_path / "a.neurowire", rate=1e38, epochs=50)
    text = board.read_text()
    user = start(board)
    user.click(user.window.topbar.train)
    told(user, "adam", "learning rate")
    user.says("Failed after")
    assert "step" in user.message
    assert user.window.topbar.train.isEnabled()
    assert board.read_text() == text

    few = board_on(tmp_path / "b.neurowire", "data.moons", flat=True, count=2, validation=0.0)
    user.open(few)
    assert user.message == ""
    user.click(user.window.topbar.train)
    user.says("Trained 3 epochs")
    none = board_on(tmp_path / "c.neurowire", "data.moons", flat=True, count=2, validation=0.9)
    user.open(none)
    user.click(user.window.topbar.train)
    told(user, "moons", "0 rows to train")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process's files")
def test_a_disk_that_is_full_for_checkpoints(start: Start, tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - only Linux has prlimit

    user = start(digits_board(tmp_path / "a.neurowire", epochs=100_000))
    user.click(user.window.topbar.train)
    user.says("Training on", "samples/s")
    process = user.window.trainer.client.process_id
    assert process is not None
    resource.prlimit(process, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    user.click(user.window.topbar.pause)
    user.reads("The disk is full", "free some space")
    user.says("Paused on")
    resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    user.click(user.window.topbar.train)
    user.says("Training on", "samples/s")
    user.click(user.window.topbar.stop)
    user.says("Stopped after")
