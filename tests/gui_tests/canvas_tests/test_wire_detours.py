"""Ways around nodes: there is one, or none, whatever the nodes."""

import random
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF

from gui.canvas import wire_detours
from gui.canvas.wire_detours import GAP, around


def _nodes(chance: random.Random) -> list[QRectF]:
    height = chance.choice([40, 600])
    return [
        QRectF(chance.randrange(900), chance.randrange(height), chance.choice([50, 150]), 70)
        for _ in range(chance.randrange(2, 16))
    ]


def test_no_way_is_given_up_that_a_search_would_find() -> None:
    chance, answers = random.Random(0), set()
    for _ in range(120):
        rects = _nodes(chance)
        start = QPointF(rects[0].right(), rects[0].top() + 20)
        end = QPointF(rects[1].left(), rects[1].top() + 20)
        found = around(start, end, rects)
        answers.add(found is None)
        with_search = _searched(start, end, rects)
        assert found == with_search
        for a, b in pairwise(found or ()):
            assert a.x() == b.x() or a.y() == b.y()
        if found:
            assert (found[0], found[-1]) == (start, end)
    assert answers == {True, False}


def _searched(start: QPointF, end: QPointF, rects: list[QRectF]) -> list[QPointF] | None:
    """What there is where all is looked through."""
    joined, wire_detours._joined = wire_detours._joined, lambda *_: True
    try:
        return around(start, end, rects)
    finally:
        wire_detours._joined = joined


def test_a_port_that_is_shut_in_has_no_way() -> None:
    source, target, lid = QRectF(0, 0, 100, 80), QRectF(500, 0, 100, 80), QRectF(80, -40, 200, 200)
    start, end = QPointF(100, 40), QPointF(500, 40)
    assert around(start, end, [source, target]) is not None
    assert around(start, end, [source, target, lid], GAP) is None
