"""Damaged files: every problem is told with its place, and what can be read is kept."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.core.errors import FileError
from graph.edit.document import Document
from graph.format.file import load_text, save_text
from graph.model.sheet import End
from tests.graph_tests.model_tests.test_history import sound
from tests.graph_tests.network_nodes import NetworkTypes
from tests.graph_tests.texts import nodes, problems, text_of, wires


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (text_of(nodes(n1={"type": "layer.linear", "params": {"units": 0}})), "n1: units"),
        (text_of(nodes(n1={"type": "layer.linear", "params": {"colour": 1}})), "n1: it has no"),
        (text_of(nodes(n1={"type": "layer.linear", "params": [1]})), "parameters can't be read"),
        (text_of(nodes(n1={"type": "layer.linear", "params": {"units": 1e999}})), "n1: units"),
        (text_of(nodes(n1={"type": "dropout.dropout", "params": {"p": 10**400}})), "n1: p: "),
        (text_of(nodes(n1={"type": "layer.linear", "name": "class"})), "can't be used"),
        (text_of(nodes(n1={"type": "layer.linear", "name": ["a"]})), "can't be used"),
        (text_of(nodes(n1={"type": "layer.linear", "position": "here"})), "position"),
        (text_of(nodes(n1={"type": "layer.linear", "position": [1e999, 0]})), "position"),
        (text_of(nodes(n1={"type": "layer.linear", "twin": "n9"})), "shares weights"),
        (text_of(nodes(n1={"type": "layer.linear", "twin": ["n9"]})), "shares weights"),
        (text_of(nodes(n1={"type": "layer.linear", "twin": "n1"})), "shares weights"),
        (text_of(nodes(n1={"type": 7})), "node n1: expected a table with a type"),
        (text_of(nodes(n1=7)), "node n1: expected a table with a type"),
        (text_of(nodes(x="layer.linear")), "node x: expected an id"),
        (text_of(nodes(**{"n²": "layer.linear"})), "node n²: expected an id"),
        (text_of(nodes(n01="layer.linear")), "node n01: expected an id"),
        (text_of(nodes(**{"n" + "9" * 5000: "layer.linear"})), "expected an id"),
        (text_of({"nodes": []}), "nodes: expected a table"),
        (text_of({"links": 3}), "links: expected a list"),
        (text_of({"frames": "f"}), "frames: expected a table"),
        (text_of({"frames": {"f1": {"title": "x"}}}), "frame f1"),
        (text_of({"frames": {"f1": {"title": "x", "x": 1e999, "y": 0, "width": 1, "height": 1}}}),
         "frame f1"),
        ('{"format": 1, "board": []}', "board: expected a table"),
        (text_of(networks=[1]), "networks: expected a table"),
        (text_of(networks={"encoder": 3}), "encoder"),
        (text_of(networks={"no name": {}}), "'no name'"),
        (text_of(networks={"board": {}}), "'board'"),
        (text_of(settings=[]), "settings"),
        (text_of(settings={"epochs": 0}), "epochs: expected at least 1"),
        (text_of(settings={"device": ["cpu"]}), "device"),
    ],
    ids=range(31),
)  # fmt: skip
def test_each_kind_of_damage_is_a_problem_that_names_its_place(text: str, words: str) -> None:
    loaded = load_text(text)
    assert words in problems(loaded)
    sound(loaded.document)
    again = load_text(save_text(loaded.document))
    assert not again.problems
    assert again.document == loaded.document


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("n1.y n9.x", "no node n9"),
        ("n9.y n1.x", "no node n9"),
        ("n1.z n2.x", "no output 'z'"),
        ("n1.y n2.z", "no input 'z'"),
        ("n1.y n4.loss", "takes a loss"),
        ("n5.schedule n2.x", "gives a schedule"),
        ("n3.y n2.x", "takes one wire"),
        ("n2.y n1.x", "circle"),
        ("n3.y n3.x", "circle"),
    ],
)
def test_a_wire_without_a_meaning_is_left_out(link: str, words: str) -> None:
    layers = dict.fromkeys(("n1", "n2", "n3"), "layer.linear")
    board = nodes(**layers, n4="optimizer.adam", n5="schedule.cosine")
    loaded = load_text(text_of({**board, "links": wires("n1.y n2.x", link)}))
    (problem,) = loaded.problems
    assert words in str(problem)
    assert len(loaded.document.board.links) == 1
    sound(loaded.document)


@pytest.mark.parametrize(
    "link",
    [7, "n1", {}, {"from": "n1", "to": "n2"}, {"from": ["n1", "y"]},
     {"from": [[], {}], "to": [1, 2]},
     {"from": ["n1", "y"], "to": ["n2", "x"], "rank": "first"},
     {"from": ["n1", "y"], "to": ["n2", "x"], "rank": float("inf")}],
    ids=range(8),
)  # fmt: skip
def test_a_link_that_cannot_be_read_is_left_out(link: Any) -> None:
    board = nodes(n1="layer.linear", n2="layer.linear")
    loaded = load_text(text_of({**board, "links": [link]}))
    assert len(loaded.problems) == 1
    assert not loaded.document.board.links


def test_a_link_twice_is_one() -> None:
    board = nodes(n1="layer.linear", n2="merge.add")
    loaded = load_text(text_of({**board, "links": wires("n1.y n2.xs") * 2}))
    assert len(loaded.document.board.links) == 1
    assert not loaded.problems


def test_two_nodes_of_one_name() -> None:
    twice = {key: {"type": "layer.linear", "name": "a"} for key in ("n1", "n2")}
    loaded = load_text(text_of(nodes(**twice)))
    assert [node.name for node in loaded.document.board.nodes.values()] == ["a", "a_2"]
    assert "n2" in problems(loaded)


def test_an_id_on_two_sheets() -> None:
    inner = {**nodes(n1="layer.linear", n2="layer.linear"), "links": wires("n1.y n2.x")}
    loaded = load_text(text_of(nodes(n1="layer.linear"), networks={"encoder": inner}))
    sound(loaded.document)
    (wire,) = loaded.document.networks["encoder"].links.values()
    assert (wire.source.node, wire.target.node) == ("n3", "n2")
    assert "n3" in problems(loaded)


def test_twins_of_twins_follow_the_same_leader() -> None:
    board = nodes(
        n1={"type": "layer.linear", "name": "a", "twin": "n2"},
        n2={"type": "layer.linear", "name": "b", "twin": "n3"},
        n3={"type": "layer.linear", "name": "c"},
        n4={"type": "layer.linear", "name": "d", "twin": "n5"},
        n5={"type": "layer.linear", "name": "e", "twin": "n4"},
    )
    loaded = load_text(text_of(board))
    found = {node.id: node.twin for node in loaded.document.board.nodes.values()}
    assert found == {"n1": "n3", "n2": "n3", "n3": None, "n4": None, "n5": None}
    sound(loaded.document)


def test_a_network_inside_itself_is_left_out(networks: NetworkTypes) -> None:
    def placed(name: str, key: str) -> dict[str, Any]:
        entry = {"type": networks.instance, "name": key, "params": {"network": name}}
        return {"nodes": {key: entry}}

    text = text_of(networks={"a": placed("b", "n1"), "b": placed("a", "n2")})
    loaded = load_text(text)
    assert "contain itself" in problems(loaded)
    assert len(loaded.document.networks["a"].nodes) + len(loaded.document.networks["b"].nodes) == 1


def test_an_instance_loses_wires_into_ports_that_are_gone(networks: NetworkTypes) -> None:
    entry = {"type": networks.instance, "name": "placed", "params": {"network": "encoder"}}
    board = {
        "nodes": {"n1": {"type": "layer.linear", "name": "a"}, "n2": entry},
        "links": wires("n1.y n2.image"),
    }
    inner = {"nodes": {"n3": {"type": networks.input, "name": "picture"}}}
    loaded = load_text(text_of(board, networks={"encoder": inner}))
    assert "no input 'image'" in problems(loaded)
    missing = load_text(text_of(board))
    assert len(missing.document.board.links) == 1


SAMPLE = Document()
_a, _b = SAMPLE.add_node("data.digits"), SAMPLE.add_node("layer.linear", params={"units": 5})
_c = SAMPLE.add_node("layer.linear", twin=_b.id)
SAMPLE.add_network("encoder")
SAMPLE.add_node("merge.add", sheet="encoder")
SAMPLE.add_frame("Frame", 0, 0, 10, 10)
SAMPLE.link(End(_a.id, "image"), End(_b.id, "x"))
SAMPLE.link(End(_b.id, "y"), End(_c.id, "x"))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**400, 1e999, float("nan"), "n1", "n2", "y", "layer.linear", "", "\ud800"]),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
    st.lists(st.sampled_from(["n1", "y", 3]), max_size=3),
    st.dictionaries(
        st.sampled_from(["n1", "n9", "type", "x"]), st.integers() | st.text(), max_size=2
    ),
)


@given(data=st.data())
@settings(max_examples=300)
def test_no_damage_is_a_traceback(data: st.DataObject) -> None:
    content = copy.deepcopy(json.loads(save_text(SAMPLE)))
    for _ in range(data.draw(st.integers(1, 4))):
        place: Any = content
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and data.draw(st.integers(0, 4)):
                place = place[key]
                continue
            if data.draw(st.booleans()):
                place[key] = data.draw(VALUES)
            else:
                del place[key]
            break
    try:
        loaded = load_text(json.dumps(content))
    except FileError:
        return
    sound(loaded.document)
    again = load_text(save_text(loaded.document))
    assert again.document == loaded.document
