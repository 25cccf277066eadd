"""Noise goes in by the formula, and comes out again where the network is right."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from runtime.exported.diffusion import add_noise, diffusion_samples, signal_share, sinusoids

Predict = Callable[[Tensor, Tensor], Tensor]


def test_the_cosine_schedule_by_its_formula() -> None:
    time = torch.linspace(0, 0.99, 50)

    def f(t: float) -> float:
        return math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2

    expected = torch.tensor([f(t) / f(0) for t in time.tolist()])
    torch.testing.assert_close(signal_share(time), expected, atol=1e-6, rtol=1e-4)
    assert signal_share(torch.tensor(1.0)) > 0


def test_the_linear_schedule_is_that_of_a_thousand_steps() -> None:
    betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.double)
    left = (1 - betas).cumprod(0)
    time = torch.arange(1, 1001, dtype=torch.double) / 1000
    assert (signal_share(time, "linear") - left).abs().max() < 1e-3


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_noise_has_the_variance_its_time_says(schedule: str) -> None:
    torch.manual_seed(0)
    x = torch.full((4000, 1, 4, 4), 0.5)
    noisy, noise, time = add_noise(x, schedule, 4)
    assert sorted(time.unique().tolist()) == [0.25, 0.5, 0.75, 1.0]
    for moment in time.unique():
        share = signal_share(moment, schedule).item()
        mine = noisy[time == moment]
        assert mine.mean().item() == pytest.approx(0.5 * math.sqrt(share), abs=0.03)
        assert mine.var().item() == pytest.approx(1 - share, abs=0.04)
    shares = signal_share(time, schedule).view(-1, 1, 1, 1)
    torch.testing.assert_close(noisy, shares.sqrt() * x + (1 - shares).sqrt() * noise)
    assert noise.mean().abs() < 0.02
    assert noise.std().item() == pytest.approx(1, abs=0.02)


def test_waves_of_a_time() -> None:
    waves = sinusoids(torch.tensor([0.0, 0.25, 1.0]), 6)
    assert waves.shape == (3, 6)
    for row, place in zip(waves.tolist(), (0, 250, 1000), strict=True):
        angles = [place / 10000 ** (i / 3) for i in range(3)]
        expected = [*map(math.sin, angles), *map(math.cos, angles)]
        assert row == pytest.approx(expected, abs=1e-3)


def knows(mean: float, spread: float, schedule: str) -> Predict:
    """The best guess of the noise where examples are normal, of this mean and spread."""

    def predict(x: Tensor, time: Tensor) -> Tensor:
        share = signal_share(time, schedule).view(-1, *[1] * (x.ndim - 1))
        rest = x - share.sqrt() * mean
        return (1 - share).sqrt() * rest / (share * spread**2 + 1 - share)

    return predict


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
@pytest.mark.parametrize("fresh", [0.0, 0.5, 1.0])
def test_a_perfect_network_gives_the_distribution_it_knows(schedule: str, fresh: float) -> None:
    torch.manual_seed(0)
    noise = torch.randn(2000, 1, 2, 2)
    made, _ = diffusion_samples(
        knows(0.3, 0.2, schedule), noise, noise_schedule=schedule, steps=200, fresh=fresh
    )
    assert made.mean().item() == pytest.approx(0.3, abs=0.02)
    assert made.std().item() == pytest.approx(0.2, abs=0.02)
    correlation = torch.corrcoef(torch.stack([noise.flatten(), made.flatten()]))[0, 1].item()
    assert correlation > 0.99 if not fresh else correlation < 0.9  # fresh noise hides the start


def test_one_example_is_found_in_any_number_of_steps() -> None:
    for steps in (1, 3, 20):
        made, way = diffusion_samples(
            knows(0.7, 0.0, "cosine"), torch.randn(3, 1, 2, 2), steps=steps, frames=2
        )
        torch.testing.assert_close(made, torch.full_like(made, 0.7), atol=1e-3, rtol=0)
        assert way.shape == (3, 2, 1, 2, 2)


def test_the_way_leads_from_the_noise_to_the_picture_and_is_the_same_again() -> None:
    noise = torch.randn(3, 1, 4, 4)
    made, way = diffusion_samples(knows(-0.5, 0.1, "cosine"), noise, frames=6)
    assert way.shape == (3, 6, 1, 4, 4)
    assert torch.equal(way[:, 0], noise)
    assert torch.equal(way[:, -1], made)
    spreads = way.flatten(2).std(2).mean(0)
    assert bool((spreads.diff() < 0).all())
    again, _ = diffusion_samples(knows(-0.5, 0.1, "cosine"), noise, frames=6)
    assert torch.equal(again, made)


def test_times_go_from_one_towards_zero_one_for_each_example() -> None:
    asked: list[Tensor] = []

    def predict(x: Tensor, time: Tensor) -> Tensor:
        asked.append(time)
        return x

    made, _ = diffusion_samples(predict, torch.randn(5, 2), steps=4, bounded=True)
    assert [one.tolist() for one in asked] == [[t] * 5 for t in (1.0, 0.75, 0.5, 0.25)]
    assert made.abs().max() <= 1
