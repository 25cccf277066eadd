"""A GAN drawn by hand on an empty board, and trained by the real worker."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from gui import look
from gui.previews.card import Preview
from tests.gui_tests.journeys.user import CTRL, User
from tests.gui_tests.networks_tests.conftest import Start, edge, group, tick

ALT = Qt.KeyboardModifier.AltModifier
GENERATOR = (
    ("noise", 70, 60),
    ("linear", 230, 60),
    ("relu", 390, 60),
    ("linear", 550, 60),
    ("sigmoid", 710, 60),
    ("unflatten", 870, 60),
)
DISCRIMINATOR = (
    ("digits", 90, 220),
    ("flatten", 300, 220),
    ("linear", 460, 220),
    ("leaky relu", 620, 220),
    ("linear", 780, 220),
)
REST = (
    ("discriminator loss", 640, 210),
    ("generator loss", 640, 330),
    ("adam", 850, 210),
    ("adam", 850, 330),
    ("image grid", 480, 100),
)


def draw_row(
    user: User, row: tuple[tuple[str, int, int], ...], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    names = [user.drag_in(words, (x, y), monkeypatch) for words, x, y in row]
    for source, target in pairwise(names):
        user.wire(source, target)
    return names


def draw(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _, *inner = draw_row(user, GENERATOR, monkeypatch)
    user.select(inner[2])
    user.set("units", "64")
    user.select(inner[4])
    user.set("sizes", "1, 8, 8")
    group(user, "generator", *inner)

    _, *inner = draw_row(user, DISCRIMINATOR, monkeypatch)
    user.select(inner[3])
    user.set("units", "1")
    group(user, "discriminator", *inner)

    # a second place for generated pictures, with the same weights
    user.key(Qt.Key.Key_D, ALT)
    for words, x, y in REST:
        user.drag_in(words, (x, y), monkeypatch)
    user.wire("generator", "discriminator_2")
    user.wire("generator", "image_grid.image")
    user.wire("discriminator", "discriminator_loss.real")
    user.wire("discriminator_2", "discriminator_loss.fake")
    user.wire("discriminator_2", "generator_loss.fake")
    user.wire("discriminator_loss", "adam.loss")
    user.wire("generator_loss", "adam_2.loss")
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_L, Qt.Key.Key_Home):
        user.key(key)

    user.select("adam")
    tick(user, "generator")
    user.select("adam_2")
    tick(user, "discriminator")


def test_a_gan_is_drawn_by_hand_and_trained(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    user = start()
    user.choose("File", "New")
    draw(user, monkeypatch)
    assert user.problems() == []
    document = user.window.session.document
    by_name = {node.name: node for node in document.board.nodes.values()}
    assert by_name["adam"].params["trains"] == (by_name["discriminator"].id,)
    assert by_name["adam_2"].params["trains"] == (by_name["generator"].id,)
    assert by_name["discriminator_2"].twin == by_name["discriminator"].id

    user.select("adam")
    first, second = look.optimizer_colour(0).name(), look.optimizer_colour(1).name()
    assert first in edge(user, "discriminator") & edge(user, "discriminator_2")
    assert not {first, second} & (edge(user, "generator") | edge(user, "noise"))

    user.key(Qt.Key.Key_Escape)
    assert not user.window.board.selected()
    assert first not in edge(user, "discriminator")
    user.click(user.window.topbar.epochs)
    user.window.topbar.epochs.selectAll()
    user.type("100000")
    user.key(Qt.Key.Key_Return)
    user.click(user.window.topbar.train)
    assert second in edge(user, "generator")
    assert first in edge(user, "discriminator") & edge(user, "discriminator_2")
    user.tab("Losses")
    legend = user.window.losses.legend
    user.until(lambda: len(legend.findChildren(QPushButton)) == 4)
    cells = {one.accessibleName() for one in legend.findChildren(QPushButton)}
    assert {"Show train discriminator_loss", "Show train generator_loss"} <= cells

    user.tab("Previews")
    user.until(lambda: user.window.previews.findChildren(Preview))
    [preview] = user.window.previews.findChildren(Preview)
    user.changes(preview.sheet)
    user.until(lambda: user.item("image_grid").image is not None)
    user.click(user.window.topbar.stop)
    user.says("Stopped after")

    user.click(user.window.board.viewer.viewport(), QPoint(20, 300))
    for _ in range(70):
        user.key(Qt.Key.Key_Z, CTRL)
    assert user.names() == set()
    assert not document.networks
