"""The history of runs: what was trained, its best figures, its curves beside the present ones."""

from __future__ import annotations

import os
import sqlite3
import time
from bisect import bisect
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from graph.core.wording import amount
from gui.widgets.common import button, label
from gui.widgets.number_format import duration, headline, named
from runtime.protocol.figures import FigureTable, deciding
from runtime.store.rebuild import rebuild
from runtime.store.runs import DamagedRecords, Run, Runs, database, last_checkpoint

COLUMNS = ("Run", "Started", "State", "Best", "Epochs", "Last", "Time", "Seed", "Weights", "Device")
RUN = Qt.ItemDataRole.UserRole
ROOMY = 660
"""Pixels from which on the buttons have room for their words."""
ENDED = {"finished", "stopped", "interrupted", "failed"}

Curves = dict[str, tuple[list[float], list[float]]]


@dataclass(frozen=True)
class Earlier:
    """A run and its curves, by name: steps and values."""

    run: Run
    curves: Curves


class History(QWidget):
    """A table of all runs, the newest first."""

    overlaid = Signal(object)
    """Show the curves of a run (an `Earlier`) beside the present ones."""
    resumed = Signal(str, str, int)
    """Go on with the run in this folder; the second names its source, the third is the number of
    epochs of one that is finished, and 0 of others."""
    generated = Signal(str, str)
    """Draw with what the run in this folder learned; the second names its source."""
    opened = Signal(Path)
    """Open the board this run trained (a path)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Runs")
        self.table = _Runs()
        self.table.setAccessibleName("Runs")
        self.table.setColumnCount(len(COLUMNS))
        self.table.setHeaderLabels(COLUMNS)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setIconSize(QSize(14, 14))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._enable)
        self._none = label("Nothing was trained yet. Every run is kept here.", "dim", wrap=True)
        self._none.setContentsMargins(6, 4, 6, 4)  # where other panels begin theirs
        self._damaged = label("", "error", wrap=True)
        self._rebuild = button("Rebuild", self.rebuild, icon="arrow-counter-clockwise")
        self._rebuild.setToolTip("Finds the runs again in their folders; the old file is kept")
        self._overlay = button("Show curves", self.overlay, icon="chart-line")
        self._resume = button("Resume", self._go_on, icon="play")
        self._generate = button("Generate", self._go_on_drawing, icon="sparkle")
        self._generate.setToolTip("Draws the views with what this run learned, without training")
        self._open = button("Open its board", self._open_board, icon="tree-structure")
        self._folder = button("Show folder", self._show_folder, icon="folder-open")
        self._buttons = (self._overlay, self._resume, self._generate, self._open, self._folder)
        self._titles = tuple(one.text() for one in self._buttons)
        for one, title in zip(self._buttons, self._titles, strict=True):
            one.setAccessibleName(title)
            one.setToolTip(one.toolTip() or title)
        row = QHBoxLayout()
        row.addStretch(1)
        for one in self._buttons:
            row.addWidget(one)
        wrong = QHBoxLayout()
        wrong.addWidget(self._damaged, 1)
        wrong.addWidget(self._rebuild)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 14, 10)
        layout.addLayout(row)
        layout.addWidget(self._none)
        layout.addLayout(wrong)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the buttons are their icons; what they do is their tip."""
        super().resizeEvent(event)
        for one, title in zip(self._buttons, self._titles, strict=True):
            one.setText(title if self.width() >= ROOMY else "")

    def showEvent(self, event: object) -> None:
        self.refresh()
        super().showEvent(event)  # type: ignore[arg-type]

    def refresh(self) -> None:
        """Read the database anew."""
        chosen = {run.id for run in self.selected()}
        self.table.clear()
        runs, damaged = _read()
        self._damaged.setText(damaged)
        for part in (self._damaged, self._rebuild):
            part.setVisible(bool(damaged))
        for run in runs:
            table = FigureTable(run.figures, run.last)
            judged = deciding(run.best, run.figures)  # several losses play against each other
            best = headline(run.best, table) if judged else None
            last = headline(run.last, table)
            item = QTreeWidgetItem(
                [
                    run.name or run.id,
                    time.strftime("%d %b %H:%M", time.localtime(run.started)),
                    run.state,
                    f"{named(*best, table)} (epoch {run.best_epoch})" if best else "\N{EN DASH}",
                    f"{run.epoch} of {run.settings.get('epochs', '?')}",
                    named(*last, table) if last else "\N{EN DASH}",
                    duration(run.seconds),
                    str(run.settings.get("seed", "")),
                    f"{run.parameters:,}",
                    run.device,
                ]
            )
            item.setData(0, RUN, run)
            item.setToolTip(len(COLUMNS) - 1, run.device)
            if best:
                item.setToolTip(3, why(run, best[0]))
            elif run.best:
                item.setToolTip(3, "No one figure judges this run: the newest weights are kept")
            if last:
                item.setToolTip(5, f"{last[0]} after epoch {run.epoch}, the last that ended")
            self.table.addTopLevelItem(item)
            item.setSelected(run.id in chosen)
        self._none.setVisible(not runs and not damaged)
        self.table.setVisible(bool(runs))
        for one in self._buttons:
            one.setVisible(bool(runs))
        self._enable()

    def selected(self) -> list[Run]:
        """The chosen runs."""
        return [item.data(0, RUN) for item in self.table.selectedItems()]

    def select(self, row: int) -> None:
        """Choose one run by its row."""
        index = self.table.model().index(row, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(index, flags.ClearAndSelect | flags.Rows)

    def rebuild(self) -> None:
        """Find the runs again in their folders."""
        rebuild(database())
        self.refresh()

    def overlay(self) -> None:
        """Show the curves of the chosen runs."""
        for run in self.selected():
            with Runs(database()) as runs:
                curves: Curves = {
                    name: (list(map(float, points.steps)), list(points.values))
                    for name, points in runs.curves(run.id).items()
                }
                table = FigureTable(run.figures)
                for ended in runs.epochs(run.id):
                    for name, value in ended.figures.items():
                        if table.find(name)[0] == "val":  # batches are there one by one
                            add_point(curves.setdefault(name, ([], [])), float(ended.step), value)
            self.overlaid.emit(Earlier(run, curves))

    def _enable(self) -> None:
        runs = self.selected()
        for one in self._buttons:
            one.setEnabled(len(runs) == 1)
        self._overlay.setEnabled(bool(runs))
        self._resume.setEnabled(len(runs) == 1 and runs[0].state in ENDED)

        kept = len(runs) == 1 and os.path.exists(last_checkpoint(runs[0].folder))
        self._generate.setEnabled(kept and runs[0].state != "running")

    def _go_on_drawing(self) -> None:
        run = self.selected()[0]
        self.generated.emit(run.folder, run.source)

    def _go_on(self) -> None:
        run = self.selected()[0]
        self.resumed.emit(run.folder, run.source, run.epoch if run.state == "finished" else 0)

    def _open_board(self) -> None:
        boards = sorted(Path(self.selected()[0].folder).rglob("*.neurowire"))
        if boards:
            self.opened.emit(boards[0])

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self.selected()[0].folder))


class _Runs(QTreeWidget):
    """The list of runs: where the keys come to it, one of them is chosen."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        first = self.currentItem()
        by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason  # which chooses by itself
        if first is not None and not by_mouse and not self.selectedItems():
            first.setSelected(True)


def add_point(curve: tuple[list[float], list[float]], step: float, value: float) -> None:
    """Put a point where it belongs among those of a curve."""
    place = bisect(curve[0], step)
    curve[0].insert(place, step)
    curve[1].insert(place, value)


def why(run: Run, name: str) -> str:
    """Which figure of a run is shown as its best, and why that epoch's."""
    figure = run.best.get(run.best_by.removeprefix("lowest "))
    value = f": {amount(figure)}" if figure is not None else ""
    return f"{name} after epoch {run.best_epoch}, the best: {run.best_by}{value}"


def _read() -> tuple[list[Run], str]:
    """All runs, and what is wrong where they can't be read."""
    if not os.path.exists(database()):  # also where its folder can't be entered
        return [], ""
    try:
        with Runs(database()) as runs:
            return runs.all(), ""
    except DamagedRecords as error:
        return [], str(error)
    except (OSError, sqlite3.Error):
        return [], ""
