"""Pictures made from pictures: an autoencoder, and CycleGAN; the same in plain torch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.model.sheet import End, Node
from tests.runtime_tests.publications.harness import (
    Board,
    Piece,
    Place,
    Plain,
    Supervised,
    compare,
)
from tests.runtime_tests.publications.test_convolutional import FLAT, RELU, linear

SIGMOID = "activation.sigmoid"
LEAKY: Piece = ("activation.leaky_relu", {"negative_slope": 0.2})
PICTURE: Piece = ("shape.unflatten", {"dim": 1, "sizes": (1, 8, 8)})


def chain(board: Board, name: str, *pieces: Piece) -> None:
    """A network that is a row of nodes."""
    (x,) = board.sheet(name, "x")
    board.give(name, y=board.row(x, *pieces, sheet=name))


def linked(board: Board, node: Node, *sources: Place) -> Node:
    """A copy of an instance that shares its weights, at other inputs."""
    (copy,) = board.document.duplicate([node.id], twins=True)
    for port, source in zip(board.document.ports(copy).inputs, sources, strict=True):
        board.document.link(board.end(source), End(copy.id, port.name))
    return copy


def test_autoencoder() -> None:
    """Hinton and Salakhutdinov 2006: through a narrow middle and back."""
    board = Board("autoencoder")
    pieces = [FLAT, linear(24), RELU, linear(4), linear(24), RELU, linear(64), SIGMOID, PICTURE]
    chain(board, "autoencoder", *pieces)
    data = board.add("data.digits")
    plain = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 4), nn.Linear(4, 24), nn.ReLU(),
        nn.Linear(24, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)),
    )  # fmt: skip
    made = board.instance("autoencoder", data, name="autoencoder")
    board.put("optimizer.adam", board.put("loss.mse", made, data, name="loss"), lr=0.01)
    rule = torch.optim.Adam
    compare(board.document, Supervised(plain, F.mse_loss, rule, "autoencoder", lr=0.01))


class CycleTraining(Plain):
    """Two generators that undo each other, each with a discriminator."""

    def __init__(self) -> None:
        def generator() -> nn.Module:
            return nn.Sequential(
                nn.Conv2d(1, 6, 3, padding=1, bias=False), nn.InstanceNorm2d(6), nn.ReLU(),
                nn.Conv2d(6, 1, 3, padding=1), nn.Sigmoid(),
            )  # fmt: skip

        def discriminator() -> nn.Module:
            return nn.Sequential(
                nn.Conv2d(1, 6, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(6, 1, 3, padding=1)
            )

        self.to_b, self.to_a = generator(), generator()
        self.judge_a, self.judge_b = discriminator(), discriminator()
        names = ("to_b", "to_a", "judge_a", "judge_b")
        self.networks = {name: getattr(self, name) for name in names}
        self.adam_a = torch.optim.Adam(self.judge_a.parameters(), lr=0.002)
        self.adam_b = torch.optim.Adam(self.judge_b.parameters(), lr=0.002)
        both = [*self.to_b.parameters(), *self.to_a.parameters()]
        self.adam_g = torch.optim.Adam(both, lr=0.001)

    def judged(
        self, judge: nn.Module, adam: torch.optim.Optimizer, real: Tensor, fake: Tensor
    ) -> Tensor:
        loss: Tensor = (judge(real) - 1).square().mean() + judge(fake.detach()).square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        return loss

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        a, b = batch[0], 1 - batch[0].roll(1, 0)
        fake_b, fake_a = self.to_b(a), self.to_a(b)
        loss_a = self.judged(self.judge_a, self.adam_a, a, fake_a)
        loss_b = self.judged(self.judge_b, self.adam_b, b, fake_b)
        judges = (self.judge_a, self.judge_b)
        for judge in judges:
            judge.requires_grad_(False)
        fool = (self.judge_a(fake_a) - 1).square().mean() + (
            self.judge_b(fake_b) - 1
        ).square().mean()
        cycle = F.l1_loss(self.to_a(fake_b), a) + F.l1_loss(self.to_b(fake_a), b)
        same = F.l1_loss(self.to_b(b), b) + F.l1_loss(self.to_a(a), a)
        loss_g = fool + 10 * cycle + 5 * same
        self.adam_g.zero_grad()
        loss_g.backward()
        self.adam_g.step()
        for judge in judges:
            judge.requires_grad_(True)
        return {"loss_a": loss_a, "loss_b": loss_b, "loss_g": loss_g}


def test_cyclegan() -> None:
    """Zhu et al. 2017: no pairs; B is the negative of another digit."""
    board = Board("cyclegan")
    points: list[Piece] = [("layer.conv2d", {"filters": n}) for n in (6, 1)]
    # A bias before a norm has a gradient of mere rounding, which Adam would make large.
    first: Piece = ("layer.conv2d", {"filters": 6, "bias": False})
    chain(board, "generator", first, "norm.instance2d", RELU, points[1], SIGMOID)
    chain(board, "discriminator", points[0], LEAKY, points[1])
    a = board.add("data.digits")
    b = board.row(
        a, ("shape.roll", {"dims": (0,)}), ("merge.scale", {"factor": -1.0, "offset": 1.0})
    )
    to_b = board.instance("generator", a, name="to_b")
    to_a = board.instance("generator", b, name="to_a")
    judge_a = board.instance("discriminator", a, name="judge_a")
    judge_b = board.instance("discriminator", b, name="judge_b")
    fake_a, fake_b = linked(board, judge_a, to_a), linked(board, judge_b, to_b)
    rules = {"objective": "least squares"}
    loss_a = board.put("loss.discriminator", judge_a, fake_a, name="loss_a", **rules)
    loss_b = board.put("loss.discriminator", judge_b, fake_b, name="loss_b", **rules)
    fools = [board.put("loss.generator", one, **rules) for one in (fake_a, fake_b)]
    cycles = [
        board.put("loss.l1", linked(board, to_a, to_b), a),
        board.put("loss.l1", linked(board, to_b, to_a), b),
    ]
    same = [
        board.put("loss.l1", linked(board, to_b, b), b),
        board.put("loss.l1", linked(board, to_a, a), a),
    ]
    loss_g = board.put(
        "loss.weighted_sum", *fools, *cycles, *same, name="loss_g", factors=(1, 1, 10, 10, 5, 5)
    )
    board.put("optimizer.adam", loss_a, lr=0.002, trains=(judge_a.id,))
    board.put("optimizer.adam", loss_b, lr=0.002, trains=(judge_b.id,))
    board.put("optimizer.adam", loss_g, lr=0.001, trains=(to_b.id, to_a.id))
    compare(board.document, CycleTraining())
