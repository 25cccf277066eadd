"""The column that counts the rows: left out, kept in old boards, or as a person says."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph.format.file import load_text
from runtime.data import probe
from runtime.exported.data import DataError

ROWS = "id,x,sort\n" + "".join(f"{i},{i * 7 % 5}.5,{'ab'[i % 2]}\n" for i in range(1, 13))
SHORT = ROWS.removeprefix("id,")
"""The same with a name too few in the header, as some programs write it."""


def facts(folder: Path, text: str, **params: Any) -> dict[str, Any]:
    (folder / "t.csv").write_text(text)
    return probe("data.csv", {"path": "t.csv", "validation": 0.2, **params}, folder)


def width(found: dict[str, Any]) -> int:
    return int(found["outputs"]["features"]["dims"][-1])


@pytest.mark.parametrize(
    ("text", "params", "wide", "index"),
    [
        (ROWS, {}, 1, "id"),
        (ROWS, {"index": "none"}, 2, ""),
        (ROWS, {"index": "x"}, 1, "x"),
        (ROWS, {"index": "ID"}, 1, "id"),
        (SHORT, {}, 1, "the first column"),
        (SHORT, {"index": "none"}, 2, ""),
        (ROWS.replace("id", "place"), {"index": "place"}, 1, "place"),
    ],
)
def test_the_index_column(
    tmp_path: Path, text: str, params: dict[str, Any], wide: int, index: str
) -> None:
    found = facts(tmp_path, text, **params)
    assert width(found) == wide
    assert found["decided"]["index"] == index
    if index and index != "the first column":
        left_out = next(one for one in found["columns"] if one["name"] == index)
        assert left_out["why"] == "since they count the rows"


def test_an_index_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a column 'z', received id, x, sort"):
        facts(tmp_path, ROWS, index="z")


def test_a_board_of_before_has_the_width_it_had(tmp_path: Path) -> None:
    node = {"type": "data.csv", "name": "table", "params": {"path": "t.csv"}}
    text = json.dumps({"format": 1, "board": {"nodes": {"n1": node}}})
    document = load_text(text).document
    assert width(facts(tmp_path, ROWS, **document.params(document.node("n1")))) == 2


def test_names_that_stand_twice_are_told(tmp_path: Path) -> None:
    found = facts(tmp_path, "x,x,,sort\n1,2,3,a\n2,1,4,b\n" * 1 + "3,4,5,a\n5,5,6,b\n2,2,2,a\n")
    assert "names that stand twice in the header: x.1 for x" in found["note"]
    assert "columns without a name: Unnamed: 2" in found["note"]
    assert [one["renamed"] for one in found["columns"]] == [None, "x", "", None]
    with pytest.raises(DataError, match="expected 4 different names of columns, received 4"):
        facts(tmp_path, "1,2,3,4\n5,6,7,8\n", names=("a", "a", "b", "c"))
