"""Networks made, placed, renamed and taken away."""

import pytest

from graph.core.errors import BadParameter, Refused
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import clipboard
from graph.model.sheet import End
from tests.graph_tests.network_nodes import NetworkTypes
from tests.graph_tests.networks_tests.drawing import Drawing, state

PIECE = [("layer.linear", {"units": 8}), ("activation.relu", {})]


def test_a_networks_name_is_checked() -> None:
    document = Document()
    document.add_network("encoder")
    for name in ("encoder", "board", "no name", "class"):
        with pytest.raises(BadParameter):
            document.add_network(name)


def test_a_placed_network_has_the_ports_of_its_sheet(networks: NetworkTypes) -> None:
    document = Document()
    document.add_network("encoder")
    with pytest.raises(Refused):
        document.add_node(networks.input)
    start = document.add_node(networks.input, sheet="encoder", name="image")
    document.add_node(networks.output, sheet="encoder", name="code")
    placed = document.add_node(networks.instance, params={"network": "encoder"})
    ports = document.ports(placed)
    assert [port.name for port in ports.inputs] == ["image"]
    assert [port.name for port in ports.outputs] == ["code"]
    data = document.add_node("data.digits")
    document.link(End(data.id, "image"), End(placed.id, "image"))
    document.rename(start.id, "picture")
    assert [wire.target.port for wire in document.board.into(placed.id)] == ["picture"]
    document.remove([start.id])
    assert not document.board.links
    document.undo()
    document.undo()
    assert [wire.target.port for wire in document.board.into(placed.id)] == ["image"]
    with pytest.raises(Refused, match="placed"):
        document.remove_network("encoder")
    document.remove([placed.id])
    document.remove_network("encoder")
    assert not document.networks
    document.undo()
    assert set(document.networks["encoder"].nodes) == {start.id, "n2"}


def test_a_network_never_contains_itself(networks: NetworkTypes) -> None:
    document = Document()
    for name in ("inner", "outer"):
        document.add_network(name)
    document.add_node(networks.instance, sheet="outer", params={"network": "inner"})
    with pytest.raises(Refused, match="contain itself"):
        document.add_node(networks.instance, sheet="inner", params={"network": "outer"})
    empty = document.add_node(networks.instance, sheet="inner")
    for name in ("inner", "outer"):
        with pytest.raises(Refused, match="contain itself"):
            document.set_params(empty.id, network=name)
    placed = document.add_node(networks.instance, params={"network": "outer"})
    assert clipboard.paste(document, clipboard.copy(document, [placed.id]), sheet="inner") == []


def test_wires_follow_a_renamed_port_and_go_with_a_deleted_one() -> None:
    draw = Drawing()
    first, *_, last = draw.network("block", *PIECE)
    placed = draw.place("block")
    flat, relu = draw.add("shape.flatten"), draw.add("activation.relu")
    draw.chain(flat, placed, relu)
    draw.document.rename(first.id, "picture")
    draw.document.rename(last.id, "score")
    assert {link.target.port for link in draw.document.board.into(placed.id)} == {"picture"}
    assert {link.source.port for link in draw.document.board.out_of(placed.id)} == {"score"}
    draw.document.remove([last.id])
    assert not draw.document.board.out_of(placed.id)
    draw.document.undo()
    assert draw.document.board.out_of(placed.id)


def test_a_network_is_renamed_everywhere_at_once() -> None:
    draw = Drawing()
    draw.network("block", *PIECE)
    draw.network("outer")
    places = [draw.place("block"), draw.place("block"), draw.place("block", sheet="outer")]
    before = state(draw.document)
    steps = len(draw.document.history)
    draw.document.rename_network("block", "stage")
    assert len(draw.document.history) == steps + 1
    assert {draw.document.node(node.id).params["network"] for node in places} == {"stage"}
    assert draw.document.sheet("stage").name == "stage"
    assert "block" not in draw.document.networks
    after = state(draw.document)
    draw.document.undo()
    assert state(draw.document) == before
    draw.document.redo()
    assert state(draw.document) == after
    for name in ("outer", "no name", "class"):
        with pytest.raises(BadParameter):
            draw.document.rename_network("stage", name)


def test_a_network_never_comes_to_hold_itself() -> None:
    draw = Drawing()
    draw.network("inner", *PIECE)
    draw.network("outer", *PIECE)
    draw.place("inner", sheet="outer")
    document = draw.document
    with pytest.raises(Refused, match="contain itself"):
        draw.place("outer", sheet="inner")
    with pytest.raises(Refused, match="contain itself"):
        draw.place("inner", sheet="inner")
    waiting = draw.place("later", sheet="inner")
    with pytest.raises(Refused, match="contain itself"):
        document.set_params(waiting.id, network="outer")
    with pytest.raises(Refused, match="contain itself"):
        document.rename_network("outer", "later")
    with pytest.raises(Refused, match="contain itself"):
        document.rename_network("inner", "later")
    with pytest.raises(Refused, match="contain itself"):
        document.group_into_network([waiting.id], "later")
    on_board = draw.place("outer")
    assert clipboard.paste(document, clipboard.copy(document, [on_board.id]), sheet="inner") == []


def test_a_network_is_stacked_on_what_has_names_that_it_does_not_pass_on() -> None:
    document = Document()
    document.add_network("block")
    start, layer, end = (
        document.add_node(kind, sheet="block")
        for kind in ("network.input", "layer.linear", "network.output")
    )
    document.set_params(layer.id, units=10)
    document.link(End(start.id, "y"), End(layer.id, "x"))
    document.link(End(layer.id, "y"), End(end.id, "x"))
    digits, flags, numbers = (
        document.add_node(kind) for kind in ("data.digits", "shape.one_hot", "shape.to_float")
    )
    placed = document.add_node("network.instance", params={"network": "block", "repeat": 3})
    document.link(End(digits.id, "label"), End(flags.id, "x"))
    document.link(End(flags.id, "y"), End(numbers.id, "x"))
    document.link(End(numbers.id, "y"), End(placed.id, document.ports(placed).inputs[0].name))
    inference = Diagnosis(document)
    given = inference.type_of(numbers.id, "y")
    assert given is not None
    assert given.names
    assert list(inference.result(placed.id).outputs.values()) == [given.alone]  # type: ignore[union-attr]
