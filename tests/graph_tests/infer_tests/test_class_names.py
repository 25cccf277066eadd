"""Names of classes travel with the class numbers; no other data's names stand in for them."""

from __future__ import annotations

from typing import Any

import pytest

from graph.compile import compile_document
from graph.infer.inference import Inference
from graph.model.sheet import Node
from tests.graph_tests.networks_tests.drawing import Drawing

DIGITS = tuple("0123456789")


def names(draw: Drawing, node: Node, port: str = "y") -> tuple[str, ...]:
    kind = Inference(draw.document, watch=False).type_of(node.id, port)
    assert kind is not None
    return kind.names


def test_data_tell_the_names_of_their_class_numbers_alone() -> None:
    draw = Drawing()
    data = draw.add("data.digits")
    assert names(draw, data, "label") == DIGITS
    assert names(draw, data, "image") == ()


@pytest.mark.parametrize(
    ("type", "params", "kept"),
    [
        ("shape.one_hot", {}, True),
        ("shape.unsqueeze", {"dim": 1}, True),
        ("shape.to_float", {}, False),
    ],
)
def test_nodes_that_keep_the_leading_axes_keep_them(
    type: str, params: dict[str, Any], kept: bool
) -> None:
    draw = Drawing()
    data = draw.add("data.digits")
    node = draw.add(type, **params)
    draw.wire(data, node, output="label")
    assert names(draw, node) == (DIGITS if kept else ())


def test_they_go_through_networks_placed_for_two_sets() -> None:
    draw = Drawing()
    draw.network("hot", ("shape.one_hot", {}))
    blobs, moons = draw.add("data.blobs", number=2), draw.add("data.moons")
    for data in (blobs, moons):
        place = draw.place("hot", f"hot_{data.name}")
        draw.wire(data, place, output="label")
        port = draw.document.ports(place).outputs[0].name
        assert names(draw, place, port) == ("0", "1")


def confusion(draw: Drawing, data: Node, classes: int, *between: Node) -> Node:
    """Some rows to scores, a loss, and a view of them against labels behind some nodes."""
    flat, logits = draw.add("shape.flatten"), draw.add("layer.linear", units=classes)
    loss, view = draw.add("loss.cross_entropy"), draw.add("view.confusion")
    draw.chain(data, flat, logits, loss, draw.add("optimizer.adam"))
    draw.wire(data, loss, "label", "label")
    draw.wire(logits, view)
    last = data
    for one in between:
        draw.wire(last, one, output="label" if last is data else "")
        last = one
    draw.wire(last, view, "label", "label" if last is data else "")
    return view


@pytest.mark.parametrize("older", ["digits", "blobs"])
def test_a_view_shows_those_of_the_labels_it_gets(older: str) -> None:
    draw = Drawing()
    data = {one: draw.add(f"data.{one}") for one in sorted(("digits", "blobs"), key=older.__ne__)}
    squeezed = draw.add("shape.unsqueeze", dim=1), draw.add("shape.squeeze", dim=1)
    wanted = {
        confusion(draw, data["digits"], 10, *squeezed).id: DIGITS,
        confusion(draw, data["blobs"], 3).id: ("0", "1", "2"),
    }
    assert {one.node: one.classes for one in compile_document(draw.document).views} == wanted


def test_scores_without_labels_are_called_as_the_only_data_of_as_many_classes() -> None:
    draw = Drawing()
    digits, blobs = draw.add("data.digits"), draw.add("data.blobs")
    view = draw.add("view.predictions")
    confusion(draw, blobs, 3)
    confusion(draw, digits, 10)
    (scores,) = [one for one in draw.document.board.nodes.values() if one.params.get("units") == 10]
    draw.wire(digits, view, "image", "image")
    draw.wire(scores, view, "logits")
    found = {one.node: one.classes for one in compile_document(draw.document).views}
    assert found[view.id] == DIGITS
