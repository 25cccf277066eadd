"""The first minute of someone who has never seen it."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt

from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.user import CTRL


def test_ctrl_enter_on_the_first_board_tells_digits_apart_within_a_minute(start: Start) -> None:
    begun = time.monotonic()
    user = start()
    assert "digits" in user.title
    user.key(Qt.Key.Key_Return, CTRL)
    losses = user.window.losses

    def accuracy() -> float:
        text = losses.headline.text()
        return float(text.removesuffix(" %")) if text.endswith("%") else 0.0

    user.until(lambda: accuracy() > 90)
    assert "accuracy" in losses.headline_title.text()
    assert time.monotonic() - begun < 60
    user.key(Qt.Key.Key_Period, CTRL)
    user.until(lambda: "Stopped" in user.status or "Trained" in user.status)
