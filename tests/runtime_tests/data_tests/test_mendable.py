"""Data that can't be read till a parameter is changed: a button does what the message advises."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from graph.edit.document import Document
from graph.problems.problem import Problem
from runtime.worker import board_facts

ROWS = "a,b,t\n" + "".join(f"{n % 7},{n % 3 * 1.5},{'xy'[n % 2]}\n" for n in range(24))
BAD = ROWS.replace("\n3,", "\nthree,", 1)
WORDS = "text,t\n" + "".join(f"some words {n},{'xy'[n % 2]}\n" for n in range(24))
PARTED = ROWS.replace("a,", "part,", 1)


def learned(folder: Path, kind: str, **params: Any) -> tuple[Document, str, list[Problem]]:
    document = Document()
    node = document.add_node(kind, params={"path": str(folder), **params})
    _, problems = board_facts.learn(document, None)
    return document, node.id, problems


def press(document: Document, node: str, problem: Problem, index: int) -> list[Problem]:
    """What is still wrong with a node after a button; undone again."""
    problem.fixes[index].apply(document)
    _, problems = board_facts.learn(document, None)
    document.undo()
    return [one for one in problems if one.node == node]


@pytest.mark.parametrize(
    ("text", "params", "labels"),
    [
        (BAD, {}, ["Take 'three' for a missing value", "Take a for categories", "Leave a out"]),
        (ROWS, {"kinds": {"t": "number"}, "target": "a"}, ["Look what t is"]),
        (ROWS, {"delimiter": ",,"}, ["Find the delimiter"]),
        (ROWS.replace("x", "\u00e4"), {"encoding": "ascii"}, ["Find the encoding"]),
        (ROWS.removeprefix("a,b,t\n"), {"header": "no", "names": ("a", "a", "b")},
         ["Number the columns"]),
        (ROWS, {"split": "by group"}, ["Set split of csv_table to random"]),
        (PARTED, {"split": "by column", "split_column": "part"},
         ["Set split of csv_table to by group"]),
        (WORDS, {"target": "t"}, ["Learn from text as text"]),
        (ROWS.replace(",1.5,", ",,").replace(",3.0,", ",,").replace(",0.0,", ",,"),
         {"target": "b"}, ["Set target of csv_table to t"]),
        (ROWS.replace(",x", ",y"), {"target": "t"}, ["Set target of csv_table to b"]),
        (ROWS, {"target": "t", "also": ("t",), "apart": True}, ["Predict t once"]),
    ],
)  # fmt: skip
def test_a_table_is_mended_by_each_button(
    tmp_path: Path, text: str, params: dict[str, Any], labels: list[str]
) -> None:
    (tmp_path / "t.csv").write_text(text)
    document, node, problems = learned(tmp_path / "t.csv", "data.csv", **params)
    (problem,) = problems
    assert [one.label for one in problem.fixes] == labels
    for index in range(len(labels)):
        assert press(document, node, problem, index) == []


def test_a_sheet_that_is_not_there_is_chosen(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.5, 2, 3, 4], "t": list("xyxy")})
    frame.to_excel(tmp_path / "t.xlsx", sheet_name="prices", index=False)
    document, node, (problem,) = learned(tmp_path / "t.xlsx", "data.csv", sheet="price")
    assert [one.label for one in problem.fixes] == ["Set sheet of csv_table to prices"]
    assert press(document, node, problem, 0) == []


@pytest.mark.parametrize("kind", ["data.image_folder", "data.picture_table"])
def test_pictures_that_can_not_be_read_are_left_out(tmp_path: Path, kind: str) -> None:
    names = []
    for sort in ("cat", "dog"):
        (tmp_path / sort).mkdir()
        for number in range(4):
            names.append(f"{sort}/{number}.png,{sort}")
            Image.new("RGB", (8, 8), (40 * number, 9, 9)).save(tmp_path / sort / f"{number}.png")
    (tmp_path / "dog" / "3.png").write_bytes(b"no picture")
    (tmp_path / "t.csv").write_text("\n".join(["file,sort", *names]))
    path = tmp_path / "t.csv" if kind == "data.picture_table" else tmp_path
    document, node, (problem,) = learned(path, kind)
    assert [one.label for one in problem.fixes] == ["Leave out what can't be read"]
    assert press(document, node, problem, 0) == []
