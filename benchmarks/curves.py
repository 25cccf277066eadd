"""How long the window's thread is held by the loss curve, from a thousand to a million points.

`python benchmarks/curves.py` shows the Losses panel off screen with two losses of so many points
and prints milliseconds of processor time: a redraw of the whole panel, and what a turn of the
event loop takes while new points come as from a run, the median and the 99th percentile.
"""

import math
import os
import sys
import time
from array import array
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtWidgets import QApplication

from gui import look
from gui.charts.curves_panel import DRAW_MS, Losses
from runtime.protocol.messages import Points, Steps

REDRAWS = 30
TURNS = 300
FRESH = 20
"""Points of each curve that come between two turns."""


def _points(first: int, count: int) -> Points:
    steps = range(first, first + count)
    values = [math.exp(-step / 4e5) + 0.1 * math.sin(step * 12.9898) for step in steps]
    return Points(array("q", steps), array("d", values))


def held(app: QApplication, count: int) -> tuple[list[float], list[float]]:
    """Processor milliseconds of redraws and of turns of the event loop, each sorted."""
    losses = Losses()
    losses.resize(1300, 300)
    losses.show()
    names = ("loss/generator", "loss/discriminator")
    losses.receive(Steps({name: _points(1, count) for name in names}))
    losses.draw()
    app.processEvents()
    redraws = [_timed(losses.grab) for _ in range(REDRAWS)]
    turns = []
    for turn in range(TURNS):
        losses.receive(Steps(dict.fromkeys(names, _points(count + 1 + turn * FRESH, FRESH))))
        time.sleep(DRAW_MS / 3000)
        turns.append(_timed(app.processEvents))
    losses.close()
    losses.deleteLater()
    return sorted(redraws), sorted(turns)


def _timed(act: Callable[[], object]) -> float:
    start = time.thread_time()
    act()
    return (time.thread_time() - start) * 1000


def main() -> None:
    """Print the figures, a line a length."""
    app = QApplication(sys.argv[:1])
    look.apply(app, "dark")
    for count in (1_000, 30_000, 100_000, 1_000_000):
        redraws, turns = held(app, count)
        redraw, half, most = redraws[REDRAWS // 2], turns[TURNS // 2], turns[TURNS * 99 // 100]
        print(f"{count:>9,} points: redraw {redraw:.1f} ms, turn {half:.1f} ms, p99 {most:.1f} ms")


if __name__ == "__main__":
    main()
