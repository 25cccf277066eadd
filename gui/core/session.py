"""What every panel looks at: the open document, its inference, and what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from graph.core.errors import NeurowireError
from graph.diagnose.context import Place
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.events import Event, Settled
from graph.model.sheet import BOARD, LinkKey
from graph.problems.problem import Problem
from gui.widgets.common import words


class Session(QObject):
    """The open document as Qt signals.

    Panels are built once and follow these signals; opening another document is one of them.

    Attributes:
        wires: The wires of the sheet shown that are selected, where they are all that is.
        sheet: The sheet shown.
        place: The place of it that was entered.
    """

    opened = Signal()
    """Another document is open: build everything anew."""
    edited = Signal(object)
    """One event of the document."""
    settled = Signal(str)
    """A whole edit, undo or redo is done; its name."""
    inferred = Signal(object)
    """Shapes, weights or problems of these node ids changed (a frozenset)."""
    selected = Signal(tuple)
    """Another selection (a tuple of node ids)."""
    wires_selected = Signal()
    """Other wires are all that is selected, or none are any more."""
    sheet_changed = Signal()
    """Another sheet or place is shown, or the one shown has another name."""
    mended = Signal()
    """A problem's fix was pressed."""
    message = Signal(str)
    """A sentence for the status bar."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop: list[Callable[[], None]] = []
        self.selection: tuple[str, ...] = ()
        self.wires: tuple[LinkKey, ...] = ()
        self.sheet = BOARD
        self._take(document)

    def open(self, document: Document) -> None:
        """Show another document."""
        self.close()
        self.selection = ()
        self.wires = ()
        self.sheet = BOARD
        self._take(document)
        self.opened.emit()
        self.selected.emit(())

    def close(self) -> None:
        """Stop following the document."""
        for stop in self._stop:
            stop()
        self._stop.clear()

    def select(self, ids: Iterable[str]) -> None:
        """Select nodes; those that are gone are left out."""
        selection = tuple(node_id for node_id in ids if self.document.has(node_id))
        if selection != self.selection:
            self.selection = selection
            self.selected.emit(selection)

    def select_wires(self, wires: tuple[LinkKey, ...]) -> None:
        """Select wires of the sheet shown, or none."""
        if wires != self.wires:
            self.wires = wires
            self.wires_selected.emit()

    def show_sheet(self, name: str, path: Sequence[str] = ()) -> None:
        """The canvas shows the board or a network, entered through a path of instances."""
        self.sheet = name
        self.place = Place(self.inference, path)
        self.sheet_changed.emit()

    def _take(self, document: Document) -> None:
        self.document = document
        self.inference = Diagnosis(document)
        self.place = Place(self.inference)
        self._stop += [self.inference.close, document.subscribe(self._on_event)]
        self.inference.on_change(self._on_inferred)

    def _on_event(self, event: Event) -> None:
        self.edited.emit(event)
        if isinstance(event, Settled):
            self.select(self.selection)
            self.settled.emit(event.name)

    def _on_inferred(self, ids: set[str]) -> None:
        self.inferred.emit(frozenset(ids))

    def fix(self, problem: Problem, index: int = 0) -> None:
        """Apply one of a problem's fixes, as one step of the history."""
        fix = problem.fixes[index]
        try:
            with self.document.group(words(fix.label)):
                fix.apply(self.document)
        except NeurowireError as error:
            self.message.emit(str(error))
        self.mended.emit()
