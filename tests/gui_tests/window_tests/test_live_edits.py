"""Edits while a run goes: the learning rate acts, all else is said to act from the next run."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from graph.declare import REGISTRY, Declaration, Param
from graph.edit.document import Document
from graph.model.settings import Settings
from gui.shell.window import Window
from runtime.protocol.messages import Progress, RateChanged
from runtime.store.runs import Runs, database
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow

LONG = 90_000
OPTIMIZERS = [one for one in REGISTRY if one.role == "optimizer"]


def ready() -> Document:
    document = small_board()
    logits = next(n for n in document.board.nodes.values() if n.name == "logits")
    document.set_params(logits.id, units=10)
    document.set_settings(epochs=100_000, threads=1, device="cpu")
    document.forget_history()
    return document


def test_a_learning_rate_typed_while_training_acts_and_is_recorded(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(ready(), live=True)
    heard: list[Any] = []
    window.trainer.received.connect(heard.append)
    adam = node(window, "adam")
    window.session.select([adam.id])
    assert not window.inspector.run.isVisible()
    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: window.trainer.state == "running", timeout=LONG)
    assert "learning rate acts at its next step" in window.inspector.run.text()
    assert window.inspector.run.isVisible()
    form = window.inspector.page.form  # type: ignore[union-attr]
    assert form is not None
    field = form.editors["lr"]
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.session.document.params(node(window, "adam"))["lr"] == 0.25

    def changed() -> list[RateChanged]:
        return [one for one in heard if isinstance(one, RateChanged)]

    qtbot.waitUntil(lambda: bool(changed()), timeout=LONG)
    [told] = changed()
    assert (told.optimizer, told.value) == ("adam", 0.25)
    heard.clear()
    qtbot.waitUntil(lambda: any(isinstance(one, Progress) for one in heard), timeout=LONG)
    assert next(one for one in heard if isinstance(one, Progress)).rates == {"adam": 0.25}

    window.session.select([])
    assert "from the next run" in window.inspector.run.text()
    window.session.document.set_settings(batch_size=9)
    said = "Batch size acts from the next run: the one that is going trains as it began."
    qtbot.waitUntil(lambda: window.status.run.text() == said, timeout=LONG)

    window.acts["undo"].trigger()
    window.acts["undo"].trigger()  # the rate, too
    qtbot.waitUntil(lambda: len(changed()) == 1, timeout=LONG)
    assert changed()[0].value == 1e-3
    window.acts["stop"].trigger()
    qtbot.waitUntil(lambda: window.trainer.state == "idle", timeout=LONG)
    assert not window.inspector.run.isVisible()
    with Runs(database()) as runs:
        [run] = runs.all()
    rates = run.settings["rates"]
    assert [(one["optimizer"], one["rate"]) for one in rates] == [("adam", 0.25), ("adam", 1e-3)]
    assert 0 < rates[0]["step"] == told.step < rates[1]["step"]
    assert json.loads(Path(run.folder, "settings.json").read_text())["rates"] == rates


class Going:
    """A window whose run seems to go, and what is asked of the worker and said meanwhile."""

    def __init__(self, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window, self._qtbot = window, qtbot
        self.rates: list[tuple[str, float]] = []
        self.said: list[str] = []
        trainer = window.trainer
        monkeypatch.setattr(
            trainer.client, "set_rate", lambda name, rate, **_: self.rates.append((name, rate))
        )
        window.live.told.connect(self.said.append)
        asked = trainer.run_state.run()
        for state in (asked, replace(asked, phase="running")):
            trainer._become(state)

    def settle(self) -> None:
        """Wait until an edit was heard."""
        self._qtbot.waitUntil(lambda: not window_timer(self.window).isActive())


def window_timer(window: Window) -> Any:
    return window.live._timer


@pytest.fixture
def going(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Going:
    """The small board, being trained as far as the window knows."""
    return Going(window, qtbot, monkeypatch)


def other(param: Param, now: Any) -> Any:
    """Another value of a parameter, or None where there is none that is easy to tell."""
    tried: list[Any] = list(param.choices)
    if isinstance(now, bool):
        tried.append(not now)
    elif isinstance(now, int | float):
        tried += [now + 1, now / 2, now * 2]
    for value in tried:
        try:
            if param.check(value) != now:
                return value
        except Exception:
            continue
    return None


@pytest.mark.parametrize("declaration", OPTIMIZERS, ids=lambda one: one.type)
def test_every_parameter_of_every_optimizer_acts_or_is_said_to_act_later(
    declaration: Declaration, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = window.session.document
    made = document.add_node(declaration.type, name="mine")
    going = Going(window, qtbot, monkeypatch)
    for param in declaration.params:
        value = other(param, document.params(document.node(made.id))[param.name])
        if value is None:
            continue
        going.rates.clear()
        going.said.clear()
        document.set_params(made.id, **{param.name: value})
        going.settle()
        if param.name == "lr":
            assert (going.rates, going.said) == ([("mine", value)], [])
        else:
            assert going.rates == []
            assert len(going.said) == 1
            assert going.said[0].startswith(f"{param.label[:1].upper()}{param.label[1:]} of mine")
            assert "acts from the next run" in going.said[0]


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_said_to_act_from_the_next_run(name: str, going: Going) -> None:
    document = going.window.session.document
    now = getattr(document.settings, name)
    value = "cpu" if name == "device" else "float32" if name == "precision" else now + 1
    document.set_settings(**{name: value})
    going.settle()
    [said] = going.said
    assert said.lower().startswith(f"{name.replace('_', ' ')} acts from the next run")


def test_a_node_or_a_wire_more_is_said_and_a_move_is_not(going: Going) -> None:
    document = going.window.session.document
    logits = node(going.window, "logits")
    document.move({logits.id: (50.0, 70.0)})
    going.settle()
    assert going.said == []
    with document.group("Two edits"):
        document.add_node("shape.flatten")
        document.set_params(logits.id, units=7)
    going.settle()
    [said] = going.said
    assert said.startswith("The wiring and 1 more act from the next run")


def test_nothing_is_said_where_nothing_is_trained(window: Window, qtbot: QtBot) -> None:
    said: list[str] = []
    window.live.told.connect(said.append)
    window.session.document.set_params(node(window, "adam").id, lr=0.5, weight_decay=0.1)
    qtbot.wait(200)
    assert said == []
