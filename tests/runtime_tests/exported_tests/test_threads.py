import time
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from runtime.exported.threads import settle_threads, step_seconds
from tests.runtime_tests.exported_tests.training import DigitsTraining, losses


@pytest.fixture(autouse=True)
def threads() -> Iterator[int]:
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


def test_settling_leaves_no_trace_in_the_run() -> None:
    torch.set_num_threads(1)
    whole = losses(DigitsTraining(epochs=2))
    training = DigitsTraining(epochs=2)
    losses(training, 2)
    random_state = torch.get_rng_state()
    chosen = settle_threads(training, most=4, seconds=0.2)
    assert chosen == torch.get_num_threads()
    assert chosen in {1, 2, 4}
    assert torch.equal(random_state, torch.get_rng_state())
    assert (training.epoch, training.batch, training.step) == (0, 2, 2)
    torch.set_num_threads(1)
    assert losses(training) == whole[2:]


@pytest.mark.parametrize(
    ("times", "best", "tried"),
    [
        ({1: 0.001, 4: 0.002, 8: 0.09}, 1, [8, 4, 1]),
        ({1: 0.010, 4: 0.006, 8: 0.007}, 4, [8, 4, 1]),
        ({1: 0.0101, 4: 0.011, 8: 0.010}, 1, [8, 4, 1]),  # 1% may be chance
        ({1: 0.02, 4: 0.9, 8: 0.9}, 1, [8, 4, 1]),  # they were in each other's way
        ({1: 1.5, 4: 0.8, 8: 0.9}, 4, [8, 4, 1]),
        ({4: 5.5, 8: 3.0}, 8, [8, 4]),  # one thread would take half a minute
    ],
)
def test_the_fastest_is_taken(
    times: dict[int, float], best: int, tried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def timed(training: object, seconds: float) -> float:
        seen.append(torch.get_num_threads())
        return times[seen[-1]]

    monkeypatch.setattr("runtime.exported.threads.step_seconds", timed)
    assert settle_threads(DigitsTraining(), most=8) == best == torch.get_num_threads()
    assert seen == tried


class Waiting(DigitsTraining):
    """Its steps take as long on a clock that stands still otherwise as is said for the threads."""

    def __init__(self, seconds: dict[int, float], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(epochs=100)
        self.now, self.steps = 0.0, dict.fromkeys(seconds, 0)
        self._seconds = seconds
        monkeypatch.setattr("runtime.exported.threads.time.perf_counter", lambda: self.now)

    def take_step(self, image: Tensor, label: Tensor) -> Tensor:
        threads = torch.get_num_threads()
        warming = 0.1 if not self.now else 0.0
        self.now += self._seconds[threads] + warming
        self.steps[threads] += 1
        return super().take_step(image, label)


@pytest.mark.parametrize(
    ("seconds", "best", "trial"),
    [
        ({1: 0.018, 2: 0.6}, 1, 1.0),  # a light network on a busy machine
        ({1: 0.018, 2: 1.2}, 1, 1.7),
        ({1: 0.35, 2: 0.25}, 2, 1.5),  # warming up is not counted against two
        ({1: 4.8, 2: 3.0}, 2, 8.0),  # a heavy one: a step each
    ],
)
def test_one_thread_is_always_tried_and_the_trial_ends_soon(
    seconds: dict[int, float], best: int, trial: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Waiting(seconds, monkeypatch)
    assert settle_threads(training, most=2, seconds=0.3) == best
    assert training.steps[1] >= 1
    assert training.now < trial


def test_timing_takes_about_the_time_it_is_given() -> None:
    began = time.perf_counter()
    found = step_seconds(DigitsTraining(epochs=10_000), 0.1)
    assert 0 < found < 1
    assert time.perf_counter() - began < 5


def test_a_finished_run_keeps_its_threads() -> None:
    training = DigitsTraining(epochs=0)
    assert settle_threads(training, most=2) in {1, 2}


def test_one_thread_needs_no_timing(monkeypatch: pytest.MonkeyPatch) -> None:
    training = DigitsTraining()
    monkeypatch.setattr(DigitsTraining, "take_step", None)
    assert settle_threads(training, most=1) == 1


def test_an_accelerator_is_never_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    training = DigitsTraining()
    training.device = torch.device("cuda")
    monkeypatch.setattr(DigitsTraining, "take_step", None)
    assert settle_threads(training, most=2) == 2
