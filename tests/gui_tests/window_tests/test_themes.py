"""Both themes: what was drawn in one is not left over in the other."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from graph.format.templates import open_template
from graph.model.sheet import BOARD
from graph.problems.problem import Fix, Problem
from gui import look
from gui.shell.app import application
from gui.shell.window import Window
from runtime.protocol.messages import Probed, ViewDrawn
from runtime.protocol.payloads import Matrix, Pictures
from tests.gui_tests.window_tests.boards import node
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_appearance import PANELS, fill

DIGITS = Pictures(2, 2, 1, bytes(range(0, 240, 20)), ("0", "1", "2"))
SIZE = 1440, 900
ROUNDS = 30
"""How often a window is looked at until it no longer changes."""


def told(window: Window) -> Window:
    """A window that shows something everywhere: examples, curves, views, a problem, a message."""
    digits = node(window, "digits")
    window.facts._asked[digits.id] = window.facts._content(digits)
    window.trainer.received.emit(Probed(digits.id, {}, examples=DIGITS))
    fill(window)
    matrix = node(window, "confusion_matrix")
    seen = Matrix(("a", "b"), ((5, 1), (0, 7)))
    window.previews.receive(ViewDrawn(matrix.id, matrix.name, "confusion", seen, 12))
    hidden = node(window, "hidden")
    fixes = [Fix("Mend it", lambda _: None)]
    for severity in ("error", "warning"):
        text = f"an {severity} of some kind"
        window.problems.add(
            Problem(
                hidden.id,
                BOARD,
                text,
                severity=severity,
                name="hidden",
                advice="Do it.",
                fixes=fixes,
            )
        )
    window.notice.show_message("It did not succeed.", "Do something else.", [("Do", lambda: None)])
    window.resize(*SIZE)
    window.reset_layout()
    return window


def at_rest(window: Window, qtbot: QtBot) -> QImage:
    """The window once it no longer changes."""
    before = QImage()
    for _ in range(ROUNDS):
        window.status.say("Said")
        qtbot.wait(80)
        now = window.grab().toImage()
        if now == before:
            return now
        before = now
    return before


def views(window: Window, qtbot: QtBot) -> Iterator[tuple[str, QImage]]:
    """The window with each panel, and with each kind of page in the inspector."""
    window.board.select([])
    for panel in PANELS:
        window.show_tab(panel)
        yield panel, at_rest(window, qtbot)
    for name in ("hidden", "adam"):
        window.session.select([node(window, name).id])
        yield name, at_rest(window, qtbot)
    window.board.select_wire(next(iter(window.board.wire_items())))
    yield "wire", at_rest(window, qtbot)


def differing(one: QImage, other: QImage) -> QRect:
    """Around all that is not alike."""
    found = QRect()
    for y in range(one.height()):
        xs = [x for x in range(one.width()) if one.pixel(x, y) != other.pixel(x, y)]
        if xs:
            found = found.united(QRect(xs[0], y, xs[-1] - xs[0] + 1, 1))
    return found


def at(window: QWidget, box: QRect) -> str:
    """Which widget is there."""
    found = window.childAt(box.center())
    return f"{type(found).__name__} {found.objectName()!r}" if found else "nothing"


def test_a_window_that_turns_looks_like_one_that_was_opened_so(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    look.apply(application("light"), "light")
    window = told(make_window(open_template("digits_mlp")))
    at_rest(window, qtbot)
    window.show_tab("problems")
    window.session.select([node(window, "hidden").id])
    light = at_rest(window, qtbot)
    look.apply(application("dark"), "dark")
    assert at_rest(window, qtbot) != light
    turned = dict(views(window, qtbot))
    window.hide()
    fresh = told(make_window(open_template("digits_mlp")))
    at_rest(fresh, qtbot)
    wrong = []
    for name, picture in views(fresh, qtbot):
        box = QRect() if picture == turned[name] else differing(picture, turned[name])
        wrong += [] if box.isEmpty() else [f"{name}: {box.getRect()} {at(fresh, box)}"]
    assert not wrong, "\n".join(wrong)
