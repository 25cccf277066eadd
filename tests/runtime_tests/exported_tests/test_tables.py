from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from runtime.exported.data import DataError
from runtime.exported.tables import csv_table, read_csv

RealData = Callable[[str], Path]


def write(folder: Path, text: str) -> Path:
    file = folder / "table.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_real_titanic(real_data: RealData) -> None:
    (features, label), (held_features, held_label) = csv_table(
        real_data("tabular") / "titanic.csv",
        target="survived",
        numbers=("pclass", "age", "fare"),
        categories={"sex": ("female", "male"), "deck": tuple("ABCDEFG")},
        classes=("0", "1"),
    )
    assert features.shape == (713, 12)
    assert held_features.shape == (178, 12)
    assert torch.cat((label, held_label)).bincount().tolist() == [549, 342]
    assert features[:, :3].mean(0).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert features[:, :3].std(0, correction=0).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
    assert features[:, 3:5].sum(1).eq(1).all()
    assert 0 < features[:, 5:].sum(1).mean() < 0.5  # most have no deck
    assert not held_features.isnan().any()


def test_real_mpg_is_a_regression(real_data: RealData) -> None:
    (features, value), (_, held) = csv_table(
        real_data("tabular") / "mpg.csv",
        target="mpg",
        numbers=("horsepower", "weight"),
        categories={"origin": ("europe", "japan", "usa")},
    )
    assert features.shape == (318, 5)
    assert value.shape == (318, 1)
    assert torch.cat((value, held)).mean().item() == pytest.approx(23.5146, abs=1e-3)


def test_real_penguins_missing_written_na(real_data: RealData) -> None:
    (features, _), (held, _) = csv_table(
        real_data("tabular") / "penguins.csv",
        target="species",
        numbers=("body_mass_g",),
        categories={"sex": ("female", "male")},
        classes=("Adelie", "Chinstrap", "Gentoo"),
    )
    both = torch.cat((features, held))
    assert len(both) == 344
    assert (both[:, 1:].sum(1) == 0).sum() == 11  # no sex known


def test_numbers_are_filled_and_scaled_by_the_training_rows(tmp_path: Path) -> None:
    rows = "\n".join(f"{x},{i % 2}" for i, x in enumerate([1, 2, "", 4, 100, 6, 7, 8, "NA", 10]))
    file = write(tmp_path, f"x,y\n{rows}\n")
    (train, _), (held, _) = csv_table(
        file, target="y", numbers=("x",), categories={}, classes=("0", "1"), validation=0.3, seed=5
    )
    numbers = torch.tensor([1, 2, torch.nan, 4, 100, 6, 7, 8, torch.nan, 10], dtype=torch.float64)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(5))
    known = numbers[order[3:]]
    numbers = numbers.nan_to_num(known.nanmedian().item())
    mean, deviation = numbers[order[3:]].mean(), numbers[order[3:]].std(correction=0)
    expected = ((numbers - mean) / deviation).float()
    assert torch.equal(train[:, 0], expected[order[3:]])
    assert torch.equal(held[:, 0], expected[order[:3]])


def test_rows_without_a_target_are_left_out(tmp_path: Path) -> None:
    file = write(tmp_path, "x,y\n1,a\n2,\n3,b\n4,a\n")
    (train, label), (held, _) = csv_table(
        file, target="y", numbers=("x",), categories={}, classes=("a", "b"), validation=0.34
    )
    assert len(train) + len(held) == 3
    assert len(label) == 2


def test_a_constant_or_empty_column_gives_zeros(tmp_path: Path) -> None:
    file = write(tmp_path, "x,empty,y\n5,,1.5\n5,,2.5\n5,,3.5\n")
    (train, value), _ = csv_table(
        file, target="y", numbers=("x", "empty"), categories={}, validation=0
    )
    assert train.eq(0).all()
    assert value.squeeze(1).tolist() == [1.5, 2.5, 3.5]


def test_quotes_marks_and_blank_lines(tmp_path: Path) -> None:
    file = write(tmp_path, '\ufeffname;y\n"Doe; John";1\n\n"two\nlines";2\n')
    table = read_csv(file, ";")
    assert table.columns == {"name": ["Doe; John", "two\nlines"], "y": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\nfour,3\n", r"table\.csv, line 3, column 'x': expected a number, .*'four'"),
        ("x,y\n1,2\ninf,3\n", r"line 3, column 'x': expected a number, received 'inf'"),
        ("x,y\n1,2\n3\n", r"table\.csv, line 3: expected 2 cells, received 1\. Check the delim"),
        ("x,x\n1,2\n", "line 1: expected each column's name once"),
        ("z,y\n1,2\n3,4\n", r"expected a column 'x', received z, y"),
        ("x,y\n", "expected a header line and rows, received 1 line"),
        ("", "received 0 lines"),
        ("x,y\n1,a\n2,b\n", r"line 2, column 'y': expected a number, received 'a'"),
    ],
)
def test_bad_files_are_told_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        csv_table(write(tmp_path, text), target="y", numbers=("x",), categories={}, validation=0)


def test_an_unknown_class_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, "x,y\n1,a\n2,b\n")
    with pytest.raises(DataError, match=r"line 3, column 'y': expected one of a, c, received 'b'"):
        csv_table(file, target="y", numbers=("x",), categories={}, classes=("a", "c"))


def test_no_columns_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="at least one column to learn from"):
        csv_table(write(tmp_path, "y\n1\n2\n"), target="y", numbers=(), categories={}, validation=0)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes("x,y\nGrün,1\n".encode("latin-1"))
    with pytest.raises(DataError, match="expected CSV text in UTF-8"):
        read_csv(file)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a CSV file, received a folder"):
        read_csv(tmp_path)
