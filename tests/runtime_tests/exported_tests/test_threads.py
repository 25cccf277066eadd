from collections.abc import Iterator

import pytest
import torch

from runtime.exported.threads import settle_threads
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


def test_a_tiny_network_takes_one_thread() -> None:
    training = DigitsTraining(batch_size=8)
    assert settle_threads(training, most=8, seconds=0.5) < 8


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
