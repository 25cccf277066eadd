"""What watching costs: training with views, as often as they are drawn by default, and without.

`python benchmarks/views.py` trains digits_gan, and vae where MNIST is at hand, in the worker's loop
in turns with and without views, in one process and with one thread, and prints the processor time
of both as a ratio, and the share of a run that went into drawing as measured inside of it. Both
should stay under 3%. `--seconds` says how long each run takes; the first look comes at once, so
short runs pay more for it.
"""

import argparse
import queue
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from graph.compile import compile_document
from graph.core.run_plan import Project
from graph.format.templates import open_template
from runtime.exported.data import DataError
from runtime.protocol import config, messages
from runtime.store.runs import Runs
from runtime.worker import views
from runtime.worker.loop import Loop

TEMPLATES = ("digits_gan", "vae")


@dataclass
class Cost:
    """One run: processor seconds from its first step to its last, those of drawing, and looks."""

    whole: float
    drawing: float
    looks: int


class TimedViews(views.Views):
    """The worker's own views, with the time they take."""

    seconds = 0.0

    def draw(self, *, every: bool = False, whole: bool = False) -> None:
        begun = time.process_time()
        super().draw(every=every, whole=whole)
        TimedViews.seconds += time.process_time() - begun


def train(project: Project, steps: int, home: Path) -> Cost:
    """Train so many steps."""
    marks: list[float] = []
    looks = 0

    def hear(message: messages.Message) -> None:
        nonlocal looks
        if isinstance(message, messages.Problem):
            raise DataError(message.text)
        if isinstance(message, messages.Started | messages.Stopped | messages.Steps):
            marks.append(time.process_time())
        looks += isinstance(message, messages.ViewDrawn)

    TimedViews.seconds = 0.0
    settings = config.RunConfig(epochs=10**6, threads=1, max_steps=steps)
    with Runs(home / "runs.sqlite") as runs:
        Loop(project, settings, queue.SimpleQueue(), hear, runs, home).run()
    end = time.process_time()
    return Cost(end - marks[0], TimedViews.seconds, looks)


def compare(name: str, seconds: float, turns: int) -> None:
    """Print one template's ratios."""
    compiled = compile_document(open_template(name))
    watched = compiled.project
    alone = replace(watched, views=())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        probe = 200
        steps = int(probe * seconds / train(alone, probe, home).whole)
        rounds: list[tuple[Cost, Cost]] = []
        for turn in range(turns):
            pair = {
                project is watched: train(project, steps, home)
                for project in ((watched, alone) if turn % 2 else (alone, watched))
            }
            rounds.append((pair[True], pair[False]))
    more = sorted(100 * (one.whole / other.whole - 1) for one, other in rounds)
    share = statistics.median(one.drawing / one.whole for one, _ in rounds)
    looks = statistics.median(one.looks for one, _ in rounds)
    print(
        f"{name}: {steps} steps, {looks:g} looks; with views {statistics.median(more):+.2f}% "
        f"processor time ({more[0]:+.2f} to {more[-1]:+.2f}); drawing takes {100 * share:.2f}% of "
        "a run"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("templates", nargs="*", default=TEMPLATES)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--turns", type=int, default=9)
    options = parser.parse_args()
    torch.set_num_threads(1)
    vars(sys.modules["runtime.worker.loop"])["Views"] = TimedViews
    for name in options.templates:
        try:
            compare(name, options.seconds, options.turns)
        except DataError as error:
            print(f"{name} left out: {error}")


if __name__ == "__main__":
    main()
