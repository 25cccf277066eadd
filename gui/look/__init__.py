"""How Neurowire looks: colours, fonts, icons and the theme that ties them together.

gui.look.apply(app, "system")
gui.look.changed.connect(repaint)
"""

from gui.look.colours import (
    CURVES,
    DARK,
    EARLIER,
    HELD_OUT,
    LIGHT,
    Colours,
    contrast,
    mix,
    readable_on,
    seen_on,
)
from gui.look.fonts import mono_font, ui_font
from gui.look.icons import family_icon, glyph, icon, icon_font
from gui.look.theme import (
    Scheme,
    apply,
    changed,
    colours,
    curve_colour,
    family_colour,
    optimizer_colour,
    scheme,
    wire_colour,
)

__all__ = [
    "CURVES",
    "DARK",
    "EARLIER",
    "HELD_OUT",
    "LIGHT",
    "Colours",
    "Scheme",
    "apply",
    "changed",
    "colours",
    "contrast",
    "curve_colour",
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
    "seen_on",
    "ui_font",
    "wire_colour",
]
