"""Faults of a window's look that can be measured: what is cut, outside, or over something else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QWidget,
)

from gui.widgets.common import Elided

APART = 16
"""Pixels between two texts on one line that a designer leaves free."""
WORDS = (QLabel, QAbstractButton, QComboBox, QLineEdit)


def place(widget: QWidget) -> QRect:
    """Where a widget is in its window."""
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def leaves(window: QWidget) -> Iterator[QWidget]:
    """The widgets that show words, and can be seen."""
    for one in window.findChildren(QWidget):
        theirs = isinstance(one.parentWidget(), QLineEdit | QTabBar)  # Qt places those
        if isinstance(one, WORDS) and one.isVisible() and one.window() is window and not theirs:
            yield one


def faults(window: QWidget) -> list[str]:
    """What a designer would mend, in words."""
    shown = [one for one in leaves(window) if not one.visibleRegion().isEmpty()]
    return [*_outside(window, shown), *_cut(window, shown), *_over(shown)]


def _name(widget: QWidget) -> str:
    text = widget.text() if hasattr(widget, "text") else widget.accessibleName()
    return f"{type(widget).__name__} {text or widget.accessibleName() or widget.objectName()!r}"


def _scrolled(widget: QWidget) -> bool:
    """Does it stand in what scrolls, so that it may lie below the edge?"""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def _outside(window: QWidget, shown: list[QWidget]) -> Iterator[str]:
    for one in shown:
        box = place(one)
        if _scrolled(one):
            box = box.intersected(QRect(box.left(), 0, box.width(), window.height()))
        if not window.rect().contains(box):
            yield f"outside: {_name(one)} {box.getRect()} of {window.size().toTuple()}"


def _cut(window: QWidget, shown: list[QWidget]) -> Iterator[str]:
    for one in shown:
        if isinstance(one, Elided):
            lacks = one.fontMetrics().horizontalAdvance(one.text()) - one.contentsRect().width()
            if lacks > 0 and lacks + APART <= _beside(window, one, shown):
                yield f"cut, with room beside: {_name(one)}, {lacks} pixels"
            continue
        whole = isinstance(one, QAbstractButton | QComboBox)
        whole = whole or (isinstance(one, QLabel) and bool(one.text()) and not one.wordWrap())
        if whole and one.minimumSizeHint().width() > one.width() + 1:
            yield f"cut: {_name(one)} {one.minimumSizeHint().width()} in {one.width()}"


def _beside(window: QWidget, one: QWidget, shown: list[QWidget]) -> int:
    """Pixels free on the right of a widget, up to the next words or the edge of its panel."""
    box = place(one)
    panel = one.parentWidget()
    while panel is not None and panel.parentWidget() is not window:
        panel = panel.parentWidget()
    end = place(panel).right() if panel is not None else window.width()
    for other in shown:
        there = place(other)
        beside = there.top() < box.bottom() and there.bottom() > box.top()
        if other is not one and beside and there.left() >= box.right():
            end = min(end, there.left())
    return end - box.right()


def _over(shown: list[QWidget]) -> Iterator[str]:
    for one, other in combinations(shown, 2):
        if one.isAncestorOf(other) or other.isAncestorOf(one):
            continue
        seen = [QRect(place(each)) & _clip(each) for each in (one, other)]
        both = seen[0].intersected(seen[1])
        if both.width() > 1 and both.height() > 1:
            yield f"over one another: {_name(one)} and {_name(other)}"


def _clip(widget: QWidget) -> QRect:
    """What can be seen of a widget, in its window."""
    box = widget.visibleRegion().boundingRect()
    return QRect(widget.mapTo(widget.window(), box.topLeft()), box.size())
