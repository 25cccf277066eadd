"""Small widgets the panels share."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSlider,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph.diagnose.trials import Tried
from graph.problems.problem import Fix, Problem, sentence
from gui import look
from gui.widgets.wrapping import Flow, Wrapped

BESIDE_WORDS = QSize(20, 14)
"""Room for a sign of 14 pixels in front of its word: what is wider keeps them apart."""
FRAME = 60
"""Pixels around a dialog on a screen that is hardly larger: its title, and what shows behind it."""
PAUSE_MS = 150
"""How long after an edit its problems' fixes are tried, so that no edit waits for it."""


def label(text: str = "", style: str = "", *, wrap: bool = False) -> QLabel:
    """A label in one of the theme's styles: title, heading, dim, mono, figure, error, warning."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if style:
        made.setProperty("look", style)
    made.setWordWrap(wrap)
    return made


CODE = re.compile(r"`([^`\n]+)`")


def words(text: str) -> str:
    """A help text or a message for people: code in it is not marked by backticks."""
    return CODE.sub(r"\1", text)


def shown(text: str) -> str:
    """A text for a tooltip, letter by letter: Qt would draw what looks like HTML as HTML."""
    return f"<p>{html.escape(text)}</p>" if "<" in text or "&" in text else text


class Elided(QLabel):
    """A line of text that gives way: shortened with dots where there is no room for it."""

    FEWEST = 6

    def __init__(
        self,
        style: str = "",
        dots: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        least: int = 60,
    ) -> None:
        """An empty one.

        Args:
            style: One of the theme's styles, as for `label`.
            dots: Where it is shortened.
            least: Pixels it keeps, if it needs as many.
        """
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._dots, self._least = dots, least
        if style:
            self.setProperty("look", style)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._least, self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        box = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._dots, box.width())
        right = self._dots == Qt.TextElideMode.ElideRight
        if right and len(text) <= self.FEWEST and text != self.text():
            return  # a word cut so short says nothing
        painter.drawText(box, int(self.alignment()), text)


def button(text: str, act: Callable[[], object], style: str = "", icon: str = "") -> QPushButton:
    """A push button in one of the theme's styles: primary, flat, link."""
    made = QPushButton(text)
    if style:
        made.setProperty("look", style)
    if icon:
        made.setIcon(look.icon(icon))
        made.setIconSize(BESIDE_WORDS)
    made.clicked.connect(lambda: act())
    return made


def tool_button(icon: str, tip: str, act: Callable[[], object], *, size: int = 16) -> QToolButton:
    """A button that is an icon alone, of some pixels; its tip is what a screen reader says."""
    made = QToolButton()
    made.setIcon(look.icon(icon, "dim"))
    made.setIconSize(QSize(size, size))
    made.setStyleSheet("padding: 4px")
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setCursor(Qt.CursorShape.ArrowCursor)
    made.clicked.connect(lambda: act())
    return made


def holds_keys(widget: QWidget) -> bool:
    """Do the keys go to a widget, or to something in it?"""
    focused = QApplication.focusWidget()
    return focused is not None and (focused is widget or widget.isAncestorOf(focused))


