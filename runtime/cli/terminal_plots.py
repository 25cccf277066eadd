"""Payloads as text, for training in a terminal.

With colour a character cell holds two pixels: the upper half block in one colour on another. Where
the output is no terminal, characters of growing weight stand for brightness, without any escapes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from graph.core.picture import Picture
from graph.core.plain_text import plain
from graph.core.wording import amount
from runtime.protocol.payloads import (
    Boundary,
    Colour,
    Histogram,
    Matrix,
    Number,
    Pairs,
    Payload,
    Pictures,
    Predictions,
    Table,
    class_colour,
    front,
)

WEIGHTS = " .:-=+*#%@"
BARS = " ▁▂▃▄▅▆▇█"
MARKS = "ox+*#@%&=~"
LARGEST = 28
SMALLEST = 16
"""Pictures are shown about so many characters wide, by leaving out or repeating pixels."""
GROUNDS = " .:'-,;~_^"
"""The regions of classes 0, 1, ... where there are no colours."""
GREEN: Colour = (73, 179, 107)
RED: Colour = (229, 83, 75)

Pixels = list[list[Colour]]


def text_picture(payload: Payload, *, colour: bool = False, width: int = 80) -> str:
    """A payload as lines of text.

    Args:
        payload: What a view drew.
        colour: Use colours and half blocks; see `has_colour`.
        width: Columns of the terminal.
    """
    share = f"\n{payload.share}" if isinstance(payload, Predictions) and payload.share else ""
    payload = front(payload)
    if isinstance(payload, Picture):
        return payload.in_words()
    draw = DRAWERS[type(payload)]
    return draw(payload, colour, max(20, width)) + share


def has_colour(stream: TextIO | None = None) -> bool:
    """May colours be written? Only to a terminal, and unless NO_COLOR is set (no-color.org)."""
    stream = stream or sys.stdout
    dumb = os.environ.get("TERM") == "dumb"
    return stream.isatty() and not os.environ.get("NO_COLOR") and not dumb


def pictures(payload: Pictures, colour: bool, width: int) -> str:
    """Pictures beside each other, as many as fit in one row, with their captions below."""
    size = shown_width(payload)
    fitting = range(min(payload.count, max(1, (width + 1) // (size + 1))))
    blocks = [block(pixels_of(payload, i), colour) for i in fitting]
    if payload.captions:
        blocks = [[*lines, caption_of(payload, i, colour, size)] for i, lines in enumerate(blocks)]
    return beside(blocks)


def pairs(payload: Pairs, colour: bool, width: int) -> str:
    """Each picture above what was made of it."""
    above, below = pictures(payload.above, colour, width), pictures(payload.below, colour, width)
    return f"{above}\n{below}"


def boundary(payload: Boundary, colour: bool, width: int) -> str:
    """The plane, points on it as marks of their class."""
    columns = min(width, 60)
    rows = columns // 2
    left, right, bottom, top = payload.extent
    ground = [[sampled(payload, x, y, columns, rows) for x in range(columns)] for y in range(rows)]
    cells = [[paint(ground_of(payload, g, colour), None, g, colour) for g in row] for row in ground]
    for place, (x, y) in enumerate(payload.points):
        column = int((x - left) / (right - left) * columns)
        row = int((top - y) / (top - bottom) * rows)
        if 0 <= column < columns and 0 <= row < rows:
            label = payload.labels[place] if payload.labels else 0
            mark = MARKS[label % len(MARKS)]
            cells[row][column] = paint(mark, class_colour(label), ground[row][column], colour)
    legend = "  ".join(
        paint(MARKS[i % len(MARKS)], class_colour(i), None, colour) + f" {plain(name)}"
        for i, name in enumerate(payload.classes[: len(MARKS)])
    )
    return "\n".join([*("".join(row) for row in cells), legend])


def matrix(payload: Matrix, colour: bool, width: int) -> str:
    """Rows are truths, columns predictions."""
    most = max(map(max, payload.counts), default=0)
    cell = max(4, len(str(most)) + 1)
    names = [plain(name)[:12] for name in payload.classes]
    margin = max(map(len, names), default=0)
    shown = min(len(names), (width - margin) // cell)
    lines = [" " * margin + "".join(f"{name[: cell - 1]:>{cell}}" for name in names[:shown])]
    for i, row in enumerate(payload.counts):
        cells = (
            paint(f"{count:>{cell}}", (GREEN if i == j else RED) if count else None, None, colour)
            for j, count in enumerate(row[:shown])
        )
        lines.append(f"{names[i]:>{margin}}" + "".join(cells))
    return "\n".join([*lines, f"{payload.accuracy:.1%} of {payload.total:,} right"])


def table(payload: Table, colour: bool, width: int) -> str:
    """Columns side by side, as many as fit; a mark before each row that is right or wrong."""
    rows = [payload.columns, *payload.rows]
    widths = [max(len(cell) for cell in cells) for cells in zip(*rows, strict=True)]
    shown, used = 0, 2
    while shown < len(widths) and used + widths[shown] + 2 <= width:
        used += widths[shown] + 2
        shown += 1
    lines = []
    for place, row in enumerate(rows):
        good = payload.right[place - 1] if place and payload.right else None
        mark = "  " if good is None else paint("+ " if good else "- ", ink(good), None, colour)
        cells = (f"{cell:>{size}}" for cell, size in zip(row[:shown], widths, strict=False))
        lines.append(mark + "  ".join(cells))
    return "\n".join(lines)


def number(payload: Number, colour: bool, width: int) -> str:
    """The figure."""
    return f"{payload.value:.6g}"


def histogram(payload: Histogram, colour: bool, width: int) -> str:
    """A line of bars over its range."""
    counts = payload.counts
    group = -(-len(counts) // width)
    sums = [sum(counts[i : i + group]) for i in range(0, len(counts), group)]
    most = max(sums, default=0) or 1
    levels = BARS if colour else WEIGHTS
    bars = "".join(levels[-(-count * (len(levels) - 1) // most)] for count in sums)
    low, high = f"{payload.low:.3g}", f"{payload.high:.3g}"
    scale = low + high.rjust(max(len(high) + 1, len(bars) - len(low)))
    return f"{bars}\n{scale}\nmean {amount(payload.mean)}, deviation {amount(payload.deviation)}"


DRAWERS: dict[type, Callable[..., str]] = {
    Pictures: pictures,
    Pairs: pairs,
    Boundary: boundary,
    Matrix: matrix,
    Table: table,
    Number: number,
    Histogram: histogram,
}


def pixels_of(payload: Pictures, index: int) -> Pixels:
    """One picture's colours, row by row."""
    data, channels = payload.picture(index), payload.channels
    rows: Pixels = []
    for y in range(payload.height):
        line = data[y * payload.width * channels : (y + 1) * payload.width * channels]
        reds, greens, blues = (line[min(i, channels - 1) :: channels] for i in range(3))
        rows.append([*zip(reds, greens, blues, strict=True)])
    return rows


