"""A worker killed in the middle of an epoch costs nothing but the time."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from graph.format.file import save
from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.runs import losses, newest
from tests.gui_tests.journeys.user import User
from tests.gui_tests.window_tests.boards import small_board

EPOCHS = 8


def board(path: Path) -> Path:
    """Digits whose epochs take a while, with dropout, so that noise has to go on too."""
    document = small_board()
    nodes = {node.name: node.id for node in document.board.nodes.values()}
    document.set_params(nodes["logits"], units=10)
    [link] = [one for one in document.board.links.values() if one.target.node == nodes["logits"]]
    dropout = document.insert("dropout.dropout", link)
    [link] = document.board.into(dropout.id)
    document.insert("layer.linear", link, units=1024)  # else an epoch is over in no time
    document.set_settings(epochs=EPOCHS, batch_size=4, threads=1, seed=3)
    save(document, path)
    return path


def trained(user: User) -> list[tuple[int, float]]:
    user.says(f"Trained {EPOCHS} epochs")
    return losses(newest())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_a_killed_run_goes_on_bit_for_bit(start: Start, tmp_path: Path) -> None:
    user = start(board(tmp_path / "killed.neurowire"))
    user.click(user.window.topbar.train)
    whole = trained(user)

    user.click(user.window.topbar.train)
    folder = {newest().id}
    per_epoch = whole[-1][0] // EPOCHS
    user.until(lambda: newest().id not in folder and saved() and newest().step % per_epoch > 0)
    process = user.window.trainer.client.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    user.reads("SIGKILL", "resumed")
    assert user.window.isVisible()
    user.says("The worker process ended")
    killed = newest()
    assert killed.state == "interrupted"
    assert killed.step % per_epoch, "it was to die inside an epoch"
    user.click(user.button("Resume", user.window.notice))
    resumed = trained(user)
    assert newest().id == killed.id
    assert resumed == whole


def saved() -> bool:
    return any(Path(newest().folder).glob("checkpoints/last.safetensors"))
