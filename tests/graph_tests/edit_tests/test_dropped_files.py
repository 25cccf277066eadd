"""What comes onto a board from outside: files, folders, paths, text of chats, whole boards."""

import gzip
import re
import zipfile
from pathlib import Path

import pytest

from graph.core.errors import FileError, Refused
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.edit.dropped_files import data_node, paths_in, unknown_kind
from graph.format import clipboard
from graph.format.file import save_text
from graph.format.templates import names, open_template
from graph.model.sheet import End
from graph.suggest import first_network
from tests.graph_tests.chains import chain

TENSOR = {"dtype": "float", "kind": "features", "classes": None}


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "b.tsv", "with blanks.txt", "wine.data"])
def test_a_table_finds_its_node(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x,y\n1,2\n")
    assert data_node(tmp_path / name) == ("data.csv", {"path": str(tmp_path / name)})


def test_a_folder_finds_its_node(tmp_path: Path) -> None:
    assert data_node(tmp_path) == ("data.image_folder", {"path": str(tmp_path)})


def test_what_nothing_reads_says_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(Refused, match=r"a\.docx: no data node reads this; known are .*\.csv.*fold"):
        data_node(tmp_path / "a.docx")
    with pytest.raises(Refused, match="there is no such file"):
        data_node(tmp_path / "gone.csv")


def test_a_path_is_known_in_the_forms_that_people_paste(tmp_path: Path) -> None:
    file = tmp_path / "my data.csv"
    file.write_text("x\n")
    blank = str(file).replace(" ", "\\ ")
    for text in (str(file), f'"{file}"', f"'{file}'\n", file.as_uri(), f"  {file}  ", blank):
        assert paths_in(text) == [file], text
    assert paths_in(f"{file}\n{tmp_path}\n") == [file, tmp_path]
    gone = tmp_path / "gone.csv"
    assert paths_in(str(gone)) == [gone]


@pytest.mark.parametrize(
    "text",
    ["", ".", "a sentence of words", '{"neurowire": "nodes"}', "x" * 100_000, "\0", "\n" * 99],
)
def test_other_text_is_no_path(text: str) -> None:
    assert paths_in(text) == []


@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "```json\n{}\n```",
        "Here is your network:\n\n```\n{}\n```\nHave fun with it {{smile}}!",
        "Sure! {} I hope it helps.",
        "~~~\n{}\n~~~",
        "```json\n{}",
    ],
)
def test_nodes_are_found_in_the_text_of_a_chat(frame: str) -> None:
    source, target = Document(), Document()
    nodes = chain(source, "layer.linear", "activation.relu")
    text = clipboard.copy(source, [node.id for node in nodes])
    for form in (text, text.replace('"', "\u201c"), text.replace(" ", "\u00a0")):
        said = frame.replace("{{", "{").replace("}}", "}").replace("{}", form)
        made = clipboard.paste(target, said)
        assert [node.type for node in made] == ["layer.linear", "activation.relu"]
        assert len([*target.board.links_into(made[1].id)]) == 1


def test_what_a_chat_leaves_out_is_filled_in() -> None:
    document = Document()
    text = """```json
{"nodes": [{"id": "a", "type": "layer.linear", "params": {"units": 3}},
           {"id": "b", "type": "activation.relu"},],
 "links": [{"source": ["a", "y"], "target": ["b", "x"]}]}
```"""
    first, second = clipboard.paste(document, text)
    assert (first.params["units"], second.name) == (3, "relu")
    assert first.position != second.position
    assert [link.source for link in document.board.links_into(second.id)] == [End(first.id, "y")]


@pytest.mark.parametrize("name", names())
def test_a_whole_board_can_be_pasted(name: str) -> None:
    board = open_template(name)
    document = Document()
    clipboard.paste(document, f"My board:\n```\n{save_text(board)}```\n")
    assert sorted(one.type for one in document.board.nodes.values()) == sorted(
        one.type for one in board.board.nodes.values()
    )
    assert len(document.board.links) == len(board.board.links)
    assert document.networks.keys() == board.networks.keys()
    document.undo()
    assert not document.board.nodes


