"""All points of a curve, and the few of them that can be told apart on a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray[tuple[int], np.dtype[np.float64]]

BLOCK = 64
"""So many points are summed up by the lowest and the highest, once, when they have come."""
FINE = 2
"""Up to so many points for each bucket are drawn one by one: a stroke has as many."""


def _empty() -> Array:
    return np.empty(256)


@dataclass
class Series:
    """All points of one curve, in arrays that double when they are full."""

    x: Array = field(default_factory=_empty)
    y: Array = field(default_factory=_empty)
    count: int = 0
    low: Array = field(default_factory=_empty)
    high: Array = field(default_factory=_empty)
    blocks: int = 0

    def extend(self, xs: Sequence[float] | Array, ys: Sequence[float] | Array) -> None:
        """Add points; a point left of the last one (a resumed run) takes its successors' place."""
        if not len(xs):
            return
        if self.count and xs[0] <= self.x[self.count - 1]:
            self.count = int(np.searchsorted(self.x[: self.count], xs[0]))
        end = self.count + len(xs)
        self.x, self.y = _grown(self.x, end), _grown(self.y, end)
        self.x[self.count : end] = xs
        self.y[self.count : end] = ys
        self._sum_up(min(self.blocks, self.count // BLOCK), end // BLOCK)
        self.count = end

    def _sum_up(self, first: int, last: int) -> None:
        """Find the lowest and the highest of each block that is full now."""
        self.low, self.high = _grown(self.low, last), _grown(self.high, last)
        if last > first:
            rows = _finite(self.y[first * BLOCK : last * BLOCK]).reshape(-1, BLOCK)
            self.low[first:last] = np.fmin.reduce(rows, axis=1)
            self.high[first:last] = np.fmax.reduce(rows, axis=1)
        self.blocks = last

    @property
    def last(self) -> float | None:
        """The latest value, None before the first."""
        return float(self.y[self.count - 1]) if self.count else None

    def nearest(self, x: float) -> int:
        """The place of the point that lies nearest, of at least one."""
        right = int(np.searchsorted(self.x[: self.count], x))
        if right == 0:
            return 0
        if right == self.count or x - self.x[right - 1] <= self.x[right] - x:
            return right - 1
        return right

    def outline(self, left: float, right: float, buckets: int) -> tuple[Array, Array]:
        """The points from `left` to `right` as they look in so many buckets side by side.

        Where there are many, a bucket is a stroke from its lowest to its highest finite value, so
        that no spike is lost; the first point and the newest are there in any case. What it costs
        depends on the buckets, and not on how many points there are.
        """
        x, y = self.x[: self.count], self.y[: self.count]
        first = max(int(np.searchsorted(x, left)) - 1, 0)
        last = min(int(np.searchsorted(x, right, side="right")) + 1, self.count)
        if last - first <= FINE * buckets:
            return x[first:last], y[first:last]
        size = (last - first) // buckets
        if size < 2 * BLOCK:
            values = _finite(y[first:last])
            strokes = _strokes(x[first:last], values, values, size)
        else:
            some = slice(first // BLOCK, last // BLOCK)
            places = x[: self.blocks * BLOCK : BLOCK][some]
            strokes = _strokes(places, self.low[some], self.high[some], size // BLOCK)
            tail = slice(some.stop * BLOCK, last)
            rest = _finite(y[tail])
            if len(rest):
                more = _strokes(x[tail], rest, rest, len(rest))
                strokes = (
                    np.concatenate([strokes[0], more[0]]),
                    np.concatenate([strokes[1], more[1]]),
                )
        ends = [first], [last - 1]
        return (
            np.concatenate([x[ends[0]], strokes[0], x[ends[1]]]),
            np.concatenate([y[ends[0]], strokes[1], y[ends[1]]]),
        )


def _grown(array: Array, count: int) -> Array:
    """An array with room for so many."""
    while count > len(array):
        array = np.concatenate([array, np.empty(len(array))])
    return array


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _strokes(x: Array, low: Array, high: Array, size: int) -> tuple[Array, Array]:
    """For each bucket of so many the highest and the lowest, both at its first place."""
    starts = np.arange(0, len(x), size)
    both = np.stack([np.fmax.reduceat(high, starts), np.fmin.reduceat(low, starts)], axis=1)
    return np.repeat(x[starts], 2), both.reshape(-1)


class Smoothing:
    """Exponential moving average with a correction for its start (Kingma and Ba 2014, 3).

    It goes on where it stopped, so that a growing curve costs only its new points.
    """

    def __init__(self, weight: float) -> None:
        """Keep `weight` of the past: 0 keeps nothing, 1 would keep all."""
        self.weight = weight
        self.average = 0.0
        self.rest = 1.0

    def extend(self, values: Sequence[float]) -> list[float]:
        """The smoothed values; those that are not finite pass as they are and leave no trace."""
        smoothed = []
        for value in values:
            if math.isfinite(value):
                self.average = self.average * self.weight + (1 - self.weight) * value
                self.rest *= self.weight
                smoothed.append(self.average / (1 - self.rest))
            else:
                smoothed.append(value)
        return smoothed

    def extend_many(self, values: Array) -> Array:
        """The same for many values at once: block by block, each by one product of matrices."""
        smoothed = values.copy()
        places = np.flatnonzero(np.isfinite(values))
        whole = len(places) // BLOCK * BLOCK
        if whole and self.weight > 0:
            smoothed[places[:whole]] = self._blocks(values[places[:whole]].reshape(-1, BLOCK))
            places = places[whole:]
        smoothed[places] = self.extend(values[places].tolist())
        return smoothed

    def _blocks(self, rows: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Array:
        powers = self.weight ** np.arange(BLOCK + 1)
        lag = np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK))
        within = rows @ np.where(lag >= 0, (1 - self.weight) * powers[np.abs(lag)], 0.0).T
        before = np.empty(len(rows))  # the average that each row begins with
        for place, last in enumerate(within[:, -1].tolist()):
            before[place] = self.average
            self.average = self.average * float(powers[BLOCK]) + last
        averages = within + before[:, None] * powers[1:]
        counts = np.arange(1, rows.size + 1)
        rests = self.rest * np.exp(counts * math.log(self.weight))
        self.rest = float(rests[-1])
        smoothed: Array = averages.reshape(-1) / (1 - rests)
        return smoothed
