"""What a board looks like once it is arranged: every template, and boards of many shapes."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from graph.edit.document import Document
from graph.format import templates
from graph.model.sheet import BOARD, End
from gui import look
from gui.canvas import Board, node_item
from gui.canvas.paint_cache import OVERVIEW, elide, fonts, overview, readable
from gui.canvas.wire_routes import crosses
from tests.gui_tests.canvas_tests.conftest import show

PORT = (921, 659)
"""The board's size on a screen of 1366 by 768."""
PORTS = {"1366x768": (917, 624), "1440x900": (857, 460), "1920x1080": (1105, 617)}
"""The board's size in the first window on these screens, with a frame around it."""
VIEW = 160
"""Pixels that a view's picture is wide at least, as large as the board is seen when it opens."""
LEAST = 0.45
"""How large every template is seen there at least."""


@pytest.fixture
def opened(qapp: QApplication) -> Iterator[Callable[[Document], Board]]:
    look.apply(qapp, "light")
    boards: list[Board] = []

    def make(document: Document) -> Board:
        boards.append(show(document))
        boards[-1].resize(*PORT)
        QApplication.processEvents()
        return boards[-1]

    yield make
    for board in boards:
        board.close_board()
        board.close()
        board.deleteLater()


def _faults(board: Board) -> list[str]:
    """Nodes on one another, wires behind nodes that they don't end at, or through a name."""
    items = board.node_items().values()
    rects = {one.face.name: one.face.rect.translated(one.pos()) for one in items}
    found = [f"{a} on {b}" for a, b in combinations(rects, 2) if rects[a].intersects(rects[b])]
    for wire in board.wire_items().values():
        ends = [one.parentItem().face.name for one in (wire.output_port, wire.input_port)]
        behind = [one for one in rects if one not in ends and crosses(wire.path(), rects[one])]
        found += [f"{ends} behind {one}" for one in behind]
        names = {one.face.name: one.face.below.translated(one.pos()) for one in items}
        through = [one for one, box in names.items() if box and crosses(wire.path(), box)]
        found += [f"{ends} through the name of {one}" for one in through]
    return found


@pytest.mark.parametrize("name", templates.names())
def test_every_template_is_clear_as_it_comes_and_arranged(
    name: str, opened: Callable[[Document], Board]
) -> None:
    document = templates.open_template(name)
    board = opened(document)
    for sheet in (BOARD, *document.networks):
        board.show_sheet(sheet)
        QApplication.processEvents()
        assert _faults(board) == []
        board.commands["arrange"].trigger()
        QApplication.processEvents()
        assert _faults(board) == []
        assert board.viewer.zoom() >= LEAST


@pytest.mark.parametrize("screen", PORTS)
@pytest.mark.parametrize("name", templates.names())
def test_every_template_opens_with_words_whole_and_views_large(
    name: str,
    screen: str,
    opened: Callable[[Document], Board],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = opened(templates.open_template(name))
    board.resize(*PORTS[screen])
    QApplication.processEvents()
    cut: list[str] = []

    def elided(text: str, *room: Any) -> str:
        shown = elide(text, *room)
        cut.extend([text] if shown != text else [])
        return shown

    monkeypatch.setattr(node_item, "elide", elided)
    for item in board.node_items().values():
        item.update()
    board.viewer.viewport().grab()
    assert cut == []
    assert board.viewer.zoom() > node_item.NEAR
    faces = [item.face for item in board.node_items().values()]
    views = [one.picture.width() for one in faces if one.role == "view" and one.picture]
    assert views
    assert min(views) * board.viewer.zoom() >= VIEW


def _joined(document: Document, pairs: list[tuple[int, int]], sums: int) -> Document:
    """Nodes n1, n2 ... that add up what they are given."""
    for _ in range(sums):
        document.add_node("merge.add")
    for source, target in pairs:
        into = document.ports(document.node(f"n{target}")).inputs[0].name
        document.link(End(f"n{source}", "y"), End(f"n{target}", into))
    return document


SHAPES = {
    "a chain": [(one, one + 1) for one in range(1, 24)],
    "one to many": [(1, one) for one in range(2, 12)],
    "many to one": [(one, 12) for one in range(1, 12)],
    "every third": [*((i, i + 1) for i in range(1, 16)), *((i, i + 3) for i in range(1, 13))],
    "from the first": [*((i, i + 1) for i in range(1, 12)), *((1, i) for i in range(4, 12, 2))],
    "a ladder": [(one, one + 2) for one in range(1, 20)],
    "blocks": [(4 * i + a, 4 * i + 4 + b) for i in range(3) for a in (1, 2, 3) for b in (1, 2, 3)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_boards_of_all_shapes_are_clear_arranged(
    shape: str, opened: Callable[[Document], Board]
) -> None:
    pairs = SHAPES[shape]
    board = opened(_joined(Document(), pairs, max(max(pair) for pair in pairs)))
    board.commands["arrange"].trigger()
    QApplication.processEvents()
    assert _faults(board) == []
    assert board.viewer.zoom() >= LEAST


@pytest.mark.parametrize("percent", [*range(50, 120, 5), 200, 300])
def test_words_on_nodes_are_never_smaller_than_can_be_read(percent: int) -> None:
    scale = percent / 100
    shown = fonts(readable(scale))
    for font in (shown.name, shown.type, shown.label, shown.small, shown.shape):
        assert font.pixelSize() * scale >= 9


@pytest.mark.parametrize("percent", range(26, 50, 3))
def test_names_seen_from_some_way_off_can_be_read(percent: int) -> None:
    scale = percent / 100
    font = overview("a_name_that_is_too_long_for_its_node", 100, max(OVERVIEW), 9 / scale)
    assert int(font.rpartition("_")[2]) * scale >= 9
