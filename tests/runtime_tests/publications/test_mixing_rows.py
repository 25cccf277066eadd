"""Rows mixed with others, and targets that are probabilities; and plain torch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.runtime_tests.publications.harness import Board, Place, Supervised, compare
from tests.runtime_tests.publications.test_convolutional import FLAT, RELU, linear
from tests.runtime_tests.publications.test_generative import chain

WEIGHTS = (1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 1.0, 0.25, 1.0, 1.5)


class Mixed(nn.Module):
    """A network that gets each picture mixed with the one before it."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 10))

    def forward(self, image: Tensor) -> Tensor:
        given: Tensor = self.layers(0.7 * image + 0.3 * image.roll(1, 0))
        return given


def mixed_cross_entropy(logits: Tensor, label: Tensor) -> Tensor:
    """Cross entropy with the labels mixed as the pictures are."""
    target = F.one_hot(label, 10).float()
    target = 0.7 * target + 0.3 * target.roll(1, 0)
    weight = torch.tensor(WEIGHTS)
    return F.cross_entropy(logits, target, weight=weight, label_smoothing=0.1)


def test_mixup() -> None:
    """Zhang et al. 2018, with a share of 0.7 and the row before as partner."""
    board = Board("mixup")
    data = board.add("data.digits")
    target = board.put("shape.one_hot", (data, "label"))

    def mixed(source: Place) -> Place:
        rolled = board.put("shape.roll", source, shifts=(1,), dims=(0,))
        return board.put("merge.expression", source, rolled, formula="0.7 * a + 0.3 * b")

    chain(board, "small", FLAT, linear(12), RELU, linear(10))
    logits = board.instance("small", mixed(data), name="small_1")
    loss = board.put(
        "loss.cross_entropy",
        logits,
        mixed(target),
        name="loss",
        label_smoothing=0.1,
        weight=WEIGHTS,
    )
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Supervised(Mixed(), mixed_cross_entropy, name=logits.name))
