"""How many CPU threads serve this network: more are not always faster."""

import statistics
import time
from collections.abc import Iterator
from typing import Protocol

import torch
import torch.distributed as dist
from torch import Tensor

from runtime.exported.checkpoint import Training, restore, snapshot

SLOWER = 1.5  # half the threads so much slower: fewer are slower still
WARM_S = 0.5  # what a first step does once for all weighs little in one so long


class Steps(Training, Protocol):
    """A run that is iterated to train."""

    def __iter__(self) -> Iterator[dict[str, float | Tensor]]: ...


def settle_threads(training: Steps, *, most: int = 0, seconds: float = 1.0) -> int:
    """Time a few real steps with 1, half and `most` threads, undo them, and keep the fastest.

    A network of some hundred weights ran 30 to 130 times slower with two threads than with one on
    a busy 2-core machine; a convolution or a transformer 1.4 to 1.6 times faster. How long a step
    takes with many threads does not tell these apart, so fewer are tried on heavy steps too: one
    step each, which on two cores costs about three steps in all.
    """
    most = most or torch.get_num_threads()
    torch.set_num_threads(most)
    if training.device.type != "cpu" or most == 1 or dist.is_initialized():
        return most
    state = snapshot(training)
    choices = sorted({1, max(1, most // 2), most}, reverse=True)
    times: dict[int, float] = {}
    for threads in choices:
        if len(times) > 1 and times[choices[1]] > SLOWER * max(WARM_S, times[most]):
            break  # so heavy a step gains from every thread; one alone would take very long
        torch.set_num_threads(threads)
        times[threads] = step_seconds(training, seconds / len(choices))
        restore(training, state)
    # More threads must gain a quarter: a busy machine makes small steps with them 30 times slower.
    best = min(times, key=lambda threads: times[threads] * (1.25 if threads > 1 else 1))
    torch.set_num_threads(best)
    return best


def step_seconds(training: Steps, seconds: float) -> float:
    """The mean time of a step, over about so many seconds; rare long waits for a thread count.

    The first step is left out, unless it alone takes so long that there is no second.
    """
    times = []
    steps = iter(training)
    end = time.perf_counter() + seconds
    started = time.perf_counter()
    for figures in steps:
        now = time.perf_counter()
        if "step" in figures:
            times.append(now - started)
        warm = len(times) > 1 or sum(times) > WARM_S
        if (now > end and warm) or len(times) > 200:
            break
        started = time.perf_counter()
    return statistics.fmean(times[1:] or times or [0.0])
