"""What stands around a table's rows, and forms that a table comes in: read, or told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from graph.declare import FilePath
from graph.nodes.data.table import CSV
from runtime.data import probe
from runtime.exported import tables
from runtime.exported.data import DataError

KIND = "data.csv"
ROWS = [(i * 7 % 11 / 4, 10 + i * 5 % 13, ("u", "v")[i % 2]) for i in range(20)]
LINES = "\n".join(f"{a},{b},{y}" for a, b, y in ROWS) + "\n"


def read(file: Path, **params: Any) -> tuple[dict[str, Any], list[str], int]:
    """Facts, columns learned from, and rows of the reader when called as the export calls it."""
    facts = probe(KIND, {"path": str(file), **params})
    source = CSV(path=FilePath(file), **params).read(facts)
    names = {**vars(tables), "pd": pd, "seed": 0, "data_dir": None}
    train, held = eval(source, names)
    count = len(train[0]) + len(held[0])
    assert count == facts["count"] + facts["validation"]
    whole = torch.cat((train[0], held[0]))
    assert whole.abs().max() < 6  # no total among them
    return facts, [one["name"] for one in facts["columns"] if one["kind"] == "number"], count


def text(folder: Path, content: str, name: str = "t.csv") -> Path:
    (folder / name).write_text(content)
    return folder / name


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"a,b,y\ns,m/s,\n{LINES}", "a line of units below the header is left out: 's, m/s'"),
        (f"a,b,y\n[kg],[cm],class\n{LINES}", "a line of units below the header"),
        (f"size,,class\na,b,y\n{LINES}", "above the header that groups its columns is left out"),
        (f"a,b,y\n{LINES}Total,4000,\n", "the last line is left out, as it holds a total"),
        (f"a,b,y\n{LINES}\n,4000,Summe:\n", "a total: '4000, Summe:'"),
        (f"a,b,y\n{LINES}Grand Total,4000,60\n", "the last line is left out"),
    ],
)
def test_lines_that_are_no_rows_are_left_out_and_told(
    tmp_path: Path, content: str, told: str
) -> None:
    if "Summe" in content:
        content = content.replace(",4000,Summe:", "Summe:,4000,")
        told = "a total: 'Summe:, 4000'"
    facts, numbers, count = read(text(tmp_path, content))
    assert told in facts["note"]
    assert (numbers, count, facts["target"]) == (["a", "b"], 20, "y")


@pytest.mark.parametrize(
    "content",
    [
        "name,b,y\n" + "".join(f"{n},{i},u\n{n},{i * 2},v\n" for i in range(9) for n in ("Total",)),
        f"a,b,y\n{LINES}",
        ",b,y\n" + "".join(f"{i},{i * 3 % 7},{'uv'[i % 2]}\n" for i in range(12)),
    ],
)
def test_rows_are_kept_where_nothing_says_otherwise(tmp_path: Path, content: str) -> None:
    facts, _, count = read(text(tmp_path, content))
    assert count == len(content.splitlines()) - 1
    assert "left out, as it holds" not in facts["note"]
    assert "units" not in facts["note"]


def test_a_word_in_the_first_row_of_numbers_is_a_mistake_as_before(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 2, column 'a': expected a number, received 'abc'"):
        read(text(tmp_path, f"a,b,y\nabc,3,u\n{LINES}"))


def test_lines_are_kept_where_that_is_chosen(tmp_path: Path) -> None:
    file = text(tmp_path, f"a,b,y\n{LINES}Total,40,u\n")
    with pytest.raises(DataError, match="column 'a': expected a number, received 'Total'"):
        probe(KIND, {"path": str(file), "skip": 0})


def sheet(folder: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    with pd.ExcelWriter(folder / "t.xlsx") as book:
        for name, rows in sheets:
            pd.DataFrame(rows).to_excel(book, sheet_name=name, header=False, index=False)
    return folder / "t.xlsx"


BODY = [[*row] for row in ROWS]
NOTES = ("Notes", [["Read me"], ["made by hand"], ["in spring"]])


@pytest.mark.parametrize(
    ("head", "last", "told"),
    [
        ([["a", "b", "y"]], [], "the sheet Data of Notes, Data is read"),
        ([["size", None, "class"], ["a", "b", "y"]], [], "1 lines above the table are skipped"),
        ([["a", "b", "y"], ["[s]", "[m]", "class"]], [], "units below the header"),
        ([["a", "b", "y"]], [["Total", 4000, None]], "the last line is left out"),
    ],
)
def test_excel_sheets_as_people_lay_them_out(
    tmp_path: Path, head: list[list[Any]], last: list[list[Any]], told: str
) -> None:
    facts, numbers, count = read(sheet(tmp_path, NOTES, ("Data", [*head, *BODY, *last])))
    assert told in facts["note"]
    assert (numbers, count, facts["target"]) == (["a", "b"], 20, "y")
    assert facts["decided"]["sheet"] == "Data"


def test_json_of_a_list_for_each_column_is_read(tmp_path: Path) -> None:
    columns = {name: [row[i] for row in ROWS] for i, name in enumerate("aby")}
    assert read(text(tmp_path, json.dumps(columns), "t.json"))[1:] == (["a", "b"], 20)


def test_json_that_wraps_its_rows_is_refused_by_name(tmp_path: Path) -> None:
    rows = [dict(zip("aby", row, strict=True)) for row in ROWS]
    file = text(tmp_path, json.dumps({"data": rows, "version": 1}), "t.json")
    with pytest.raises(DataError, match="its rows seem to lie in 'data': save that alone"):
        probe(KIND, {"path": str(file)})


def test_weka_names_its_columns(tmp_path: Path) -> None:
    head = "% c\n@RELATION r\n\n@ATTRIBUTE a REAL\n@attribute 'b c' NUMERIC\n@ATTRIBUTE y {u,v}\n"
    facts, numbers, count = read(text(tmp_path, f"{head}\n@DATA\n{LINES}?,3,u\n", "t.arff"))
    assert (numbers, count, facts["target"]) == (["a", "b c"], 21, "y")
    assert facts["classes"] == ["u", "v"]


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((3, 2)))
    np.savez(tmp_path / "x.npz", x=np.ones(3), y=np.ones(3))
    for name in ("x.npy", "x.npz"):
        with pytest.raises(DataError, match="received NumPy arrays"):
            probe(KIND, {"path": str(tmp_path / name)})
    file = text(tmp_path, "1 1:0.5 3:0.25\n-1 2:0.5\n", "t.txt")
    with pytest.raises(DataError, match="sparse rows"):
        probe(KIND, {"path": str(file)})


def test_the_index_of_a_frame_is_told(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=["a", "b", "y"]).assign(when=pd.Timestamp("2020"))
    frame.set_index("when").to_parquet(tmp_path / "t.parquet")
    assert "the index is left out: when" in read(tmp_path / "t.parquet")[0]["note"]


def test_numbers_are_grouped_as_in_india(tmp_path: Path) -> None:
    lines = "".join(f'{i / 4},"{1 + i},{10 + i},{100 + i}"\n' for i in range(20))
    facts, _, _ = read(text(tmp_path, f"a,price\n{lines}"))
    assert facts["outputs"]["target"]["dtype"] == "float"
    assert facts["rows"][0] == ["0", "110100"]
