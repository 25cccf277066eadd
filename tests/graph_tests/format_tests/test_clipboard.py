"""Copy and paste as text."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.core.errors import FileError
from graph.edit.document import Document
from graph.format import clipboard
from graph.model.sheet import BOARD, End, LinkKey, Sheet
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.model_tests.test_history import sound, state
from tests.graph_tests.network_nodes import NetworkTypes


def shape(sheet: Sheet) -> Any:
    """A sheet without ids, positions and names, but with what is wired to what."""
    order = {node: index for index, node in enumerate(sheet.nodes)}
    return (
        [
            (node.type, dict(node.params), node.muted, order.get(node.twin or ""))
            for node in sheet.nodes.values()
        ],
        sorted(
            (order[link.source.node], link.source.port, order[link.target.node], link.target.port)
            for link in sheet.links.values()
        ),
    )


@given(script=scripts())
@settings(max_examples=80)
def test_what_is_copied_comes_out_of_another_window(
    networks: NetworkTypes, script: list[Edit]
) -> None:
    document = Document()
    play(document, script)
    for node in list(document.board.nodes.values()):
        if node.params.get("trains") or node.params.get("network"):
            document.remove([node.id])
    other = Document()
    clipboard.paste(other, clipboard.copy(document, document.board.nodes))
    assert shape(other.board) == shape(document.board)
    sound(other)
    other.undo()
    assert state(other) == state(Document())


@given(script=scripts())
@settings(max_examples=80)
def test_a_duplicate_is_wired_as_the_original(networks: NetworkTypes, script: list[Edit]) -> None:
    document = Document()
    play(document, script)
    nodes = list(document.board.nodes)
    before = state(document)
    made = document.duplicate(nodes, twins=False)
    sound(document)
    assert len(made) == len(nodes)
    ids = dict(zip(nodes, (node.id for node in made), strict=True))
    for key in before[1][BOARD][1]:
        (source, start), (target, finish), again = key
        copied = LinkKey(End(ids[source], start), End(ids[target], finish), again)
        assert copied in document.board.links
    if made:
        document.undo()
    assert state(document) == before


def test_the_middle_comes_to_the_pointer() -> None:
    document = Document()
    a = document.add_node("layer.linear", position=(0, 0))
    b = document.add_node("layer.linear", position=(100, 50))
    made = clipboard.paste(document, clipboard.copy(document, [a.id, b.id]), at=(200, 200))
    assert [node.position for node in made] == [(150, 175), (250, 225)]


def test_only_links_between_the_nodes_are_copied() -> None:
    document = Document()
    a, b, c = (document.add_node("layer.linear") for _ in range(3))
    document.link(End(a.id, "y"), End(b.id, "x"))
    document.link(End(b.id, "y"), End(c.id, "x"))
    made = clipboard.paste(document, clipboard.copy(document, [b.id, c.id]))
    assert len(document.board.links) == 3
    assert not document.board.into(made[0].id)


def test_what_an_optimizer_trains_is_copied_with_it() -> None:
    document = Document()
    layer, other = document.add_node("layer.linear"), document.add_node("layer.linear")
    adam = document.add_node("optimizer.adam", params={"trains": (layer.id, other.id)})
    text = clipboard.copy(document, [layer.id, adam.id])
    elsewhere = Document()
    made = clipboard.paste(elsewhere, text)
    assert made[1].params["trains"] == (made[0].id,)
    for made in (clipboard.paste(document, text), document.duplicate([layer.id, adam.id])):
        assert made[1].params["trains"] == (made[0].id, other.id)


def test_an_optimizer_copied_alone_trains_the_same_nodes_in_its_own_document() -> None:
    document = Document()
    layer, other = document.add_node("layer.linear"), document.add_node("layer.linear")
    adam = document.add_node("optimizer.adam", params={"trains": (layer.id, other.id)})
    text = clipboard.copy(document, [adam.id])
    assert clipboard.paste(document, text)[0].params["trains"] == (layer.id, other.id)
    document.remove([other.id])
    assert clipboard.paste(document, text)[0].params["trains"] == (layer.id,)
    elsewhere = Document()
    elsewhere.add_node("layer.linear")
    assert "trains" not in clipboard.paste(elsewhere, text)[0].params, (
        "other nodes go by the same ids there"
    )


def test_what_may_not_stand_on_a_sheet_is_left_out_with_a_reason() -> None:
    document = Document()
    document.add_network("inner")
    data, layer = document.add_node("data.digits"), document.add_node("layer.linear")
    reasons: list[str] = []
    text = clipboard.copy(document, [data.id, layer.id])
    [made] = clipboard.paste(document, text, sheet="inner", complain=reasons.append)
    assert made.type == "layer.linear"
    assert reasons == ["data nodes belong on the board, not inside a network"]


def test_twins_are_copied_with_their_leader_alone() -> None:
    document = Document()
    a = document.add_node("layer.linear", params={"units": 3})
    b = document.add_node("layer.linear", twin=a.id)
    both = clipboard.paste(document, clipboard.copy(document, [a.id, b.id]))
    assert both[1].twin == both[0].id
    (alone,) = clipboard.paste(document, clipboard.copy(document, [b.id]))
    assert (alone.twin, alone.params) == (None, {"units": 3})


def test_linked_duplicates_agree_on_every_parameter() -> None:
    document = Document()
    layer = document.add_node("layer.linear")
    adam = document.add_node("optimizer.adam", params={"trains": (layer.id,)})
    document.duplicate([layer.id, adam.id], twins=True)
    sound(document)


GOOD = '{"neurowire": "nodes", "nodes": [{"id": "n1", "type": "layer.linear", "name": "a", '


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        "[]",
        "null",
        "7",
        '"nodes"',
        "[" * 100_000,
        '{"neurowire": "nodes"}',
        '{"neurowire": "nodes", "nodes": 3, "links": []}',
        '{"neurowire": "nodes", "nodes": ["n1"], "links": []}',
        '{"neurowire": "nodes", "nodes": {"a": 1}, "links": []}',
        '{"neurowire": "nodes", "nodes": [], "links": ["ab"]}',
        '{"neurowire": "nodes", "nodes": [], "links": [{"source": [[], 1], "target": [1, 2]}]}',
        '{"neurowire": "nodes", "nodes": [], "links": [{"source": ["a"], "target": ["b"]}]}',
        GOOD + '"position": [0], "params": {}}], "links": []}',
        GOOD + '"position": [0, NaN], "params": {}}], "links": []}',
        GOOD + '"position": ["a", 0], "params": {}}], "links": []}',
        GOOD + '"position": [0, 0], "params": []}], "links": []}',
        GOOD + '"position": [0, 0], "params": {}, "twin": []}], "links": []}',
        GOOD.replace('"n1"', "[]") + '"position": [0, 0], "params": {}}], "links": []}',
    ],
    ids=range(21),
)
def test_other_text_is_refused_in_words(text: str) -> None:
    document = Document()
    with pytest.raises(FileError, match="copy some nodes"):
        clipboard.paste(document, text)
    assert state(document) == state(Document())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(data=st.data())
def test_damaged_text_is_refused_or_gives_a_sound_document(data: st.DataObject) -> None:
    document = Document()
    a, b = document.add_node("layer.linear"), document.add_node("optimizer.adam")
    cat = document.add_node("merge.concatenate")
    document.link(End(a.id, "y"), End(cat.id, "xs"))
    content = json.loads(clipboard.copy(document, [a.id, b.id, cat.id]))
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = content
        while data.draw(st.booleans()) and isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(list(keys)))
            if data.draw(st.booleans()):
                place[key] = data.draw(JSON)
                break
            place = place[key]
    before = state(document)
    try:
        clipboard.paste(document, json.dumps(content))
    except FileError:
        assert state(document) == before
    sound(document)


def pasted(links: list[list[list[str]]], *types: str) -> Document:
    document = Document()
    nodes = [
        {"id": f"n{i}", "type": type, "name": f"a{i}", "params": {}, "position": [0, 0]}
        for i, type in enumerate(types)
    ]
    wires = [{"source": source, "target": target} for source, target in links]
    clipboard.paste(document, json.dumps({"neurowire": "nodes", "nodes": nodes, "links": wires}))
    return document


def test_pasted_wires_pass_the_gate() -> None:
    circle = [[["n0", "y"], ["n1", "x"]], [["n1", "y"], ["n0", "x"]]]
    assert len(pasted(circle, "layer.linear", "layer.linear").board.links) == 1
    twice = [[["n0", "y"], ["n2", "x"]], [["n1", "y"], ["n2", "x"]]]
    assert len(pasted(twice, *["layer.linear"] * 3).board.links) == 1
    nowhere = [[["n0", "z"], ["n1", "x"]], [["n0", "y"], ["n1", "z"]], [["n7", "y"], ["n1", "x"]]]
    assert not pasted(nowhere, "layer.linear", "layer.linear").board.links
    kinds = [[["n0", "y"], ["n1", "loss"]]]
    assert not pasted(kinds, "layer.linear", "optimizer.adam").board.links


def test_nodes_of_unknown_type_are_pasted_with_their_wires() -> None:
    wires = [[["n0", "y"], ["n1", "thing"]], [["n1", "other"], ["n2", "x"]]]
    document = pasted(wires, "layer.linear", "layer.of_the_future", "layer.linear")
    assert len(document.board.links) == 2


def test_copies_of_one_node_lie_beside_each_other() -> None:
    document = Document()
    node = document.add_node("activation.relu", position=(10.0, 20.0))
    for twins in (False, True, False):
        document.duplicate([node.id], twins=twins)
    places = [one.position for one in document.board.nodes.values()]
    assert len(set(places)) == len(places) == 4
