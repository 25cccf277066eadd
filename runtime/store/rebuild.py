"""A damaged database of runs, made anew: the runs are found again in their folders."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from runtime.store.run_source import PLAN
from runtime.store.runs import COLUMNS, SETTINGS, SUMMARY, Run, Runs

BESIDE = ("-wal", "-shm")
"""Endings of the files that SQLite keeps beside a database."""


def rebuild(path: Path) -> tuple[int, Path | None]:
    """Put the database of runs aside, and make another of what the runs' folders say.

    What the old one still tells is taken over: curves, figures, runs in folders elsewhere.

    Args:
        path: The database; its folder is that of the runs.

    Returns:
        How many runs were found, and where the old file is now.
    """
    aside = put_aside(path)
    found = {run.id: run for run in in_folders(path.parent)}
    with Runs(path) as runs:
        told = {run.id: run for run in salvaged_runs(aside)} if aside else {}
        for run in {**told, **found}.values():
            runs.restore(run)
        if aside:
            for table in ("steps", "epochs"):
                runs.take(table, salvaged(aside, table))
    return len({**told, **found}), aside


def put_aside(path: Path) -> Path | None:
    """Rename the database, if there is one, with what belongs to it."""
    if not os.path.exists(path):
        return None
    stem = f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1000))
    aside = next(one for name in names if not os.path.exists(one := path.with_name(name)))
    path.rename(aside)
    for ending in BESIDE:
        beside = path.with_name(path.name + ending)
        if os.path.exists(beside):
            beside.rename(aside.with_name(aside.name + ending))
    return aside


def in_folders(home: Path) -> Iterator[Run]:
    """The runs whose folders lie in one folder, as these tell of them."""
    for folder in sorted(home.iterdir()):
        if os.path.isfile(folder / PLAN):
            yield from_folder(folder)


def from_folder(folder: Path) -> Run:
    """What a run's folder says of it; the settings and the plan, where it has no summary."""
    kept, settings, plan = (_object(folder / n) for n in (SUMMARY, SETTINGS, PLAN))
    known: dict[str, Any] = {
        "id": folder.name,
        "name": settings.get("name") or plan.get("name") or folder.name,
        "source": "",
        "settings": settings,
        "device": settings.get("device_used", ""),
        "started": folder.stat().st_mtime,
        "state": "interrupted",
    }
    known.update({name: kept[name] for name in COLUMNS if name in kept})
    return Run(**{**known, "folder": str(folder)})


def salvaged_runs(aside: Path) -> Iterator[Run]:
    """The runs that a damaged database still tells of and whose folders are still there."""
    for row in salvaged(aside, "runs"):
        try:
            values = dict(zip(COLUMNS, row, strict=False))
            for name in ("settings", "best", "last"):
                values[name] = dict(json.loads(values.get(name, "{}")))
            run = Run(**values)
            if os.path.isfile(Path(run.folder) / PLAN):
                yield run
        except (ValueError, TypeError):
            continue


def salvaged(aside: Path, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, as far as they can be read."""
    try:
        with closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True)) as database:
            yield from database.execute(f"SELECT * FROM {table}")
    except sqlite3.Error:
        return


def _object(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
