"""Wires where nodes come, change and go."""

import json

import pytest

from graph.core.errors import Refused
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from graph.model.sheet import End
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
    assert sources(document, cat, "xs") == ["relu", "b", "c"]
    document.remove([inserted.id], reconnect=True)
    assert sources(document, cat, "xs") == ["a", "b", "c"]


def test_a_value_may_be_wired_twice_into_one_input() -> None:
    document = Document()
    data, add = document.add_node("data.digits"), document.add_node("merge.add")
    ends = End(data.id, "image"), End(add.id, "xs")
    first, second = document.link(*ends), document.link(*ends)
    assert sources(document, add, "xs") == [data.name, data.name]
    assert first.key != second.key
    document.unlink(first)
    assert list(document.board.links.values()) == [second]
    document.undo()
    assert sources(document, add, "xs") == [data.name, data.name]
    relu = document.insert("activation.relu", second)
    assert sources(document, add, "xs") == [data.name, relu.name]
    document.remove([relu.id], reconnect=True)
    assert sources(document, add, "xs") == [data.name, data.name]


def test_two_wires_between_two_ports_are_saved_copied_and_grouped() -> None:
    document = Document()
    data, add, relu = chain(document, "data.digits", "merge.add", "activation.relu")
    document.link(End(data.id, "image"), End(add.id, "xs"))
    document.unlink(next(iter(document.board.links.values())))  # the one that is left is `again`
    document.link(End(data.id, "image"), End(add.id, "xs"))
    assert load_text(save_text(document)).document == document
    before = save_text(document)
    copied = document.duplicate([data.id, add.id])
    assert sources(document, copied[1], "xs") == [copied[0].name] * 2
    document.undo()
    net = document.group_into_network([add.id, relu.id], "net")
    assert len(document.networks["net"].into(add.id)) == 2
    document.ungroup(net.id)
    assert sources(document, document.node(add.id), "xs") == [data.name] * 2
    document.undo()
    document.undo()
    assert save_text(document) == before


def test_a_wire_said_twice_by_a_file_is_one() -> None:
    document = Document()
    chain(document, "data.digits", "merge.add")
    content = json.loads(save_text(document))
    (wire,) = content["board"]["links"]
    content["board"]["links"] = [wire, wire, {**wire, "rank": 1}]
    loaded = load_text(json.dumps(content))
    assert [link.rank for link in loaded.document.board.links.values()] == [0, 1]
    assert not loaded.problems


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
