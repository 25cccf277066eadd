"""Problems: listed, jumped to, fixed by their buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from graph.diagnose.trials import Trial
from graph.format.templates import open_template
from graph.model.sheet import End
from graph.problems.problem import Fix, Problem
from gui.shell.window import Window
from gui.widgets.common import PAUSE_MS, Card
from tests.gui_tests.window_tests.boards import LEFT, node
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.mirror import mirror

LONG = 90_000


def cards(window: Window) -> list[Card]:
    return [card for card in window.problems.findChildren(Card) if not card.isHidden()]


def test_a_shape_problem_is_fixed_by_its_button(window: Window, qtbot: QtBot) -> None:
    window.show_tab("problems")
    [card] = cards(window)
    assert "10" in str(card.problem)
    assert window.docks["problems"].windowTitle() == "Problems 1"
    qtbot.waitUntil(lambda: any(one.isVisible() for one in card.findChildren(QPushButton)))
    [fix] = card.findChildren(QPushButton)
    QTest.mouseClick(fix, LEFT)
    assert node(window, "logits").params["units"] == 10
    assert window.problems.shown == []
    assert window.docks["problems"].windowTitle() == "Problems"
    assert "no problems" in window.status.board.text()
    window.session.document.undo()
    qtbot.waitUntil(lambda: len(window.problems.shown) == 1)


def test_what_one_fix_mends_is_one_card(window: Window, qtbot: QtBot) -> None:
    document = window.session.document
    logits, digits = node(window, "logits"), node(window, "digits")
    accuracy = document.add_node("metric.accuracy")
    document.link(End(logits.id, "y"), End(accuracy.id, "logits"))
    document.link(End(digits.id, "label"), End(accuracy.id, "label"))
    window.show_tab("problems")
    qtbot.waitUntil(lambda: len(window.problems.shown) == 2 and len(cards(window)) == 1)
    [card] = cards(window)
    assert card.problem.name == "cross_entropy, accuracy"
    click(window, qtbot, card.problem.fixes[0].label)
    assert window.problems.shown == []


def test_what_ended_a_run_stands_above_what_is_only_doubted(window: Window, qtbot: QtBot) -> None:
    logits = node(window, "logits")
    window.session.document.set_params(logits.id, units=10)
    window.show_tab("problems")
    doubted = Problem(
        node=logits.id, sheet="", name="logits", text="log(x) is doubted", severity="warning"
    )
    ended = Problem(
        node=logits.id, sheet="", name="logits", text="it ended the run", severity="error"
    )
    window.problems.add(doubted, ended)
    qtbot.waitUntil(lambda: len(cards(window)) == 2)
    first, last = sorted(cards(window), key=lambda card: card.y())
    assert [one.problem.text for one in (first, last)] == [ended.text, doubted.text]
    said = [one.text() for one in last.findChildren(QLabel)]
    assert any(one.startswith("log(x) is doubted") for one in said), "code keeps its letters"


def test_a_click_on_a_problem_selects_its_node(window: Window, qtbot: QtBot) -> None:
    window.show_tab("problems")
    [card] = cards(window)
    QTest.mouseClick(card, LEFT)
    assert window.session.selection == (card.problem.node,)


def test_train_on_a_broken_board_shows_the_problems_instead(window: Window) -> None:
    window.acts["train"].trigger()
    assert window.trainer.state == "idle"
    assert window.docks["problems"].isVisible()
    assert "Not started" in window.status.run.text()
    assert window.trainer.client.alive is False


def test_what_the_worker_reports_is_listed_until_the_next_run(window: Window) -> None:
    window.problems.add(Problem(None, "board", "the loss is not a number", advice="lower the rate"))
    assert any("not a number" in str(one) for one in window.problems.shown)
    window.problems.clear_extra()
    assert not any("not a number" in str(one) for one in window.problems.shown)


def test_the_inspector_shows_the_problems_of_its_node(window: Window, qtbot: QtBot) -> None:
    loss = node(window, "cross_entropy").id
    window.session.select([loss])
    qtbot.waitUntil(lambda: any(c.isVisible() for c in window.inspector.findChildren(Card)))
    [card] = [c for c in window.inspector.findChildren(Card) if c.isVisible()]
    assert [card.problem] == window.session.inference.problems_of(loss)


def click(window: Window, qtbot: QtBot, text: str) -> None:
    def found() -> list[QPushButton]:
        buttons = window.problems.findChildren(QPushButton)
        return [one for one in buttons if one.text() == text and one.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1)
    QTest.mouseClick(found()[0], LEFT)


def test_a_missing_set_is_downloaded_by_a_button_and_trained(
    make_window: MakeWindow,
    qtbot: QtBot,
    real_data: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = real_data("mnist").parent
    monkeypatch.setenv("NEUROWIRE_DATA", "")
    with mirror(folder) as (address, going):
        monkeypatch.setenv("NEUROWIRE_MIRROR", address)
        window = make_window(open_template("mnist_cnn"), live=True)
        window.show_tab("problems")
        qtbot.waitUntil(lambda: "not on this computer" in str(window.problems.shown), timeout=LONG)
        badge = window.board.node_items()[node(window, "mnist").id]
        assert badge.face.severity == "error"
        window.acts["train"].trigger()
        assert "Not started" in said(window)
        click(window, qtbot, "Download 12 MB")
        qtbot.waitUntil(lambda: "Downloading MNIST" in said(window), timeout=LONG)
        click(window, qtbot, "Cancel")
        assert "cancelled" in str(window.problems.shown)
        click(window, qtbot, "Download 12 MB")
        window.trainer.train(paused=True)
        going.set()
        qtbot.waitUntil(lambda: window.trainer.state == "paused", timeout=LONG)
        assert not window.problems.shown
        assert not badge.face.severity


def said(window: Window) -> str:
    return window.status.run.text()


def test_a_problem_of_the_whole_board_is_a_badge_on_its_node(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(open_template("digits_gan"))
    document = window.session.document
    first, second = (node(window, name) for name in ("adam_d", "adam_g"))
    document.set_params(first.id, trains=(*first.params["trains"], node(window, "generator").id))
    [problem] = window.session.inference.problems
    item = window.board.node_items()[problem.node or ""]
    assert item.face.severity == "warning"
    document.undo()
    assert not item.face.severity
    document.remove([first.id])
    lone = window.board.node_items()[node(window, "discriminator_loss").id]
    assert lone.face.severity == "warning"
    assert second.id in document.board.nodes


def test_cards_that_say_the_same_are_kept(window: Window, qtbot: QtBot) -> None:
    window.show_tab("problems")
    [card] = cards(window)
    with window.session.document.group("Add two"):
        for _ in range(2):
            window.session.document.add_node("layer.linear")
    qtbot.waitUntil(lambda: len(window.problems.shown) == 3)
    assert card in cards(window)
    window.session.document.undo()
    qtbot.waitUntil(lambda: len(window.problems.shown) == 1)
    assert cards(window) == [card]


class Layouts(QObject):
    """How often what holds the cards was to be laid out."""

    count = 0

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_an_edit_tries_no_fix_and_lays_no_card_out(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Problem] = []
    good = Trial.good

    def counted(self: Trial, problem: Problem) -> Iterator[Fix]:
        tried.append(problem)
        return good(self, problem)

    monkeypatch.setattr(Trial, "good", counted)
    window.show_tab("problems")
    window.session.select([node(window, "cross_entropy").id])
    qtbot.waitUntil(
        lambda: any(one.isVisible() for one in window.problems.findChildren(QPushButton))
    )
    qtbot.waitUntil(lambda: bool(window.inspector.findChildren(Card)))
    qtbot.wait(2 * PAUSE_MS)
    [card], [fix] = cards(window), window.problems.findChildren(QPushButton)
    layouts, count = Layouts(), len(tried)
    holder = window.problems.widget()
    assert holder is not None
    holder.installEventFilter(layouts)
    window.session.document.rename(node(window, "digits").id, "written")
    window.acts["undo"].trigger()
    window.acts["redo"].trigger()
    assert len(tried) == count
    qtbot.waitUntil(lambda: len(tried) > count)
    qtbot.wait(PAUSE_MS)
    assert [card] == cards(window)
    assert [fix] == window.problems.findChildren(QPushButton)
    assert not layouts.count
    holder.removeEventFilter(layouts)


def test_long_labels_of_fixes_keep_to_their_card(make_window: MakeWindow, qtbot: QtBot) -> None:
    """On a screen of 1366 by 768; what a button says is whole, on as many lines as it needs."""
    document = open_template("digits_mlp")
    logits = next(one for one in document.board.nodes.values() if one.name == "logits")
    document.insert("layer.conv3d", next(iter(document.board.out_of(logits.id))))
    window = make_window(document)
    window.resize(1366, 728)
    window.show_tab("problems")
    qtbot.waitUntil(
        lambda: any(one.isVisible() for one in window.problems.findChildren(QPushButton))
    )
    [fix], [card] = window.problems.findChildren(QPushButton), cards(window)
    assert " and " in fix.text()
    qtbot.waitUntil(lambda: fix.width() < fix.sizeHint().width())
    assert card.rect().contains(QRect(fix.mapTo(card, QPoint()), fix.size()))
    assert card.width() <= window.problems.viewport().width()
    lines = fix.height() - fix.sizeHint().height()
    assert lines >= fix.fontMetrics().lineSpacing()
    QTest.mouseClick(fix, LEFT)
    assert window.problems.shown == []
