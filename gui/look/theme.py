"""Which theme is on, and putting it on the application."""

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from gui.look.colours import (
    DARK,
    LIGHT,
    Colours,
    curve_of,
    family_of,
    mix,
    optimizer_of,
    wire_of,
)
from gui.look.fonts import load_fonts, ui_font
from gui.look.sheet import style_sheet

Scheme = Literal["system", "dark", "light"]


class _Theme(QObject):
    """Holds the theme in force and says when it changes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.colours: Colours = DARK
        self.scheme: Scheme = "system"
        self.watching = False


_theme = _Theme()
changed = _theme.changed


def colours() -> Colours:
    """The colours of the theme in force."""
    return _theme.colours


def family_colour(group: str) -> QColor:
    """Colour of a family of nodes in the theme in force."""
    return family_of(group, colours())


def wire_colour(kind: str) -> QColor:
    """Colour of a kind of wire in the theme in force."""
    return wire_of(kind, colours())


def optimizer_colour(place: int) -> QColor:
    """Colour of an optimizer in the theme in force, by its place among the board's."""
    return optimizer_of(place, colours())


def curve_colour(colour: str | QColor) -> QColor:
    """A curve's colour in the theme in force."""
    return curve_of(colour, colours())


def scheme() -> Scheme:
    """What was chosen: "system", "dark" or "light"."""
    return _theme.scheme


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Give the application its style, fonts and colours.

    Call it once before the first window, and again whenever the user chooses a scheme.
    With "system" the colours go on following the system; `changed` fires on every change.
    """
    hints = app.styleHints()
    _theme.scheme = scheme
    hints.setColorScheme(
        {
            "dark": Qt.ColorScheme.Dark,
            "light": Qt.ColorScheme.Light,
            "system": Qt.ColorScheme.Unknown,
        }[scheme]
    )
    if not _theme.watching:
        _theme.watching = True
        load_fonts()
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(ui_font())
        hints.colorSchemeChanged.connect(lambda _scheme: _follow(app))
    _paint(app, _wanted(app))


def _follow(app: QApplication) -> None:
    if _theme.scheme == "system" and _wanted(app) is not _theme.colours:
        _paint(app, _wanted(app))


def _wanted(app: QApplication) -> Colours:
    if _theme.scheme == "system":
        return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if _theme.scheme == "dark" else LIGHT


def _paint(app: QApplication, colours: Colours) -> None:
    app.setPalette(palette(colours))
    sheet = style_sheet(colours)
    if colours is _theme.colours and app.styleSheet() == sheet:
        return  # Qt would style every widget anew, a third of a second for the whole window
    _theme.colours = colours
    app.setStyleSheet(sheet)
    changed.emit()


def palette(colours: Colours) -> QPalette:
    """The table of colours as Qt's roles."""
    role = QPalette.ColorRole
    pairs: dict[QPalette.ColorRole, QColor] = {
        role.Window: colours.panel,
        role.WindowText: colours.text,
        role.Base: colours.field,
        role.AlternateBase: mix(colours.field, colours.hover, 0.5),
        role.Text: colours.text,
        role.PlaceholderText: colours.dim,
        role.Button: colours.panel,
        role.ButtonText: colours.text,
        role.BrightText: colours.error,
        role.Light: colours.hover,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.canvas,
        role.ToolTipBase: colours.node,
        role.ToolTipText: colours.text,
        role.Highlight: mix(colours.panel, colours.accent, 0.28),
        role.HighlightedText: colours.text,
        role.Link: colours.positive,
        role.LinkVisited: colours.positive,
        role.Accent: colours.accent,
    }
    made = QPalette()
    for each, colour in pairs.items():
        made.setColor(each, colour)
    for each in (role.Text, role.WindowText, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, each, colours.faint)
    return made
