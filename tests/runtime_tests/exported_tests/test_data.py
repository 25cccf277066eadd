import os
from pathlib import Path

import pytest
import torch

from runtime.exported.data import DataError, batch_count, batches, locate, split
from tests import closed


def test_locate_prefers_the_folder_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, first, second = (tmp_path / name for name in ("given", "first", "second"))
    for folder in (given, second):
        (folder / "set").mkdir(parents=True)
    monkeypatch.setenv("NEUROWIRE_DATA", f"{first}{os.pathsep}{second}")
    assert locate("set", given) == given / "set"
    assert locate("set") == second / "set"


def test_locate_finds_a_moved_file_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert locate("/nowhere/at/all/a.csv", tmp_path) == tmp_path / "a.csv"


def test_locate_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"set is missing: .*{tmp_path}.*--data-dir"):
        locate("set", tmp_path)


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "file/below"])
def test_a_name_that_no_file_can_have_is_missing(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is missing"):
        locate(name, tmp_path)


def test_a_folder_that_can_not_be_entered_is_named_and_others_are_looked_in(tmp_path: Path) -> None:
    closed_one, open_one = tmp_path / "closed", tmp_path / "open"
    open_one.mkdir()
    (open_one / "here.csv").write_text("")
    closed.make(closed_one, "closed")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from graph.edit.dropped_files import data_node\n"
        "from graph.core.errors import Refused\n"
        "from runtime.cli.open_board import open_board\n"
        "from graph.core.errors import FileError\n"
        "from runtime.exported.data import DataError, locate\n"
        "closed = Path(sys.argv[1])\n"
        "print(locate('here.csv', closed))\n"
        "for look, told in (\n"
        "    (lambda: locate('gone.csv', closed), DataError),\n"
        "    (lambda: data_node(closed / 'gone.csv'), Refused),\n"
        "    (lambda: open_board(str(closed / 'gone.neurowire')), FileError),\n"
        "):\n"
        "    try: look()\n"
        "    except told as error: print(error)\n"
    )
    done = closed.run(code, closed_one, env={"NEUROWIRE_DATA": str(open_one)})
    assert done.returncode == 0, done.stderr
    found, *told = done.stdout.splitlines()
    assert found == str(open_one / "here.csv")
    assert f"{closed_one / 'gone.csv'} (in a folder that can't be entered)" in told[0]
    assert "can't be entered" in told[1]
    assert "Permission denied" in told[2]


def test_split_is_disjoint_complete_and_seeded() -> None:
    rows = torch.arange(103)
    (train,), (held,) = split((rows,), validation=0.2, seed=3)
    assert len(held) == 21
    assert sorted([*train.tolist(), *held.tolist()]) == list(range(103))
    again, _ = split((rows,), validation=0.2, seed=3)
    other, _ = split((rows,), validation=0.2, seed=4)
    assert torch.equal(train, again[0])
    assert not torch.equal(train, other[0])


def test_split_zero_validates_on_the_training_rows() -> None:
    rows = torch.arange(4)
    (train,), (held,) = split((rows,), validation=0, seed=0)
    assert torch.equal(train, rows)
    assert torch.equal(held, rows)


@pytest.mark.parametrize("part", [0.1, 0.9])
def test_split_refuses_an_empty_part(part: float) -> None:
    with pytest.raises(DataError, match="expected at least 1 of each"):
        split((torch.arange(3),), validation=part, seed=0)


def test_batches_pair_rows_and_can_start_late() -> None:
    tensors = torch.arange(11), torch.arange(11) * 2
    whole = list(batches(tensors, 3, seed=7))
    assert [len(x) for x, _ in whole] == [3, 3, 3, 2]
    assert all(torch.equal(2 * x, y) for x, y in whole)
    assert sorted(torch.cat([x for x, _ in whole]).tolist()) == list(range(11))
    late = list(batches(tensors, 3, seed=7, start=2))
    assert [x.tolist() for x, _ in late] == [x.tolist() for x, _ in whole[2:]]
    assert [x.tolist() for x, _ in batches(tensors, 6)] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]
    assert [x.tolist() for x, _ in batches(tensors, 3, seed=8)] != [x.tolist() for x, _ in whole]


@pytest.mark.parametrize(
    ("rows", "size", "sizes"),
    [
        (10, 5, [5, 5]),
        (11, 5, [5, 6]),  # a batch norm can't learn from the one row left over
        (12, 5, [5, 5, 2]),
        (1, 5, [1]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_one_row_left_over_joins_the_batch_before(rows: int, size: int, sizes: list[int]) -> None:
    found = [len(x) for (x,) in batches((torch.arange(rows),), size, seed=0)]
    assert found == sizes
    assert len(found) == batch_count(rows, size)


def test_batches_leave_the_random_state_alone() -> None:
    before = torch.get_rng_state()
    list(batches((torch.arange(10),), 3, seed=7))
    assert torch.equal(before, torch.get_rng_state())
