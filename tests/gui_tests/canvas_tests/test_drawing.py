"""Items come, change and go once a step, and end as if drawn from nothing."""

import random
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from graph.core.errors import NeurowireError
from graph.diagnose import board_checks
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import clipboard
from graph.model.sheet import End
from gui.canvas import Board, drawing, node_layout
from tests.gui_tests.canvas_tests.conftest import Hands
from tests.gui_tests.canvas_tests.test_board import _edit


def _fill(document: Document, count: int) -> list[str]:
    """A row of layers, wired, in one step."""
    made: list[str] = []
    with document.group("Fill"):
        for index in range(count):
            kind = ("layer.linear", "activation.relu")[index % 2]
            made.append(document.add_node(kind, position=(index * 190, 400)).id)
            if index:
                document.link(End(made[-2], "y"), End(made[-1], "x"))
    return made


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the whole board was checked, and the face of each node worked out."""
    counts: Counter[str] = Counter()
    check, face_of = board_checks.check, node_layout.face_of

    def counted_check(inference: Diagnosis) -> Any:
        counts["board"] += 1
        return check(inference)

    def counted_face(place: Any, node: Any, *rest: Any, **more: Any) -> Any:
        counts[node.id] += 1
        return face_of(place, node, *rest, **more)

    monkeypatch.setattr(board_checks, "check", counted_check)
    monkeypatch.setattr(drawing, "face_of", counted_face)
    return counts


def test_a_paste_works_out_the_face_of_each_node_once(hands: Hands, looked: Counter[str]) -> None:
    chain = _fill(hands.document, 40)
    looked.clear()
    made = hands.board.paste(clipboard.copy(hands.document, chain))
    assert len(made) == 40
    assert looked == {"board": 1, **dict.fromkeys((node.id for node in made), 1)}
    hands.agree()
    looked.clear()
    hands.document.remove([node.id for node in made])
    assert looked == {"board": 1}
    looked.clear()
    hands.document.undo()
    assert looked == {"board": 1, **dict.fromkeys((node.id for node in made), 1)}
    hands.agree()


def test_deleting_selected_nodes_tells_of_the_selection_once(hands: Hands) -> None:
    chosen = _fill(hands.document, 30)
    hands.board.select(chosen)
    told: list[list[str]] = []
    hands.board.selection_changed.connect(told.append)
    hands.document.remove(chosen)
    assert told == [[]]


def _seen(board: Board) -> Any:
    faces = {
        node: (
            item.face.name,
            item.face.rect.getRect(),
            item.face.severity,
            item.face.shape,
            item.face.twin,
            item.face.node,
            {key: (one.face.kind, one.face.shape, one.pos()) for key, one in item.sockets.items()},
        )
        for node, item in board.node_items().items()
    }
    wires = {
        key: (wire.colour, wire.passing, wire.pen().color().name(), wire.link)
        for key, wire in board.wire_items().items()
    }
    far = board.viewer.far_picture
    blocks = {key: sorted(map(repr, some)) for key, some in far._blocks.shapes.items() if some}
    lines = {key: sorted(map(repr, some)) for key, some in far._lines.shapes.items() if some}
    wrong = {item.id for item in far._wrong}
    return faces, wires, blocks, lines, wrong, far.bounds


@pytest.mark.parametrize("seed", range(3))
def test_what_was_followed_is_what_is_drawn_from_nothing(hands: Hands, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        with suppress(NeurowireError), hands.document.group("Several"):
            for _ in range(chance.randrange(1, 5)):
                _edit(hands.document, chance, undo=False)
    with suppress(NeurowireError):
        _edit(hands.document, chance)
    fresh = Board(hands.document, hands.board.inference)
    assert _seen(hands.board) == _seen(fresh)
    fresh.close_board()
    fresh.deleteLater()
