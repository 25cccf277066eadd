from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from runtime.exported.toys import blobs, circles, moons, spiral, xor

TOYS: list[Callable[..., tuple[Tensor, Tensor]]] = [xor, spiral, moons, circles, blobs]


@pytest.mark.parametrize("toy", TOYS)
def test_every_toy_is_balanced_centred_and_seeded(
    toy: Callable[..., tuple[Tensor, Tensor]],
) -> None:
    point, label = toy(600, noise=0.05, seed=1)
    assert point.shape == (600, 2)
    assert point.dtype == torch.float32
    assert label.dtype == torch.int64
    assert len({*label.bincount().tolist()}) == 1
    assert (point - (0.5 if toy is xor else 0.0)).mean(0).abs().max() < 0.1
    assert torch.equal(point, toy(600, noise=0.05, seed=1)[0])
    assert not torch.equal(point, toy(600, noise=0.05, seed=2)[0])
    before = torch.get_rng_state()
    toy(10)
    assert torch.equal(before, torch.get_rng_state())


def test_xor_is_the_truth_table() -> None:
    point, label = xor()
    assert point.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert label.tolist() == [0, 1, 1, 0]


def test_circles_have_their_radii() -> None:
    point, label = circles(200, factor=0.3, noise=0)
    radius = point.norm(dim=1)
    assert torch.allclose(radius, torch.where(label == 0, 1.0, 0.3))


def test_numbers_of_classes() -> None:
    assert spiral(300, arms=3)[1].max() == 2
    assert blobs(300, classes=5)[1].max() == 4
