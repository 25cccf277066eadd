"""The look: readable in both themes, with fonts and icons that are there."""

import re

import pytest
from PySide6.QtCore import QEvent, QObject, QSize, qInstallMessageHandler
from PySide6.QtGui import QColor, QFontInfo, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

import graph.nodes
from graph.declare import REGISTRY
from gui import look
from gui.look.icons import FAMILY_ICONS
from gui.look.pairs import pairs
from gui.look.sheet import style_sheet

assert graph.nodes


@pytest.mark.parametrize("theme", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_text_reads_on_every_surface(theme: look.Colours) -> None:
    for surface in (theme.panel, theme.field, theme.node, theme.canvas, theme.hover):
        assert look.contrast(theme.text, surface) >= 4.5
        assert look.contrast(theme.dim, surface) >= 4.5
    selected = look.mix(theme.panel, theme.accent, 0.28)
    assert look.contrast(theme.text, selected) >= 4.5
    assert look.contrast(theme.on_accent, theme.accent) >= 4.5


@pytest.mark.parametrize("theme", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_every_pair_of_colours_stands_out(theme: look.Colours) -> None:
    found = list(pairs(theme))
    poor = {
        one.what: round(contrast, 2)
        for one in found
        if (contrast := look.contrast(one.colour, one.ground)) < one.least
    }
    assert not poor
    told = {one.what.split(" ")[0] for one in found}
    entries = {key for key, value in vars(theme).items() if isinstance(value, QColor)}
    grounds = {"canvas", "panel", "field", "hover", "node"}
    decoration = {"dots", "line", "node_line", "shadow"}
    paired = {one.colour.name() for one in found}
    assert told
    for key in entries - grounds - decoration:
        assert getattr(theme, key).name() in paired, key


@pytest.mark.parametrize("theme", [look.DARK, look.LIGHT], ids=["dark", "light"])
def test_every_rule_of_the_style_sheet_can_be_read(theme: look.Colours) -> None:
    """Where a rule names its ground, its text stands out from that, else from a panel."""
    for rule, body in re.findall(r"([^{}]+)\{([^}]*)\}", style_sheet(theme)):
        given = dict(re.findall(r"(?<![-\w])(color|background): (#[0-9a-f]{6})", body))
        if "color" in given:
            ground = QColor(given.get("background", theme.panel.name()))
            assert look.contrast(QColor(given["color"]), ground) >= 4.5, rule


@pytest.mark.parametrize("group", sorted({d.group for d in REGISTRY}))
def test_each_family_has_a_colour_that_carries_text_and_an_icon(group: str) -> None:
    colour = look.family_colour(group)
    assert look.contrast(look.readable_on(colour), colour) >= 4.5
    assert group.lower() in FAMILY_ICONS
    assert look.glyph(look.family_icon(group)) != look.glyph("question")


def test_unknown_families_and_kinds_have_a_colour() -> None:
    assert look.family_colour("nothing we know").isValid()
    assert look.wire_colour("nothing we know").isValid()


def test_the_bundled_fonts_are_used(qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    assert QFontInfo(look.ui_font()).family().startswith("Inter")
    assert QFontInfo(look.mono_font()).family().startswith("JetBrains Mono")


def test_icons_turn_with_the_theme(qapp: QApplication) -> None:
    icon = look.icon("play-fill")
    look.apply(qapp, "dark")
    dark = icon.pixmap(QSize(32, 32)).toImage()
    look.apply(qapp, "light")
    light = icon.pixmap(QSize(32, 32)).toImage()
    assert dark != light
    solid = [dark.pixelColor(x, y) for x in range(32) for y in range(32)]
    assert look.DARK.text in solid


def test_an_icon_that_is_off_is_faint(qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    picture = look.icon("play-fill", "accent").pixmap(QSize(32, 32), QIcon.Mode.Disabled).toImage()
    assert look.DARK.faint in [picture.pixelColor(x, y) for x in range(32) for y in range(32)]


def test_choosing_a_scheme_says_so(qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    told: list[str] = []

    def note() -> None:
        told.append(look.colours().name)

    look.changed.connect(note)
    look.apply(qapp, "light")
    look.changed.disconnect(note)
    assert told == ["light"]
    assert look.scheme() == "light"
    assert qapp.palette().color(QPalette.ColorRole.Window) == look.LIGHT.panel
    look.apply(qapp, "dark")


def test_a_look_that_is_on_already_styles_nothing_anew(qapp: QApplication) -> None:
    look.apply(qapp, "dark")
    widget = QWidget()
    widget.ensurePolished()
    told: list[object] = []

    class Ear(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            told.append(event.type())
            return False

    ear = Ear()
    widget.installEventFilter(ear)
    look.apply(qapp, "dark")
    assert QEvent.Type.StyleChange not in told
    look.apply(qapp, "light")
    assert QEvent.Type.StyleChange in told
    look.apply(qapp, "dark")
    widget.removeEventFilter(ear)


def test_an_icon_without_room_paints_nothing(qapp: QApplication) -> None:
    heard: list[str] = []
    before = qInstallMessageHandler(lambda _kind, _where, text: heard.append(text))
    try:
        assert look.icon("play-fill").pixmap(QSize(0, 0)).isNull()
        assert look.icon("play-fill").pixmap(QSize(12, 0)).isNull()
    finally:
        qInstallMessageHandler(before)
    assert heard == []
