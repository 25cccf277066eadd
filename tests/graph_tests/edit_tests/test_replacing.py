"""A node of another type in a node's place: what of it is kept, and what is told."""

from __future__ import annotations

import pytest

from graph.compile import compile_document
from graph.core.errors import DocumentError, Refused
from graph.declare import REGISTRY
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End
from tests.graph_tests.chains import chain, sources
from tests.graph_tests.networks_tests.drawing import Drawing, drawn, state


def test_it_keeps_its_place_name_mute_and_what_applies() -> None:
    document = Document()
    _, conv, relu = chain(document, "data.digits", "layer.conv2d", "activation.relu")
    document.set_params(conv.id, filters=7, kernel_size=(5, 5), bias=False)
    document.move({conv.id: (40, 50)})
    document.set_muted([conv.id], True)
    before = state(document)
    made = document.replace_node(conv.id, "layer.conv1d")
    assert (made.id, made.name, made.position, made.muted) == (conv.id, "conv1d", (40, 50), True)
    assert made.params == {"filters": 7, "kernel_size": (5,), "bias": False}
    document.rename(made.id, "stem")
    made = document.replace_node(made.id, "layer.linear")
    assert (made.name, made.params) == ("stem", {"bias": False})
    assert sources(document, document.node(relu.id), "x") == ["stem"]
    for _ in range(3):
        document.undo()
    assert state(document) == before


def test_wires_go_by_name_then_by_kind_in_order() -> None:
    document, told = Document(), list[str]()
    digits = document.add_node("data.digits")
    loss, adam = document.add_node("loss.cross_entropy"), document.add_node("optimizer.adam")
    document.link(End(digits.id, "image"), End(loss.id, "logits"))
    document.link(End(digits.id, "label"), End(loss.id, "label"))
    document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    made = document.replace_nodes([loss.id], "loss.mse", complain=told.append)[0]
    wires = {link.target.port: link.source.port for link in document.board.into(made.id)}
    assert list(wires.values()) == ["image", "label"]
    assert len(document.board.out_of(made.id)) == 1
    assert told == []
    document.replace_nodes([made.id], "activation.relu", complain=told.append)
    assert told == [
        "digits.label to mean_squared_error.target",
        "mean_squared_error.loss to adam.loss",
    ]


def test_wires_into_one_port_spread_over_several_and_come_back() -> None:
    document = Document()
    a, b = (document.add_node("data.digits", name=name) for name in "ab")
    add = document.add_node("merge.add")
    for one in (b, a):
        document.link(End(one.id, "image"), End(add.id, "xs"))
    document.replace_node(add.id, "loss.mse")
    ends = [
        (link.target.port, document.node(link.source.node).name)
        for link in document.board.into(add.id)
    ]
    assert sorted(name for _, name in ends) == ["a", "b"]
    assert len({port for port, _ in ends}) == 2
    made = document.replace_node(add.id, "merge.add")
    assert sorted(sources(document, made, "xs")) == ["a", "b"]


def test_what_trains_it_keeps_its_turn_and_what_it_trains() -> None:
    document = open_template("digits_gan")
    turns = [one.id for one in document.board.with_role("optimizer")]
    for one in turns:
        trained = document.node(one).params["trains"]
        assert document.replace_node(one, "optimizer.sgd").params["trains"] == trained
    assert [one.id for one in document.board.with_role("optimizer")] == turns
    compile_document(document)


def test_what_is_trained_inside_a_network_is_trained_in_its_place() -> None:
    draw, nodes = drawn()
    document = draw.document
    body = document.group_into_network([nodes["hidden"].id, nodes["relu"].id], "body")
    document.set_params(nodes["adam"].id, trains=(f"{body.id}/{nodes['hidden'].id}",))
    document.replace_node(body.id, "layer.linear")
    assert document.node(nodes["adam"].id).params["trains"] == (body.id,)


def test_what_a_network_shows_of_it_is_shown_where_there_is_such_a_parameter() -> None:
    draw = Drawing()
    _, conv, _ = draw.network("body", ("layer.conv2d", {}))
    document, place = draw.document, draw.place("body")
    for param in ("filters", "padding_mode"):
        document.expose(conv.id, param)
    document.set_params(place.id, filters=9, padding_mode="circular")
    document.replace_node(conv.id, "layer.conv_transpose2d")
    assert "filters" in document.networks["body"].exposed
    assert document.params(document.node(place.id))["filters"] == 9
    document.replace_node(conv.id, "layer.linear")
    assert document.networks["body"].exposed == {}
    assert document.params(document.node(place.id)).keys() & {"filters", "padding_mode"} == set()


def test_an_input_that_becomes_a_layer_takes_its_port_along_and_says_so() -> None:
    draw, told = Drawing(), list[str]()
    first, *_ = draw.network("body", ("layer.linear", {}))
    data, place = draw.add("data.digits"), draw.place("body")
    draw.wire(data, place)
    draw.document.replace_nodes([first.id], "layer.constant", complain=told.append)
    assert told == ["digits.image to body.features"]
    assert not draw.document.ports(draw.document.node(place.id)).inputs


def test_what_has_no_meaning_there_is_refused_and_changes_nothing() -> None:
    draw = Drawing()
    _, layer, _ = draw.network("body", ("layer.linear", {}))
    before = state(draw.document)
    with pytest.raises(Refused, match="belong on the board"):
        draw.document.replace_node(layer.id, "loss.mse")
    with pytest.raises(Refused, match="can't contain itself"):
        draw.document.replace_nodes([layer.id], "network.instance", params={"network": "body"})
    with pytest.raises(DocumentError, match="no node type"):
        draw.document.replace_node(layer.id, "layer.nothing")
    assert state(draw.document) == before


def test_every_type_in_the_place_of_every_other_and_back() -> None:
    document = open_template("gan")
    before = state(document)
    by_type = {node.type: node.id for node in document.board.nodes.values()}
    for node in by_type.values():
        for offer in REGISTRY:
            if offer.role in {"input", "output"}:
                continue
            with document.trial():
                made = document.replace_node(node, offer.type)
                ports = document.ports(made)
                assert all(ports.input(link.target.port) for link in document.board.into(node))
                assert all(ports.output(link.source.port) for link in document.board.out_of(node))
    assert state(document) == before


def test_what_is_known_of_a_board_follows() -> None:
    document = open_template("gan")
    inference = Diagnosis(document)
    for node in [*document.board.nodes]:
        document.replace_node(node, "layer.linear")
        fresh = Diagnosis(document, watch=False)
        assert {str(one) for one in inference.problems} == {str(one) for one in fresh.problems}
        assert inference.total_weights == fresh.total_weights
