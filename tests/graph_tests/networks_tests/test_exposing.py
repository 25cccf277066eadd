"""Parameters inside networks, shown and set on instances."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.core.errors import BadParameter, Refused
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.networks_tests.drawing import Drawing, state

PIECE = [("layer.linear", {"units": 8}), ("activation.relu", {})]


def test_a_shown_parameter_is_set_on_the_instance() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *PIECE)
    a, b = draw.place("block", "a"), draw.place("block", "b")
    document = draw.document
    assert document.expose(layer.id, "units") == "units"
    assert document.expose(layer.id, "units") == "units"
    document.set_params(a.id, units=32)
    assert document.params(document.node(a.id))["units"] == 32
    assert document.params(b)["units"] == 8
    (shown,) = [p for p in document.parameters(document.node(a.id)) if p.name == "units"]
    assert (shown.default, shown.low, shown.kind) == (8, 1, "int")
    with pytest.raises(BadParameter, match="at least 1"):
        document.set_params(a.id, units=0)
    document.set_params(layer.id, units=16)
    assert document.params(b)["units"] == 16
    document.set_params(a.id, units=16)
    document.set_params(layer.id, units=4)
    assert document.params(document.node(a.id))["units"] == 4, "an equal value is no own value"


def test_values_follow_a_renamed_parameter_and_go_with_a_hidden_one() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *PIECE)
    document = draw.document
    document.expose(layer.id, "units")
    placed = draw.place("block", units=32)
    inner = document.group_into_network([placed.id], "outer")
    (nested,) = [n for n in document.networks["outer"].nodes.values() if n.id == placed.id]
    assert document.expose(nested.id, "units", "width") == "width"
    document.set_params(inner.id, width=5)
    before = state(document)
    document.rename_exposed("block", "units", "size")
    assert document.params(document.node(placed.id))["size"] == 32
    assert document.params(document.node(inner.id))["width"] == 5
    document.remove([layer.id])
    assert not document.networks["block"].exposed
    assert not document.networks["outer"].exposed
    assert "overrides" not in document.node(inner.id).params
    document.undo()
    document.undo()
    assert state(document) == before


def test_what_can_not_be_shown_is_refused() -> None:
    draw = Drawing()
    first, layer, *_ = draw.network("block", *PIECE)
    document = draw.document
    loose = draw.add("layer.linear")
    with pytest.raises(Refused, match="inside a network"):
        document.expose(loose.id, "units")
    with pytest.raises(BadParameter, match="no parameter"):
        document.expose(layer.id, "nothing")
    with pytest.raises(BadParameter, match="no parameter"):
        document.expose(first.id, "units")
    for name in ("network", "repeat", "class", "two words"):
        with pytest.raises(BadParameter):
            document.expose(layer.id, "units", name)
    placed = draw.place("block")
    with pytest.raises(BadParameter, match="no parameter 'units'"):
        document.set_params(placed.id, units=3)


def test_files_keep_what_is_shown_and_mend_what_does_not_fit() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *PIECE)
    draw.document.expose(layer.id, "units")
    placed = draw.place("block", units=32)
    text = save_text(draw.document)
    loaded = load_text(text)
    assert not loaded.problems
    assert loaded.document == draw.document
    assert save_text(loaded.document) == text
    for value in ('"units",\n       -3', '"nothing",\n       1'):
        damaged = load_text(text.replace('"units",\n       32', value))
        assert [problem.node for problem in damaged.problems] == [placed.id]
        assert damaged.document.params(damaged.document.node(placed.id))["units"] == 8
    content = json.loads(text)
    broken: Any
    for broken in ({"units": ["n99", "units"]}, {"units": 3}, {"class": [layer.id, "units"]}, []):
        content["networks"]["block"]["exposed"] = broken
        assert load_text(json.dumps(content)).problems


def test_grouping_inside_a_network_carries_what_is_shown() -> None:
    draw = Drawing()
    _, layer, relu, _ = draw.network("block", *PIECE)
    document = draw.document
    document.expose(layer.id, "units", "width")
    placed = draw.place("block", width=5)
    before = state(document)
    inner = document.group_into_network([layer.id, relu.id], "inner")
    assert document.networks["inner"].exposed["width"].node == layer.id
    assert document.networks["block"].exposed["width"].node == inner.id
    assert document.params(document.node(placed.id))["width"] == 5
    document.ungroup(inner.id)
    assert document.networks["block"].exposed == before["block"][3]
    assert document.params(document.node(placed.id))["width"] == 5


@given(script=scripts(), numbers=st.lists(st.integers(0, 40), min_size=3, max_size=12))
@settings(max_examples=80, deadline=None)
def test_shown_parameters_survive_any_edits(script: list[Edit], numbers: list[int]) -> None:
    document = Document()
    for name in ("encoder", "decoder"):
        document.add_network(name)
        layer = document.add_node("layer.linear", sheet=name)
        document.expose(layer.id, "units")
    inner = document.add_node(
        "network.instance", sheet="decoder", params={"network": "encoder", "units": 7}
    )
    document.expose(inner.id, "units", "depth")
    for number in numbers[:3]:
        document.add_node("network.instance", params={"network": "decoder", "depth": number + 1})
    start, steps = state(document), len(document.history)
    play(document, script)
    for sheet in document.sheets():
        for exposed in sheet.exposed.values():
            assert exposed.node in sheet.nodes
        for node in sheet.nodes.values():
            document.params(node)
            document.parameters(node)
    Diagnosis(document, watch=False)
    assert load_text(save_text(document)).document == document
    while len(document.history) > steps:
        document.undo()
    if len(document.history) == steps:
        assert state(document) == start
