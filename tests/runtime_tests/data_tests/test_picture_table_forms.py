"""Tables of pictures as other programs write them, and names as other systems write them."""

import bz2
import gzip
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from runtime.data import probe
from runtime.exported.data import DataError
from tests.runtime_tests.data_tests.test_picture_tables import FOUR, KIND, pictures, read, shades

FRAME = pd.DataFrame({"file": FOUR, "kind": ["cat", "dog", "cat", "dog"]})
LABELS = "file,kind\na.png,cat\nb.png,dog\nc.png,cat\nd.png,dog\n"
BARE = LABELS.split("\n", 1)[1]


def excel(frame: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.to_excel(content, index=False)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bare.csv", BARE.encode()),
        ("bare.txt", BARE.replace(",", " ").encode()),
        ("labels.csv", b"# made by hand\n" + LABELS.encode()),
        ("labels.csv", LABELS.encode("utf-16")),
        ("labels.csv", LABELS.replace(",", ";").replace("cat", "Käfer").encode("cp1252")),
        ("labels.csv.gz", gzip.compress(LABELS.encode())),
        ("labels.csv.bz2", bz2.compress(LABELS.encode())),
        ("labels.jsonl", FRAME.to_json(orient="records", lines=True).encode()),
        ("labels.json", FRAME.to_json(orient="records").encode()),
        ("labels.parquet", FRAME.to_parquet()),
        ("labels.xlsx", excel(FRAME)),
    ],
    ids=[
        "bare",
        "spaces",
        "comment",
        "utf16",
        "cp1252",
        "gz",
        "bz2",
        "jsonl",
        "json",
        "parquet",
        "xlsx",
    ],
)
def test_kinds_of_tables(tmp_path: Path, name: str, content: bytes) -> None:
    pictures(tmp_path, *FOUR)
    (tmp_path / name).write_bytes(content)
    facts, (_, label) = read(tmp_path / name)
    assert label.unique(return_counts=True)[1].tolist() == [2, 2]
    assert label[0] == label[2] != label[1]
    assert facts["count"] == 4


@pytest.mark.parametrize(
    ("names", "files"),
    [
        ("A.PNG B.png c.png D.Png", FOUR),
        ("a.png b.png c.png d.png", ("A.PNG", "B.png", "c.PNG", "D.png")),
        ("a b c d", ("a.png", "b.PNG", "c.bmp", "d.bmp")),
        ("0001 0002 0003 0010", ("0001.png", "0002.png", "0003.png", "0010.png")),
        ("1 2 3 10", ("1.png", "2.png", "3.png", "10.png")),
        (r"x\a.png x\b.png y\c.png y\d.png", ("x/a.png", "x/b.png", "y/c.png", "y/d.png")),
        (r"C:\me\set\a.png C:\me\set\b.png C:\me\set\c.png C:\me\set\d.png", FOUR),
        ("/data/set/a.png /data/set/b.png /data/set/c.png /data/set/d.png",
         tuple(f"img/{one}" for one in FOUR)),
        ("./a.png ./b.png ./c.png ./d.png", FOUR),
        ("set/one/a.png set/one/b.png set/two/a.png set/two/b.png",
         ("one/a.png", "one/b.png", "two/a.png", "two/b.png")),
        ("cafe\u0301.png b.png c.png d.png", ("caf\u00e9.png", "b.png", "c.png", "d.png")),
        ("a.tar.png b.png c.png d.png", ("a.tar.png", "b.png", "c.png", "d.png")),
    ],
)  # fmt: skip
def test_names_as_other_systems_write_them(
    tmp_path: Path, names: str, files: tuple[str, ...]
) -> None:
    pictures(tmp_path, *files)
    rows = "\n".join(f"{name},{i % 2}" for i, name in enumerate(names.split(" ")))
    (tmp_path / "labels.csv").write_text(f"id,kind\n{rows}\n", encoding="utf-8")
    facts, (_, label) = read(tmp_path / "labels.csv")
    assert label.tolist() == [0, 1, 0, 1]
    assert facts["columns"][0]["kind"] == "file names"


def test_files_without_ending_and_in_a_folder_beside_are_found(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"images/{one}" for one in FOUR))
    for one in FOUR:
        (tmp_path / "images" / one).rename(tmp_path / "images" / one[0])
    (tmp_path / "labels").mkdir()
    rows = "".join(f"../images/{one[0]},{i % 2}\n" for i, one in enumerate(FOUR))
    (tmp_path / "labels" / "labels.csv").write_text(f"id,kind\n{rows}")
    assert read(tmp_path / "labels" / "labels.csv")[0]["count"] == 4


