"""Targets that can't be learned, or hardly: each is told, and mended by what is offered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from graph.declare import REGISTRY
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import Node
from graph.problems.problem import Problem
from runtime.data import probe
from runtime.exported import tables
from runtime.exported.data import DataError
from runtime.worker import board_facts

KIND = "data.csv"
ROWS = 30


def table(folder: Path, target: Callable[[int], object], name: str = "t", rows: int = ROWS) -> Path:
    """A table of two numbers and what is to be predicted."""
    lines = [f"{i * 7 % 11 / 4},{i * 5 % 13},{target(i)}" for i in range(rows)]
    file = folder / "table.csv"
    file.write_text(f"a,b,{name}\n" + "\n".join(lines) + "\n")
    return file


def read(file: Path, **params: Any) -> tuple[dict[str, Any], Any]:
    """What the probe finds, and what the reader gives when called as the export calls it."""
    facts = probe(KIND, {"path": str(file), **params})
    declared = REGISTRY.find(KIND)
    assert declared is not None
    source = declared.bind({"path": str(file), **params}).read(facts)
    return facts, eval(source, {**vars(tables), "pd": pd, "seed": 0, "data_dir": None})


def told(file: Path, **params: Any) -> tuple[Document, Node, list[Problem], Diagnosis]:
    document = Document()
    node = document.add_node(KIND, params={"path": str(file), "target": "t", **params})
    inference, unread = board_facts.learn(document, None)
    assert not unread
    found = [one for one in inference.problems if one.node == node.id and "the target" in one.text]
    return document, node, found, inference


@pytest.mark.parametrize(
    ("target", "severity", "words"),
    [
        (lambda i: f"u{i:03}", "error", "another value in each of its 30 rows, such as 'u000'"),
        (lambda i: f"a long text, number {i}".replace(",", ""), "error", "another value in each"),
        (lambda i: f"name {i // 2 if i < 20 else i}", "warning", "20 classes in 30 rows"),
        (lambda i: 1000 + 7 * i, "warning", "only counts the rows, 1000, 1007 and so on"),
        (lambda i: 5.25, "error", "is 5.25 in each row"),
        (lambda i: ["yes", "no", "True", "0"][i % 4], "warning", "yes and no in several ways"),
        (lambda i: ["Cat", "dog", "cat"][i % 3], "warning", "capitals or blanks only: 'Cat' and"),
    ],
)
def test_what_can_hardly_be_learned_is_told_with_another_target(
    tmp_path: Path, target: Callable[[int], object], severity: str, words: str
) -> None:
    document, node, found, inference = told(table(tmp_path, target))
    (one,) = found
    assert one.severity == severity
    assert words in one.text
    (fix,) = one.fixes
    assert fix.label == f"Set target of {node.name} to b"
    fix.apply(document)
    again, _ = board_facts.learn(document, None)
    assert not [p for p in again.problems if p.node == node.id and "the target" in p.text]
    assert inference.type_of(node.id, "target") is not None


@pytest.mark.parametrize(
    "target",
    [
        lambda i: ["cat", "dog"][i % 2],
        lambda i: i % 3,
        lambda i: i * 1.5,
        lambda i: 3 * i % 29,
        lambda i: ["yes", "no"][i % 2],
    ],
)
def test_nothing_is_told_of_usual_targets(tmp_path: Path, target: Callable[[int], object]) -> None:
    assert not told(table(tmp_path, target))[2]


def test_few_rows_may_all_differ_and_a_choice_counts(tmp_path: Path) -> None:
    assert not told(table(tmp_path, lambda i: f"u{i}", rows=6))[2]
    (one,) = told(table(tmp_path, lambda i: f"u{i}"), task="classification")[2]
    assert one.severity == "warning"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("%Y-%m-%d", ()),
        ("%d/%m/%Y", ()),
        ("%d.%m.%Y", ()),
        ("%Y-%m-%dT%H:%M:%S+02:00", ()),
        ("%Y-%m-%d", ("NA",)),
    ],
)
def test_a_date_is_learned_in_days(tmp_path: Path, written: str, words: tuple[str, ...]) -> None:
    days = pd.date_range("2019-12-25", periods=ROWS, freq="D")
    file = table(tmp_path, lambda i: words[0] if words and i == 3 else days[i].strftime(written))
    facts, (train, held) = read(file)
    assert "t is learned in days since 1970-01-01" in facts["note"]
    assert facts["outputs"]["target"]["dtype"] == "float"
    found = torch.cat([train[-1], held[-1]]).flatten().sort().values
    first = (days[0] - pd.Timestamp(0)).days - (1 / 12 if "T" in written else 0)
    wanted = [first + i for i in range(ROWS) if not (words and i == 3)]
    assert found.tolist() == pytest.approx(wanted, abs=1e-2)
    assert not facts["doubts"]


def test_a_date_is_a_class_where_that_is_asked_for(tmp_path: Path) -> None:
    file = table(tmp_path, lambda i: f"2020-01-0{1 + i % 3}")
    assert read(file)[0]["outputs"]["target"]["dtype"] == "float"
    facts, _ = read(file, task="classification")
    assert facts["classes"] == ["2020-01-01", "2020-01-02", "2020-01-03"]


@pytest.mark.parametrize("column", ["a", "t"])
def test_whole_numbers_of_more_than_64_bits_are_numbers(tmp_path: Path, column: str) -> None:
    file = table(tmp_path, lambda i: f"{1 + i % 9}{'0' * 25}", name=column)
    if column == "a":
        file.write_text("t,b,a\n" + file.read_text().partition("\n")[2])
    facts, (train, held) = read(file, target="t")
    assert facts["outputs"]["target"]["dtype"] == "float"
    kinds = {one["name"]: one["kind"] for one in facts["columns"]}
    assert kinds[column] == ("target" if column == "t" else "number")
    if column == "t":
        found = {round(one / 1e25) for one in torch.cat([train[-1], held[-1]]).flatten().tolist()}
        assert found == {*range(1, 10)}


@pytest.mark.parametrize("word", ["1e400", "inf", "-Infinity", "-1e999"])
@pytest.mark.parametrize("often", [9, 1.5])
def test_what_is_infinite_is_told_and_can_be_left_out(
    tmp_path: Path, word: str, often: float
) -> None:
    file = table(tmp_path, lambda i: word if i % often < 1 and i != 1 else i / 4)
    with pytest.raises(DataError, match=f"line 2, column 't'.*received '{word}'.*`missing`"):
        read(file)
    facts, _ = read(file, missing=(word,))
    assert facts["count"] + facts["validation"] < ROWS
    assert "rows without t are left out" in facts["note"]


@pytest.mark.parametrize("name", ["a", "t"])
def test_what_is_infinite_in_a_file_that_knows_its_numbers_is_told(
    tmp_path: Path, name: str
) -> None:
    frame = pd.DataFrame({"a": [0.5 * i for i in range(9)], "b": 1.0, "t": [1.5] * 4 + [2.0] * 5})
    frame.loc[4, name] = float("-inf")
    file = tmp_path / "t.parquet"
    frame.to_parquet(file)
    with pytest.raises(DataError, match=f"row 5, column '{name}': expected a number"):
        read(file)


@pytest.mark.parametrize("word", ["", "NA", "?"])
def test_a_target_without_values_is_named_and_none_is_chosen(tmp_path: Path, word: str) -> None:
    file = table(tmp_path, lambda i: word)
    with pytest.raises(DataError, match=r"values in the column 't'.*received none.*such as 'b'"):
        read(file, target="t")
    assert read(file)[0]["target"] == "b"


def test_the_empty_column_of_a_trailing_delimiter_is_no_target(tmp_path: Path) -> None:
    file = table(tmp_path, lambda i: f"{i * 1.5},", name="t,")
    assert read(file)[0]["target"] == "t"
