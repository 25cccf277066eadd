"""How Neurowire looks: colours, fonts, icons and the theme that ties them together.

gui.look.apply(app, "system")
gui.look.changed.connect(repaint)
"""

from gui.look.colours import (
    DARK,
    LIGHT,
    Colours,
    contrast,
    family_colour,
    mix,
    optimizer_colour,
    readable_on,
    wire_colour,
)
from gui.look.fonts import mono_font, ui_font
from gui.look.icons import family_icon, glyph, icon, icon_font
from gui.look.theme import Scheme, apply, changed, colours, scheme

__all__ = [
    "DARK",
    "LIGHT",
    "Colours",
    "Scheme",
    "apply",
    "changed",
    "colours",
    "contrast",
    "family_colour",
    "family_icon",
    "glyph",
    "icon",
    "icon_font",
    "mix",
    "mono_font",
    "optimizer_colour",
    "readable_on",
    "scheme",
    "ui_font",
    "wire_colour",
]
