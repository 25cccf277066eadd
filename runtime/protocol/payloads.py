"""What views draw: small frozen records of bytes, numbers and text, for window and terminal.

No torch and no numpy here. Pixels are bytes 0..255, row by row from the top, channels last.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph.core.picture import Picture

Colour = tuple[int, int, int]

CLASS_COLOURS: tuple[Colour, ...] = (
    (76, 141, 255),
    (240, 140, 58),
    (73, 179, 107),
    (224, 107, 176),
    (217, 169, 47),
    (166, 107, 255),
    (47, 165, 154),
    (229, 83, 75),
    (141, 147, 161),
    (122, 92, 68),
)
"""Colours of class 0, 1, ...; they repeat after the last."""


def class_colour(number: int) -> Colour:
    """The colour that stands for a class."""
    return CLASS_COLOURS[number % len(CLASS_COLOURS)]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of one size.

    Attributes:
        width: Pixels.
        height: Pixels.
        channels: 1 (grey) or 3 (red, green, blue).
        pixels: All pictures, one after the other.
        captions: One for each picture, or none.
        right: Whether each caption is true, where that is known.
        columns: How many stand in a row; 0 where they may fit as they will.
        rows: What each row is called, or nothing.
        short: The captions for where there is no room for them, or nothing.
    """

    width: int
    height: int
    channels: int
    pixels: bytes
    captions: tuple[str, ...] = ()
    right: tuple[bool | None, ...] = ()
    columns: int = 0
    rows: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many pictures."""
        return len(self.pixels) // (self.width * self.height * self.channels)

    def picture(self, index: int) -> bytes:
        """The pixels of one picture."""
        size = self.width * self.height * self.channels
        return self.pixels[index * size : (index + 1) * size]


@dataclass(frozen=True, slots=True)
class Predictions(Pictures):
    """Held-out pictures with what a network takes each for, to page through.

    Attributes:
        page: How many are shown at once.
        judged: How many examples were looked at; not all of them need have a picture here.
        good: How many of these the network gets right; None where that is not known.
    """

    page: int = 12
    judged: int = 0
    good: int | None = None

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.count // self.page))

    @property
    def share(self) -> str:
        """Which share is right, in words; nothing where that is not known."""
        if self.good is None or not self.judged:
            return ""
        return f"{100 * self.good / self.judged:.1f} % of {self.judged:,} right"

    def at(self, page: int, *, mistakes_first: bool = False) -> Pictures:
        """The pictures of one page, the first being 0."""
        order = list(range(self.count))
        if mistakes_first and self.right:
            order.sort(key=lambda place: self.right[place] is not False)
        shown = order[page * self.page : (page + 1) * self.page]
        return Pictures(
            self.width,
            self.height,
            self.channels,
            b"".join(map(self.picture, shown)),
            tuple(self.captions[one] for one in shown) if self.captions else (),
            tuple(self.right[one] for one in shown) if self.right else (),
            short=tuple(self.short[one] for one in shown) if self.short else (),
        )


def front(payload: Payload) -> Payload:
    """What is shown of a payload at first: of several pages the first."""
    return payload.at(0) if isinstance(payload, Predictions) else payload


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures above what a network made of them: `above` and `below` have equal counts."""

    above: Pictures
    below: Pictures


@dataclass(frozen=True, slots=True)
class Boundary:
    """A piece of the plane, coloured by what the network would say there, and points on it.

    Attributes:
        size: Side of the square of pixels; 0 where there are points only.
        rgb: The square's pixels.
        extent: Left, right, bottom and top of the square, in the points' units.
        points: x and y of each point.
        labels: Each point's class, coloured by `class_colour`; empty where unknown.
        classes: Names of the classes.
    """

    size: int
    rgb: bytes
    extent: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...]
    labels: tuple[int, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A confusion matrix: `counts[truth][prediction]`."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        """How many examples were counted."""
        return sum(map(sum, self.counts))

    @property
    def accuracy(self) -> float:
        """The share on the diagonal."""
        return sum(row[i] for i, row in enumerate(self.counts)) / max(1, self.total)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells.

    Attributes:
        columns: Headings.
        rows: Cells as text.
        right: Whether each row's prediction is true, where that is known; may be empty.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A single number, and over how many values it is the mean."""

    value: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values fall into each of equal steps from `low` to `high`."""

    low: float
    high: float
    counts: tuple[int, ...]
    mean: float
    deviation: float


Payload = Pictures | Pairs | Boundary | Matrix | Table | Number | Histogram | Picture
