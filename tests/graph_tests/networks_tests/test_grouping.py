"""A selection becomes a network; nothing is lost on the way."""

import pytest

from graph.core.errors import BadParameter, Refused
from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import BOARD
from tests.graph_tests.networks_tests.drawing import Drawing, drawn, state

PIECE = [("layer.linear", {"units": 8}), ("activation.relu", {})]


def test_a_selection_becomes_a_network() -> None:
    draw, nodes = drawn()
    document = draw.document
    steps = len(document.history)
    chosen = [nodes[name].id for name in ("logits", "flatten", "hidden", "relu")]
    instance = document.group_into_network(chosen, "classifier")
    assert document.history[steps:] == ["Group into classifier"]
    assert instance.name == instance.params["network"] == "classifier"
    assert instance.position == (250.0, 10.0)
    ports = document.ports(instance)
    assert [port.name for port in ports.inputs] == ["image"]
    assert [port.name for port in ports.outputs] == ["logits_out"]
    sheet = document.networks["classifier"]
    assert set(chosen) < set(sheet.nodes)
    assert {n.name for n in sheet.nodes.values()} - set(nodes) == {"image", "logits_out"}
    assert [link.source.node for link in document.board.into(nodes["loss"].id, "logits")] == [
        instance.id
    ]
    assert document.node(nodes["adam"].id).params["trains"] == (instance.id,)
    assert not [p for p in Diagnosis(document, watch=False).problems if p.severity == "error"]


def test_a_value_used_twice_is_one_port_and_names_say_what_goes_through() -> None:
    draw = Drawing()
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    a, b = draw.add("layer.linear", "a"), draw.add("layer.linear", "b")
    both = draw.add("merge.concatenate")
    draw.chain(data, flat, a, both)
    draw.chain(flat, b)
    draw.wire(b, both)
    instance = draw.document.group_into_network([a.id, b.id], "sides")
    ports = draw.document.ports(instance)
    assert [port.name for port in ports.inputs] == ["flatten"]
    assert [port.name for port in ports.outputs] == ["a_out", "b_out"]
    assert [link.source.port for link in draw.document.board.into(both.id)] == ["a_out", "b_out"]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "select the nodes"),
        (["digits", "hidden"], "belong on the board"),
        (["hidden", "loss"], "belong on the board"),
        (["flatten", "relu"], "comes back through hidden"),
    ],
)
def test_what_can_be_no_network_is_refused(names: list[str], reason: str) -> None:
    draw, nodes = drawn()
    before = state(draw.document)
    with pytest.raises(Refused, match=reason):
        draw.document.group_into_network([nodes[name].id for name in names], "network")
    assert state(draw.document) == before


def test_a_networks_name_is_checked() -> None:
    draw, nodes = drawn()
    draw.document.add_network("taken")
    for name in ("taken", "class", "two words", BOARD):
        with pytest.raises(BadParameter):
            draw.document.group_into_network([nodes["hidden"].id], name)


def test_twins_are_grouped_together_or_not_at_all() -> None:
    draw, nodes = drawn()
    (twin,) = draw.document.duplicate([nodes["hidden"].id], twins=True)
    draw.wire(nodes["flatten"], twin)
    with pytest.raises(Refused, match="shares weights with"):
        draw.document.group_into_network([nodes["hidden"].id], "one")
    draw.document.group_into_network([nodes["hidden"].id, twin.id], "both")
    assert draw.document.node(twin.id).twin == nodes["hidden"].id


def test_ends_of_a_network_stay_where_they_are() -> None:
    draw = Drawing()
    first, layer, relu, _ = draw.network("block", *PIECE)
    with pytest.raises(Refused, match="leave it out"):
        draw.document.group_into_network([first.id, layer.id], "inner")
    inner = draw.document.group_into_network([layer.id, relu.id], "inner")
    assert draw.document.sheet_of(inner.id).name == "block"
    draw.document.ungroup(inner.id)
    assert draw.document.sheet_of(layer.id).name == "block"
