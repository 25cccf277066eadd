"""The .neurowire file: what is saved comes back, and damaged text is told, never a traceback."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import file
from graph.declare import REGISTRY, node, param
from graph.document import Document
from graph.errors import FileError
from graph.file import Loaded, load, load_text, save, save_text
from graph.sheet import BOARD, End
from graph.templates import FOLDER
from graph.tensor import TensorType
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.network_nodes import NetworkTypes
from tests.graph_tests.test_history import sound, state

TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.neurowire"))


def text_of(board: dict[str, Any] | None = None, **more: Any) -> str:
    return json.dumps({"format": 1, "board": board or {}, **more})


def nodes(**entries: Any) -> dict[str, Any]:
    """A board of nodes such as n1="layer.linear"."""
    full = {
        key: {"type": entry, "name": f"a{key}"} if isinstance(entry, str) else entry
        for key, entry in entries.items()
    }
    return {"nodes": full}


def wires(*ends: str) -> list[dict[str, Any]]:
    """Links such as "n1.y n2.x"."""
    return [
        {"from": start.split("."), "to": end.split("."), "rank": rank}
        for rank, (start, end) in enumerate(one.split() for one in ends)
    ]


def problems(loaded: Loaded) -> str:
    """All problems as one text, places included."""
    return "\n".join(f"{one.sheet} {one.node} {one}" for one in loaded.problems)


# -- round trips


@given(script=scripts())
@settings(max_examples=120)
def test_what_is_saved_comes_back(networks: NetworkTypes, script: list[Edit]) -> None:
    document = Document()
    play(document, script)
    text = save_text(document)
    loaded = load_text(text)
    assert not loaded.problems
    assert state(loaded.document) == state(document)
    assert loaded.document == document
    assert save_text(loaded.document) == text
    assert not loaded.document.can_undo
    new = loaded.document.add_node("layer.linear")
    assert new.number == max(
        int(one.id[1:]) for s in loaded.document.sheets() for one in s.nodes.values()
    )


@given(script=scripts())
@settings(max_examples=60)
def test_equal_documents_give_equal_text(networks: NetworkTypes, script: list[Edit]) -> None:
    document, other = Document(), Document()
    play(document, script)
    play(other, script)
    assert save_text(document) == save_text(other)
    while document.can_undo:
        document.undo()
    while document.can_redo:
        document.redo()
    assert save_text(document) == save_text(other)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_saved_as_it_is(name: str) -> None:
    path = FOLDER / f"{name}.neurowire"
    loaded = load(path)
    assert not loaded.problems
    assert save_text(loaded.document) == path.read_text(encoding="utf-8")
    assert loaded.document.name == name


def test_the_text_has_sorted_keys_and_a_line_each() -> None:
    document = Document()
    document.add_node("layer.linear", params={"units": 3, "bias": False}, name="größe")
    text = save_text(document)

    def ordered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert [key for key, _ in pairs] == sorted(key for key, _ in pairs)
        return dict(pairs)

    content = json.loads(text, object_pairs_hook=ordered)
    assert content["format"] == file.FORMAT
    before = text.splitlines()
    document.set_params("n1", units=4)
    changed = [b for a, b in zip(before, save_text(document).splitlines(), strict=True) if a != b]
    assert changed == ['     "units": 4']


@given(text=st.text(alphabet=st.characters(), max_size=10), title=st.text(max_size=10))
def test_any_text_can_be_a_title_or_a_value(text: str, title: str) -> None:
    document = Document()
    document.add_frame(title, 0, 0, 1, 1)
    document.add_node("data.csv", params={"path": text})
    raw = save_text(document)
    assert load_text(raw.encode("utf-8").decode("utf-8")).document == document


def test_half_a_character_can_be_saved() -> None:
    document = Document()
    document.add_node("data.csv", params={"path": "a\ud800b"})
    assert load_text(save_text(document).encode().decode()).document == document


@given(
    extra=st.dictionaries(
        st.sampled_from(["about", "title", "of_the_future"]),
        st.recursive(st.integers() | st.text(), st.lists),
    )
)
def test_what_is_not_understood_at_the_top_is_kept(extra: dict[str, Any]) -> None:
    text = text_of(**extra)
    again = json.loads(save_text(load_text(text).document))
    assert {key: again[key] for key in extra} == extra


def test_nodes_of_unknown_type_are_kept_as_they_are() -> None:
    document = Document()
    a, b = document.add_node("layer.linear"), document.add_node("layer.linear")
    c = document.add_node("layer.linear", params={"units": 3}, twin=b.id)
    document.link(End(a.id, "y"), End(b.id, "x"))
    document.link(End(b.id, "y"), End(c.id, "x"))
    content = json.loads(save_text(document))
    for key in (b.id, c.id):
        entry = content["board"]["nodes"][key]
        entry["type"] = "layer.of_the_future"
        entry["params"] = {"units": 3, "table": {"deep": [1, None]}}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    loaded = load_text(text)
    assert {one.node for one in loaded.problems} == {b.id, c.id}
    assert "layer.of_the_future" in problems(loaded)
    assert save_text(loaded.document) == text
    loaded.document.move({b.id: (5, 5)})
    loaded.document.remove([a.id])
    loaded.document.undo()
    loaded.document.undo()
    assert save_text(loaded.document) == text


# -- text that is no file of ours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "[]",
        "null",
        "7",
        "[" * 100_000,
        "{}",
        '{"format": "1"}',
        '{"format": true}',
        '{"format": null}',
        '{"format": 0}',
        '{"format": -3}',
        '{"format": 1.0}',
        '{"board": {}}',
        '{"format": 1, "board": {}',
        '{"format": 1, "x": ' + "9" * 5000 + "}",
    ],
    ids=range(17),
)
def test_other_text_is_refused_and_the_file_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.neurowire"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=r"a\.neurowire"):
        load(path)
    assert path.read_text(encoding="utf-8") == text


def test_a_newer_file_says_so() -> None:
    with pytest.raises(FileError, match="newer Neurowire"):
        load_text('{"format": 2}')


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "picture.neurowire").write_bytes(b"\x89PNG\xff\xfe")
    for name in ("missing.neurowire", "picture.neurowire", "."):
        with pytest.raises(FileError, match="can't be read"):
            load(tmp_path / name)


# -- damaged files


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
    loaded = load_text(text_of({**board, "links": wires("n1.y n2.xs", "n1.y n2.xs")}))
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


# -- migration


def test_old_files_are_migrated_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_1(content: dict[str, Any]) -> dict[str, Any]:
        content["board"]["nodes"] = {f"n{n}": entry for n, entry in content["board"]["list"]}
        return content

    def from_2(content: dict[str, Any]) -> dict[str, Any]:
        for entry in content["board"]["nodes"].values():
            entry["type"] = entry.pop("kind")
        return content

    monkeypatch.setattr(file, "FORMAT", 3)
    monkeypatch.setattr(file, "MIGRATIONS", {1: from_1, 2: from_2})
    old = json.dumps({"format": 1, "board": {"list": [[4, {"kind": "layer.linear", "name": "a"}]]}})
    loaded = load_text(old)
    assert loaded.document.node("n4").type == "layer.linear"
    assert json.loads(save_text(loaded.document))["format"] == 3
    with pytest.raises(FileError):
        load_text('{"format": 0}')
    with pytest.raises(FileError):
        load_text('{"format": 4}')


def test_former_names_of_types_and_parameters_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REGISTRY, "_declarations", dict(REGISTRY._declarations))
    monkeypatch.setattr(REGISTRY, "_former", dict(REGISTRY._former))

    @node("test.dense", group="Layers", was=("test.full",))
    class Dense:
        """A layer that had other names."""

        width: int = param(3, low=1, doc="Its size.", was=("size", "units"))

        def shape(self, x: TensorType) -> TensorType:
            return x.with_last(self.width)

    entry = {"type": "test.full", "name": "a", "params": {"size": 9}}
    loaded = load_text(text_of({"nodes": {"n1": entry}}))
    assert not loaded.problems
    found = loaded.document.node("n1")
    assert (found.type, found.params) == ("test.dense", {"width": 9})
    made = Document().add_node("test.full", params={"units": 4})
    assert (made.type, made.params) == ("test.dense", {"width": 4})


def test_saving_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="can't be written"):
        save(Document(), tmp_path / "missing" / "a.neurowire")
    with pytest.raises(FileError, match="can't be written"):
        save(Document(), tmp_path)
    assert BOARD in save_text(Document())
