"""The main job: draw, mend, train, watch, pause, go on, stop, save, export, run it elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from gui.widgets.common import Card
from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.runs import alone, losses, newest, printed
from tests.gui_tests.journeys.user import CTRL, User

NODES = (
    ("digits", 100, 120),
    ("flatten", 290, 120),
    ("linear", 480, 120),
    ("relu", 670, 120),
    ("linear", 860, 120),
    ("cross entropy", 480, 300),
    ("adam", 700, 300),
    ("accuracy", 860, 300),
    ("predictions", 200, 340),
)


def draw(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [user.drag_in(words, (x, y), monkeypatch) for words, x, y in NODES]
    digits, flatten, hidden, relu, logits, loss, adam, accuracy, predictions = made
    user.select(hidden)
    user.set("units", "48")
    user.select(logits)
    user.set("units", "7")  # there are ten digits
    user.rename("logits")
    for source, target in (
        (f"{digits}.image", flatten),
        (flatten, hidden),
        (hidden, relu),
        (relu, "logits"),
        ("logits", f"{loss}.logits"),
        (f"{digits}.label", f"{loss}.label"),
        (loss, adam),
        ("logits", f"{accuracy}.logits"),
        (f"{digits}.label", f"{accuracy}.label"),
        (f"{digits}.image", f"{predictions}.image"),
        ("logits", f"{predictions}.logits"),
        (f"{digits}.label", f"{predictions}.label"),
    ):
        user.wire(source, target)


def mend(user: User) -> None:
    """Train is refused; the problem's own button mends it."""
    user.click(user.window.topbar.train)
    assert "Not started" in user.status
    assert any("10" in text and "7" in text for text in user.problems())
    user.until(lambda: any("10" in one.text() for one in buttons(user)))
    user.click(next(one for one in buttons(user) if "10" in one.text()))
    assert user.problems() == []
    assert "no problems" in user.window.status.board.text()


def buttons(user: User) -> list[QPushButton]:
    """What the problems shown can be mended by."""
    cards = [one for one in user.window.problems.findChildren(Card) if one.isVisible()]
    found = [button for card in cards for button in card.findChildren(QPushButton)]
    return [button for button in found if button.isVisible()]


def train(user: User) -> None:
    """Curve and pictures move, stand still in a pause, and move on."""
    window = user.window
    plain = user.node_picture("predictions")
    user.click(window.topbar.train)
    user.says("Training on", "samples/s")
    user.tab("Losses")
    user.changes(window.losses.chart)
    user.tab("Previews")
    user.until(lambda: window.previews.previews)
    user.changes(window.previews)
    user.until(lambda: user.node_picture("predictions") != plain)

    user.click(window.topbar.pause)
    user.says("Paused on")
    assert window.topbar.train.text() == "Resume"
    user.qtbot.wait(300)
    still = user.picture(window.previews)
    user.qtbot.wait(300)
    assert user.picture(window.previews) == still
    user.click(window.topbar.train)
    user.says("Training on")
    user.changes(window.previews)
    user.until(lambda: window.losses.readout.headline.text().endswith("%"))
    user.click(window.topbar.stop)
    user.says("Stopped after")


def test_from_an_empty_board_to_a_script_that_gives_the_same_losses(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = start()
    user.choose("File", "New")
    draw(user, monkeypatch)
    for box, value in ((user.window.topbar.epochs, "100000"), (user.window.topbar.batch, "200")):
        user.click(box)
        user.key(Qt.Key.Key_A, CTRL)
        user.type(f"{value}\r")
    assert "*" in user.title
    mend(user)
    train(user)

    board = tmp_path / "my digits.neurowire"
    user.save_as(board)
    assert user.title.startswith("my digits \N{EN DASH}")
    saved = json.loads(board.read_text())
    assert len(saved["board"]["nodes"]) == len(NODES)
    assert len(saved["board"]["links"]) == 12
    assert {"units": 10} in [node.get("params") for node in saved["board"]["nodes"].values()]
    assert saved["settings"]["epochs"] == 100000

    with user.picking(tmp_path):
        user.choose("File", "Export")
    user.reads("Exported to", "python train.py")
    exported = next(path.parent for path in tmp_path.glob("*/train.py"))
    user.click(user.button("Add the weights", user.window.notice))
    user.reads("Weights written to", "python train.py --from weights.safetensors")
    assert (exported / "weights.safetensors").stat().st_size > 1000

    done = alone(exported, "-c", "import graph, gui, runtime")
    assert "ModuleNotFoundError" in done.stderr
    run = newest()
    in_app = losses(run)
    assert len(in_app) > 20
    epochs = min(run.epoch, 6)
    threads = str(run.settings["threads_used"])
    done = alone(exported, "train.py", "--epochs", str(epochs), "--threads", threads)
    assert done.returncode == 0, done.stderr
    steps = [one for one in printed(done.stdout) if "step" in one]
    assert len(steps) >= min(20, 8 * epochs)
    replayed = [(one["step"], one["loss/cross_entropy"]) for one in steps]
    assert replayed == in_app[: len(replayed)]
    done = alone(exported, "train.py", "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bit for bit" in done.stdout