def open_at(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog its first size; where the screen is smaller, what leaves its frame room."""
    room = dialog.screen().availableSize() - QSize(FRAME, FRAME)
    dialog.resize(QSize(width, height).boundedTo(room))


def restyle(widget: QWidget, style: str) -> None:
    """Give a widget another of the theme's styles."""
    if widget.property("look") != style:
        widget.setProperty("look", style)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            empty(inner)
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def rule() -> QFrame:
    """A thin line."""
    line = QFrame()
    line.setProperty("look", "rule")
    return line


class Track(QSlider):
    """A slider whose handle jumps to where its groove is clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            room = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self)
            place = round(event.position().x()) - room // 2
            self.setValue(
                QStyle.sliderValueFromPosition(
                    self.minimum(), self.maximum(), place, self.width() - room
                )
            )
        super().mousePressEvent(event)


class Card(QFrame):
    """One problem: what is wrong, what to do, and a button for each fix."""

    def __init__(
        self,
        problem: Problem,
        fix: Callable[[Problem, int], None],
        jump: Callable[[Problem], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.problem = problem
        self.setObjectName("problem")
        self._jump = jump
        self._recolour()
        look.changed.connect(self._recolour)
        self.setAccessibleName(words(f"{problem.severity}: {problem}"))
        text = QVBoxLayout()
        text.setSpacing(2)
        if jump is not None and problem.name:
            heading = QHBoxLayout()
            heading.setSpacing(6)
            heading.addWidget(label(problem.name, "heading", wrap=not problem.place))
            if problem.place:
                heading.addWidget(label(f"in {problem.place}", "dim"))
                heading.addStretch(1)
            text.addLayout(heading)
        text.addWidget(label(words(_sentence(problem.text)), wrap=True))
        if problem.advice:
            text.addWidget(label(words(_sentence(problem.advice)), "dim", wrap=True))
        self._fix = fix
        self._offered: tuple[Fix, ...] = ()
        self._row = QWidget()
        self._row.setMinimumHeight(self.fontMetrics().height() + 14)  # a button's, also before
        self._buttons = Flow(self._row, 6)
        if jump is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 10, 8)
        layout.setSpacing(6)
        layout.addLayout(text)
        layout.addWidget(self._row)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._offer)
        self.take(problem)

    def _recolour(self) -> None:
        colours = look.colours()
        edge = colours.error if self.problem.severity == "error" else colours.warning
        ground = look.mix(colours.panel, edge, 0.10)
        self.setStyleSheet(
            f"QFrame#problem {{ background: {ground.name()}; border: none;"
            f" border-left: 3px solid {edge.name()}; border-radius: 4px; }}"
            f"QFrame#problem:focus {{ border: 1px solid {colours.accent.name()};"
            f" border-left: 3px solid {edge.name()}; }}"
        )

    def take(self, problem: Problem) -> None:
        """Show the same of a problem as it stands now: what mends it may have changed.

        Fixes that are to be tried first are tried when the edits pause.
        """
        if self._idle.isActive() and problem == self.problem:
            return
        self.problem = problem
        self._idle.stop()
        if isinstance(problem.fixes, Tried) and not problem.fixes.known:
            self._idle.start(PAUSE_MS)
        else:
            self._offer()

    def _offer(self) -> None:
        if isinstance(self.problem.fixes, Tried) and self.problem.fixes.over:
            return  # it is about to be shown anew, or gone
        fixes = tuple(self.problem.fixes)
        same = [one.label for one in fixes] == [one.label for one in self._offered]
        self._offered = fixes
        self._row.setVisible(bool(fixes))
        if same:
            return
        empty(self._buttons)
        for index, one in enumerate(fixes):
            made = Wrapped(words(one.label))
            made.clicked.connect(partial(self._mend, index))
            self._buttons.addWidget(made)
        if self._jump is not None:
            self.follow()

    def follow(self, before: QWidget | None = None) -> QWidget:
        """Put its buttons behind it in the order of Tab, and it behind another; gives its last.

        Qt puts what is made while a window is open behind everything else in it.
        """
        places = (self._buttons.itemAt(place) for place in range(self._buttons.count()))
        buttons = [one.widget() for one in places if one is not None]
        stops = [one for one in (before, self, *buttons) if one is not None]
        for one, following in pairwise(stops):
            QWidget.setTabOrder(one, following)
        return stops[-1]

    def _mend(self, index: int, _: bool = False) -> None:
        self._fix(replace(self.problem, fixes=self._offered), index)

    def mousePressEvent(self, _: object) -> None:
        if self._jump is not None:
            self._jump(self.problem)

    def keyPressEvent(self, event: object) -> None:
        key = getattr(event, "key", lambda: None)()
        if (
            self._jump is not None
            and self.hasFocus()
            and key in {Qt.Key.Key_Return, Qt.Key.Key_Space}
        ):
            self._jump(self.problem)
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]


def _sentence(text: str) -> str:
    first = text.split(" ", maxsplit=1)[0]
    code = {*"._("} & {*first}  # which is another with a capital, such as log(x)
    return sentence(text if code else text[:1].upper() + text[1:])
