"""Files as people have them, each with its right values: packed, Excel, encodings, amounts."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from runtime.data import probe
from runtime.exported.data import DataError
from tests.runtime_tests.data_tests.test_dialects import read

ROWS = [(i, i * 1.5, "abc"[i % 3]) for i in range(24)]
FRAME = pd.DataFrame(ROWS, columns=["x", "y", "label"])
TEXT = FRAME.to_csv(index=False)


def zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("t.csv", text)
    return file.getvalue()


def excel(frame: pd.DataFrame, **options: Any) -> bytes:
    file = io.BytesIO()
    frame.to_excel(file, index=False, **options)
    return file.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


def jsonl(frame: pd.DataFrame) -> bytes:
    return frame.to_json(orient="records", lines=True, date_format="iso").encode()


def column(sets: Any, place: int = -1) -> list[float]:
    """A tensor of both sets, all rows."""
    return sorted(torch.cat([one[place] for one in sets]).flatten().tolist())


FILES: dict[str, Callable[[], bytes]] = {
    "t.csv.gz": lambda: gzip.compress(TEXT.encode()),
    "t.csv.bz2": lambda: bz2.compress(TEXT.encode()),
    "t.csv.xz": lambda: lzma.compress(TEXT.encode()),
    "gz.dat": lambda: gzip.compress(TEXT.encode()),
    "t.zip": lambda: zipped(TEXT),
    "zip.csv": lambda: zipped(TEXT),
    "t.xlsx": lambda: excel(FRAME),
    "below.xlsx": lambda: excel(FRAME, startrow=2),
    "t.parquet": lambda: parquet(FRAME),
    "t.jsonl": lambda: jsonl(FRAME),
    "t.json": lambda: FRAME.to_json(orient="records").encode(),
    "t.jsonl.gz": lambda: gzip.compress(jsonl(FRAME)),
}


@pytest.mark.parametrize("name", FILES)
def test_kinds_of_files(tmp_path: Path, name: str) -> None:
    facts, sets, _ = read(tmp_path, FILES[name](), name=name, target="y", features=("x",))
    assert facts["classes"] is None
    assert column(sets) == [y for _, y, _ in ROWS]
    whole = torch.cat([torch.cat(one, dim=1) for one in sets])
    assert torch.corrcoef(whole.T)[0, 1] > 0.999


def test_a_sheet_without_header(tmp_path: Path) -> None:
    facts, sets, _ = read(tmp_path, excel(FRAME, header=False), name="t.xlsx", target="column_2")
    assert column(sets) == [y for _, y, _ in ROWS]
    assert "no header line" in facts["note"]


@pytest.mark.parametrize(
    ("encoding", "name", "words"),
    [
        ("utf-8-sig", "größe", "aéü"),
        ("utf-16", "größe", "aéü"),
        ("utf-16-le", "größe", "aéü"),
        ("latin-1", "größe", "aéü"),
        ("cp1252", "größe", "a\N{EURO SIGN}ü"),
        ("gbk", "身高", "男女人"),
        ("cp1251", "рост", "абв"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, name: str, words: str) -> None:
    text = f"{name},label\n" + "".join(f"{i},{words[i % 3] * 2}\n" for i in range(60))
    facts, _, _ = read(tmp_path, text.encode(encoding))
    assert facts["numbers"] == [name]
    assert facts["classes"] == sorted(word * 2 for word in words)


AMOUNTS = {
    "1,000": 1000, "1,000.5": 1000.5, "$20.00": 20, "$1,234.50": 1234.5, "USD 20": 20,
    "5%": 5, "5.5 %": 5.5, "\N{MINUS SIGN}2.5": -2.5, "(3.5)": -3.5, "-$4": -4, "1'000.5": 1000.5,
    "Rs. 500": 500, "1.5e3": 1500,
}  # fmt: skip
WITH_COMMAS = {
    "1.000,5": 1000.5, "20,00 \N{EURO SIGN}": 20, "1\N{NARROW NO-BREAK SPACE}000,5": 1000.5,
    "1\N{NO-BREAK SPACE}000,25": 1000.25, "5,5 %": 5.5, "\N{MINUS SIGN}2,5": -2.5,
    "1 000,5": 1000.5,
}  # fmt: skip


@pytest.mark.parametrize("word", [*AMOUNTS, *WITH_COMMAS])
def test_amounts_are_numbers(tmp_path: Path, word: str) -> None:
    mark = "," if word in WITH_COMMAS else "."
    rows = "".join(f"{i}{mark}25;{word if i == 7 else f'{i}{mark}5'}\n" for i in range(40))
    facts, sets, _ = read(tmp_path, "x;price\n" + rows, standardise=False)
    assert facts["classes"] is None
    expected = [(AMOUNTS | WITH_COMMAS)[word] if i == 7 else i + 0.5 for i in range(40)]
    assert column(sets) == sorted(expected)


@pytest.mark.parametrize(
    "whole", ["${}.00", "{},00 \N{EURO SIGN}", "{}%", "\N{MINUS SIGN}{}", "CHF {}"]
)
def test_whole_columns_of_amounts_are_told(tmp_path: Path, whole: str) -> None:
    facts, sets, source = read(
        tmp_path, "x;p\n" + "".join(f"{i};{whole.format(i + 30)}\n" for i in range(40))
    )
    sign = -1 if "\N{MINUS SIGN}" in whole else 1
    assert column(sets) == sorted(sign * (i + 30.0) for i in range(40))
    assert f"read as numbers: p ({whole.format(30)} as {sign * 30})" in facts["note"]
    assert 'amounts=["p"]' in source


def test_underscores_make_no_number(tmp_path: Path) -> None:
    facts, _, _ = read(tmp_path, "x,y\n" + "".join(f"1_00{i % 9},{i % 2}\n" for i in range(40)))
    assert [*facts["categories"]] == ["x"]


def test_infinities_are_refused_and_can_be_missing(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{'inf' if i == 4 else i},{i}.5\n" for i in range(24))
    with pytest.raises(DataError, match=r"line 6, column 'x': .* add the word to `missing`"):
        read(tmp_path, text)
    facts, _, _ = read(tmp_path, text, missing=("inf",))
    assert facts["numbers"] == ["x"]


MISSING = pd.DataFrame(
    {
        "x": ["-" if i == 4 else str(i) for i in range(24)],
        "n": [-999 if i == 4 else i for i in range(24)],
        "price": [f"${i}.50" for i in range(24)],
        "day": pd.date_range("2020-01-01", periods=24),
        "y": [i % 2 for i in range(24)],
    }
)


@pytest.mark.parametrize(
    ("name", "make"), [("t.xlsx", excel), ("t.parquet", parquet), ("t.jsonl", jsonl)]
)
def test_words_for_missing_values_and_amounts_in_other_files(
    tmp_path: Path, name: str, make: Callable[[pd.DataFrame], bytes]
) -> None:
    facts, sets, _ = read(tmp_path, make(MISSING), name=name, missing=("-999",))
    assert facts["numbers"] == ["x", "n", "price"]
    assert {c["name"]: c["missing"] for c in facts["columns"]}["x"] == 1
    assert not any(one[0].isnan().any() for one in sets)
    whole = torch.cat([one[0] for one in sets])
    assert whole[:, 0].equal(whole[:, 1])  # the same numbers, the same gap


@pytest.mark.parametrize("word", ["-999", "-999.0"])
def test_a_number_may_stand_for_a_missing_one(tmp_path: Path, word: str) -> None:
    text = "x,y\n" + "".join(f"{word if i == 4 else f'{i}.0'},{i}.5\n" for i in range(24))
    facts, _, _ = read(tmp_path, text, missing=("-999",))
    assert facts["columns"][0]["missing"] == 1


LAYOUTS = {
    "# made by me\n# again\nx,p,q\n{}": "2 comment lines",
    "Report of 2020\nMade, by\n\nx,p,q\n{}": "2 lines above the table",
    "sep=,\nx,p,q\n{}": "",
    "x,p,q,\n{}": "",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_stands_around_a_table(tmp_path: Path, layout: str) -> None:
    rows = "".join(f"{i},{i}.5,{i % 4}.25\n" for i in range(24))
    facts, sets, _ = read(tmp_path, layout.format(rows), standardise=False)
    assert facts["target"] == "q"
    assert column(sets) == sorted(i % 4 + 0.25 for i in range(24))
    assert LAYOUTS[layout] in facts["note"]


def test_quotes_hold_quotes_and_lines(tmp_path: Path) -> None:
    rows = "".join(f'{i},"say ""hi""\nand {i % 2}",{"ab"[i % 2]}\n' for i in range(24))
    facts, sets, _ = read(tmp_path, "x,said,label\n" + rows)
    assert facts["categories"] == {"said": ['say "hi"\nand 0', 'say "hi"\nand 1']}
    assert torch.equal(sets[0][0][:, 2].long(), sets[0][1])


def test_names_that_come_twice_or_are_empty(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i * 2 % 5},{i * 3 % 7},{i % 2}\n" for i in range(24))
    facts, sets, _ = read(tmp_path, "x,x,,y\n" + rows)
    assert facts["numbers"] == ["x", "x.1", "Unnamed: 2"]
    assert sets[0][0].shape[1] == 3


def test_a_single_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="beside x, received no other"):
        read(tmp_path, "x\n" + "".join(f"{i}\n" for i in range(24)))


@pytest.mark.parametrize("form", ["2020-01-{:02d}", "{:02d}.01.2020", "2020-01-{:02d} 07:30:00"])
def test_date_parts(tmp_path: Path, form: str) -> None:
    text = "d;y\n" + "".join(f"{form.format(i + 1)};{i % 2}\n" for i in range(24))
    facts, sets, _ = read(tmp_path, text, kinds=(("d", "date parts"),), validation=0.0)
    days = torch.arange(24.0)
    day = sets[0][0][:, 2]
    assert torch.allclose(day, (days - days.mean()) / days.std(correction=0), atol=1e-5)
    assert facts["outputs"]["features"]["dims"] == ["N", 5]


def test_texts_become_words(tmp_path: Path) -> None:
    text = "t,y\n" + "".join(f"a {['good', 'BAD'][i % 2]} film {i},{i % 2}\n" for i in range(24))
    facts, sets, _ = read(tmp_path, text, kinds=(("t", "text"),))
    words = facts["more"][0][2]
    assert torch.equal(sets[0][0][:, words.index("bad")].long(), sets[0][1])


def test_the_last_rows_are_held_out_though_some_have_no_date(tmp_path: Path) -> None:
    text = "d,x,y\n" + "".join(
        f"{'' if i == 3 else f'2020-01-{24 - i:02d}'},{i},{i}.5\n" for i in range(24)
    )
    _, (train, held), _ = read(
        tmp_path, text, split="by time", split_column="d", standardise=False, validation=0.25
    )
    assert sorted(held[1].flatten().tolist()) == [0.5, 1.5, 2.5, 4.5, 5.5, 6.5]
    assert len(train[1]) == 18


def test_what_is_left_out_is_told_with_an_example(tmp_path: Path) -> None:
    text = "name,x,y\n" + "".join(f"word {i},{i},{i % 2}\n" for i in range(124))
    facts, _, _ = read(tmp_path, text)
    assert "texts are many" in facts["note"]
    assert "name ('word 0')" in facts["note"]


@pytest.mark.parametrize("name", ["{x}", "{", "[{x}]", "[0]"])
def test_a_column_in_brackets_is_no_json(tmp_path: Path, name: str) -> None:
    text = f"{name},y\n" + "".join(f"{i},{i % 2}\n" for i in range(24))
    facts, _, _ = read(tmp_path, text)
    assert facts["numbers"] == [name]


def test_lists_within_json_are_left_out(tmp_path: Path) -> None:
    text = "".join(f'{{"x": {i}, "tags": ["a"], "y": {i % 2}}}\n' for i in range(24))
    facts, _, _ = read(tmp_path, text, name="t.jsonl")
    assert facts["numbers"] == ["x"]
    assert "lists are in them: tags" in facts["note"]


REAL = {
    "titanic": ("survived", (713, 32), [549, 342]),
    "penguins": ("species", (275, 10), [152, 68, 124]),
    "mpg": ("mpg", (318, 9), None),
}


@pytest.mark.parametrize("name", REAL)
def test_real_tables(tmp_path: Path, real_data: Callable[[str], Path], name: str) -> None:
    target, shape, counts = REAL[name]
    file = real_data("tabular") / f"{name}.csv"
    facts, sets, _ = read(tmp_path, file.read_bytes(), target=target)
    assert sets[0][0].shape == shape
    numbers = sets[0][0][:, : len(facts["numbers"])]
    assert numbers.mean(0).abs().max() < 1e-5
    assert torch.allclose(numbers.std(0, correction=0), torch.ones(numbers.shape[1]), atol=1e-5)
    assert not sets[1][0].isnan().any()
    target_column = torch.cat([one[1] for one in sets])
    if counts:
        assert target_column.bincount().tolist() == counts
    else:
        assert target_column.mean().item() == pytest.approx(23.5146, abs=1e-3)
    assert probe("data.csv", {"path": str(file), "target": target})["count"] == shape[0]
