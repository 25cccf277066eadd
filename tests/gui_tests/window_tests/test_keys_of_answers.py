"""Dialogs that stand between a key and what it does, walked and answered by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QWidget,
)

from gui.core.run_state import RunState
from gui.shell.ask_number import AskNumber
from gui.shell.command_palette import plain
from gui.widgets.common import holds_keys
from runtime.store.runs import Run, Runs, database
from tests.gui_tests.journeys.test_first_minute_by_keys import press
from tests.gui_tests.journeys.user import User
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_keys import focused
from tests.gui_tests.window_tests.test_keys_everywhere import MOST, walked
from tests.gui_tests.window_tests.test_number_format import STARTED
from tests.gui_tests.window_tests.test_trainer import ready_board

Key, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier
Answer = Callable[[QWidget], None]


@pytest.fixture
def user(make_window: MakeWindow, qtbot: object) -> User:
    """A window with a board that can be exported, and a run that ended."""
    with Runs(database()) as runs:
        run = Run("r-0", "r", "/nowhere", "digest", {"epochs": 3}, "CPU", 650, 1e9)
        runs.restore(replace(run, state="finished", epoch=3))
    window = make_window(ready_board(epochs=3))
    window.activateWindow()
    window.board.setFocus()
    return User(window, qtbot)  # type: ignore[arg-type]


def answered(ask: Callable[[], object], *answers: Answer) -> None:
    """Ask for something, and answer the dialogs that come one after the other."""
    left, met, failed = list(answers), list[QWidget](), list[BaseException]()
    watching = QTimer()
    watching.setInterval(10)

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None or dialog in met or not holds_keys(dialog):
            return
        met.append(dialog)
        try:
            left.pop(0)(dialog)
            assert not dialog.isVisible(), "the keys leave it open"
        except BaseException as error:
            failed.append(error)
            dialog.close()

    watching.timeout.connect(look)
    watching.start()
    ask()
    watching.stop()
    QTest.qWait(20)  # the keys go back to where they were
    if failed:
        raise failed[0]
    assert not left, "a dialog did not come"


def leave(dialog: QWidget) -> None:
    """Go around it, and away."""
    assert walked(dialog)
    press(Key.Key_Escape)


def press_button(title: str) -> Answer:
    """Go to a button by Tab, and press it."""

    def answer(dialog: QWidget) -> None:
        assert dialog.isVisible()
        for _ in range(MOST):
            one = focused()
            if isinstance(one, QPushButton) and plain(one.text()) == title:
                press(Key.Key_Return)
                return
            press(Key.Key_Tab)
        raise AssertionError(f"Tab does not come to {title}")

    return answer


def enter(text: str) -> Answer:
    """Type over what stands in the field that has the keys, and press Enter."""

    def answer(_: QWidget) -> None:
        field = focused()
        assert isinstance(field, QLineEdit), "what is asked for is typed at once"
        press(Key.Key_A, CONTROL)
        QTest.keyClicks(field, text)
        press(Key.Key_Return)

    return answer


def test_an_export_and_what_it_asks_by_keys(user: User, tmp_path: Path) -> None:
    def export() -> None:
        user.window.activateWindow()  # off screen no desktop does, after a list of completions
        QTest.qWait(20)
        user.key(Key.Key_E, CONTROL)

    before, out = focused(), enter(str(tmp_path / "out"))
    answered(export, leave)
    assert not user.message
    assert focused() is before
    answered(export, out)
    assert "Exported to" in user.message
    (model,) = (tmp_path / "out").rglob("model.py")
    written = model.read_text()
    model.write_text("# mine\n")
    answered(export, out, leave)
    answered(export, out, press_button("Cancel"))
    assert model.read_text() == "# mine\n", "Escape and Cancel keep what was edited"
    answered(export, out, press_button("Replace"))
    assert model.read_text() == written


def test_the_rate_of_one_of_two_optimizers_by_keys(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer, given = user.window.trainer, list[tuple[str, float]]()
    rates = {"adam": 0.002, "sgd": 0.1}
    trainer.started = replace(STARTED, rates=rates)
    trainer._become(RunState("running"))
    monkeypatch.setattr(trainer, "set_rate", lambda *now: given.append(now))
    action = user.window.acts["set_rate"]
    assert action.isEnabled()
    answered(action.trigger, leave)
    answered(action.trigger, press_button("sgd"), leave)
    assert not given
    for typed, rate in (("0.05", 0.05), ("1e-3 * 4", 0.004)):
        answered(action.trigger, press_button("sgd"), enter(typed))
        assert given.pop() == ("sgd", rate)
    trainer.started = replace(STARTED, rates={"adam": 0.002})
    answered(action.trigger, enter("0.5"))
    assert given.pop() == ("adam", 0.5)
    trainer._become(RunState())


def test_a_number_out_of_range_is_no_answer_of_enter(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ended is trained on until a later epoch, from the list of runs."""
    window = user.window
    until: list[int | None] = []
    monkeypatch.setattr(window.run_actions, "_open_trained", lambda *_: True)
    monkeypatch.setattr(window.trainer, "resume_run", lambda _, end: until.append(end))
    user.tab("Runs")
    window.history.refresh()
    window.history.table.setFocus(Qt.FocusReason.TabFocusReason)
    user.key(Key.Key_Home)

    def resume() -> None:
        for _ in range(MOST):
            if focused().accessibleName() == "Resume":
                break
            user.key(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        user.key(Key.Key_Return)

    def mend(dialog: QWidget) -> None:
        assert isinstance(dialog, AskNumber)
        for wrong in ("1", "", "many"):
            enter(wrong)(dialog)
            assert dialog.isVisible(), f"{wrong!r} is taken"
        enter("4+5")(dialog)

    answered(resume, leave)
    assert until == []
    answered(resume, mend)
    assert until == [9]


def test_a_question_is_no_dialog_of_another_look(user: User) -> None:
    trainer = user.window.trainer
    trainer.started = replace(STARTED, rates={"adam": 0.002, "sgd": 0.1})
    trainer._become(RunState("paused"))

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, QMessageBox)
        press(Key.Key_Escape)

    answered(user.window.acts["set_rate"].trigger, look)
    trainer._become(RunState())
