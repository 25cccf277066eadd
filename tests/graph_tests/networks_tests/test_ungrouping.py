"""A placed network becomes nodes again; nothing is lost on the way."""

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.core.errors import Refused
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.networks_tests.drawing import Drawing, drawn, state

PIECE = [("layer.linear", {"units": 8}), ("activation.relu", {})]


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
    assert Diagnosis(draw.document, watch=False).type_of(loss.id, "loss") is not None


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
    inference = Diagnosis(draw.document, watch=False)
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
