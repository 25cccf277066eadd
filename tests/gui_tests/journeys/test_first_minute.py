"""The first minute of someone who has never seen it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from gui.widgets.common import Card
from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.user import CTRL, User


@pytest.mark.fresh
def test_ctrl_enter_on_the_first_board_tells_digits_apart_within_a_minute(start: Start) -> None:
    begun = time.monotonic()
    user = start()
    assert "digits" in user.title
    user.key(Qt.Key.Key_Return, CTRL)
    losses = user.window.losses

    def accuracy() -> float:
        text = losses.readout.headline.text()
        return float(text.removesuffix(" %")) if text.endswith("%") else 0.0

    user.until(lambda: accuracy() > 90)
    assert "accuracy" in losses.readout.headline_title.text()
    assert time.monotonic() - begun < 60
    user.key(Qt.Key.Key_Period, CTRL)
    user.until(lambda: "Stopped" in user.status or "Trained" in user.status)


def test_the_first_minute_on_a_laptop_by_the_mouse(start: Start, tmp_path: Path) -> None:
    """From the first board to a drawn convolution, a mended problem and an export that has them."""
    user = start()
    window = user.window
    window.resize(1366, 728)
    user.qtbot.waitUntil(lambda: window.height() == 728)
    user.click(window.topbar.train)
    user.says("Training on")
    series = window.losses.chart.series
    user.until(lambda: "loss/cross_entropy" in window.losses.chart)
    user.until(lambda: series("loss/cross_entropy").count > 200)
    user.click(window.topbar.stop)
    user.says("Stopped after")

    before = user.names()
    window.board.viewer.setFocus()
    user.key(Qt.Key.Key_Tab)
    user.type("conv2d\r")
    (conv,) = user.names() - before
    window.board.select([])
    window.board.home()
    user.wire("digits.image", conv)
    user.hands.drag(user.port(f"{conv}.y"), user.port("flatten.x"))  # in the old wire's place
    user.select("logits")
    user.set("units", "7")
    user.tab("Problems")
    user.until(lambda: any("10" in one.text() for one in fixes(user)))
    user.click(next(one for one in fixes(user) if "10" in one.text()))
    assert user.problems() == []

    user.click(window.topbar.train)
    user.says("Training on", "samples/s")
    user.click(window.topbar.stop)
    user.says("Stopped after")
    with user.picking(tmp_path):
        user.choose("File", "Export")
    user.reads("Exported to", "python train.py")
    (model,) = tmp_path.glob("*/model.py")
    assert "nn.Conv2d(1, " in model.read_text()
    assert (window.width(), window.height()) == (1366, 728)


def fixes(user: User) -> list[QPushButton]:
    """The buttons of the problems that are shown."""
    cards = [one for one in user.window.problems.findChildren(Card) if one.isVisible()]
    found = [button for card in cards for button in card.findChildren(QPushButton)]
    return [button for button in found if button.isVisible()]
