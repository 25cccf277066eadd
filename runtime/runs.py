"""What was trained: one SQLite database for all runs, safe while several processes write.

The database holds every loss by step and every figure by epoch; a run's folder holds its board,
source, settings, checkpoints and views. No torch here: the window reads it too.
"""

from __future__ import annotations

import json
import sqlite3
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from runtime import places
from runtime.hold import is_held
from runtime.messages import EpochEnded, Points

VERSION = 1
CHECKPOINTS, LAST = "checkpoints", "last.safetensors"  # in a run's folder
SETTINGS = "settings.json"
TABLES = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    folder TEXT NOT NULL,
    source TEXT NOT NULL,          -- digest of its source files
    settings TEXT NOT NULL,        -- JSON
    device TEXT NOT NULL DEFAULT '',
    parameters INTEGER NOT NULL DEFAULT 0,
    started REAL NOT NULL,         -- seconds since 1970
    seconds REAL NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'running',
    step INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    best TEXT NOT NULL DEFAULT '{}'  -- JSON: the figures of the best epoch
);
CREATE TABLE IF NOT EXISTS steps (
    run TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL,
    PRIMARY KEY (run, name, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS epochs (
    run TEXT NOT NULL, epoch INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,
    step INTEGER NOT NULL, value REAL, PRIMARY KEY (run, epoch, place)
) WITHOUT ROWID;
PRAGMA user_version = 1;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as the database has it.

    Attributes:
        id: Its folder's name.
        name: The board's name.
        folder: Where its files lie.
        source: A digest of its source files, equal for equal boards.
        settings: Epochs, batch size, seed and the rest of its RunConfig.
        device: What it trained on, for people.
        parameters: How many weights it trained.
        started: When, in seconds since 1970.
        seconds: How long it has trained.
        state: "running", "finished", "stopped", "failed", or "interrupted" when its process died.
        step: Steps recorded.
        epoch: Epochs completed.
        best: The figures of its best epoch.
    """

    id: str
    name: str
    folder: str
    source: str
    settings: Mapping[str, Any]
    device: str = ""
    parameters: int = 0
    started: float = 0.0
    seconds: float = 0.0
    state: str = "running"
    step: int = 0
    epoch: int = 0
    best: Mapping[str, float] = field(default_factory=dict)


SEALS = "CREATE TABLE IF NOT EXISTS seals (seal TEXT PRIMARY KEY) WITHOUT ROWID"
"""Digests of all source that was written into run folders here; see `runtime.trust`."""

COLUMNS = tuple(one.name for one in fields(Run))


class Runs:
    """The database of all runs.

    Args:
        path: Its file; made with its folder when missing.
    """

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            self._db.close()
            raise OSError(f"{path}: it comes from a newer Neurowire, which alone can read it.")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")  # whole after kill -9, no wait for the disk
        if version < VERSION:
            self._db.executescript(TABLES)
        self._db.execute(SEALS)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, run: Run) -> None:
        """Record a run that begins, or one that goes on under its old id."""
        self._db.execute(
            "INSERT INTO runs (id, name, folder, source, settings, device, parameters, started)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = 'running',"
            " settings = excluded.settings, device = excluded.device, folder = excluded.folder",
            (
                run.id,
                run.name,
                run.folder,
                run.source,
                json.dumps(dict(run.settings), sort_keys=True),
                run.device,
                run.parameters,
                run.started or time.time(),
            ),
        )

    def record(
        self,
        run: str,
        points: Mapping[str, Points],
        *,
        step: int,
        seconds: float,
        epochs: Iterable[EpochEnded] = (),
    ) -> None:
        """Write losses and the figures of epochs that ended, all or nothing."""
        with self._writing():
            self._db.executemany(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)",
                (
                    (run, name, number, value)
                    for name, curve in points.items()
                    for number, value in zip(curve.steps, curve.values, strict=True)
                ),
            )
            for ended in epochs:
                self._db.executemany(
                    "INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        (run, ended.epoch, place, name, ended.step, value)
                        for place, (name, value) in enumerate(ended.figures.items())
                    ),
                )
                best = json.dumps(dict(ended.figures)) if ended.best else None
                self._db.execute(
                    "UPDATE runs SET epoch = ?, best = coalesce(?, best) WHERE id = ?",
                    (ended.epoch, best, run),
                )
            self._db.execute(
                "UPDATE runs SET step = ?, seconds = ? WHERE id = ?", (step, seconds, run)
            )

    def end(self, run: str, state: str, seconds: float) -> None:
        """Record how a run ended: "finished", "stopped" or "failed"."""
        self._db.execute(
            "UPDATE runs SET state = ?, seconds = ? WHERE id = ?", (state, seconds, run)
        )

    def rewind(self, run: str, *, step: int, epoch: int) -> None:
        """Forget what came after a checkpoint, before the run goes on from it."""
        with self._writing():
            self._db.execute("DELETE FROM steps WHERE run = ? AND step > ?", (run, step))
            self._db.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run, epoch))
            self._db.execute("UPDATE runs SET step = ?, epoch = ? WHERE id = ?", (step, epoch, run))

    def delete(self, run: str) -> None:
        """Forget a run; its folder is the caller's to remove."""
        with self._writing():
            for table, column in (("steps", "run"), ("epochs", "run"), ("runs", "id")):
                self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (run,))

    def add_seal(self, seal: str) -> None:
        """Note that source with this digest was written here."""
        self._db.execute("INSERT OR IGNORE INTO seals VALUES (?)", (seal,))

    def has_seal(self, seal: str) -> bool:
        """Was source with this digest written here?"""
        found = self._db.execute("SELECT 1 FROM seals WHERE seal = ?", (seal,)).fetchone()
        return bool(seal) and found is not None

    def find(self, run: str) -> Run | None:
        """The run with this id."""
        rows = self._select("WHERE id = ?", run)
        return rows[0] if rows else None

    def all(self) -> list[Run]:
        """Every run, the newest first."""
        return self._select("ORDER BY started DESC, id DESC")

    def of_source(self, source: str) -> list[Run]:
        """The runs that had exactly this source, the newest first."""
        return self._select("WHERE source = ? ORDER BY started DESC", source)

    def curves(self, run: str, *, after: int = 0, until: int = 2**62) -> dict[str, Points]:
        """The losses of a run by name, step by step."""
        curves: dict[str, Points] = {}
        for name, step, value in self._db.execute(
            "SELECT name, step, value FROM steps WHERE run = ? AND step > ? AND step <= ?"
            " ORDER BY name, step",
            (run, after, until),
        ):
            curve = curves.setdefault(name, Points(array("q"), array("d")))
            curve.steps.append(step)
            curve.values.append(float("nan") if value is None else value)
        return curves

    def epochs(self, run: str) -> list[EpochEnded]:
        """The figures of each epoch of a run, in order."""
        figures: dict[tuple[int, int], dict[str, float]] = {}
        for name, epoch, step, value in self._db.execute(
            "SELECT name, epoch, step, value FROM epochs WHERE run = ? ORDER BY epoch, place",
            (run,),
        ):
            named = figures.setdefault((epoch, step), {})
            named[name] = float("nan") if value is None else value
        return [EpochEnded(epoch, step, named) for (epoch, step), named in figures.items()]

    def _select(self, where: str, *values: object) -> list[Run]:
        rows = self._db.execute(f"SELECT {', '.join(COLUMNS)} FROM runs {where}", values)
        return [self._run(*row) for row in rows]

    @staticmethod
    def _run(*row: Any) -> Run:
        values = dict(zip(COLUMNS, row, strict=True))
        for name in ("settings", "best"):
            values[name] = json.loads(values[name])
        if values["state"] == "running" and not is_held(Path(values["folder"])):
            values["state"] = "interrupted"
        return Run(**values)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def last_checkpoint(folder: str | Path) -> Path:
    """Where a run's newest checkpoint is kept."""
    return Path(folder) / CHECKPOINTS / LAST


def planned_epochs(folder: str | Path) -> int | None:
    """For how many epochs the run in a folder was planned, where that can be read."""
    try:
        return int(json.loads((Path(folder) / SETTINGS).read_text(encoding="utf-8"))["epochs"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def home() -> Path:
    """The folder of all runs."""
    return places.data_dir() / "runs"


def database() -> Path:
    """The file of the database of all runs."""
    return home() / "runs.sqlite"
