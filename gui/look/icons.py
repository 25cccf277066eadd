"""Icons: Phosphor's glyphs from the QtAwesome package, drawn in the theme's colours.

QtAwesome carries the icon fonts; its own loader reads all eleven of them, so the one font
needed is opened here and drawn by an engine that asks for the colour each time it paints:
icons turn with the theme and are sharp at any scale.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from gui.look import theme

FAMILY_ICONS = {
    "data": "database",
    "augmentation": "magic-wand",
    "audio": "waves",
    "layers": "stack",
    "linear": "stack",
    "convolution": "frame-corners",
    "pooling": "arrows-in-simple",
    "neuron": "circle",
    "neurons": "circle",
    "dropout": "drop-half",
    "normalisation": "equals",
    "activation": "trend-up",
    "activations": "trend-up",
    "shape": "cube",
    "merge": "intersect",
    "shape and merge": "intersect",
    "recurrent": "repeat",
    "attention": "crosshair",
    "random": "shuffle",
    "loss": "target",
    "losses": "target",
    "optimizer": "gear-six",
    "optimizers": "gear-six",
    "schedule": "chart-line",
    "schedules": "chart-line",
    "metric": "gauge",
    "metrics": "gauge",
    "view": "eye",
    "views": "eye",
    "network": "tree-structure",
    "networks": "tree-structure",
    "code": "code",
    "notes": "note",
}


@cache
def _font_folder() -> Path | None:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "fonts"


@cache
def _charmap() -> dict[str, str]:
    folder = _font_folder()
    files = sorted(folder.glob("phosphor-charmap-*.json")) if folder else []
    if not files:
        return {}
    return {name: chr(int(code, 16)) for name, code in json.loads(files[-1].read_text()).items()}


@cache
def _family() -> str:
    folder = _font_folder()
    files = sorted(folder.glob("phosphor-*.ttf")) if folder else []
    for file in files:
        families = QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFont(str(file))
        )
        if families:
            return families[0]
    return "Phosphor"


def glyph(name: str) -> str:
    """The character that draws icon `name` in `icon_font`; a question mark if unknown."""
    return _charmap().get(name) or _charmap().get("question", "")


def icon_font(size: float) -> QFont:
    """The icons' font; `size` in pixels."""
    font = QFont(_family())
    font.setPixelSize(max(1, round(size)))
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    return font


def family_icon(group: str) -> str:
    """Name of the icon that stands for a family of nodes."""
    return FAMILY_ICONS.get(group.lower(), "placeholder")


class _GlyphEngine(QIconEngine):
    """Paints one glyph; the colour is a name in the table or a fixed colour."""

    def __init__(self, name: str, colour: str | QColor) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def _pen(self, mode: QIcon.Mode) -> QColor:
        colours = theme.colours()
        if mode == QIcon.Mode.Disabled:
            return colours.faint
        if isinstance(self._colour, QColor):
            return self._colour
        return QColor(getattr(colours, self._colour))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the glyph centred in `rect`."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setPen(self._pen(mode))
        painter.setFont(icon_font(min(rect.width(), rect.height())))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, glyph(self._name))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The glyph on a transparent pixmap of `size` device pixels."""
        pixmap = QPixmap(size)
        if size.isEmpty():
            return pixmap  # a button that has no room yet asks, too
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """A second engine that draws the same."""
        return _GlyphEngine(self._name, self._colour)


def icon(name: str, colour: str | QColor | None = None) -> QIcon:
    """A Phosphor icon, for example `icon("play")`.

    Args:
        name: a glyph of Phosphor 1.3, `-bold`, `-fill`, `-light` and `-thin` included.
        colour: None for the theme's text colour, the name of an entry of `Colours`
            (both follow the theme), "#rrggbb" or a QColor (fixed).
    """
    if isinstance(colour, str) and colour.startswith("#"):
        colour = QColor(colour)
    return QIcon(_GlyphEngine(name, colour or "text"))
