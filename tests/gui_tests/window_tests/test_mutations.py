"""Damaged boards in the real window: nothing is raised, hangs or costs."""

from __future__ import annotations

import json
import os
import time

from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from graph.core.errors import FileError
from graph.format.file import load_text
from tests.graph_tests.mutations import HANGS_S, MEGABYTES, _peak_mb, limited, mutants
from tests.gui_tests.window_tests.conftest import MakeWindow

COUNT = int(os.environ.get("NEUROWIRE_FUZZ", "16"))
SECONDS = 3.0
"""Of processor for opening, drawing, selecting and compiling."""


def test_damaged_boards_open_in_the_window(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window()
    wrong = []
    for done, text in mutants(11, COUNT):
        began, memory = time.process_time(), _peak_mb()
        with limited(HANGS_S):
            try:
                document = load_text(text).document
            except FileError:
                continue
            window.documents.show(document, None)
            QCoreApplication.processEvents()
            for node in list(document.board.nodes)[:3]:
                window.session.select([node])
                QCoreApplication.processEvents()
            for sheet in list(document.networks)[:2]:
                window.board.show_sheet(sheet)
                QCoreApplication.processEvents()
            window.source.compile_now()
            window.grab()
        taken, grown = time.process_time() - began, _peak_mb() - memory
        if window.source.mistakes:
            wrong.append(f"{done}: {window.source.mistakes[0]}")
        if taken > SECONDS or grown > MEGABYTES:
            wrong.append(f"{done}: {taken:.1f} s, {grown:.0f} MB")
    assert not wrong


def test_a_name_of_100000_letters_costs_nothing(make_window: MakeWindow) -> None:
    window = make_window()
    long = "x" * 100_000
    began, memory = time.process_time(), _peak_mb()
    window.notice.show_message(long[:600], long[:600])
    nodes = {"n1": {"type": "layer.linear", "name": long}, "n2": {"type": long[:90]}}
    frame = {"title": long, "x": 0, "y": 0, "width": 9, "height": 9}
    text = json.dumps({"format": 1, "board": {"nodes": nodes, "frames": {"f1": frame}}})
    loaded = load_text(text)
    window.documents.show(loaded.document, None)
    window.notice.show_message("Opened.", " ".join(str(problem) for problem in loaded.problems[:3]))
    QCoreApplication.processEvents()
    window.grab()
    assert time.process_time() - began < SECONDS
    assert _peak_mb() - memory < MEGABYTES
