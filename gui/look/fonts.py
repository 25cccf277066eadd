"""Inter for words, JetBrains Mono for shapes and numbers, both bundled."""

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"
UI_FAMILIES = ["Inter", "Inter Variable", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"]
MONO_FAMILIES = ["JetBrains Mono", "Cascadia Mono", "SF Mono", "DejaVu Sans Mono"]
UI_SIZE = 13
MONO_SIZE = 12


@cache
def load_fonts() -> None:
    """Make the bundled fonts known to Qt, once; needs a QGuiApplication."""
    for file in sorted(FONTS.rglob("*.[to]tf")):
        QFontDatabase.addApplicationFont(str(file))


def ui_font(size: int = UI_SIZE, weight: int | QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Font for words; `size` in pixels, `weight` from 100 to 900."""
    font = QFont(UI_FAMILIES)
    font.setPixelSize(size)
    font.setWeight(QFont.Weight(weight))
    return font


def mono_font(size: int = MONO_SIZE) -> QFont:
    """Font for shapes, numbers and code; `size` in pixels."""
    font = QFont(MONO_FAMILIES)
    font.setPixelSize(size)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setFeature(QFont.Tag("calt"), 0)  # code is shown as it is written: -> is no arrow
    return font
