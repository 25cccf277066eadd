"""What the figures of a run are: of a loss or a metric, of which rows, what a better one is.

Figures travel and are kept by keys: "loss/NAME" is a loss at a step, "train/NAME" a metric of its
batch, or the mean of either over the batches of an epoch; "val/NAME" is of all rows held back. What
a loss is the sum of stands behind its name: "val/NAME/PART". The compiler says what a name stands
for; nothing is read off it but where a run of old said nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from graph.core.run_plan import Figure

SHARES = ("accuracy", "top", "f1", "precision", "recall", "iou", "dice", "map")
"""How the names of metrics between 0 and 1 begin in runs that do not say which are."""


FIELDS = {one.name for one in fields(Figure)}


class FigureTable:
    """What the keys of a run stand for.

    Args:
        figures: What the compiler said; none of a run of old, whose names then have to do.
        keys: Keys of such a run.
    """

    def __init__(self, figures: Iterable[Figure] = (), keys: Iterable[str] = ()) -> None:
        self._figures = {one.path: one for one in figures}
        for key in keys:
            self.find(key)

    def find(self, key: str) -> tuple[str, Figure]:
        """The split of a key ("loss", "train" or "val"), and what it is a figure of."""
        split, path = split_of(key), key.partition("/")[2]
        known = self._figures.get(path)
        if known is None:
            name, _, part = path.partition("/")
            share = (part or name).lower().startswith(SHARES)
            known = Figure(name, part, share=share)
            if split == "loss":  # its other keys are of a loss, too
                known = self._figures[path] = Figure(name, part, "loss", "lower")
        return split, known


def split_of(key: str) -> str:
    """The split that a key's figure is of: "loss", "train" or "val"."""
    return key.partition("/")[0]


def deciding(figures: Mapping[str, float], known: Iterable[Figure] = ()) -> str | None:
    """The figure that says which epoch is best: the validation loss, else the training loss.

    Several losses, of optimizers that compete, say nothing of the kind: then the newest is best.
    What a loss is made of does not count, and neither does a metric.

    Args:
        figures: Those of an epoch, by key.
        known: What they are; where a run of old says nothing, all it has of "train" is losses.
    """
    losses = [one.name for one in known if one.kind == "loss" and not one.part]
    if not losses:
        of_batches = [key.partition("/")[2] for key in figures if key.startswith("train/")]
        losses = [path for path in of_batches if "/" not in path]
    if len(losses) != 1:
        return None
    return next((key for key in (f"val/{losses[0]}", f"train/{losses[0]}") if key in figures), None)


def from_plain(kept: object) -> tuple[Figure, ...]:
    """Figures as JSON has them; none where it is anything else, as in runs of old."""
    found = [_figure(one) for one in kept] if isinstance(kept, list | tuple) else []
    return tuple(one for one in found if one is not None)


def _figure(kept: object) -> Figure | None:
    if not isinstance(kept, Mapping) or not {"name", "kind"} <= kept.keys() <= FIELDS:
        return None
    texts = {name: value for name, value in kept.items() if name != "share"}
    sound = all(isinstance(value, str) for value in texts.values())
    return Figure(**texts, share=bool(kept.get("share"))) if sound else None


def plain(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Figures as JSON has them."""
    return [asdict(one) for one in figures]
