"""Words of a table are looked at once each; what is plainly a number is not looked at twice."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.data import examples, numerals, probe, reading
from runtime.data.looked import Looked, Words
from runtime.protocol.payloads import Table

WORDS = st.one_of(
    st.integers(-3000, 3000).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.from_regex(r"[+-]?[0-9]{0,4}[.,]?[0-9]{0,4}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{0,2}([.,' ][0-9]{3}){1,2}", fullmatch=True),
    st.sampled_from(["", "NA", "-", "nan", "inf", "1_000", "\u0663", "$5", "5 %", "(3)", " 7 "]),
    st.sampled_from(["Bern", "x", "31.12.2024", "1e999", "9" * 400, "None", "?"]),
)


class Thorough(Looked):
    """Looks at every word, whatever it is."""

    def _odd(self, column: Words) -> dict[str, int]:
        return dict(zip(column.words, column.counts, strict=True))


def found(looked: Looked) -> tuple[Any, ...]:
    return (
        (looked.marks, looked.missing, looked.wrong),
        (looked.amounts, looked.texts, looked.real),
    )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=6, max_size=6), min_size=1, max_size=3),
    st.sampled_from([{}, {"missing": ["-999", "7"]}, {"decimal": ","}, {"thousands": ","}]),
)
def test_what_is_plainly_a_number_is_taken_as_a_look_at_every_word_takes_it(
    columns: list[list[str]], asked: dict[str, object]
) -> None:
    table = pd.DataFrame({f"c{i}": column * 2 for i, column in enumerate(columns)}, dtype=str)
    quick = found(Looked(table, asked, typed=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numerals, "has_marks", lambda _: True)
        assert quick == found(Thorough(table, asked, typed=False))


def test_a_word_that_many_rows_have_is_counted() -> None:
    words = Words.of(pd.Series([" a", "b", None, "a", 3, "a "], dtype=object))
    assert dict(zip(words.words, words.counts, strict=True)) == {"a": 3, "b": 1}


def test_the_first_rows_are_shown_without_reading_the_table_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("x,label\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(20)))
    params = {"path": str(file), "target": "label"}
    probe("data.csv", params)

    def read(*_: object) -> None:
        raise AssertionError("the table is read once more")

    monkeypatch.setattr(reading, "read_table", read)
    monkeypatch.setattr("runtime.data.tabular.read_table", read)
    shown = examples("data.csv", params)
    assert isinstance(shown, Table)
    assert shown.rows[:2] == (("0", "a"), ("1", "b"))
    assert len(shown.rows) == 8
