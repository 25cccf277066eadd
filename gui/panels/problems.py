"""The list of problems: a click selects the node, a button applies a fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from graph.diagnose.trials import Tried
from graph.problems.problem import Problem
from gui.core.session import Session
from gui.widgets.common import Card, holds_keys, label

MOST = 60
"""How many cards are shown; more than that nobody reads."""


class Problems(QScrollArea):
    """What inference, the compiler and the worker found wrong, errors first."""

    left = Signal()
    """The button that had the keys is gone."""
    counted = Signal(int)
    """How many there are now."""
    jumped = Signal(str)
    """A problem was clicked: show this node."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._extra: tuple[Problem, ...] = ()
        self._data: tuple[Problem, ...] = ()
        self._refused: tuple[Problem, ...] = ()
        self._mistakes: tuple[Problem, ...] = ()
        self._shown: list[Problem] = []
        self._said: list[object] = []
        self._in_order: list[Card] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Problems")
        holder = QWidget()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        self._none = label("No problems: the board can be trained.", "dim")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.addWidget(self._none)
        layout.addLayout(self._cards)
        layout.addStretch(1)
        self.setWidget(holder)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        session.opened.connect(self._reset)
        session.inferred.connect(lambda _: self._timer.start(0))
        session.settled.connect(lambda _: self._on_settled())
        self.refresh()

    @property
    def shown(self) -> list[Problem]:
        """The problems listed now."""
        return list(self._shown)

    def refuse(self, *problems: Problem) -> None:
        """Show problems that came from compiling, until the next edit."""
        self._refused = problems
        self.refresh()

    def add(self, *problems: Problem) -> None:
        """Show problems that came from training, until the next run."""
        known = {str(problem) for problem in self._extra}
        self._extra += tuple(one for one in problems if str(one) not in known)
        self.refresh()

    def set_data(self, problems: tuple[Problem, ...]) -> None:
        """Show what could not be read of the data nodes."""
        self._data, self._refused = problems, ()
        self.refresh()

    def set_mistakes(self, problems: tuple[Problem, ...]) -> None:
        """Show what the compiler got wrong, until it compiles again."""
        if problems != self._mistakes:
            self._mistakes = problems
            self.refresh()

    def refresh(self) -> None:
        """List what is wrong now."""
        found = list(self._session.inference.problems)
        known = {(one.node, one.text) for one in found}
        told = (*self._mistakes, *self._data, *self._refused, *self._extra)
        others = {(one.node, one.text): one for one in told}
        found += [one for key, one in others.items() if key not in known]
        found.sort(key=lambda one: one.severity != "error")
        self.counted.emit(len(found))
        self._shown = found
        problems = together(found)
        said = [_said(one) for one in problems]
        if said == self._said:
            for card, problem in zip(self._in_order, problems, strict=False):
                card.take(problem)
            return
        self._said = said
        self._none.setVisible(not found)
        self._lay_out(problems[:MOST])
        if len(problems) > MOST:
            self._cards.addWidget(label(f"and {len(problems) - MOST} more", "dim"))

    def _lay_out(self, problems: list[Problem]) -> None:
        """Put up a card for each problem; one that says the same as before stays what it is."""
        present: dict[object, list[Card]] = {}
        for card in self._in_order:
            present.setdefault(_said(card.problem), []).append(card)
        while (item := self._cards.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and not isinstance(widget, Card):
                widget.hide()
                widget.deleteLater()
        self._in_order = []
        last: QWidget = self
        for problem in problems:
            alike = present.get(_said(problem))
            card = alike.pop(0) if alike else Card(problem, self._fix, self._jump)
            card.take(problem)
            self._in_order.append(card)
            self._cards.addWidget(card)
            last = card.follow(last)
        for card in (one for alike in present.values() for one in alike):
            if holds_keys(card):
                self.left.emit()
            card.hide()
            card.deleteLater()

    def clear_extra(self) -> None:
        """Forget what compiling or training reported."""
        if self._extra or self._refused:
            self._extra = self._refused = ()
            self.refresh()

    def _on_settled(self) -> None:
        self._refused = ()
        self._timer.start(0)

    def _reset(self) -> None:
        self._extra = self._data = self._refused = self._mistakes = ()
        self.refresh()

    def _fix(self, problem: Problem, index: int) -> None:
        self._extra = tuple(
            one for one in self._extra if (one.node, one.text) != (problem.node, problem.text)
        )
        self._session.fix(problem, index)
        self.refresh()

    def _jump(self, problem: Problem) -> None:
        if problem.node is not None and self._session.document.has(problem.node):
            self._session.select([problem.node])
            self.jumped.emit(problem.node)


def _said(problem: Problem) -> object:
    """All that a card shows."""
    fixes = proposed(problem)
    return str(problem), problem.severity, problem.name, problem.place, fixes


def proposed(problem: Problem) -> tuple[str, ...]:
    """The labels of its fixes, as they are before any is tried."""
    fixes = problem.fixes.proposed if isinstance(problem.fixes, Tried) else problem.fixes
    return tuple(fix.label for fix in fixes)


def together(problems: Iterable[Problem]) -> list[Problem]:
    """One problem for those that say the same of several nodes and are mended by the same."""
    same: dict[object, list[Problem]] = {}
    for one in problems:
        fixes = proposed(one)
        key = (one.severity, one.text, one.advice, fixes) if fixes else id(one)
        same.setdefault(key, []).append(one)
    return [_as_one(alike) for alike in same.values()]


def _as_one(alike: list[Problem]) -> Problem:
    """The first, named after all."""
    first, *rest = alike
    if not rest:
        return first
    if any(one.place != first.place for one in rest):
        return replace(first, name=", ".join(one.subject for one in alike), place="")
    return replace(first, name=", ".join(one.name for one in alike))
