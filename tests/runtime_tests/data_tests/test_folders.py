"""Folders of pictures as people have them."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.model.sheet import End
from runtime.data import examples, probe
from runtime.data.layout import layout_of, part_of
from runtime.exported.data import DataError
from runtime.exported.images import image_folder
from runtime.protocol.payloads import Pictures
from runtime.worker import board_facts
from tests.graph_tests.chains import chain

KIND = "data.image_folder"


def pictures(folder: Path, *names: str, side: int = 8) -> Path:
    """Pictures of one grey each, by their names from the folder on."""
    for i, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (side, side), 10 * i).save(folder / name)
    return folder


def laid_out(folder: Path, train: str, held_out: str, *classes: str, count: int = 3) -> Path:
    """A set of these parts, each of them with these classes."""
    for part in filter(None, (train, held_out)):
        pictures(folder, *(f"{part}/{one}/{i}.png" for one in classes for i in range(count)))
    return folder


def read(folder: Path, **params: Any) -> tuple[dict[str, Any], Any]:
    """What the probe finds, and what the reader gives when called as the export calls it."""
    facts = probe(KIND, {"path": str(folder), "size": 8, **params})
    declared = REGISTRY.find(KIND)
    assert declared is not None
    source = declared.bind({"path": str(folder), "size": 8, **params}).read(facts)
    names = {"image_folder": image_folder, "seed": 0, "data_dir": None}
    return facts, eval(source, names)


@pytest.mark.parametrize(
    ("train", "held_out"),
    [
        ("training_set", "test_set"),
        ("Train", "Test"),
        ("TRAIN", "VAL"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("train", "validation"),
        ("training", "valid"),
        ("Training Data", "Testing Data"),
        ("train_images", "val_images"),
        ("images_train", "images_test"),
        ("trainset", "devset"),
        ("TrainingSet", "ValidationSet"),
        ("cats-train", "cats-eval"),
        ("train2017", "val2017"),
        ("1_train", "2_holdout"),
        ("archive/data/train", "archive/data/test"),
    ],
)
def test_parts_have_the_names_that_people_give(tmp_path: Path, train: str, held_out: str) -> None:
    laid_out(tmp_path, train, held_out, "cat", "dog")
    facts, (trained, held) = read(tmp_path)
    assert facts["classes"] == ["cat", "dog"]
    assert (facts["count"], facts["validation"], facts["cut"]) == (6, 6, "its own")
    assert trained[1].tolist() == held[1].tolist() == [0] * 3 + [1] * 3
    assert f"trained on {train}, validated on {held_out}" in facts["note"]


@pytest.mark.parametrize(
    "classes",
    [
        ("bus", "train", "tram"),
        ("test", "train"),
        ("steam_train", "test_car"),
        ("valid", "invalid"),
        ("training_shoes", "boots"),
    ],
)
def test_classes_may_be_called_so(tmp_path: Path, classes: tuple[str, ...]) -> None:
    pictures(tmp_path, *(f"{one}/{i}.png" for one in classes for i in range(3)))
    if classes == ("test", "train"):  # of loose pictures none can be told from the others
        assert read(tmp_path)[0]["classes"] == ["train"]
    else:
        facts, _ = read(tmp_path)
        assert facts["classes"] == sorted(classes)
        assert "held_out" not in facts


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    laid_out(tmp_path, "seg_train", "seg_test", "cat", "dog")
    pictures(tmp_path, "seg_pred/1.png", "seg_pred/2.png", "seg_train/stray.png")
    facts, (trained, _) = read(tmp_path)
    assert len(trained[0]) == 6
    assert "not used: seg_pred" in facts["note"]
    assert "1 picture beside the class folders not used" in facts["note"]


def test_of_three_parts_the_test_set_is_kept_apart(tmp_path: Path) -> None:
    laid_out(tmp_path, "train", "val", "cat", "dog")
    laid_out(tmp_path, "", "test", "cat", "dog", count=2)
    facts, _ = read(tmp_path)
    assert facts["held_out"] == "val"
    assert "not used: test" in facts["note"]


def test_a_held_out_part_without_classes_can_not_judge(tmp_path: Path) -> None:
    laid_out(tmp_path, "train", "", "cat", "dog", count=5)
    pictures(tmp_path, "test/1.png", "test/2.png")
    facts, (trained, held) = read(tmp_path)
    assert (len(trained[0]), len(held[0])) == (facts["count"], facts["validation"]) == (8, 2)
    assert "not used: test" in facts["note"]


def test_two_folders_that_could_be_meant_are_refused(tmp_path: Path) -> None:
    laid_out(tmp_path, "train", "training", "cat", "dog")
    with pytest.raises(DataError, match="one folder for each part, received train and training"):
        layout_of(tmp_path)


def test_a_name_says_its_part_and_what_stands_beside() -> None:
    assert part_of("seg_train") == ("train", "seg")
    assert part_of("Validation-Images") == ("val", "")
    assert part_of("testdata") == ("test", "")
    assert part_of("strain") == ("", "")
    assert part_of("train_or_test") == ("", "")


def test_one_class_is_told(tmp_path: Path) -> None:
    pictures(tmp_path / "only", *(f"all/{i}.png" for i in range(6)))
    pictures(tmp_path / "loose", *(f"{i}.png" for i in range(6)))
    for folder, words in (("only", "one class only, 'all': there is nothing to tell apart"),
                          ("loose", "they lie loose, with no folder a class")):  # fmt: skip
        assert words in read(tmp_path / folder)[0]["note"]
        document = Document()
        data, _, linear, loss = chain(
            document, KIND, "shape.flatten", "layer.linear", "loss.cross_entropy"
        )
        document.set_params(data.id, path=str(tmp_path / folder), size=8)
        document.set_params(linear.id, units=1)
        document.link(End(data.id, "label"), End(loss.id, "label"))
        inference, unread = board_facts.learn(document, None)
        assert not unread
        told = [one for one in inference.problems if one.node == loss.id]
        assert [one.received for one in told] == ["one class only"]
        assert "nothing to tell apart" in told[0].advice
        assert not told[0].fixes


def test_all_broken_pictures_are_listed_and_can_be_left_out(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "set", *(f"{one}/{i:02}.png" for one in "ab" for i in range(20)))
    spoilt = [f"a/{i:02}.png" for i in range(3, 12)] + ["b/07.png"]
    for name in spoilt:
        (folder / name).write_bytes(b"no picture")
    with pytest.raises(DataError, match="no readable picture") as found:
        probe(KIND, {"path": str(folder), "size": 8})
    assert all(Path(name).name in str(found.value) for name in spoilt)
    assert "Or set `unreadable` to leave out" in str(found.value)
    facts, (trained, held) = read(folder, unreadable="leave out", validation=0.2)
    assert facts["without"] == spoilt
    assert len(trained[0]) + len(held[0]) == 30 == facts["count"] + facts["validation"]
    assert f"left out, as they can't be read: {', '.join(spoilt)}" in facts["note"]
    shown = examples(KIND, {"path": str(folder), "size": 8, "unreadable": "leave out"}, count=12)
    assert isinstance(shown, Pictures)
    assert shown.count == 12


def test_what_is_called_a_picture_and_is_none(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "set", *(f"{one}/{i}.png" for one in "ab" for i in range(5)))
    (folder / "a" / "more.png").mkdir()
    if hasattr(os, "mkfifo"):  # to read it would never end
        os.mkfifo(folder / "a" / "pipe.png")
    assert read(folder)[0]["count"] == 8
    (folder / "b" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(DataError, match=r"gone\.png is no readable picture.*Or set `unreadable`"):
        read(folder)
    facts, _ = read(folder, unreadable="leave out")
    assert facts["without"] == ["b/gone.png"]
    assert facts["count"] == 8


def test_nothing_of_the_usual_case_has_changed(tmp_path: Path) -> None:
    laid_out(tmp_path, "", ".", "cat", "dog", count=10)
    facts, (trained, held) = read(tmp_path, validation=0.25, channels="1")
    assert {"train", "held_out", "without"}.isdisjoint(facts)
    (image, label), _ = image_folder(tmp_path, size=8, channels=1, validation=0.25)
    assert torch.equal(trained[0], image)
    assert torch.equal(trained[1], label)
    assert len(held[0]) == 5


@pytest.mark.parametrize(
    ("train", "held_out"), [("train", "test"), ("Training", "Validation"), ("img_train", "img_val")]
)
def test_parts_may_lie_within_the_classes(tmp_path: Path, train: str, held_out: str) -> None:
    for name in ("cat", "dog"):
        laid_out(tmp_path / "set" / name, "", ".", train, count=4)
        laid_out(tmp_path / "set" / name, "", ".", held_out, count=2)
    folder = tmp_path / "set"
    facts, (trained, held) = read(folder)
    assert (facts["classes"], facts["cut"]) == (["cat", "dog"], "its own")
    assert (len(trained[0]), len(held[0])) == (facts["count"], facts["validation"]) == (8, 4)
    assert trained[1].tolist() == [0] * 4 + [1] * 4
    assert held[1].tolist() == [0, 0, 1, 1]
    by_hand = image_folder(folder, size=8, within=(train, held_out))
    assert torch.equal(by_hand[1][0], held[0])
    assert f"in each class {train} is trained on, {held_out} validated on" in facts["note"]
    shown = examples(KIND, {"path": str(folder), "size": 8}, count=12)
    assert isinstance(shown, Pictures)
    assert shown.count == 8


def test_parts_that_not_all_classes_have_are_told(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"cat/{part}/{i}.png" for part in ("train", "test") for i in range(3)))
    pictures(tmp_path, *(f"dog/{i}.png" for i in range(6)))
    facts, _ = read(tmp_path)
    assert facts["count"] + facts["validation"] == 12
    assert "folders within the classes are read with them: cat/test, cat/train" in facts["note"]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("fold1", "fold2", "fold3"), True),
        (("part-0", "part-1"), True),
        (("red", "blue"), True),  # each holds cat and dog
        (("cat", "dog"), False),
    ],
)
def test_folders_that_look_like_parts_are_told(
    tmp_path: Path, names: tuple[str, ...], told: bool
) -> None:
    inner = ("cat", "dog") if told else ("young",)
    pictures(tmp_path, *(f"{n}/{one}/{i}.png" for n in names for one in inner for i in range(3)))
    document = Document()
    node = document.add_node(KIND, params={"path": str(tmp_path), "size": 8})
    inference, _ = board_facts.learn(document, None)
    said = [one for one in inference.problems if one.node == node.id and "for classes" in one.text]
    assert bool(said) is told
    if told:
        assert said[0].severity == "warning"
        assert "cat, dog" in said[0].text
    assert "folders within the classes" in inference.facts[node.id]["note"]


def test_train_folders_that_are_counted_are_refused(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"train-{n}/{c}/{i}.png" for n in "01" for c in "ab" for i in range(2)))
    with pytest.raises(DataError, match="received train-0 and train-1"):
        probe(KIND, {"path": str(tmp_path), "size": 8})


def test_pictures_lie_deeper_beside_folders_without_any(tmp_path: Path) -> None:
    laid_out(tmp_path / "images", "train", "val", "cat", "dog")
    (tmp_path / "labels" / "train").mkdir(parents=True)
    facts, (trained, held) = read(tmp_path)
    assert (facts["train"], facts["held_out"]) == ("images/train", "images/val")
    assert (len(trained[0]), len(held[0])) == (6, 6)


def test_a_table_beside_loose_pictures_is_told(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"train_images/{i}.png" for i in range(6)))
    (tmp_path / "labels.csv").write_text("file,label\n0.png,cat\n")
    document = Document()
    document.add_node(KIND, params={"path": str(tmp_path), "size": 8})
    inference, _ = board_facts.learn(document, None)
    (told,) = [one for one in inference.problems if "labels.csv" in one.text]
    assert "Picture table" in told.advice
