"""How numbers are written for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from runtime.protocol.messages import Generating, ViewDrawn

SHARES = ("accuracy", "top", "f1", "precision", "recall", "iou", "dice", "map")
"""Figures between 0 and 1 that are read as percentages; their names begin like this."""


def figure(value: float | None) -> str:
    """A loss or metric in about four digits."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) >= 1000 else f"{value:.3f}"
    return f"{value:.2e}"


def short(value: float | None) -> str:
    """A number in three digits, however small: 0.0123, 9.80e-05; a dash where there is none."""
    if value is None:
        return "\N{EN DASH}"
    if not math.isfinite(value):
        return figure(value)
    return f"{value:#.3g}".rstrip(".") if value else "0"


def is_share(name: str) -> bool:
    """Is this figure read as a percentage?"""
    return name.rpartition("/")[2].lower().startswith(SHARES)


def is_part(name: str) -> bool:
    """Is this figure one of those that a loss is the sum of (`val/loss/part`)?"""
    return name.count("/") > 1


def percent(name: str, value: float) -> str:
    """A figure as the big readout shows it."""
    return f"{100 * value:.1f} %" if is_share(name) and math.isfinite(value) else figure(value)


def named(name: str, value: float) -> str:
    """A figure with what it is: accuracy 90.0 %."""
    return f"{name.partition('/')[2].replace('_', ' ')} {percent(name, value)}"


def headline(figures: Mapping[str, float]) -> tuple[str, float] | None:
    """The figure that stands for a run: held-out accuracy, else another metric, else the loss."""
    held_out = [name for name in figures if name.startswith("val/") and not is_part(name)]
    if not held_out:
        return None
    held_out.sort(key=lambda name: ("accuracy" not in name, not is_share(name), "loss" in name))
    return held_out[0], figures[held_out[0]]


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
