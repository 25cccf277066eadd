"""The database of runs: what it says of epochs, and how it is made anew where it is damaged."""

from __future__ import annotations

import random
import sqlite3
from array import array
from contextlib import closing
from pathlib import Path

import pytest

from runtime.protocol.messages import EpochEnded, Points
from runtime.store.rebuild import rebuild
from runtime.store.runs import SUMMARY, DamagedRecords, Run, Runs, database, home

FIGURES = [
    {"train/loss": 2.0, "val/loss": 1.5, "val/accuracy": 0.7},
    {"train/loss": 1.0, "val/loss": 1.2, "val/accuracy": 0.815},
    {"train/loss": 0.5, "val/loss": 1.4, "val/accuracy": 0.82},
]


def a_run(name: str) -> Run:
    """A run and its folder, of three epochs of which the second was best."""
    folder = home() / name
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text('{"name": "mine"}')
    (folder / "settings.json").write_text('{"name": "mine", "epochs": 3}')
    with Runs(database()) as runs:
        run = Run(name, "mine", str(folder), "digest", {"epochs": 3}, "CPU", 650, 1e9)
        runs.add(run)
        points = Points(array("q", range(1, 31)), array("d", [1 / n for n in range(1, 31)]))
        ended = [
            EpochEnded(n, 10 * n, figures, best=n < 3) for n, figures in enumerate(FIGURES, start=1)
        ]
        runs.record(name, {"loss/loss": points}, step=30, seconds=4.0, epochs=ended)
        runs.end(name, "finished", 4.0)
        runs.summarise(name)
        found = runs.find(name)
    assert found is not None
    return found


def test_the_best_and_the_last_epoch_are_two() -> None:
    run = a_run("one")
    assert (run.best_epoch, run.best, run.best_by) == (2, FIGURES[1], "lowest val/loss")
    assert (run.epoch, run.last) == (3, FIGURES[2])


def test_a_run_put_back_forgets_a_best_epoch_that_came_after() -> None:
    a_run("one")
    with Runs(database()) as runs:
        runs.rewind("one", step=12, epoch=1)
        run = runs.find("one")
    assert run is not None
    assert (run.epoch, run.best_epoch) == (1, 1)
    assert run.best == run.last == FIGURES[0]


def test_records_of_old_learn_which_epoch_was_best() -> None:
    before = a_run("one")
    with closing(sqlite3.connect(database())) as old:
        for column in ("best_epoch", "last"):
            old.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    with Runs(database()) as runs:
        assert runs.all() == [before]


def test_an_emptied_file_beside_runs_is_damaged_and_alone_is_new() -> None:
    database().parent.mkdir(parents=True)
    database().write_bytes(b"")
    with Runs(database()) as runs:
        assert runs.all() == []
    a_run("one")
    database().write_bytes(b"")
    with pytest.raises(DamagedRecords, match=r"the file is empty.*runs --rebuild"):
        Runs(database())
    count, aside = rebuild(database())
    assert (count, aside is not None) == (1, True)
    with Runs(database()) as runs:
        assert [run.id for run in runs.all()] == ["one"]


def broken(raw: bytes) -> list[bytes]:
    """A database that can't be read any more, in many ways."""
    found = [b"no database", raw[:100], raw[: len(raw) // 2], bytes(len(raw))]
    dice = random.Random(0)
    for size in (16, 400, 4096):
        for start in (0, 100, 4096, len(raw) - size):
            found.append(raw[:start] + dice.randbytes(size) + raw[start + size :])
    return found


def test_damage_names_the_file_and_a_way_out_and_the_way_leads_out() -> None:
    before = [a_run("two"), a_run("one")]
    with closing(sqlite3.connect(database())) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        held.execute("PRAGMA journal_mode=DELETE")
    raw, told = database().read_bytes(), list[str]()
    for content in broken(raw):
        for old in home().glob("runs.sqlite*"):
            old.unlink()
        database().write_bytes(content)
        try:
            with Runs(database()) as runs:
                for run in runs.all():
                    runs.curves(run.id)
                    runs.epochs(run.id)
        except DamagedRecords as error:
            told.append(str(error))
        count, aside = rebuild(database())
        assert count == 2
        assert aside is not None
        assert aside.exists()
        with Runs(database()) as runs:
            assert sorted(runs.all(), key=lambda run: run.id) == before[::-1]
            runs.curves("one")
            runs.add(before[0])
    assert len(told) > 8
    assert all(str(database()) in text and "runs --rebuild" in text for text in told)


def test_what_can_still_be_read_is_taken_over() -> None:
    run = a_run("one")
    with Runs(database()) as runs:
        curves, epochs = runs.curves("one"), runs.epochs("one")
    rebuild(database())
    with Runs(database()) as runs:
        assert (runs.all(), runs.curves("one"), runs.epochs("one")) == ([run], curves, epochs)


def test_a_run_without_a_summary_is_found_by_its_settings() -> None:
    run = a_run("one")
    Path(run.folder, SUMMARY).unlink()
    for left in home().glob("runs.sqlite*"):
        left.unlink()
    assert rebuild(database()) == (1, None)
    with Runs(database()) as runs:
        [found] = runs.all()
    assert (found.id, found.name, found.settings["epochs"]) == ("one", "mine", 3)
    assert found.state == "interrupted"


def test_a_file_in_use_is_not_called_damaged() -> None:
    a_run("one")
    with (
        closing(sqlite3.connect(database(), isolation_level=None)) as other,
        Runs(database()) as runs,
    ):
        runs._db.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            runs.end("one", "stopped", 1.0)
    assert issubclass(DamagedRecords, OSError)


def test_a_folder_in_place_of_the_records_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"can't be opened .*Move what is there away") as told:
        Runs(tmp_path)
    assert str(told.value).startswith(str(tmp_path))
