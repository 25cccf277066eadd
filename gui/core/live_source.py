"""The board's source, compiled again shortly after each edit."""

from __future__ import annotations

import time
import traceback
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from graph.compile import Compiled, compile_document
from graph.model.sheet import BOARD
from graph.problems.problem import CompileError, Problem
from gui.core.session import Session

SHORTEST_MS = 200
"""How long after the last edit the source is compiled, at least."""


class Source(QObject):
    """The compiled project, or the problems that stand in its way.

    Compiling waits until the edits pause, the longer the longer it takes, so that typing and
    dragging never wait for it.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.project: Compiled | None = None
        self.problems: tuple[Problem, ...] = ()
        self.mistakes: tuple[Problem, ...] = ()
        """Those of `problems` that are no fault of the board but of the compiler."""
        self._fresh = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHORTEST_MS)
        self._timer.timeout.connect(self.compile_now)
        session.opened.connect(self.touch)
        session.settled.connect(self.touch)
        session.inferred.connect(self.touch)
        self.touch()

    def touch(self, *_: object) -> None:
        """Compile again soon."""
        self._fresh = False
        self._timer.start()

    def compile_now(self) -> None:
        """Compile what is on the board, unless that is done."""
        self._timer.stop()
        if self._fresh:
            return
        begun = time.perf_counter()
        self.project, self.problems, self.mistakes = None, (), ()
        try:
            self.project = compile_document(
                self._session.document, inference=self._session.inference
            )
        except CompileError as error:
            self.problems = tuple(error.problems)
        except Exception as error:  # whatever it is, the window goes on and says so
            self.problems = self.mistakes = (mistake(error),)
        self._fresh = True
        taken_ms = int(1000 * (time.perf_counter() - begun))
        self._timer.setInterval(max(SHORTEST_MS, 4 * taken_ms))
        self.changed.emit()


def mistake(error: Exception) -> Problem:
    """What is told of an error that the compiler should never raise, and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error}".rstrip(": .")
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return Problem(
        None,
        BOARD,
        f"This board could not be compiled: {what} ({where}). This should not have happened.",
        advice="Undo the last change, then train again; please report these words with the board.",
    )
