"""Networks made, placed and taken away."""

import pytest

from graph.document import Document
from graph.errors import BadParameter, Refused
from graph.sheet import End
from tests.graph_tests.network_nodes import NetworkTypes


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
    assert document.paste(document.copy([placed.id]), sheet="inner") == []