def shown_width(payload: Pictures) -> int:
    """Characters in a line of a picture."""
    return len(scaled(pixels_of(payload, 0))[0]) if payload.count else 1


def scaled(pixels: Pixels) -> Pixels:
    """A picture made larger or smaller by a whole number, to be seen in a terminal."""
    step = -(-len(pixels[0]) // LARGEST)
    times = max(1, SMALLEST // len(pixels[0]))
    smaller = [row[::step] for row in pixels[::step]]
    return [[pixel for pixel in row for _ in range(times)] for row in smaller for _ in range(times)]


def block(pixels: Pixels, colour: bool) -> list[str]:
    """A picture as lines, two rows of pixels to a line."""
    pixels = scaled(pixels)
    if len(pixels) % 2:
        pixels = [*pixels, pixels[-1]]
    pairs_of_rows = zip(pixels[::2], pixels[1::2], strict=True)
    return [
        "".join(paint("▀", up, down, True) if colour else shade(up, down) for up, down in both)
        for both in (zip(upper, lower, strict=True) for upper, lower in pairs_of_rows)
    ]


def beside(blocks: Sequence[list[str]]) -> str:
    """Blocks beside each other."""
    return "\n".join(" ".join(parts).rstrip() for parts in zip(*blocks, strict=True))


def caption_of(payload: Pictures, index: int, colour: bool, size: int) -> str:
    """A picture's caption, cut and padded to its width."""
    text = payload.captions[index] if index < len(payload.captions) else ""
    right = payload.right[index] if index < len(payload.right) else None
    mark = "" if right is None else ("+" if right else "-")
    words = f"{mark}{text}"[:size].ljust(size)
    return words if right is None else paint(words, ink(right), None, colour)


def sampled(payload: Boundary, x: int, y: int, columns: int, rows: int) -> Colour | None:
    """The plane's colour in the middle of a character cell."""
    if not payload.size:
        return None
    column = min(payload.size - 1, int((x + 0.5) / columns * payload.size))
    row = min(payload.size - 1, int((y + 0.5) / rows * payload.size))
    at = (row * payload.size + column) * 3
    red, green, blue = payload.rgb[at : at + 3]
    return red, green, blue


def ground_of(payload: Boundary, ground: Colour | None, colour: bool) -> str:
    """What stands where no point is: without colours, a sign of the class."""
    if colour or ground is None or not payload.classes:
        return " "
    distances = [
        sum((a - b) ** 2 for a, b in zip(ground, class_colour(i), strict=True))
        for i in range(len(payload.classes))
    ]
    return GROUNDS[distances.index(min(distances)) % len(GROUNDS)]


def shade(upper: Colour, lower: Colour) -> str:
    """A character as bright as two pixels."""
    bright = (sum(upper) + sum(lower)) / 6
    return WEIGHTS[min(len(WEIGHTS) - 1, int(bright / 256 * len(WEIGHTS)))]


def ink(right: bool) -> Colour:
    """The colour of what is right or wrong."""
    return GREEN if right else RED


def paint(text: str, front: Colour | None, back: Colour | None, colour: bool) -> str:
    """Text in 24-bit colours, or as it is."""
    if not colour:
        return text
    codes = [f"38;2;{front[0]};{front[1]};{front[2]}"] if front else []
    codes += [f"48;2;{back[0]};{back[1]};{back[2]}"] if back else []
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text
