"""The one table of colours, dark and light, and what follows from it."""

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Colours:
    """Every colour of one theme; all of them opaque `#rrggbb` unless named soft.

    Text colours reach 4.5 to 1 on the surfaces they are used on (WCAG AA).
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
    faint="#5b6372",
    node="#232732",
    node_line="#363c49",
    accent="#f2b84b",
    on_accent="#1b1608",
    good="#2f9e58",
    on_good="#ffffff",
    warning="#f0a93a",
    error="#f0625a",
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
    faint="#a4acb9",
    node="#ffffff",
    node_line="#c9cfd9",
    accent="#c98a12",
    on_accent="#1b1608",
    good="#2b8a4e",
    on_good="#ffffff",
    warning="#b8730a",
    error="#cf3a32",
    positive="#1f6fe0",
    negative="#d9541c",
)

# Family colours are the same in both themes. Several declared groups share one.
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


def family_colour(group: str) -> QColor:
    """Colour of a family of nodes, by the group its declarations name."""
    return QColor(_FAMILIES.get(group.lower(), "#8d93a1"))


def wire_colour(kind: str) -> QColor:
    """Colour of a wire, by the kind of tensor that flows through it."""
    return QColor(_WIRES.get(kind, "#8fa3c7"))


def optimizer_colour(place: int) -> QColor:
    """Colour of an optimizer and of what it trains, by its place among the board's optimizers."""
    return QColor(_OPTIMIZERS[place % len(_OPTIMIZERS)])


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
