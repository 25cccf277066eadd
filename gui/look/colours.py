"""The one table of colours, dark and light, and what follows from it."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Colours:
    """Every colour of one theme; all of them opaque `#rrggbb` unless named soft.

    Text colours reach 4.5 to 1 on the surfaces they are used on, and lines, rings and marks that
    say something 3 to 1 (WCAG AA, 1.4.3 and 1.4.11); `pairs` lists them. What only parts or
    decorates, `line`, `dots` and `node_line`, may be fainter.
    """

    name: str
    canvas: QColor
    dots: QColor
    panel: QColor
    line: QColor
    field: QColor
    hover: QColor
    text: QColor
    dim: QColor
    faint: QColor
    node: QColor
    node_line: QColor
    accent: QColor
    on_accent: QColor
    good: QColor
    on_good: QColor
    warning: QColor
    error: QColor
    positive: QColor
    negative: QColor
    shadow: QColor
    header_tint: float

    @property
    def dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"


def _table(name: str, header_tint: float, shadow: int, **entries: str) -> Colours:
    colours = {key: QColor(value) for key, value in entries.items()}
    return Colours(name=name, header_tint=header_tint, shadow=QColor(0, 0, 0, shadow), **colours)


DARK = _table(
    "dark",
    header_tint=1.0,
    shadow=90,
    canvas="#15171c",
    dots="#262a33",
    panel="#1b1e25",
    line="#2b303a",
    field="#14161b",
    hover="#262a34",
    text="#e7e9ee",
    dim="#98a1b0",
    faint="#8a92a2",
    node="#232732",
    node_line="#363c49",
    accent="#f2b84b",
    on_accent="#1b1608",
    good="#2f9e58",
    on_good="#07140c",
    warning="#f0a93a",
    error="#f3716a",
    positive="#4c9dff",
    negative="#f0713a",
)

LIGHT = _table(
    "light",
    header_tint=1.0,
    shadow=26,
    canvas="#f4f5f7",
    dots="#dcdfe5",
    panel="#ffffff",
    line="#dfe3ea",
    field="#f1f3f6",
    hover="#e9ecf1",
    text="#1d2129",
    dim="#5d6675",
    faint="#626b7a",
    node="#ffffff",
    node_line="#c9cfd9",
    accent="#b0770c",
    on_accent="#1b1608",
    good="#1f7a42",
    on_good="#ffffff",
    warning="#8f5a06",
    error="#b92d27",
    positive="#1a63cc",
    negative="#d9541c",
)

# Colours as they are where the ground lets them be seen; several declared groups share one.
_FAMILIES = {
    "data": "#2fa59a",
    "augmentation": "#2fa59a",
    "audio": "#2fa59a",
    "layers": "#4c8dff",
    "layer": "#4c8dff",
    "linear": "#4c8dff",
    "convolution": "#4c8dff",
    "pooling": "#8d93a1",
    "neuron": "#4c8dff",
    "neurons": "#4c8dff",
    "dropout": "#7b8aa3",
    "normalisation": "#7b8aa3",
    "activation": "#f08c3a",
    "activations": "#f08c3a",
    "shape": "#8d93a1",
    "merge": "#8d93a1",
    "shape and merge": "#8d93a1",
    "recurrent": "#7d6bff",
    "attention": "#7d6bff",
    "random": "#49b36b",
    "loss": "#e5534b",
    "losses": "#e5534b",
    "optimizer": "#a66bff",
    "optimizers": "#a66bff",
    "schedule": "#a66bff",
    "schedules": "#a66bff",
    "metric": "#e06bb0",
    "metrics": "#e06bb0",
    "view": "#d9a92f",
    "views": "#d9a92f",
    "network": "#3f6fd8",
    "networks": "#3f6fd8",
}

_WIRES = {
    "features": "#8fa3c7",
    "tokens": "#c9b458",
    "labels": "#c9b458",
    "mask": "#7fae9b",
    "loss": "#e5534b",
    "schedule": "#a66bff",
}

_OPTIMIZERS = ("#a66bff", "#2fb5a8", "#f08c3a", "#e06bb0", "#8fae3a", "#4c8dff")

INK = QColor("#0f1218")
PAPER = QColor("#ffffff")


CURVES = ("#4c8dff", "#a66bff", "#2fa59a", "#e06bb0", "#49b36b", "#7b8aa3")
HELD_OUT = ("#d9a92f", "#f08c3a", "#8fae3a", "#e5534b", "#b5835a", "#f0a08c")
"""Curves of training and of validation."""
EARLIER = ("#e06bb0", "#2fb5a8", "#f08c3a", "#7d6bff", "#8fae3a", "#c9b458")
"""Curves of earlier runs that are shown beside the present one, a colour for each run."""


def family_of(group: str, theme: Colours) -> QColor:
    """Colour of a family of nodes, by the group its declarations name."""
    return seen_on(QColor(_FAMILIES.get(group.lower(), "#8d93a1")), theme.panel, theme.canvas)


def wire_of(kind: str, theme: Colours) -> QColor:
    """Colour of a wire, by the kind of tensor that flows through it."""
    return seen_on(QColor(_WIRES.get(kind, "#8fa3c7")), theme.canvas, theme.node)


def optimizer_of(place: int, theme: Colours) -> QColor:
    """Colour of an optimizer and of what it trains, by its place among the board's optimizers."""
    colour = QColor(_OPTIMIZERS[place % len(_OPTIMIZERS)])
    return seen_on(colour, theme.panel, theme.canvas)


def curve_of(colour: str | QColor, theme: Colours) -> QColor:
    """A curve's colour, so that its line is seen on a panel."""
    return seen_on(QColor(colour), theme.panel)


def seen_on(colour: QColor, *grounds: QColor, least: float = 3.0) -> QColor:
    """The colour, lighter on dark grounds and darker on light ones until it stands out.

    Args:
        colour: What is drawn; it comes back as it is where it stands out already.
        grounds: What it is drawn on.
        least: The contrast that is reached: 3 for lines and marks, 4.5 for text.
    """
    return QColor(_seen_on(QColor(colour).rgba(), tuple(one.rgba() for one in grounds), least))


@lru_cache(maxsize=1024)
def _seen_on(rgba: int, seen: tuple[int, ...], least: float) -> QColor:
    colour, grounds = QColor.fromRgba(rgba), [QColor.fromRgba(one) for one in seen]
    target = PAPER if _luminance(grounds[0]) < 0.2 else INK
    for step in range(21):
        mixed = mix(colour, target, step / 20)
        if all(contrast(mixed, ground) >= least for ground in grounds):
            return mixed
    return target


def mix(a: QColor, b: QColor, share: float) -> QColor:
    """`a` with `share` (0 to 1) of `b` mixed in."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        a.redF() * keep + b.redF() * share,
        a.greenF() * keep + b.greenF() * share,
        a.blueF() * keep + b.blueF() * share,
    )


def contrast(a: QColor, b: QColor) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.1, relative luminance)."""
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(background: QColor) -> QColor:
    """White where it reaches 4.5 to 1 on `background`, near-black otherwise."""
    return PAPER if contrast(PAPER, background) >= 4.5 else INK


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.03928 else float(((value + 0.055) / 1.055) ** 2.4)

    return (
        0.2126 * linear(colour.redF())
        + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF())
    )
