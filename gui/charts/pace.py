"""Where along a run a step lies: in steps, in epochs or in seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gui.charts.series import Array

Along = Literal["steps", "epochs", "time"]
TITLES: dict[Along, str] = {"steps": "step", "epochs": "epoch", "time": "seconds"}


@dataclass
class Pace:
    """How many steps of a run make an epoch, and how long they take.

    Attributes:
        epoch: Steps of an epoch; 0 where that is not known.
        second: Seconds of a step, for steps at which nobody looked at the clock.
        steps: Steps at which someone did, rising.
        seconds: What it showed.
    """

    epoch: float = 0.0
    second: float = 0.0
    steps: list[float] = field(default_factory=lambda: [0.0])
    seconds: list[float] = field(default_factory=lambda: [0.0])

    def look(self, step: float, seconds: float) -> None:
        """Note how long a run took to a step; a step before the last one begins anew from there."""
        while len(self.steps) > 1 and self.steps[-1] >= step:
            self.steps.pop()
            self.seconds.pop()
        self.steps.append(step)
        self.seconds.append(max(seconds, self.seconds[-1]))
        self.second = self.seconds[-1] / max(self.steps[-1], 1.0)

    def place(self, steps: Array, along: Along) -> Array:
        """Where steps lie on an axis."""
        if along == "epochs":
            return steps / self.epoch if self.epoch else steps
        if along == "time":
            past = np.maximum(steps - self.steps[-1], 0.0) * self.second
            return np.interp(steps, self.steps, self.seconds) + past
        return steps

    def step(self, place: float, along: Along) -> float:
        """The step that lies at a place of an axis, the inverse of `place`."""
        if not math.isfinite(place):
            return place
        if along == "epochs":
            return place * self.epoch if self.epoch else place
        if along == "time":
            past = max(place - self.seconds[-1], 0.0) / self.second if self.second else 0.0
            return float(np.interp(place, self.seconds, self.steps)) + past
        return place
