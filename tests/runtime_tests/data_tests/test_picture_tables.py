"""Tables that name pictures, as people have them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from graph.compile import compile_document
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.model.sheet import End
from runtime.data import examples, probe
from runtime.exported import tables
from runtime.exported.data import DataError
from runtime.exported.picture_tables import picture_table
from runtime.protocol.payloads import Pictures
from runtime.worker import board_facts
from tests.graph_tests.chains import chain
from tests.runtime_tests.compile_tests.written import imported, write

KIND = "data.picture_table"


def pictures(folder: Path, *names: str) -> None:
    """Pictures each a little lighter than the one before."""
    for i, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 20 * i).save(folder / name)


def in_order(image: torch.Tensor) -> bool:
    """Are these the pictures that were made, one after the other?"""
    return shades(image) == [*range(len(image))]


def shades(image: torch.Tensor) -> list[int]:
    """Which of the pictures that were made each is."""
    found: list[int] = (image[:, 0, 0, 0] * 255 / 20).round().long().tolist()
    return found


def read(
    table: Path, check: Callable[[torch.Tensor], bool] = in_order, **params: Any
) -> tuple[dict[str, Any], Any]:
    """What the probe finds, and what the reader gives when called as the export calls it."""
    given = {"path": str(table), "size": 8, "channels": "1", "validation": 0.0, **params}
    facts = probe(KIND, given)
    declared = REGISTRY.find(KIND)
    assert declared is not None
    names = {**vars(tables), "picture_table": picture_table, "seed": 0, "data_dir": None}
    train, _ = eval(declared.bind(given).read(facts), names)
    assert check(train[0])
    return facts, train


FOUR = ("a.png", "b.png", "c.png", "d.png")
LABELS = "file,kind\na.png,cat\nb.png,dog\nc.png,cat\nd.png,dog\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (LABELS, FOUR),
        (LABELS, [f"images/{one}" for one in FOUR]),
        (LABELS, [f"part_1/{one}" for one in FOUR[:2]] + [f"part_2/{one}" for one in FOUR[2:]]),
        (LABELS.replace(".png", ""), [f"train/{one}" for one in FOUR]),
        (LABELS.replace(",", ";"), FOUR),
        (LABELS.replace(",", "\t"), FOUR),
        (LABELS.replace("\n", "\n\n"), FOUR),
        ("\ufeff" + LABELS, FOUR),
        ("id,file,kind\n1,img/a.png,cat\n2,img/b.png,dog\n3,img/c.png,cat\n4,img/d.png,dog\n",
         [f"img/{one}" for one in FOUR]),
        ("id,file,kind\n1,img\\a.png,cat\n2,img\\b.png,dog\n3,img\\c.png,cat\n4,img\\d.png,dog\n",
         [f"img/{one}" for one in FOUR]),
    ],
)  # fmt: skip
def test_a_table_finds_its_pictures(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    pictures(tmp_path, *names)
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    facts, (_, label) = read(tmp_path / "labels.csv")
    assert facts["classes"] == ["cat", "dog"]
    assert label.tolist() == [0, 1, 0, 1]
    assert facts["count"] == 4


def test_numbers_are_predicted_one_or_several(tmp_path: Path) -> None:
    pictures(tmp_path, *FOUR)
    table = tmp_path / "ages.csv"
    table.write_text("file;x;age\na.png;1;0,5\nb.png;2;1,5\nc.png;3;\nd.png;4;2,25\n")
    Image.new("L", (8, 8), 40).save(tmp_path / "d.png")  # c is left out: d is the third
    facts, (_, age) = read(table)
    assert facts["classes"] is None
    assert age.tolist() == [[0.5], [1.5], [2.25]]
    assert "1 row without a name or target left out" in facts["note"]
    _, (_, both) = read(table, targets=("x", "age"))
    assert both.tolist() == [[1, 0.5], [2, 1.5], [4, 2.25]]
    _, (_, kinds) = read(table, targets=("age",), task="classification")
    assert kinds.dtype == torch.int64


def test_pictures_that_are_missing_or_broken_are_listed_and_can_be_left_out(tmp_path: Path) -> None:
    pictures(tmp_path, *FOUR[:2])
    (tmp_path / "c.png").write_bytes(b"no picture")
    (tmp_path / "labels.csv").write_text(LABELS)
    with pytest.raises(DataError, match=r"2 pictures of 4 .* 1 of them not there: c\.png, d"):
        read(tmp_path / "labels.csv")
    facts, (_, label) = read(tmp_path / "labels.csv", unreadable="leave out")
    assert label.tolist() == [0, 1]
    assert "left out, as they can't be read: c.png, d.png" in facts["note"]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"path": ""}, "no table yet"),
        ({"path": "."}, "expected a table, received a folder"),
        ({"targets": ("z",)}, "expected a column 'z', received file, kind"),
        ({"files": "z"}, "expected a column 'z', received file, kind"),
        ({"files": "kind"}, "expected a column that names pictures"),
        ({"targets": ("file",)}, None),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, params: dict[str, Any], told: str) -> None:
    pictures(tmp_path, *FOUR)
    (tmp_path / "labels.csv").write_text(LABELS)
    given = {"path": "labels.csv", "size": 8, **params}
    if told is None:
        assert probe(KIND, given, tmp_path)["classes"] == [*FOUR]
        return
    with pytest.raises(DataError, match=told):
        probe(KIND, given, tmp_path)


def test_one_class_is_told(tmp_path: Path) -> None:
    pictures(tmp_path, *FOUR)
    (tmp_path / "labels.csv").write_text(LABELS.replace("dog", "cat"))
    with pytest.raises(DataError, match=r"one class only, there is nothing to tell apart.* 'cat'"):
        probe(KIND, {"path": "labels.csv"}, tmp_path)


def test_a_board_trains_from_its_export(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"images/{one}" for one in FOUR))
    (tmp_path / "labels.csv").write_text(LABELS.replace(".png", ""))
    document = Document()
    data, _, logits, loss, _ = chain(
        document, KIND, "shape.flatten", "layer.linear", "loss.cross_entropy", "optimizer.adam"
    )
    document.set_params(data.id, path=str(tmp_path / "labels.csv"), size=8, validation=0.5)
    document.set_params(logits.id, units=2)
    document.link(End(data.id, "target"), End(loss.id, "label"))
    inference, unread = board_facts.learn(document, None)
    assert not [*unread, *(one for one in inference.problems if one.severity == "error")]
    project = compile_document(document, inference=inference)
    assert 'endings=[".png"]' in project.files["train.py"].text
    with imported(write(project, tmp_path / "project")) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        figures = next(iter(training))
    assert figures["step"] == 1
    shown = examples(KIND, document.params(document.node(data.id)), None)
    assert isinstance(shown, Pictures)
    assert shown.captions == ("cat", "dog", "cat", "dog")
