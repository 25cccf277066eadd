"""Wires where nodes come, change and go."""

import pytest

from graph.document import Document
from graph.errors import Refused
from graph.sheet import End
from tests.graph_tests.chains import chain, sources
from tests.graph_tests.network_nodes import NetworkTypes


def test_ports_that_go_take_their_wires_along() -> None:
    document = Document()
    split = document.add_node("neuron.split", params={"columns": 3})
    neuron = document.add_node("neuron.neuron")
    for port in ("x1", "x2", "x3"):
        document.link(End(split.id, port), End(neuron.id, "xs"))
    document.set_params(split.id, columns=2)
    assert [link.source.port for link in document.board.links.values()] == ["x1", "x2"]
    document.undo()
    assert len(document.board.links) == 3


def test_removing_can_join_what_is_left() -> None:
    document = Document()
    data, relu, linear = chain(document, "data.digits", "activation.relu", "layer.linear")
    document.remove([relu.id], reconnect=True)
    assert sources(document, linear, "x") == [data.name]
    document.undo()
    assert sources(document, linear, "x") == [relu.name]


def test_removing_a_row_joins_over_all_of_it() -> None:
    document = Document()
    data, a, b, linear = chain(
        document, "data.digits", "activation.relu", "dropout.dropout", "layer.linear"
    )
    document.remove([a.id, b.id], reconnect=True)
    assert sources(document, linear, "x") == [data.name]


def test_what_takes_a_wires_place_takes_its_rank() -> None:
    document = Document()
    a, b, c = (document.add_node("layer.linear", name=name) for name in "abc")
    cat = document.add_node("merge.concatenate")
    wires = [document.link(End(one.id, "y"), End(cat.id, "xs")) for one in (a, b, c)]
    inserted = document.insert("activation.relu", wires[0])
    assert sources(document, cat, "xs") == ["relu", "b", "c"]
    document.replace_node(b.id, "layer.identity")
    assert sources(document, cat, "xs") == ["relu", "identity", "c"]
    document.remove([inserted.id], reconnect=True)
    assert sources(document, cat, "xs") == ["a", "identity", "c"]


def test_inserting_what_has_no_output_is_refused() -> None:
    document = Document()
    chain(document, "data.digits", "activation.relu")
    (wire,) = document.board.links.values()
    with pytest.raises(Refused):
        document.insert("optimizer.adam", wire)
    assert list(document.board.links.values()) == [wire]
    assert len(document.board.nodes) == 2


def test_a_wire_stays_on_its_sheet(networks: NetworkTypes) -> None:
    document = Document()
    document.add_network("encoder")
    start = document.add_node(networks.input, sheet="encoder")
    linear = document.add_node("layer.linear")
    assert "sheet" in (document.can_link(End(start.id, "y"), End(linear.id, "x")) or "")
