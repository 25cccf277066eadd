"""Which colour each curve of a run has."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor

from graph.core.run_plan import Figure
from gui import look

APART = 20
"""Degrees of hue that a colour keeps from those of optimizers."""


class CurveColours:
    """Losses have their optimizer's colour where there are several, all others one of their own."""

    def __init__(self) -> None:
        self.optimizers: Mapping[str, QColor] = {}
        """By the names of their losses; empty where there is only one."""
        self._losses: dict[Figure, QColor] = {}
        self._earlier: list[str] = []

    def clear(self) -> None:
        """A new run begins."""
        self._losses.clear()
        self._earlier.clear()

    def has(self, figure: Figure) -> bool:
        """Is it a loss that was drawn step by step?"""
        return figure in self._losses

    def of_loss(self, figure: Figure) -> QColor:
        """The colour of a loss that is new."""
        free = [one for one in look.CURVES if not self._taken(QColor(one))] or look.CURVES
        others = sum(one.path not in self.optimizers for one in self._losses)
        colour = self.optimizers.get(figure.path, QColor(free[others % len(free)]))
        self._losses[figure] = colour
        return colour

    def held_out(self, loss: Figure) -> QColor:
        """The validation curve's colour: of its own for a loss alone, else its training curve's."""
        whole = [one for one in self._losses if not one.part]
        if whole == [loss]:
            return QColor(look.HELD_OUT[0])
        return look.mix(self._losses[loss], look.colours().text, 0.5)

    def of_metric(self, place: int, split: str) -> tuple[QColor, bool]:
        """The colour of the metric at a place among all, and whether another has it, too."""
        palette = look.HELD_OUT if split == "val" else look.CURVES
        return QColor(palette[place % len(palette)]), place // len(palette) % 2 == 1

    def of_earlier(self, run: str) -> QColor:
        """The colour of all curves of an earlier run."""
        if run not in self._earlier:
            self._earlier.append(run)
        palette = look.EARLIER
        return QColor(palette[self._earlier.index(run) % len(palette)])

    def _taken(self, colour: QColor) -> bool:
        """Could a colour be mistaken for that of an optimizer?"""
        hues = [one.hue() for one in self.optimizers.values()]
        return any(
            min((colour.hue() - hue) % 360, (hue - colour.hue()) % 360) < APART for hue in hues
        )