def test_pictures_elsewhere_are_found_where_a_person_says(tmp_path: Path) -> None:
    pictures(tmp_path / "far", *FOUR)
    (tmp_path / "labels.csv").write_text(LABELS.replace("file", "picture"))
    (tmp_path / "here").mkdir()
    (tmp_path / "labels.csv").rename(tmp_path / "here" / "labels.csv")
    table = tmp_path / "here" / "labels.csv"
    with pytest.raises(DataError, match="none of 4 pictures that the column 'picture' names"):
        read(table)
    assert read(table, pictures=str(tmp_path / "far"))[0]["count"] == 4


def test_one_name_in_several_folders_is_told(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"images/{one}" for one in FOUR), *(f"masks/{one}" for one in FOUR))
    (tmp_path / "labels.csv").write_text(LABELS)
    facts = read(tmp_path / "labels.csv")[0]
    assert "4 names fit pictures in several folders: those of images are taken" in facts["note"]


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    pictures(tmp_path, *FOUR)
    table = tmp_path / "prices.csv"
    table.write_text("file;price;size\na.png;1.200,50 €;1\nb.png;20,00 €;2\nc.png;3,25 €;n/a\n"
                     "d.png;1,00 €;5\n", encoding="utf-8")  # fmt: skip
    facts, (_, price) = read(table, targets=("price",))
    assert facts["classes"] is None
    assert price.tolist() == [[1200.5], [20], [3.25], [1]]
    assert facts["decided"]["decimal"] == ","
    facts, (_, both) = read(
        table, targets=("price", "size"), check=lambda image: shades(image) == [0, 1, 3]
    )
    assert both.tolist() == [[1200.5, 1], [20, 2], [1, 5]]
    assert "1 row without a name or target left out" in facts["note"]
    with pytest.raises(DataError, match=r"expected a number, received 'a\.png'"):
        read(table, targets=("price", "file"))


@pytest.mark.parametrize(
    ("params", "held"),
    [
        ({"split": "by column", "split_column": "part"}, [1, 3]),
        ({"split": "by time", "split_column": "day", "validation": 0.5}, [0, 2]),
        ({"split": "by group", "split_column": "day", "validation": 0.25}, None),
    ],
)
def test_a_column_says_what_is_held_out(
    tmp_path: Path, params: dict[str, Any], held: list[int] | None
) -> None:
    pictures(tmp_path, *FOUR)
    table = tmp_path / "labels.csv"
    table.write_text("file,part,day,kind\na.png,train,2024-03-01,x\nb.png,test,2024-01-01,y\n"
                     "c.png,train,2024-04-01,x\nd.png,test,2024-02-01,y\n")  # fmt: skip
    facts = probe(KIND, {"path": str(table), "size": 8, **params})
    assert facts["cut"][0] == str(params["split"]).replace(" ", "_")
    if held is not None:
        assert (facts["count"], facts["validation"]) == (2, 2)
        found = read(table, **params, check=lambda _: True)[1]
        assert sorted(shades(found[0])) == [one for one in range(4) if one not in held]


def test_a_picture_in_several_rows_is_told(tmp_path: Path) -> None:
    pictures(tmp_path, *FOUR)
    (tmp_path / "labels.csv").write_text(LABELS + "a.png,dog\n")
    facts = probe(KIND, {"path": str(tmp_path / "labels.csv")})
    assert facts["note"].endswith("; 1 picture in more than one row")
    assert "files in file, learned: kind; predicts kind, the last column" in facts["note"]
    assert facts["note"].count("4 pictures") == 1


def test_rows_are_those_of_before(tmp_path: Path) -> None:
    """The same seed holds out the same pictures as the reader of earlier boards did."""
    pictures(tmp_path, *(f"{i:02}.png" for i in range(12)))
    rows = "".join(f"{i:02}.png,{i % 2}\n" for i in range(12))
    (tmp_path / "labels.csv").write_text(f"file,kind\n{rows}")
    _, (image, label) = read(
        tmp_path / "labels.csv", validation=0.25, check=lambda image: len(image) == 9
    )
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))[3:]
    assert shades(image) == order.tolist()
    assert label.tolist() == (order % 2).tolist()
