"""What was trained: one SQLite database for all runs, safe while several processes write.

The database holds every loss by step and every figure by epoch; a run's folder holds its board,
source, settings, checkpoints and views. No torch here: the window reads it too.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from graph.core.run_plan import Figure
from runtime.protocol import figures as known_figures
from runtime.protocol.figures import deciding
from runtime.protocol.messages import EpochEnded, Points
from runtime.store import paths, program
from runtime.store.lock import is_held
from runtime.store.run_source import PLAN

VERSION = 2
CHECKPOINTS, LAST = "checkpoints", "last.safetensors"  # in a run's folder
SETTINGS, SUMMARY = "settings.json", "run.json"
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
    best TEXT NOT NULL DEFAULT '{}',  -- JSON: the figures of the best epoch
    best_epoch INTEGER NOT NULL DEFAULT 0,
    last TEXT NOT NULL DEFAULT '{}'  -- JSON: the figures of the last epoch
);
CREATE TABLE IF NOT EXISTS steps (
    run TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL,
    PRIMARY KEY (run, name, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS epochs (
    run TEXT NOT NULL, epoch INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,
    step INTEGER NOT NULL, value REAL, PRIMARY KEY (run, epoch, place)
) WITHOUT ROWID;
PRAGMA user_version = 2;
COMMIT;
"""
SECOND = """
BEGIN IMMEDIATE;
ALTER TABLE runs ADD COLUMN best_epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN last TEXT NOT NULL DEFAULT '{}';
PRAGMA user_version = 2;
COMMIT;
"""
SOUND = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
}
"""Errors of SQLite that say nothing against the file."""


class DamagedRecords(OSError):
    """The database of all runs can't be read."""

    def __init__(self, path: Path, reason: object) -> None:
        super().__init__(
            f"{path}: the records of runs are damaged ({reason}). Rebuild them, in Runs or by"
            f" `{program.COMMAND} runs --rebuild`: the file is kept aside, and the runs are found"
            " again in their folders."
        )


def _emptied(path: Path) -> bool:
    """Is a file without a byte beside folders of runs? A new one is there before the first."""
    if not os.path.isfile(path) or os.path.getsize(path):
        return False
    return any(os.path.isfile(one / PLAN) for one in path.parent.iterdir())


Given = ParamSpec("Given")
Gives = TypeVar("Gives")


