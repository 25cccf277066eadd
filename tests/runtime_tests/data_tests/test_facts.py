import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import graph.nodes  # noqa: F401 - declares them
from graph.declare import REGISTRY
from runtime.data import examples, probe
from runtime.data.facts import PROBES
from runtime.data.missing import MissingSet
from runtime.exported.data import DataError
from runtime.protocol.payloads import Boundary, Pictures, Table

RealData = Callable[[str], Path]


@pytest.fixture
def tabular(real_data: RealData) -> Path:
    return real_data("tabular")


def by_name(facts: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: column["kind"] for column in facts["columns"]}


def test_titanic(tabular: Path) -> None:
    facts = probe("data.csv", {"path": "titanic.csv", "target": "survived"}, tabular)
    assert facts["classes"] == ["0", "1"]
    assert facts["numbers"] == ["pclass", "age", "sibsp", "parch", "fare"]
    assert facts["categories"]["sex"] == ["female", "male"]
    assert by_name(facts)["survived"] == "target"
    assert next(c for c in facts["columns"] if c["name"] == "age")["missing"] == 177
    width = 5 + sum(map(len, facts["categories"].values()))
    assert facts["outputs"]["features"]["dims"] == ["N", width]
    assert facts["outputs"]["target"] == {
        "dims": ["N"], "dtype": "int", "kind": "labels", "classes": 2,
    }  # fmt: skip
    assert (facts["count"], facts["validation"]) == (713, 178)


def test_chosen_columns_only(tabular: Path) -> None:
    params = {"path": "titanic.csv", "target": "survived", "features": ("sex", "age", "survived")}
    facts = probe("data.csv", params, tabular)
    assert (facts["numbers"], [*facts["categories"]]) == (["age"], ["sex"])
    assert by_name(facts)["deck"] == "left out"


def test_mpg_is_a_regression_without_its_names(tabular: Path) -> None:
    facts = probe("data.csv", {"path": "mpg.csv", "target": "mpg"}, tabular)
    assert facts["classes"] is None
    assert facts["outputs"]["target"]["dims"] == ["N", 1]
    assert by_name(facts)["name"] == "left out"
    assert "name" in facts["note"]
    assert facts["categories"] == {"origin": ["europe", "japan", "usa"]}


def test_penguins_say_what_is_missing(tabular: Path) -> None:
    facts = probe("data.csv", {"path": "penguins.csv", "target": "sex"}, tabular)
    assert facts["classes"] == ["female", "male"]
    assert facts["count"] + facts["validation"] == 333
    assert "11 rows without sex are left out" in facts["note"]


def test_iris_takes_the_last_column(tabular: Path) -> None:
    facts = probe("data.csv", {"path": "iris.csv"}, tabular)
    assert facts["target"] == "species"
    assert len(facts["classes"]) == 3


def test_numeric_classes_are_in_order(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i % 12}" for i in range(60))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}\n")
    facts = probe("data.csv", {"path": "t.csv"}, tmp_path)
    assert facts["classes"] == [str(i) for i in range(12)]


def test_text_in_a_number_column_is_told_with_its_place(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i % 2}" for i in range(9))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}\nten,0\n")
    with pytest.raises(DataError, match=r"t\.csv, line 11, column 'x': .* received 'ten'"):
        probe("data.csv", {"path": "t.csv"}, tmp_path)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "no file yet"),
        ({"path": "gone.csv"}, r"gone\.csv is missing"),
        ({"path": "t.csv", "target": "z"}, "expected a column 'z', received x, y"),
        ({"path": "t.csv", "features": ("w",)}, "expected a column 'w'"),
        ({"path": "t.csv", "validation": 0.1}, "expected at least 1 of each"),
        ({"path": "t.csv", "target": "x"}, "at least one column to learn from"),
    ],
)
def test_bad_tables(tmp_path: Path, params: dict[str, Any], message: str) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1,\n2,\n")
    if params.get("target") is None:
        (tmp_path / "t.csv").write_text("x,y\n1,a\n2,b\n")
    with pytest.raises(DataError, match=message):
        probe("data.csv", params, tmp_path)


