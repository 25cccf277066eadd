"""Data that are a class and a reader: what follows from them."""

from __future__ import annotations

import pytest

from graph.declare import REGISTRY
from runtime.data import examples, listing, probe
from runtime.exported.toys import checkerboard
from runtime.protocol.payloads import Boundary, Pictures

MADE = [one.type for one in REGISTRY if one.has("reader")]


@pytest.mark.parametrize("kind", MADE)
def test_facts_examples_and_an_entry_follow(kind: str) -> None:
    facts = probe(kind, {"count": 40, "validation": 0.25})
    whole = 1797 if kind == "data.digits" else 40
    assert facts["count"] + facts["validation"] == whole
    shown = examples(kind, {}, count=3)
    assert isinstance(shown, Pictures if kind == "data.digits" else Boundary)
    (entry,) = [one for one in listing() if one.name == kind.partition(".")[2]]
    assert entry.state == "built in"


def test_squares_take_turns() -> None:
    point, label = checkerboard(400, squares=3)
    square = ((point + 1) / 2 * 3).long().clamp(0, 2)
    assert (square.sum(1) % 2 == label).float().mean() > 0.98  # but for the rounding at edges
    assert point.abs().max() <= 1
    assert 0.35 < label.float().mean() < 0.55  # 4 of 9 squares
