"""Networks come along with what is copied."""

import json
from typing import Any

from hypothesis import given, settings

from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import clipboard
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.networks_tests.drawing import Drawing

PIECE = [("layer.linear", {"units": 8}), ("activation.relu", {})]


def test_a_copied_instance_brings_its_networks() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("inner", *PIECE)
    draw.document.expose(layer.id, "units", "width")
    draw.network("outer", ("network.instance", {"network": "inner", "width": 32}))
    text = clipboard.copy(draw.document, [draw.place("outer").id])
    other = Document()
    (made,) = clipboard.paste(other, text)
    assert set(other.networks) == {"inner", "outer"}
    assert made.params["network"] == "outer"
    (inner,) = [n for n in other.networks["outer"].nodes.values() if n.type == "network.instance"]
    assert other.params(inner)["width"] == 32
    (again,) = clipboard.paste(other, text)
    assert set(other.networks) == {"inner", "outer"}, "equal networks are used again"
    assert again.params["network"] == "outer"
    other.undo()
    other.undo()
    assert not other.networks


def test_a_network_of_the_same_name_that_differs_is_left_alone() -> None:
    draw = Drawing()
    draw.network("block", *PIECE)
    text = clipboard.copy(draw.document, [draw.place("block").id])
    other = Drawing()
    other.network("block", ("layer.linear", {"units": 99}))
    (made,) = clipboard.paste(other.document, text)
    assert made.params["network"] == "block_2"
    (again,) = clipboard.paste(other.document, text)
    assert again.params["network"] == "block_2"
    assert set(other.document.networks) == {"block", "block_2"}


def test_in_its_own_document_a_paste_places_the_network_as_it_is_now() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *PIECE)
    text = clipboard.copy(draw.document, [draw.place("block").id])
    draw.document.set_params(layer.id, units=77)
    (made,) = clipboard.paste(draw.document, text)
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
    clipboard.paste(document, text)
    Diagnosis(document, watch=False)


@given(script=scripts())
@settings(max_examples=60, deadline=None)
def test_everything_with_its_networks_comes_out_of_another_window(script: list[Edit]) -> None:
    document = Document()
    play(document, script)
    other = Document()
    made = clipboard.paste(other, clipboard.copy(document, document.board.nodes))
    assert [node.type for node in made] == [n.type for n in document.board.nodes.values()]
    for node, copy in zip(document.board.nodes.values(), made, strict=True):
        mine, theirs = document.ports(node), other.ports(copy)
        if node.type != "network.instance" or node.params.get("network") in document.networks:
            assert mine == theirs
