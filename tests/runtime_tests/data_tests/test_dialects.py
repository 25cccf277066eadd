"""Tables as people have them: what is found, and that the written call reads just that."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import graph.nodes  # noqa: F401 - declares them
from graph.declare import REGISTRY
from runtime.data import probe
from runtime.exported import data, tables

ROWS = "".join(f"{1 + i % 7}.5,{i % 3}.25,{'abc'[i % 3]}\n" for i in range(24))


def read(folder: Path, content: str | bytes, **params: Any) -> tuple[dict[str, Any], Any, str]:
    """Facts, the tensors that the written source gives, and the source."""
    file = folder / params.pop("name", "t.csv")
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    declaration = REGISTRY.find("data.csv")
    assert declaration is not None
    bound = declaration.bind({"path": str(file), **params})
    facts = probe("data.csv", {"path": str(file), **params})
    source = bound.read(facts)
    sets = eval(source, {**vars(tables), **vars(data), "pd": pd, "data_dir": None, "seed": 0})
    assert [len(one[0]) for one in sets] == [facts["count"], facts["validation"]]
    for kind, tensor in zip(bound.shape(facts), sets[0], strict=True):
        assert list(tensor.shape)[1:] == list(kind.dims[1:])
    return facts, sets, source


def test_without_a_header_no_row_is_lost(tmp_path: Path) -> None:
    facts, _, source = read(tmp_path, ROWS)
    assert facts["count"] + facts["validation"] == 24
    assert facts["target"] == "column_3"
    assert "header=None" in source
    assert "no header line" in facts["note"]


def test_1_and_1_point_0_are_one_class(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{i},{['1', '1.0', '2'][i % 3]}\n" for i in range(30))
    assert read(tmp_path, text)[0]["classes"] == ["1", "2"]


def test_decimal_commas(tmp_path: Path) -> None:
    text = "Datum;F;T\n" + "".join(f"2019-06-12 00:{i:02d}:00;6{i % 10},5;2{i % 7},{i % 10}\n"
                                   for i in range(30))  # fmt: skip
    facts, sets, source = read(tmp_path, text, standardise=False)
    assert facts["classes"] is None
    assert 'sep=";"' in source
    assert 'decimal=","' in source
    assert 20 <= sets[0][1].min() <= sets[0][1].max() < 28


@pytest.mark.parametrize("word", "NA n/a None - ? . #N/A #VALUE! <NA> na missing".split())  # noqa: SIM905
def test_missing_words_take_the_median(tmp_path: Path, word: str) -> None:
    text = "x,y,label\n" + "".join(
        f"{word if i % 6 == 0 else i},{i % 5}.5,{'ab'[i % 2]}\n" for i in range(24)
    )
    facts, sets, _ = read(tmp_path, text)
    assert facts["numbers"] == ["x", "y"]
    assert not any(one[0].isnan().any() for one in sets)
    assert word in facts["note"]


def test_a_word_may_be_missing_in_numbers_and_a_class_elsewhere(tmp_path: Path) -> None:
    text = "x,y\n" + "".join(f"{'None' if i == 3 else i},{['None', 'mild'][i % 2]}\n"
                             for i in range(20))  # fmt: skip
    facts, _, _ = read(tmp_path, text)
    assert facts["classes"] == ["None", "mild"]
    assert facts["count"] + facts["validation"] == 20


def test_a_trailing_delimiter_gives_no_column(tmp_path: Path) -> None:
    text = "x,y,label,\n" + ROWS.replace("\n", ",\n")
    facts, _, _ = read(tmp_path, text)
    assert facts["target"] == "label"


@pytest.mark.parametrize("mark", [";", "\t", "|", "   "])
def test_delimiters(tmp_path: Path, mark: str) -> None:
    facts, sets, _ = read(tmp_path, ("x,y,label\n" + ROWS).replace(",", mark))
    assert facts["target"] == "label"
    assert sets[0][0].shape[1] == 2


def test_a_large_category_is_read_within_bounds(tmp_path: Path) -> None:
    text = "id,x,label\n" + "".join(f"u{i % 3000},{i},{'ab'[i % 2]}\n" for i in range(6000))
    facts, sets, _ = read(tmp_path, text, features=("id", "x"))
    assert sets[0][0].shape[1] == 3001
    facts, sets, _ = read(tmp_path, text, kinds=(("id", "embedding"),))
    assert facts["outputs"]["indices"]["classes"] == 3001
    assert [one.ndim for one in sets[0]] == [2, 1, 1]


def test_index_columns_are_told_and_left_out(tmp_path: Path) -> None:
    text = "Id,x,y\n" + "".join(f"{i + 1},{i * 3 % 7},{'ab'[i % 2]}\n" for i in range(20))
    facts, _, _ = read(tmp_path, text)
    assert facts["numbers"] == ["x"]
    assert "count the rows: Id" in facts["note"]


@pytest.mark.parametrize("content", ["a,b,c\n", "a;b;c", "\n# made by hand\nname\tkind\n\n"])
@pytest.mark.parametrize("header", ["auto", "yes"])
def test_a_header_alone_is_told(tmp_path: Path, content: str, header: str) -> None:
    with pytest.raises(data.DataError, match="expected rows below the header"):
        read(tmp_path, content, header=header)
