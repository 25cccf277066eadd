from pathlib import Path

import pandas as pd
import pytest
import torch

from runtime.exported.data import DataError
from runtime.exported.tables import by_column, by_group, by_time, stratified, table_sets


def test_numbers_are_filled_and_scaled_by_the_training_rows() -> None:
    given = [1, 2, None, 4, 100, 6, 7, 8, None, 10]
    table = pd.DataFrame({"x": given, "y": [i % 2 for i in range(10)]})
    (train, _), (held, _) = table_sets(
        table, target="y", numbers=["x"], classes=[0, 1], validation=0.3, seed=5
    )
    numbers = torch.tensor([one or torch.nan for one in given], dtype=torch.float64)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(5))
    numbers = numbers.nan_to_num(numbers[order[3:]].nanmedian().item())
    mean, deviation = numbers[order[3:]].mean(), numbers[order[3:]].std(correction=0)
    expected = ((numbers - mean) / deviation).float()
    assert torch.equal(train[:, 0], expected[order[3:]])
    assert torch.equal(held[:, 0], expected[order[:3]])


def test_one_class_may_be_written_as_whole_number_or_not() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3, 4], "y": [1.0, 1, 2, None]})
    (_, label), _ = table_sets(table, target="y", numbers=["x"], classes=[1, 2], validation=0)
    assert label.tolist() == [0, 0, 1]


def test_bad_cells_are_told() -> None:
    table = pd.DataFrame({"x": ["1", "four"], "y": [1, 2]})
    with pytest.raises(DataError, match="row 2, column 'x': expected a number, received 'four'"):
        table_sets(table, target="y", numbers=["x"], validation=0)
    with pytest.raises(DataError, match="expected one of 1, 3, received 2"):
        table_sets(table, target="y", categories={"x": ["1"]}, classes=[1, 3], validation=0)
    with pytest.raises(DataError, match="at least one column to learn from"):
        table_sets(table, target="y", validation=0)


def test_embeddings_get_numbers_with_0_for_the_unknown() -> None:
    table = pd.DataFrame({"a": ["u", "v", None], "b": [True, False, True], "y": [1.0, 2, 3]})
    (features, indices, _), _ = table_sets(
        table, target="y", indices={"a": ["u", "v"], "b": [False, True]}, validation=0
    )
    assert features.shape == (3, 0)
    assert indices.tolist() == [[1, 4], [2, 3], [0, 4]]


def test_splits() -> None:
    table = pd.DataFrame(
        {
            "x": range(40),
            "y": [0] * 30 + [1] * 10,
            "who": [i // 4 for i in range(40)],
            "when": [f"2020-01-{1 + (7 * i) % 31:02d}" for i in range(40)],
            "part": ["test" if i % 4 == 0 else "train" for i in range(40)],
        }
    )
    rows = torch.arange(40)
    _, held = stratified("y")(table, rows, 0.2, 0)
    assert sorted(table["y"].iloc[held.numpy()]) == [0] * 6 + [1] * 2
    train, held = by_group("who")(table, rows, 0.2, 0)
    assert not {*table["who"].iloc[train.numpy()]} & {*table["who"].iloc[held.numpy()]}
    assert len(held) == 8
    train, held = by_time("when", "%Y-%m-%d")(table, rows, 0.2, 0)
    assert table["when"].iloc[train.numpy()].max() <= table["when"].iloc[held.numpy()].min()
    _, held = by_column("part", ["test"])(table, rows, 0.2, 0)
    assert held.tolist() == [*range(0, 40, 4)]


def test_paths_are_read_by_pandas(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("x;y\n1,5;a\n2,5;b\n")
    table = pd.read_csv(file, sep=";", decimal=",")
    (train, label), _ = table_sets(
        table, target="y", numbers=["x"], classes=["a", "b"], validation=0
    )
    assert train.flatten().tolist() == [-1, 1]
    assert label.tolist() == [0, 1]
