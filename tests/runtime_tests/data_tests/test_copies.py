"""A column that says what is to be predicted is told, and left out by its button."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.edit.document import Document
from graph.problems.problem import Problem
from runtime.data import probe
from runtime.worker import board_facts

ROWS = 60
Made = Callable[[list[bool], list[float]], list[Any]]
"""A column, of who survived and what was paid."""


def told(document: Document) -> list[Problem]:
    inference, problems = board_facts.learn(document, None)
    return [one for one in (*problems, *inference.problems) if "the column" in one.text]


def table(folder: Path, more: dict[str, Made], rows: int = ROWS) -> Document:
    """Who survived and what was paid, beside an age, a class and further columns."""
    drawn = random.Random(1)
    survived = [drawn.random() < 0.4 for _ in range(rows)]
    fare = [round(5 + 90 * drawn.random(), 2) for _ in range(rows)]
    columns: dict[str, list[Any]] = {
        "age": [drawn.randrange(1, 80) for _ in range(rows)],
        "class": [drawn.choice(["first", "second", "third"]) for _ in range(rows)],
        **{name: made(survived, fare) for name, made in more.items()},
        "survived": [int(one) for one in survived],
        "fare": fare,
    }
    lines = [
        ",".join(columns),
        *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)),
    ]
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    document = Document()
    document.add_node("data.csv", params={"path": str(folder / "t.csv"), "target": "survived"})
    return document


COPIES: dict[str, tuple[str, Made, str]] = {
    "alive": ("survived", lambda s, f: ["yes" if one else "no" for one in s], "in other words"),
    "died": ("survived", lambda s, f: [int(not one) for one in s], "in other numbers"),
    "label": ("survived", lambda s, f: [int(one) for one in s], "is a copy"),
    "known": ("survived", lambda s, f: [one if i % 7 else "" for i, one in enumerate(s)], "words"),
    "paid": ("fare", lambda s, f: f, "is a copy"),
    "cents": ("fare", lambda s, f: [round(100 * one) for one in f], "in other numbers"),
    "francs": ("fare", lambda s, f: [round(25.2215 * one, 1) for one in f], "in other numbers"),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_the_target_is_told_and_left_out(tmp_path: Path, name: str) -> None:
    target, made, how = COPIES[name]
    document = table(tmp_path, {name: made})
    (data,) = document.board.nodes.values()
    document.set_params(data.id, target=target)
    (problem,) = told(document)
    assert problem.severity == "warning"
    assert f"the column {name!r}" in problem.text
    assert repr(target) in problem.text
    assert how in problem.text
    (fix,) = problem.fixes
    assert fix.label == f"Leave {name} out"
    fix.apply(document)
    assert told(document) == []
    inference, _ = board_facts.learn(document, None)
    found = {one["name"]: one["kind"] for one in inference.facts[data.id]["columns"]}
    assert found[name] == "left out"
    document.undo()
    assert len(told(document)) == 1


OTHERS: dict[str, Made] = {
    "often right": lambda s, f: ["yes" if one != (i == 5) else "no" for i, one in enumerate(s)],
    "finer": lambda s, f: [("yes" if one else "no") + str(i % 2) for i, one in enumerate(s)],
    "seldom known": lambda s, f: [one if i % 3 == 0 else "" for i, one in enumerate(s)],
    "nearly": lambda s, f: [round(one + (i % 5), 2) for i, one in enumerate(f)],
    "squared": lambda s, f: [round(one**2, 2) for one in f],
}


@pytest.mark.parametrize("target", ["survived", "fare"])
@pytest.mark.parametrize("name", OTHERS)
def test_what_only_helps_is_not_told(tmp_path: Path, name: str, target: str) -> None:
    document = table(tmp_path, {name: OTHERS[name]})
    (data,) = document.board.nodes.values()
    document.set_params(data.id, target=target)
    assert told(document) == []


def test_what_is_all_there_is_to_learn_from_is_not_told(tmp_path: Path) -> None:
    """A line through points of two columns is an exercise."""
    (tmp_path / "t.csv").write_text("x,y\n" + "".join(f"{i},{2 * i + 1}\n" for i in range(40)))
    document = Document()
    document.add_node("data.csv", params={"path": str(tmp_path / "t.csv"), "target": "y"})
    assert told(document) == []


def test_few_rows_are_alike_by_chance(tmp_path: Path) -> None:
    assert told(table(tmp_path, {"alive": COPIES["alive"][1]}, rows=8)) == []


def test_what_is_remembered_of_a_table_keeps_its_order(tmp_path: Path) -> None:
    """Categories are encoded in the order of the file, at the first look and at each later one."""
    document = table(tmp_path, {"alive": COPIES["alive"][1]})
    (data,) = document.board.nodes.values()
    first, again = (probe("data.csv", document.params(data)) for _ in range(2))
    assert [*first["categories"]] == ["class", "alive"]
    assert json.dumps(first) == json.dumps(again)
