"""Pens, brushes and fonts of the theme in force, made once and shared by every item."""

from functools import cache, lru_cache
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen

from gui import look

READABLE = 9.0
"""Pixels of the smallest text that is drawn."""
OVERVIEW = (14, 16, 18, 20, 23, 26, 30, 34, 38)
"""Sizes of names on a board seen from some way off, in scene units."""


class Palette:
    """What the canvas paints with in one theme."""

    def __init__(self, colours: look.Colours) -> None:
        self.colours = colours
        self.node = QBrush(colours.node)
        self.node_line = QPen(colours.node_line, 1)
        self.muted_line = QPen(colours.faint, 1.2, Qt.PenStyle.DashLine)
        self.selected = QPen(colours.accent, 2)
        self.highlighted = QPen(look.mix(colours.accent, colours.node, 0.35), 2)
        self.text = QPen(colours.text)
        self.dim = QPen(colours.dim)
        self.grip = QPen(colours.dim, 1.2)
        self.faint = QPen(colours.node_line, 1)
        self.canvas = QBrush(colours.canvas)
        self.port = QBrush(colours.node)
        self.picture = QBrush(colours.field)
        self.track = QBrush(look.mix(colours.node, colours.dim, 0.16))
        self.bar = QBrush(look.mix(colours.node, colours.dim, 0.8))
        self.error = QBrush(colours.error)
        self.warning = QBrush(colours.warning)
        self.shadows = [
            QBrush(QColor(0, 0, 0, alpha))
            for alpha in ((16, 22, 30) if colours.dark else (5, 7, 9))
        ]


class Fonts:
    """The canvas's fonts; sizes in scene units, so they grow with the zoom.

    Args:
        least: The size that can still be read from where the board is seen.
    """

    def __init__(self, least: int = 0) -> None:
        weight = QFont.Weight
        self.name = look.ui_font(max(13, least), weight.DemiBold)
        self.type = look.ui_font(max(11, least), weight.Medium)
        self.label = look.ui_font(max(12, least))
        self.small = look.ui_font(max(11, least))
        self.shape = look.mono_font(max(11, least))
        self.icon = look.icon_font(15)
        self.badge = look.ui_font(11, weight.Bold)
        for size in OVERVIEW:
            setattr(self, f"overview_{size}", look.ui_font(size, weight.DemiBold))


@lru_cache(maxsize=2)
def _palette(name: str) -> Palette:
    return Palette(look.DARK if name == "dark" else look.LIGHT)


def palette() -> Palette:
    """The palette of the theme in force."""
    return _palette(look.colours().name)


@cache
def fonts(least: int = 0) -> Fonts:
    """The canvas's fonts, none smaller than `least`."""
    return Fonts(least)


def readable(scale: float) -> int:
    """The size in scene units that can still be read at a zoom."""
    return ceil(READABLE / scale)


@cache
def _metrics(font: str, least: int) -> QFontMetricsF:
    return QFontMetricsF(getattr(fonts(least), font))


@lru_cache(maxsize=4096)
def width(text: str, font: str, least: int = 0) -> float:
    """Width of `text` in the font of that name in `Fonts`, in scene units."""
    return float(_metrics(font, least).horizontalAdvance(text))


def overview(text: str, room: float, most: float, least: float) -> str:
    """The name of the largest overview font no larger than `most` in which `text` has room.

    One of about `least` is given where it has none; the text is then to be shortened.
    """
    sizes = [size for size in OVERVIEW if size <= most] or [OVERVIEW[0]]
    least = min((size for size in sizes if size >= least), default=sizes[-1])
    for size in reversed(sizes):
        if size <= least or width(text, f"overview_{size}") <= room:
            return f"overview_{size}"
    return f"overview_{sizes[0]}"


@lru_cache(maxsize=4096)
def elide(text: str, font: str, room: float, least: int = 0) -> str:
    """`text`, shortened by an ellipsis to fit `room`."""
    return _metrics(font, least).elidedText(text, Qt.TextElideMode.ElideRight, room)


class Family:
    """Brushes of one family of nodes."""

    def __init__(self, group: str, colours: look.Colours) -> None:
        self.colour = look.family_colour(group)
        self.header = QBrush(self.colour)
        self.on_header = QPen(look.readable_on(self.colour))
        soft = QColor(self.on_header.color())
        soft.setAlphaF(0.82)
        self.soft = QPen(soft)
        self.icon = look.glyph(look.family_icon(group))
        self.curve = QPen(
            self.colour if colours.dark else self.colour.darker(108),
            1.8,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
            Qt.PenJoinStyle.RoundJoin,
        )
        self.ring = QPen(self.colour, 2)


@lru_cache(maxsize=128)
def _family(group: str, theme: str) -> Family:
    return Family(group, look.DARK if theme == "dark" else look.LIGHT)


def family(group: str) -> Family:
    """Brushes of a family in the theme in force."""
    return _family(group, look.colours().name)