@pytest.mark.parametrize("text", ["hello", '{"a": 1}', "[1, 2]", "```\n{}\n```", '{"board": 3}'])
def test_other_text_says_what_can_be_pasted(text: str) -> None:
    with pytest.raises(FileError, match=r"expected nodes or a board.*path of a file.*\.csv"):
        clipboard.paste(Document(), text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("layer.lineer", "layer.linear"),
        ("Linear", "layer.linear"),
        ("nn.Linear", "layer.linear"),
        ("layers.conv2d", "layer.conv2d"),
        ("torch.nn.Conv2d", "layer.conv2d"),
    ],
)
def test_an_unknown_kind_says_which_are_known(typed: str, meant: str) -> None:
    assert meant in unknown_kind(typed)
    document = Document()
    clipboard.paste(document, f'{{"nodes": [{{"id": "a", "type": "{typed}"}}], "links": []}}')
    (problem,) = [one for one in Diagnosis(document).problems if one.node]
    assert meant in problem.advice


def test_a_kind_like_none_says_the_families() -> None:
    assert "layer.*" in unknown_kind("qqq")


@pytest.mark.parametrize(
    ("kind", "features", "target", "loss"),
    [
        ("data.csv", [7], {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": 3}, "cross"),
        ("data.csv", [7], {"dims": ["N", 2], **TENSOR}, "mse"),
        ("data.image_folder", [3, 64, 64], {"dims": ["N"], "dtype": "int", "kind": "labels",
                                            "classes": 2}, "cross"),
        ("data.digits", [1, 8, 8], None, "cross"),
        ("data.xor", [2], None, "cross"),
    ],
)  # fmt: skip
def test_a_first_network_has_no_problems(
    kind: str, features: list[int], target: dict[str, object] | None, loss: str
) -> None:
    document = Document()
    data = document.add_node(kind, params={"path": "x"} if target else {})
    ports = [port.name for port in document.ports(data).outputs]
    inference = Diagnosis(document)
    if target:
        inputs = {"dims": ["N", *features], **TENSOR}
        outputs = dict(zip(ports, (inputs, target), strict=True))
        inference.set_facts(data.id, {"outputs": outputs, "classes": ["a", "b", "c"]})
    assert first_network.fits(inference, data.id)
    made = first_network.build(inference, data.id)
    assert [str(one) for one in inference.problems] == []
    assert any(loss in node.type for node in made)
    assert not first_network.fits(inference, data.id)
    document.undo()
    assert [*document.board.nodes] == [data.id]


def test_columns_of_many_categories_are_looked_up() -> None:
    document = Document()
    data = document.add_node("data.csv", params={"path": "x", "kinds": (("c", "number"),)})
    target = {"dims": ["N", 1], **TENSOR}
    columns = [
        {"name": "a", "kind": "left out", "different": 300, "advised": "embedding"},
        {"name": "b", "kind": "left out", "different": 70, "advised": "embedding"},
        {"name": "c", "kind": "number", "different": 9, "advised": ""},
    ]
    inference = Diagnosis(document)
    outputs: dict[str, object] = {"features": {"dims": ["N", 1], **TENSOR}, "target": target}
    inference.set_facts(data.id, {"outputs": outputs, "columns": columns, "count": 900})
    made = first_network.build(inference, data.id)
    kinds = (("a", "embedding"), ("b", "embedding"), ("c", "number"))
    assert document.params(document.node(data.id))["kinds"] == kinds
    outputs["indices"] = {"dims": ["N", 2], "dtype": "int", "kind": "labels", "classes": 371}
    inference.set_facts(data.id, {"outputs": outputs, "columns": columns, "count": 900})
    assert [str(one) for one in inference.problems] == []
    (embedding,) = [one for one in made if one.type == "layer.embedding"]
    (joined,) = [one for one in made if one.type == "merge.concatenate"]
    width = 2 * embedding.params["units"] + 1
    assert str(inference.type_of(joined.id, "y")) == f"[N, {width}]"
    loss = next(one for one in made if one.type == "loss.mse")
    found = inference.result(loss.id)
    assert found is not None
    assert found.inputs is not None
    assert found.inputs[1].scale == data.id, "a third output leaves the target what it is"
    document.undo()
    assert document.params(document.node(data.id))["kinds"] == (("c", "number"),)


def test_a_table_of_nothing_but_many_categories_is_looked_up_alone() -> None:
    document = Document()
    data = document.add_node("data.csv", params={"path": "x"})
    label = {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": 2}
    columns = [{"name": "a", "kind": "left out", "different": 60, "advised": "embedding"}]
    outputs: dict[str, object] = {"features": {"dims": ["N", 0], **TENSOR}, "target": label}
    inference = Diagnosis(document)
    inference.set_facts(data.id, {"outputs": outputs, "columns": columns})
    first_network.build(inference, data.id)
    outputs["indices"] = {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": 61}
    inference.set_facts(data.id, {"outputs": outputs, "columns": columns})
    assert [str(one) for one in inference.problems] == []


def picture_files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def workbook(path: Path, words: list[str]) -> None:
    """The part of an Excel file that holds its words."""
    with zipfile.ZipFile(path, "w") as archive:
        text = "".join(f"<si><t>{word}</t></si>" for word in words)
        archive.writestr("xl/sharedStrings.xml", f"<sst>{text}</sst>")


NAMED = "file,kind\na.png,cat\nb.png,dog\nc.png,cat\n"


@pytest.mark.parametrize(
    ("name", "text", "files"),
    [
        ("labels.csv", NAMED, ("a.png", "b.png", "c.png")),
        ("labels.csv", NAMED.replace(",", ";"), ("x/a.png", "x/b.png", "x/c.png")),
        ("labels.tsv", NAMED.replace(",", "\t"), ("a.PNG", "B.png", "c.png")),
        ("labels.csv", NAMED.replace(".png", ""), ("a.jpg", "b.jpg", "c.jpg")),
        ("labels.csv", NAMED.replace("a.png", r"C:\x\a.png"), ("a.png", "b.png", "c.png")),
        ("labels.txt", NAMED.replace(",", " "), ("a.png", "b.png", "c.png")),
        ("labels.csv", "id,kind\n1,x\n2,y\n3,x\n", ("1.png", "2.png", "3.png")),
        ("labels.csv", '"n","file"\n"1","a.png"\n"2","b.png"\n', ("a.png", "b.png")),
        ("labels.jsonl", '{"f": "a.png", "k": 1}\n{"f": "b.png", "k": 2}\n', ("a.png", "b.png")),
        ("labels.csv.gz", NAMED, ("a.png", "b.png", "c.png")),
        ("labels.xlsx", NAMED, ("a.png", "b.png", "c.png")),
    ],
)
def test_a_table_that_names_pictures_is_one_of_pictures(
    tmp_path: Path, name: str, text: str, files: tuple[str, ...]
) -> None:
    picture_files(tmp_path, *files)
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    elif name.endswith(".xlsx"):
        workbook(path, re.split(r"[,\n]", text.strip()))
    else:
        path.write_text(text)
    assert data_node(path) == ("data.picture_table", {"path": str(path)})
    assert data_node(tmp_path) == ("data.picture_table", {"path": str(path)})


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("x,y\n1,2\n3,4\n", ("a.png",)),
        (NAMED, ()),
        (NAMED, ("other.png",)),
        ("x,y\n1,1\n1,1\n2,1\n1,1\n", ("1.png", "2.png")),
        ("age,price\n1,5\n2,6\n3,7\n5,8\n", ("1.png", "2.png", "3.png")),
        ("x,url\n1,http://x.org/p.png\n", ("q.png",)),
        ("", ("a.png",)),
        ("\0\0\0\0", ("a.png",)),
    ],
)
def test_other_tables_are_tables(tmp_path: Path, text: str, files: tuple[str, ...]) -> None:
    picture_files(tmp_path, *files)
    (tmp_path / "a.csv").write_text(text)
    assert data_node(tmp_path / "a.csv")[0] == "data.csv"
    broken = tmp_path / "a.csv.gz"
    broken.write_bytes(b"\x1f\x8bbroken")
    assert data_node(broken)[0] == "data.csv"


def test_a_folder_of_classes_stays_one_though_a_table_names_its_pictures(tmp_path: Path) -> None:
    picture_files(tmp_path, "cat/a.png", "dog/b.png", "cat/c.png")
    (tmp_path / "labels.csv").write_text(NAMED)
    assert data_node(tmp_path)[0] == "data.image_folder"
    assert data_node(tmp_path / "labels.csv")[0] == "data.picture_table"


@pytest.mark.parametrize("ending", [".psv", ".dat", ".arff", ".tab", ".data", ".csv.gz", ".PSV"])
def test_tables_are_known_by_all_their_endings(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text("a|b\n1|2\n")
    kind, params = data_node(path)
    assert (kind, params) == ("data.csv", {"path": str(path)})
