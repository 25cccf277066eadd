"""Panels that hold nothing yet, and panels that hold more than fits."""

from __future__ import annotations

from array import array

from PySide6.QtGui import QPen
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from graph.edit.document import Document
from gui import look
from gui.shell.app import application
from gui.shell.window import Window
from gui.widgets.menu import Menu
from gui.widgets.scrolled import Scrolled
from runtime.protocol.messages import EpochEnded, Points, Started, Steps
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.measures import faults
from tests.gui_tests.window_tests.test_keys import picture

METRICS = 12


def full(window: Window) -> None:
    """A run of twelve metrics."""
    steps = Points(array("q", [1, 2, 3]), array("d", [0.9, 0.5, 0.1]))
    window.losses.receive(Steps({"loss/total": steps}))
    for epoch in (1, 2):
        figures = {f"val/metric_{one}": 0.5 + 0.04 * one for one in range(METRICS)}
        window.losses.receive(EpochEnded(epoch, 3 * epoch, figures))
    window.losses.kind.buttons()[1].click()
    window.losses.draw()


def test_twelve_metrics_are_told_apart_and_can_all_be_read(window: Window, qtbot: QtBot) -> None:
    full(window)
    chart = window.losses.metrics
    lines = []
    for name in chart.names():
        pen: QPen = chart._curves[name].line.opts["pen"]
        lines.append((pen.color().name(), pen.style()))
    assert len(set(lines)) == METRICS
    for size in ((1366, 768), (1440, 900), (1920, 1080)):
        window.resize(*size)
        window.reset_layout()
        window.show_tab("losses")
        qtbot.wait(60)
        area = window.losses.findChild(Scrolled)
        assert area is not None
        values = [one for one in area.findChildren(QPushButton) if one.isVisible()]
        assert len(values) == METRICS
        for value in values:
            area.ensureWidgetVisible(value, 0, 0)
            assert not value.visibleRegion().isEmpty(), (size, value.accessibleName())
            assert value.visibleRegion().boundingRect().width() == value.width()
        assert not faults(window)


def test_what_a_run_has_no_figure_of_is_not_shown(window: Window, qtbot: QtBot) -> None:
    window.resize(1920, 1080)
    window.reset_layout()
    window.show_tab("losses")
    qtbot.wait(60)
    losses = window.losses
    assert not losses.readout.speed.isVisible()
    losses.receive(Started("run", "", "cpu", "CPU", 1, 10, 1, 5, 1, 3))
    qtbot.waitUntil(losses.readout.speed.isVisible)
    assert not losses.readout.headline.isVisible()
    full(window)
    qtbot.waitUntil(losses.readout.headline.isVisible)


def test_panels_without_anything_say_what_will_stand_there(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(Document())
    window.source.compile_now()
    for name, words in (("code", "see Problems"), ("runs", "Nothing was trained yet")):
        window.show_tab(name)
        qtbot.wait(30)
        panel = window.docks[name].content
        said = [one.text() for one in panel.findChildren(QLabel) if one.isVisible()]
        assert any(words in one for one in said), (name, said)
        shown = [one for one in panel.findChildren(QPushButton) if one.isVisible()]
        assert not shown, "a button that does nothing"


def test_sign_and_word_of_the_first_button_stand_in_its_middle(window: Window) -> None:
    button = window.topbar.train
    for text in ("Train", "Resume"):
        window.acts["train"].setText(text)
        QApplication.processEvents()
        image = picture(button)
        ground = image.pixelColor(6, image.height() // 2)
        rows = range(8, image.height() - 8)
        inked = [
            x
            for x in range(4, image.width() - 4)
            if any(look.contrast(image.pixelColor(x, y), ground) > 1.5 for y in rows)
        ]
        left, right = inked[0], image.width() - 1 - inked[-1]
        assert abs(left - right) <= 6, (text, left, right)
    assert isinstance(button, QToolButton)


def test_ticks_of_menus_are_in_the_colour_of_the_words(qapp: object, qtbot: QtBot) -> None:
    schemes: tuple[look.Scheme, ...] = ("light", "dark")
    for scheme in schemes:
        look.apply(application(scheme), scheme)
        menu = Menu("A menu")
        qtbot.addWidget(menu)
        entry = menu.addAction("Word")
        entry.setCheckable(True)
        before = menu.grab().toImage()
        entry.setChecked(True)
        after = menu.grab().toImage()
        drawn = [
            after.pixelColor(x, y)
            for x in range(30)
            for y in range(after.height())
            if after.pixel(x, y) != before.pixel(x, y)
        ]
        assert drawn
        text = look.colours().text
        assert max(look.contrast(one, look.colours().node) for one in drawn) > 4
        assert min(look.contrast(one, text) for one in drawn) < 1.6
