"""What is drawn on what in a theme, and how much it has to stand out."""

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtGui import QColor

from gui.look.colours import (
    _FAMILIES,
    _OPTIMIZERS,
    _WIRES,
    CURVES,
    EARLIER,
    HELD_OUT,
    Colours,
    curve_of,
    family_of,
    mix,
    optimizer_of,
    readable_on,
    wire_of,
)

TEXT, LINE = 4.5, 3.0
"""The least contrast of text, and of lines, rings and marks (WCAG AA)."""


class Pair(NamedTuple):
    """One colour on another."""

    what: str
    colour: QColor
    ground: QColor
    least: float


def pairs(theme: Colours) -> Iterator[Pair]:
    """Every pair of colours that says something in a theme."""
    grounds = {name: getattr(theme, name) for name in ("panel", "field", "node", "canvas")}
    hovered = {**grounds, "hover": theme.hover}
    select = mix(theme.panel, theme.accent, 0.22 if theme.dark else 0.18)
    told = {
        f"{name} told on a panel": mix(theme.panel, getattr(theme, name), share)
        for name, share in (("error", 0.14), ("good", 0.14), ("error", 0.10), ("warning", 0.10))
    }
    for name, surfaces in (
        ("text", {**hovered, **told, "select": select}),
        ("dim", {**hovered, **told}),
        ("faint", grounds),
        ("error", {**grounds}),
        ("warning", {**grounds}),
        ("positive", {"panel": theme.panel, "canvas": theme.canvas}),
    ):
        for ground, colour in surfaces.items():
            yield Pair(f"{name} on {ground}", getattr(theme, name), colour, TEXT)
    yield Pair("text on good", theme.on_good, theme.good, TEXT)
    yield Pair("text on good under the pointer", theme.on_good, _hovered(theme), TEXT)
    yield Pair("text on accent", theme.on_accent, theme.accent, TEXT)
    for name in ("accent", "good", "negative", "positive", "error", "warning"):
        for ground, colour in grounds.items():
            yield Pair(f"{name} line on {ground}", getattr(theme, name), colour, LINE)
    yield from _lines(theme)


def _lines(theme: Colours) -> Iterator[Pair]:
    for group in (*_FAMILIES, "of no group"):
        colour = family_of(group, theme)
        for ground in (theme.panel, theme.canvas):
            yield Pair(f"family {group}", colour, ground, LINE)
        yield Pair(f"name on family {group}", readable_on(colour), colour, TEXT)
    for kind in (*_WIRES, "of no kind"):
        for ground in (theme.canvas, theme.node):
            yield Pair(f"wire {kind}", wire_of(kind, theme), ground, LINE)
    for place in range(len(_OPTIMIZERS)):
        for ground in (theme.panel, theme.canvas):
            yield Pair(f"optimizer {place}", optimizer_of(place, theme), ground, LINE)
    for one in (*CURVES, *HELD_OUT, *EARLIER):
        yield Pair(f"curve {one}", curve_of(one, theme), theme.panel, LINE)
    edge = mix(theme.line, theme.faint, 0.8)
    for ground in (theme.panel, theme.field):
        yield Pair("edge of a box to tick", edge, ground, LINE)


def _hovered(theme: Colours) -> QColor:
    return mix(theme.good, theme.text, 0.12)