def telling(
    method: Callable[Concatenate[Runs, Given], Gives],
) -> Callable[Concatenate[Runs, Given], Gives]:
    """A method of `Runs` that says so where the database is damaged."""

    @wraps(method)
    def told(runs: Runs, /, *args: Given.args, **named: Given.kwargs) -> Gives:
        try:
            return method(runs, *args, **named)
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            if code is None or code & 0xFF in SOUND:
                raise
            raise DamagedRecords(runs.path, error) from error
        except (ValueError, TypeError) as error:  # of what no run was recorded as
            raise DamagedRecords(runs.path, error) from error

    return told


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
        best_epoch: Which that is; 0 where none ended.
        last: The figures of its last epoch.
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
    best_epoch: int = 0
    last: Mapping[str, float] = field(default_factory=dict)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What its figures are; none of a run of old, whose keys then have to do."""
        return known_figures.from_plain(self.settings.get("figures"))

    @property
    def best_by(self) -> str:
        """Why its best epoch is that, for people."""
        name = deciding(self.best, self.figures)
        return f"lowest {name}" if name else "the newest"


SEALS = "CREATE TABLE IF NOT EXISTS seals (seal TEXT PRIMARY KEY) WITHOUT ROWID"
"""Digests of all source that was written into run folders here; see `runtime.worker.trust`."""

COLUMNS = tuple(one.name for one in fields(Run))


class Runs:
    """The database of all runs.

    Args:
        path: Its file; made with its folder when missing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if _emptied(self.path):
            raise DamagedRecords(self.path, "the file is empty, and folders of runs lie beside it")
        try:
            self._db = sqlite3.connect(
                path, timeout=30, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:  # a folder in its place, or no right to it
            raise OSError(
                f"{path}: the records of runs can't be opened ({error}): expected a file that can"
                " be read and written. Move what is there away, or get the right to it; the runs"
                " themselves are in their folders."
            ) from error
        try:
            self._open()
        except BaseException:
            self._db.close()
            raise

    @telling
    def _open(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise OSError(
                f"{self.path}: it comes from a newer Neurowire, which alone can read it, or is"
                f" damaged: then rebuild it by `{program.COMMAND} runs --rebuild`."
            )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")  # whole after kill -9, no wait for the disk
        if version == 0:
            self._db.executescript(TABLES)
        elif version < VERSION:
            self._db.executescript(SECOND)
            for run in self.all():
                self._sum_up(run.id)
        self._db.execute(SEALS)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @telling
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

    @telling
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
                figures = json.dumps(dict(ended.figures))
                self._db.execute(
                    "UPDATE runs SET epoch = ?, last = ? WHERE id = ?", (ended.epoch, figures, run)
                )
                if ended.best:
                    self._db.execute(
                        "UPDATE runs SET best = ?, best_epoch = ? WHERE id = ?",
                        (figures, ended.epoch, run),
                    )
            self._db.execute(
                "UPDATE runs SET step = ?, seconds = ? WHERE id = ?", (step, seconds, run)
            )

    @telling
    def end(self, run: str, state: str, seconds: float) -> None:
        """Record how a run ended: "finished", "stopped" or "failed"."""
        self._db.execute(
            "UPDATE runs SET state = ?, seconds = ? WHERE id = ?", (state, seconds, run)
        )

    @telling
    def restore(self, run: Run) -> None:
        """Record a run as it is known from elsewhere."""
        values = {name: getattr(run, name) for name in COLUMNS}
        values |= {n: json.dumps(dict(values[n])) for n in ("settings", "best", "last")}
        marks = ", ".join("?" * len(values))
        self._db.execute(
            f"INSERT OR REPLACE INTO runs ({', '.join(values)}) VALUES ({marks})",
            tuple(values.values()),
        )

    @telling
    def take(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Record rows of the table "steps" or "epochs" of runs that are known; others are left."""
        known = {run.id for run in self.all()}
        with self._writing():
            for row in rows:
                if row and row[0] in known:
                    marks = ", ".join("?" * len(row))
                    with suppress(sqlite3.IntegrityError, sqlite3.OperationalError):
                        self._db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)

    @property
    def lost(self) -> bool:
        """Is its file gone from the disk, though it is still open here?"""
        return not os.path.exists(self.path)

    def copy_to(self, other: Runs, run: str, new: str) -> None:
        """Copy what is recorded of a run into another database, under a name there."""
        known = self.find(run)
        if known is not None:
            other.restore(replace(known, id=new))
            curves, epochs = self.curves(run), self.epochs(run)
            other.record(new, curves, step=known.step, seconds=known.seconds, epochs=epochs)
            other._sum_up(new)

    def summarise(self, run: str) -> None:
        """Write what is known of a run into its folder, to be found again there."""
        known = self.find(run)
        if known is not None:
            path = Path(known.folder, SUMMARY)
            aside = path.with_name(path.name + ".new")
            values = {name: getattr(known, name) for name in COLUMNS}
            aside.write_text(json.dumps(values, indent=1, sort_keys=True), encoding="utf-8")
            aside.replace(path)

    @telling
    def rewind(self, run: str, *, step: int, epoch: int) -> None:
        """Forget what came after a checkpoint, before the run goes on from it."""
        with self._writing():
            self._db.execute("DELETE FROM steps WHERE run = ? AND step > ?", (run, step))
            self._db.execute("DELETE FROM epochs WHERE run = ? AND epoch > ?", (run, epoch))
            self._db.execute("UPDATE runs SET step = ?, epoch = ? WHERE id = ?", (step, epoch, run))
        self._sum_up(run)

    def _sum_up(self, run: str) -> None:
        """Find the best and the last of a run's epochs anew."""
        best: EpochEnded | None = None
        ended, known = self.epochs(run), self.find(run)
        told = known.figures if known else ()
        for one in ended:
            if best is None or better(one.figures, best.figures, told):
                best = one
        if best is not None:
            figures = (json.dumps(dict(one.figures)) for one in (best, ended[-1]))
            self._db.execute(
                "UPDATE runs SET best = ?, last = ?, best_epoch = ? WHERE id = ?",
                (*figures, best.epoch, run),
            )

    @telling
    def delete(self, run: str) -> None:
        """Forget a run; its folder is the caller's to remove."""
        with self._writing():
            for table, column in (("steps", "run"), ("epochs", "run"), ("runs", "id")):
                self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (run,))

    @telling
    def add_seal(self, seal: str) -> None:
        """Note that source with this digest was written here."""
        self._db.execute("INSERT OR IGNORE INTO seals VALUES (?)", (seal,))

    @telling
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

    @telling
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

    @telling
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

    @telling
    def _select(self, where: str, *values: object) -> list[Run]:
        rows = self._db.execute(f"SELECT {', '.join(COLUMNS)} FROM runs {where}", values)
        return [self._run(*row) for row in rows]

    @staticmethod
    def _run(*row: Any) -> Run:
        values = dict(zip(COLUMNS, row, strict=True))
        for name in ("settings", "best", "last"):
            values[name] = dict(json.loads(values[name]))
        for name in ("parameters", "started", "seconds", "step", "epoch", "best_epoch"):
            values[name] + 0  # else it is no number, and nobody wrote it
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


def better(
    figures: Mapping[str, float], best: Mapping[str, float], known: Iterable[Figure] = ()
) -> bool:
    """Are an epoch's figures better than the best so far?"""
    key = deciding(figures, known)
    return key is None or figures[key] < best.get(key, math.inf)


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
    return paths.data_dir() / "runs"


def database() -> Path:
    """The file of the database of all runs."""
    return home() / "runs.sqlite"
