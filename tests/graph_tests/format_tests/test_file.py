"""The .neurowire file: what is saved comes back, and other text is told, never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.core.errors import DataFile, FileError
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, node, param
from graph.edit.document import Document
from graph.format import file
from graph.format import text as written
from graph.format.file import load, load_text, save, save_text
from graph.format.templates import FOLDER
from graph.model.sheet import BOARD, End
from tests.graph_tests.edits import Edit, play, scripts
from tests.graph_tests.model_tests.test_history import state
from tests.graph_tests.network_nodes import NetworkTypes
from tests.graph_tests.texts import problems, text_of

TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.neurowire"))


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
    assert content["format"] == written.FORMAT
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
        load_text('{"format": 99}')


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "picture.neurowire").write_bytes(b"\x89PNG\xff\xfe")
    for name in ("missing.neurowire", "picture.neurowire"):
        with pytest.raises(FileError, match="can't be read"):
            load(tmp_path / name)


def test_data_are_called_data_and_no_damaged_board(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(DataFile, match="this is data, not a board"):
        load(tmp_path / "a.csv")
    with pytest.raises(DataFile, match="this is a folder, not a board"):
        load(tmp_path)
    (tmp_path / "notes.md").write_text("# notes")
    with pytest.raises(FileError, match="It is no board"):
        load(tmp_path / "notes.md")
    save(Document(), tmp_path / "board.txt")
    assert load(tmp_path / "board.txt").document.name == "board", "a board of whatever ending"


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
    monkeypatch.setattr(written, "FORMAT", 3)
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