def test_facts_are_remembered_until_the_file_changes(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n")
    params = {"path": str(file)}
    first = probe("data.csv", params)
    assert len([*(home / "cache" / "facts").iterdir()]) == 1
    with monkeypatch.context() as patch:
        patch.setattr("runtime.data.tabular.read_table", None)
        assert probe("data.csv", params) == first
    file.write_text("x,y\n1,a\n2,b\n3,c\n4,b\n5,a\n")
    os.utime(file, ns=(1, 1))
    assert probe("data.csv", params)["classes"] == ["a", "b", "c"]
    assert probe("data.csv", {**params, "validation": 0.4})["validation"] == 2


def test_a_spoilt_memory_is_no_harm(tmp_path: Path, home: Path) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n")
    first = probe("data.csv", {"path": "t.csv"}, tmp_path)
    (memory,) = (home / "cache" / "facts").iterdir()
    memory.write_text("{")
    assert probe("data.csv", {"path": "t.csv"}, tmp_path) == first


def test_real_pictures_with_a_fixed_split(real_data: RealData) -> None:
    folder = real_data("hymenoptera-256")
    params = {"path": folder.name, "size": 48, "channels": "3"}
    facts = probe("data.image_folder", params, folder.parent)
    assert facts["classes"] == ["ants", "bees"]
    assert facts["outputs"]["image"]["dims"] == ["N", 3, 48, 48]
    assert facts["outputs"]["label"]["classes"] == 2
    assert (facts["count"], facts["validation"]) == (243, 153)
    assert "ants 122, bees 121" in facts["note"]


def test_bad_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder yet"):
        probe("data.image_folder", {"path": ""})
    folder = tmp_path / "pictures" / "a"
    folder.mkdir(parents=True)
    params = {"path": str(folder.parent)}
    with pytest.raises(DataError, match="a: expected pictures of this class, received none"):
        probe("data.image_folder", params)
    for i in range(5):
        Image.new("L", (8 + i, 8)).save(folder / f"{i}.png")
    assert "8 to 12 wide, 8 to 8 high" in probe("data.image_folder", params)["note"]
    (folder / "6.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"6\.jpg is no readable picture"):
        probe("data.image_folder", params)


def test_sets_that_are_not_here_say_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEUROWIRE_DATA", str(tmp_path))
    with pytest.raises(MissingSet, match="Fashion-MNIST is not on this computer") as found:
        probe("data.fashion_mnist", {})
    assert "Download it (31 MB)" in found.value.advice
    assert "data get fashion-mnist" in found.value.advice


def test_real_mnist(real_data: RealData) -> None:
    facts = probe("data.mnist", {}, real_data("mnist").parent)
    assert (facts["count"], facts["validation"]) == (60_000, 10_000)


def test_built_in_sets() -> None:
    assert probe("data.digits", {"validation": 0.2})["count"] == 1438
    assert probe("data.xor", {"count": 4, "validation": 0.0})["validation"] == 4
    with pytest.raises(DataError, match="expected at least 1 of each"):
        probe("data.moons", {"count": 3, "validation": 0.1})


def test_every_data_node_has_a_probe() -> None:
    files = {one.type for one in REGISTRY if one.role == "data" and not one.has("reader")}
    assert files == {*PROBES}


def test_unknown_nodes() -> None:
    for ask in (probe, examples):
        with pytest.raises(DataError, match=r"layer\.linear: expected a data node"):
            ask("layer.linear", {})


def test_examples_of_pictures(real_data: RealData) -> None:
    shown = examples("data.image_folder", {"path": "hymenoptera-256", "size": 32},
                     real_data("hymenoptera-256").parent)  # fmt: skip
    assert isinstance(shown, Pictures)
    assert (shown.count, shown.width, shown.channels) == (8, 32, 3)
    assert shown.captions[:4] == ("ants", "bees", "ants", "bees")
    digits = examples("data.digits", {}, count=3)
    assert isinstance(digits, Pictures)
    assert (digits.count, digits.captions) == (3, ("0", "1", "2"))
    scans = examples("data.mnist", {}, real_data("mnist").parent, 2)
    assert isinstance(scans, Pictures)
    assert scans.captions == ("7", "2")


def test_examples_of_a_table(tabular: Path) -> None:
    shown = examples("data.csv", {"path": "iris.csv"}, tabular)
    assert isinstance(shown, Table)
    assert shown.columns[-1] == "species"
    assert len(shown.rows) == 8


@pytest.mark.parametrize("toy", ["xor", "spiral", "moons", "circles", "blobs"])
def test_examples_of_toys(toy: str) -> None:
    declaration = REGISTRY.find(f"data.{toy}")
    assert declaration is not None
    params = {param.name: param.default for param in declaration.params}
    shown = examples(f"data.{toy}", params)
    assert isinstance(shown, Boundary)
    assert len(shown.points) == len(shown.labels) == min(500, params["count"])
    left, right, bottom, top = shown.extent
    assert all(left < x < right and bottom < y < top for x, y in shown.points)


@pytest.mark.parametrize(
    ("ending", "kept"), [("jpg", 0.6), ("png", 0.6), ("bmp", 0.5), ("webp", 0.5)]
)
def test_every_picture_that_was_cut_off_is_named(tmp_path: Path, ending: str, kept: float) -> None:
    folder = tmp_path / "set"
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for i in range(3):
            noise = Image.effect_noise((90, 90), 60 + i).convert("RGB")
            noise.save(folder / name / f"{i}.{ending}")
    params = {"path": str(folder), "size": 8}
    assert probe("data.image_folder", params)["count"] == 5
    for cut in (folder / "a" / f"1.{ending}", folder / "b" / f"2.{ending}"):
        content = cut.read_bytes()
        cut.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError) as found:
        probe("data.image_folder", params)
    assert f"1.{ending} is no readable picture" in str(found.value)
    assert f"So is {folder / 'b' / f'2.{ending}'}." in str(found.value)


@pytest.mark.parametrize("typed", ["\\t", "\t", "tab"])
def test_a_tab_can_be_typed(tmp_path: Path, typed: str) -> None:
    rows = "".join(f"{i}\t{i % 2}\n" for i in range(20))
    (tmp_path / "t.tsv").write_text(f"x\ty\n{rows}")
    params = {"path": "t.tsv", "delimiter": typed}
    facts = probe("data.csv", params, tmp_path)
    assert facts["classes"] == ["0", "1"]
    declaration = REGISTRY.find("data.csv")
    assert declaration is not None
    assert 'sep="\\t"' in declaration.bind(params).read(facts)
    shown = examples("data.csv", params, tmp_path)
    assert isinstance(shown, Table)
    assert shown.columns == ("x", "y")


@pytest.mark.parametrize("typed", ["||", ", ", "\n", '"', "\\n"])
def test_other_delimiters_are_refused_in_a_sentence(tmp_path: Path, typed: str) -> None:
    (tmp_path / "t.csv").write_text("x,y\n1,2\n3,4\n")
    with pytest.raises(DataError, match="expected one character between two cells"):
        probe("data.csv", {"path": "t.csv", "delimiter": typed}, tmp_path)


def test_a_target_of_one_class_has_nothing_to_tell_apart(tmp_path: Path) -> None:
    rows = "".join(f"{i},yes\n" for i in range(20))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}")
    with pytest.raises(DataError, match="one class only, there is nothing to tell apart"):
        probe("data.csv", {"path": "t.csv", "target": "y"}, tmp_path)


def test_the_headers_of_a_set_tell_its_rows(tmp_path: Path) -> None:
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for part, count in (("train", 7), ("t10k", 3)):
        sizes = b"".join(n.to_bytes(4, "big") for n in (count, 28, 28))
        images = bytes([0, 0, 8, 3]) + sizes + bytes(count * 784)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(images)
        labels = bytes([0, 0, 8, 1]) + count.to_bytes(4, "big") + bytes([9]) * count
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(labels)
    facts = probe("data.fashion_mnist", {}, tmp_path)
    assert (facts["count"], facts["validation"]) == (7, 3)


def test_examples_can_be_asked_for_again() -> None:
    for _ in range(3):
        assert isinstance(examples("data.digits", {}), Pictures)
        assert isinstance(examples("data.xor", {"count": 20}), Boundary)
