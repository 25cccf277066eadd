"""Schedules that torch has not."""

import math
from collections.abc import Callable


def warm_cosine(warmup: int, steps: int, *, floor: float = 0.0) -> Callable[[int], float]:
    """Share of the learning rate at each step: a straight rise, then half a cosine to `floor`."""

    def share(step: int) -> float:
        fallen = (1 - math.cos(math.pi * min(step / steps, 1))) / 2
        return min((step + 1) / warmup, 1) * (1 - (1 - floor) * fallen)

    return share
