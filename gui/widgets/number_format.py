"""How numbers are written for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from graph.core.run_plan import Figure
from graph.core.wording import LARGEST, amount
from runtime.protocol.figures import FigureTable
from runtime.protocol.messages import Generating, ViewDrawn

UNTOLD = FigureTable()
"""Of a run that does not say what its figures are."""


def figure(value: float | None) -> str:
    """A loss or metric in about four digits."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if 1000 <= abs(value) < LARGEST:
        return amount(value)
    return f"{value:.3f}" if value == 0 or 1e-3 <= abs(value) < 1000 else f"{value:.2e}"


def short(value: float | None) -> str:
    """A number in three digits, however small: 0.0123, 9.80e-05; a dash where there is none."""
    if value is None:
        return "\N{EN DASH}"
    if not math.isfinite(value):
        return figure(value)
    return f"{value:#.3g}".rstrip(".") if value else "0"


def percent(key: str, value: float, table: FigureTable = UNTOLD) -> str:
    """A figure as the big readout shows it."""
    share = table.find(key)[1].share and math.isfinite(value)
    return f"{100 * value:.1f} %" if share else figure(value)


def named(key: str, value: float, table: FigureTable = UNTOLD) -> str:
    """A figure with what it is: accuracy 90.0 %."""
    return f"{table.find(key)[1].title} {percent(key, value, table)}"


def headline(figures: Mapping[str, float], table: FigureTable = UNTOLD) -> tuple[str, float] | None:
    """The figure that stands for a run: held-out accuracy, else another metric, else the loss."""
    found = {key: table.find(key) for key in figures}
    held_out = [key for key, (split, one) in found.items() if split == "val" and not one.part]
    if not held_out:
        return None
    held_out.sort(key=lambda key: _rank(found[key][1]))
    return held_out[0], figures[held_out[0]]


def _rank(figure: Figure) -> tuple[bool, bool, bool]:
    """Where a figure stands among those that could stand for a run: the first is shown."""
    return not figure.share, "accuracy" not in figure.name, figure.kind == "loss"


def duration(seconds: float) -> str:
    """Seconds as people say them: 4 s, 2 min 5 s, 1 h 12 min."""
    if not math.isfinite(seconds):
        return "?"
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def origin(generating: Generating) -> str:
    """Which weights pictures come from: run, file and step."""
    path = Path(generating.checkpoint)
    run = path.parent.parent.name if path.parent.name == "checkpoints" else path.parent.name
    step = f", step {generating.step:,}" if generating.step else ""
    what = f"{path.stem} checkpoint" if path.stem in {"last", "best"} else path.name
    return f"{what} of {run}{step}"


def when(drawn: ViewDrawn) -> str:
    """At which step of training a view was drawn, or which samples they are that were made after.

    The first samples after training are those that it showed, so they have no number.
    """
    if not drawn.generated:
        return f"step {drawn.step:,}"
    return f"generated, samples {drawn.samples + 1}" if drawn.samples else "generated"


def size(count: float) -> str:
    """Bytes as people say them."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
