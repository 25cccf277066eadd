"""The commands that tell: templates, problems and shapes, data sets, runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from graph.core.plain_text import plain
from graph.core.wording import amount, many
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import templates as boards_to_start_from
from graph.problems.problem import Problem
from runtime.cli import open_board
from runtime.store.rebuild import rebuild
from runtime.store.runs import COLUMNS, Run, Runs, database
from runtime.worker import board_facts


def templates(_options: argparse.Namespace) -> int:
    """List the templates, name and one line each."""
    names = boards_to_start_from.names()
    print_table([(name, boards_to_start_from.describe(name)) for name in names])
    return 0


def check(options: argparse.Namespace) -> int:
    """Tell a board's problems and inferred shapes."""
    document, problems = open_board.open_board(options.file)
    inference, unread = board_facts.learn(document, options.data_dir)
    found = [*problems, *unread, *_beside(inference.problems, unread)]
    facts = ((document.node(node).name, one) for node, one in inference.facts.items())
    notes = [(name, str(one["note"])) for name, one in facts if one.get("note")]
    if options.json:
        content = {
            "problems": [_problem(one) for one in found],
            "notes": [{"name": name, "text": text} for name, text in notes],
            "nodes": _shapes(document, inference),
            "weights": inference.total_weights,
        }
        print(json.dumps(content))
    else:
        for one in found:
            print(f"{one.severity}: {one}", file=sys.stderr)
        for name, text in notes:
            print(f"note: {name}: {text}", file=sys.stderr)
        rows = [
            (node["name"], node["type"], ", ".join(node["outputs"].values()), _count(node))
            for node in _shapes(document, inference)
        ]
        print_table(rows, right={3})
        print(f"{inference.total_weights:,} weights")
    return 1 if any(one.severity == "error" for one in found) else 0


def data(options: argparse.Namespace) -> int:
    """List data sets, or download one."""
    from runtime.data import SOURCES, find, get, listing  # noqa: PLC0415 - not for every command

    if options.get and options.name:
        known = SOURCES.get(options.name)
        if known and (here := find(known, options.data_dir)):
            print(here)
            return 0
        if known and not known.files:
            print(f"{known.title} needs no download: it is built in.")
            return 0
        print(get(options.name, progress=_download_progress()))
        return 0
    if options.get or options.name:
        raise open_board.BadUsage("data get NAME: expected the name of a data set")
    entries = listing(options.data_dir)
    if options.json:
        for entry in entries:
            print(json.dumps({n: getattr(entry, n) for n in entry.__slots__}, default=str))
        return 0
    rows = [
        (one.name, one.state, _size(one.size), one.about, str(one.place or one.origin))
        for one in entries
    ]
    print_table(rows, right={2})
    return 0


def runs(options: argparse.Namespace) -> int:
    """List what was trained, the newest first, with its best figures."""
    if options.rebuild:
        count, aside = rebuild(database())
        kept = f"; the old records are kept in {aside}" if aside else ""
        print(f"{many(count, 'run')} found{kept}", file=sys.stderr)
    if not os.path.exists(database()):
        found: list[Run] = []
    else:
        with Runs(database()) as held:
            found = held.all()
    if options.json:
        for run in found:
            told = {name: getattr(run, name) for name in COLUMNS}
            print(json.dumps({**told, "best_by": run.best_by}))
        return 0
    if not found:
        print("Nothing was trained yet.")
    print_table([_run(run) for run in found], right={2, 3, 4})
    return 0


def print_table(rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> None:
    """Print rows in columns; those named in `right` line up on their right side."""
    rows = [tuple(map(plain, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _run(run: Run) -> tuple[str, ...]:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.started))
    return (
        run.id,
        when,
        many(run.epoch, "epoch"),
        many(run.step, "step"),
        f"{run.seconds:.1f} s",
        f"{run.state}  {_figures(run)}".rstrip(),
    )


def _figures(run: Run) -> str:
    """A run's figures, each with the epoch it is of."""
    best, last = (
        "  ".join(f"{name} {amount(value)}" for name, value in figures.items())
        for figures in (run.best, run.last)
    )
    if not best:
        return ""
    told = f"best at epoch {run.best_epoch} ({run.best_by}): {best}"
    return told if run.best_epoch == run.epoch else f"{told}  last, epoch {run.epoch}: {last}"


def _problem(problem: Problem) -> dict[str, Any]:
    names = ("node", "name", "sheet", "severity", "text", "expected", "received", "advice")
    return {name: getattr(problem, name) for name in names}


def _beside(problems: Iterable[Problem], others: Iterable[Problem]) -> list[Problem]:
    """Problems of nodes that have none of the others."""
    told = {one.node for one in others}
    return [one for one in problems if one.node not in told or one.node is None]


def _shapes(document: Document, inference: Diagnosis) -> list[dict[str, Any]]:
    found = []
    for sheet in document.sheets():
        for node in sorted(sheet.nodes.values(), key=lambda one: one.number):
            ports = document.ports(node).outputs
            types = {port.name: inference.type_of(node.id, port.name) for port in ports}
            found.append(
                {
                    "id": node.id,
                    "sheet": sheet.name,
                    "name": node.name,
                    "type": node.type,
                    "outputs": {name: str(kind) if kind else "?" for name, kind in types.items()},
                    "weights": inference.weights(node.id) or 0,
                }
            )
    return found


def _count(node: dict[str, Any]) -> str:
    return f"{node['weights']:,}" if node["weights"] else ""


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size else ""


def _download_progress() -> Any:
    from rich.console import Console  # noqa: PLC0415 - not for every command
    from rich.progress import DownloadColumn, Progress, TextColumn  # noqa: PLC0415

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        DownloadColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, Any] = {}
    bar.start()

    def tell(name: str, done: int, size: int) -> None:
        if name not in tasks:
            tasks[name] = bar.add_task(name, total=size)
        bar.update(tasks[name], completed=done)
        if done >= size:
            bar.refresh()

    return tell
