"""What the figures of a run are: of a loss or a metric, of which rows, what a better one is.

Figures travel and are kept by keys: "loss/NAME" is a loss at a step, "train/NAME" a metric of its
batch, or the mean of either over the batches of an epoch; "val/NAME" is of all rows held back. What
a loss is the sum of stands behind its name: "val/NAME/PART". The compiler says what a name stands
for; nothing is read off it but where a run of old said nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from graph.core.run_plan import Figure

SHARES = ("accuracy", "top", "f1", "precision", "recall", "iou", "dice", "map")
"""How the names of metrics between 0 and 1 begin in runs that do not say which are."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a key says: the only place where one is taken apart or put together.

    Attributes:
        split: "loss" at a step, "train" or "val".
        name: The loss's or the metric's.
        part: Which of those that the loss is the sum of; "" is the loss itself.
    """

    split: str
    name: str
    part: str = ""

    @classmethod
    def read(cls, text: str) -> Key:
        """The key of a text such as `val/loss/part`."""
        split, _, path = text.partition("/")
        name, _, part = path.partition("/")
        return cls(split, name, part)

    @property
    def path(self) -> str:
        """What stands behind the split."""
        return f"{self.name}/{self.part}" if self.part else self.name

    def __str__(self) -> str:
        return f"{self.split}/{self.path}"


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
        said = Key.read(key)
        known = self._figures.get(said.path)
        if known is None:
            share = (said.part or said.name).lower().startswith(SHARES)
            known = Figure(said.name, said.part, share=share)
            if said.split == "loss":  # its other keys are of a loss, too
                known = self._figures[said.path] = Figure(said.name, said.part, "loss", "lower")
        return said.split, known


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
        losses = [
            key.name for key in map(Key.read, figures) if key.split == "train" and not key.part
        ]
    if len(losses) != 1:
        return None
    keys = (str(Key(split, losses[0])) for split in ("val", "train"))
    return next((key for key in keys if key in figures), None)


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
