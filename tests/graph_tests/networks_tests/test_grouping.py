"""A selection becomes a network and nodes again; nothing is lost on the way."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.document import Document
from graph.errors import BadParameter, Refused
from graph.file import load_text, save_text
from graph.infer import Inference
from graph.sheet import BOARD, Node
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.networks_tests.drawing import Drawing, state

PIECE = [("layer.linear", {"units": 8}), ("activation.relu", {})]


def drawn() -> tuple[Drawing, dict[str, Node]]:
    """Digits, two layers, a loss and what trains them."""
    draw = Drawing()
    data = draw.add("data.digits", x=-100)
    flat = draw.add("shape.flatten", x=100)
    hidden = draw.add("layer.linear", "hidden", x=200)
    relu = draw.add("activation.relu", x=300)
    logits = draw.add("layer.linear", "logits", x=400, units=10)
    loss, adam = draw.add("loss.cross_entropy", "loss"), draw.add("optimizer.adam")
    draw.chain(data, flat, hidden, relu, logits, loss, adam)
    draw.wire(data, loss, "label", "label")
    draw.document.set_params(adam.id, trains=(hidden.id, logits.id))
    return draw, {node.name: node for node in draw.document.board.nodes.values()}


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
    assert not [p for p in Inference(document, watch=False).problems if p.severity == "error"]


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


@given(script=scripts(), chosen=st.lists(st.integers(0, 60), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_ungroup_takes_group_back(script: list[Edit], chosen: list[int]) -> None:
    document = Document()
    play(document, script)
    nodes = list(document.board.nodes)
    ids = list(dict.fromkeys(nodes[number % len(nodes)] for number in chosen)) if nodes else []
    before = state(document)
    try:
        instance = document.group_into_network(ids, "fresh")
    except Refused:
        assert state(document) == before
        return
    grouped = state(document)
    text = save_text(document)
    loaded = load_text(text)
    assert state(loaded.document) == grouped
    document.undo()
    assert state(document) == before
    document.redo()
    assert state(document) == grouped
    document.ungroup(instance.id)
    assert _as_meant(state(document)) == _as_meant(before)
    assert "fresh" not in document.networks


def _as_meant(found: Any) -> Any:
    """A state without what optimizers name: a network is trained as a whole."""
    sheets = {}
    for name, (nodes, links, frames, exposed) in found.items():
        meant = {}
        for key, node in nodes.items():
            params = {k: v for k, v in node.params.items() if k != "trains"}
            x, y = (round(number, 6) for number in node.position)
            meant[key] = (node.type, node.name, params, (x, y), node.twin, node.muted)
        sheets[name] = (meant, links, frames, exposed)
    return sheets


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


def test_ungrouping_one_of_many_copies_and_keeps_the_others() -> None:
    draw = Drawing()
    draw.network("block", *PIECE)
    first, second = draw.place("block", "first"), draw.place("block", "second")
    loss, adam = draw.classifier(first, second)
    draw.document.set_params(adam.id, trains=(first.id,))
    made = draw.document.ungroup(first.id)
    assert [node.type for node in made] == ["layer.linear", "activation.relu"]
    assert not {node.id for node in made} & set(draw.document.networks["block"].nodes)
    assert draw.document.node(adam.id).params["trains"] == (made[0].id,)
    assert draw.document.has(second.id)
    assert [link.source.node for link in draw.document.board.into(second.id)] == [made[1].id]
    assert Inference(draw.document, watch=False).type_of(loss.id, "loss") is not None


def test_what_shares_its_weights_is_ungrouped_once_it_has_its_own() -> None:
    draw = Drawing()
    draw.network("block", *PIECE)
    leader = draw.place("block", "leader")
    (twin,) = draw.document.duplicate([leader.id], twins=True)
    for one, other in ((leader, twin), (twin, leader)):
        with pytest.raises(Refused, match=f"shares its weights with {other.name}, which"):
            draw.document.ungroup(one.id)
    draw.document.set_twin(twin.id, None)
    assert draw.document.ungroup(twin.id)


def test_a_repeated_network_becomes_a_chain_with_its_own_values() -> None:
    draw = Drawing()
    _, layer, _, _ = draw.network("block", *PIECE)
    draw.document.expose(layer.id, "units")
    placed = draw.place("block", repeat=3, units=64)
    data, flat, end = draw.add("data.digits"), draw.add("shape.flatten"), draw.add("layer.linear")
    draw.chain(data, flat, placed, end)
    made = draw.document.ungroup(placed.id)
    assert [draw.document.params(node).get("units") for node in made[::2]] == [64, 64, 64]
    inference = Inference(draw.document, watch=False)
    assert str(inference.type_of(end.id, "y")) == "[N, 128]"
    order = [flat, *made, end]
    for source, target in itertools.pairwise(order):
        assert [link.source.node for link in draw.document.board.into(target.id)] == [source.id]


def test_what_is_muted_or_no_network_stays() -> None:
    draw, nodes = drawn()
    with pytest.raises(Refused, match="no placed network"):
        draw.document.ungroup(nodes["hidden"].id)
    instance = draw.document.group_into_network([nodes["hidden"].id], "block")
    draw.document.set_muted([instance.id], True)
    with pytest.raises(Refused, match="muted"):
        draw.document.ungroup(instance.id)


def test_a_value_that_would_be_wired_twice_keeps_both_wires() -> None:
    draw = Drawing()
    document = draw.document
    document.add_network("doubled")
    a = draw.add("network.input", "a", sheet="doubled")
    b = draw.add("network.input", "b", sheet="doubled")
    both = draw.add("merge.add", sheet="doubled")
    out = draw.add("network.output", "total", sheet="doubled")
    draw.chain(a, both, out)
    draw.wire(b, both)
    flat, placed = draw.add("shape.flatten"), draw.place("doubled")
    draw.chain(draw.add("data.digits"), flat, placed)
    draw.wire(flat, placed, "b")
    (made,) = document.ungroup(placed.id)
    assert len(document.board.into(made.id)) == 2


# -- ports, names, recursion


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
    assert document.paste(document.copy([on_board.id]), sheet="inner") == []


# -- copy and paste


def test_a_copied_instance_brings_its_networks() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("inner", *PIECE)
    draw.document.expose(layer.id, "units", "width")
    draw.network("outer", ("network.instance", {"network": "inner", "width": 32}))
    text = draw.document.copy([draw.place("outer").id])
    other = Document()
    (made,) = other.paste(text)
    assert set(other.networks) == {"inner", "outer"}
    assert made.params["network"] == "outer"
    (inner,) = [n for n in other.networks["outer"].nodes.values() if n.type == "network.instance"]
    assert other.params(inner)["width"] == 32
    (again,) = other.paste(text)
    assert set(other.networks) == {"inner", "outer"}, "equal networks are used again"
    assert again.params["network"] == "outer"
    other.undo()
    other.undo()
    assert not other.networks


def test_a_network_of_the_same_name_that_differs_is_left_alone() -> None:
    draw = Drawing()
    draw.network("block", *PIECE)
    text = draw.document.copy([draw.place("block").id])
    other = Drawing()
    other.network("block", ("layer.linear", {"units": 99}))
    (made,) = other.document.paste(text)
    assert made.params["network"] == "block_2"
    (again,) = other.document.paste(text)
    assert again.params["network"] == "block_2"
    assert set(other.document.networks) == {"block", "block_2"}


def test_in_its_own_document_a_paste_places_the_network_as_it_is_now() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *PIECE)
    text = draw.document.copy([draw.place("block").id])
    draw.document.set_params(layer.id, units=77)
    (made,) = draw.document.paste(text)
    assert made.params["network"] == "block"
    assert set(draw.document.networks) == {"block"}


def test_pasted_networks_that_hold_each_other_are_cut() -> None:
    def part(name: str) -> dict[str, Any]:
        node = {"id": "n1", "type": "network.instance", "name": "inner", "position": [0, 0]}
        return {"nodes": [{**node, "params": {"network": name}}], "links": []}

    text = json.dumps(
        {"neurowire": "nodes", **part("a"), "networks": {"a": part("b"), "b": part("a")}}
    )
    document = Document()
    document.paste(text)
    Inference(document, watch=False)


@given(script=scripts())
@settings(max_examples=60, deadline=None)
def test_everything_with_its_networks_comes_out_of_another_window(script: list[Edit]) -> None:
    document = Document()
    play(document, script)
    other = Document()
    made = other.paste(document.copy(document.board.nodes))
    assert [node.type for node in made] == [n.type for n in document.board.nodes.values()]
    for node, copy in zip(document.board.nodes.values(), made, strict=True):
        mine, theirs = document.ports(node), other.ports(copy)
        if node.type != "network.instance" or node.params.get("network") in document.networks:
            assert mine == theirs


# -- parameters shown


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
    Inference(document, watch=False)
    assert load_text(save_text(document)).document == document
    while len(document.history) > steps:
        document.undo()
    if len(document.history) == steps:
        assert state(document) == start
