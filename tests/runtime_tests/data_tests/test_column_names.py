"""Which column is predicted where nobody said, and columns that only name the rows."""

import random
from pathlib import Path
from typing import Any

import pytest

from graph.edit.document import Document
from graph.problems.problem import Problem
from runtime.data import column_names, probe
from runtime.worker import board_facts

DICE = random.Random(5)
NUMBERS = DICE.sample(range(1000, 9000), 40)


def facts(folder: Path, columns: dict[str, list[Any]], name: str = "t.csv", **params: Any) -> Any:
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    (folder / name).write_text("\n".join([",".join(columns), *rows]) + "\n")
    return probe("data.csv", {"path": name, **params}, folder)


def column(kind: str) -> list[Any]:
    """40 cells of a kind."""
    cells: dict[str, list[Any]] = {
        "number": [f"{n % 7 * 1.5:.1f}" for n in range(40)],
        "sort": ["ab"[n % 2] for n in range(40)],
        "constant": ["5"] * 40,
        "id": NUMBERS,
        "text": [f"name {n}" for n in NUMBERS],
        "count": [*range(1, 41)],
        "few": [n % 15 + 100 for n in range(40)],
    }
    return cells[kind]


@pytest.mark.parametrize(
    ("named", "target", "why"),
    [
        ({"label": "sort", "width": "number"}, "label", "as it is called so"),
        ({"Target": "number", "width": "number", "kind": "sort"}, "Target", "as it is called so"),
        ({"Species": "sort", "a": "number", "b": "number"}, "Species", "as it is called so"),
        ({"class": "sort", "label": "sort", "a": "number"}, "label", "as it is called so"),
        ({"a": "number", "y": "sort", "b": "number"}, "y", "as it is called so"),
        ({"x": "number", "y": "number", "height": "number"}, "height", "the last column"),
        ({"a": "number", "t": "number", "b": "number"}, "t", "as it is called so"),  # t.csv
        ({"a": "number", "b": "number"}, "b", "the last column"),
        ({"label": "constant", "a": "number", "b": "sort"}, "b", "the last column"),
        ({"a": "number", "b": "sort", "id": "id"}, "b", "the last column that can be learned"),
        ({"a": "number", "b": "sort", "c": "constant"}, "b", "the last column that can be learned"),
        ({"a": "number", "b": "sort", "c": "text"}, "b", "the last column that can be learned"),
    ],
)
def test_the_column_to_predict(
    tmp_path: Path, named: dict[str, str], target: str, why: str
) -> None:
    columns = {name: column(kind) for name, kind in named.items()}
    found = facts(tmp_path, columns)
    assert str(found["target"]).strip() == target
    assert f"predicts {target}" in found["note"]
    assert why in found["note"]
    other = next(one for one in columns if one != target and named[one] != "constant")
    chosen = facts(tmp_path, columns, target=other)
    assert chosen["target"] == other, "what a person says counts"
    assert "predicts" not in chosen["note"]


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "ID",
        "PassengerId",
        "customer_id",
        "customerid",
        "Unnamed: 0",
        "index",
        "uuid",
        "Id No",
    ],
)
@pytest.mark.parametrize("kind", ["id", "text"])
def test_what_names_the_rows_is_not_learned_from(tmp_path: Path, name: str, kind: str) -> None:
    columns = {name: column(kind), "a": column("number"), "b": column("sort")}
    found = facts(tmp_path, columns)
    one = found["columns"][0]
    assert one["kind"] == "left out"
    assert one["why"].startswith("since they name the rows")
    assert f"since they name the rows (set the kind to take one): {one['name']}" in found["note"]
    taken = {"number": "number"} if kind == "id" else {"number": "category"}
    kept = facts(tmp_path, columns, kinds={one["name"]: taken["number"]})
    assert kept["columns"][0]["kind"] == taken["number"]


@pytest.mark.parametrize(
    ("name", "kind"), [("account", "id"), ("Lot No", "id"), ("zip_code", "id"), ("id", "few")]
)
def test_what_may_name_the_rows_is_told_and_left_out_by_a_click(
    tmp_path: Path, name: str, kind: str
) -> None:
    rows = zip(column(kind), column("number"), column("sort"), strict=True)
    text = "\n".join(f"{one},{two},{three}" for one, two, three in rows)
    (tmp_path / "t.csv").write_text(f"{name},a,b\n{text}\n")
    document = Document()
    data = document.add_node("data.csv", params={"path": str(tmp_path / "t.csv")})

    def told() -> list[Problem]:
        inference, problems = board_facts.learn(document, None)
        return [one for one in (*problems, *inference.problems) if one.node == data.id]

    (problem,) = told()
    assert problem.severity == "warning"
    assert repr(name) in problem.text
    assert problem.fixes[0].label == f"Leave {name} out"
    problem.fixes[0].apply(document)
    assert told() == []
    inference, _ = board_facts.learn(document, None)
    assert [one["kind"] for one in inference.facts[data.id]["columns"]][:2] == [
        "left out",
        "number",
    ]


def test_amounts_that_all_differ_are_amounts(tmp_path: Path) -> None:
    for name in ("price", "paid", "population", "humid", "grid", "year", "covid", "income"):
        cells = {name: column("id"), "a": column("number"), "b": column("sort")}
        found = facts(tmp_path, cells)
        assert found["columns"][0]["kind"] == "number", name
        assert found["doubts"] == [], name


def test_words_of_names() -> None:
    assert column_names.parts("PassengerId") == ["passenger", "id"]
    assert column_names.parts("customer_ID") == ["customer", "id"]
    assert column_names.says_target(["Ground Truth", "x", "Class"]) == ["Ground Truth", "Class"]
