"""Networks that play against each other, drawn small on the digits, and the same in plain torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.model.sheet import Node
from tests.runtime_tests.publications.harness import Board, Piece, Place, Plain, compare

LEAKY: Piece = ("activation.leaky_relu", {"negative_slope": 0.2})
FLAT, TANH = "shape.flatten", "activation.tanh"
RATE: dict[str, Any] = {"lr": 0.002, "betas": (0.5, 0.999)}
Loss = Callable[..., Tensor]


def linear(units: int) -> Piece:
    return "layer.linear", {"units": units}


def network(board: Board, name: str, *pieces: Piece, takes: str = "x", gives: str = "y") -> str:
    """A network that is a chain."""
    (x,) = board.sheet(name, takes)
    board.give(name, **{gives: board.row(x, *pieces, sheet=name)})
    return name


def again(board: Board, instance: Node, *sources: Place) -> Node:
    """The same network of the same weights, placed once more."""
    (copy,) = board.document.duplicate([instance.id], twins=True)
    for source, port in zip(sources, board.document.ports(copy).inputs, strict=True):
        board.document.link(board.end(source), type(board.end(source))(copy.id, port.name))
    return copy


@contextmanager
def still(*networks: nn.Module) -> Iterator[None]:
    """Weights that take no gradient for a while."""
    for one in networks:
        one.requires_grad_(False)
    yield
    for one in networks:
        one.requires_grad_(True)


def adam(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), **RATE)


def learn(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


RULES: dict[str, tuple[Loss, Loss]] = {
    "logistic": (
        lambda real, fake: (
            F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
            + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
        ),
        lambda fake: F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake)),
    ),
    "least squares": (
        lambda real, fake: F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, 0 * fake),
        lambda fake: F.mse_loss(fake, torch.ones_like(fake)),
    ),
    "hinge": (
        lambda real, fake: (1 - real).clamp(min=0).mean() + (1 + fake).clamp(min=0).mean(),
        lambda fake: -fake.mean(),
    ),
}


class Adversaries(Plain):
    """Goodfellow et al. 2014: the discriminator learns, then the generator, of one set of fakes."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, rules: str, latents: tuple[int, ...]
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.networks = {"generator": generator, "discriminator": discriminator}
        self.rules, self.latents = RULES[rules], latents
        self.adam_d, self.adam_g = adam(discriminator), adam(generator)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (image,) = batch
        fake = self.generator(torch.randn(len(image), *self.latents))
        told, fooled = self.rules
        lost = told(self.discriminator(image), self.discriminator(fake.detach()))
        learn(self.adam_d, lost)
        with still(self.discriminator):
            won = fooled(self.discriminator(fake))
            learn(self.adam_g, won)
        return {"d_loss": lost, "g_loss": won}


def play(board: Board, generator: str, critic: str, rules: str, latents: tuple[int, ...]) -> None:
    """Draw both sides, their losses and their optimizers."""
    data, noise = board.add("data.digits"), board.add("random.noise", sizes=latents)
    fake = board.instance(generator, noise, name=generator)
    real = board.instance(critic, data, name=critic)
    of_fake = again(board, real, fake)
    told = board.put("loss.discriminator", real, of_fake, objective=rules, name="d_loss")
    fooled = board.put("loss.generator", of_fake, objective=rules, name="g_loss")
    board.put("optimizer.adam", told, trains=(real.id,), order=1, **RATE)
    board.put("optimizer.adam", fooled, trains=(fake.id,), order=2, **RATE)


@pytest.mark.parametrize("rules", RULES)
def test_gan(rules: str) -> None:
    """GAN, LSGAN (Mao et al. 2016) and the hinge of geometric GANs (Lim and Ye 2017)."""
    board = Board("gan")
    shaped: Piece = ("shape.unflatten", {"dim": 1, "sizes": (1, 8, 8)})
    network(board, "generator", linear(16), "activation.relu", linear(64), TANH, shaped)
    network(board, "discriminator", FLAT, linear(16), LEAKY, linear(1))
    play(board, "generator", "discriminator", rules, (6,))
    generator = nn.Sequential(
        nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8))
    )
    critic = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    compare(board.document, Adversaries(generator, critic, rules, (6,)))


def test_dcgan() -> None:
    """Radford et al. 2015: strided convolutions both ways, batch norm, no pooling."""
    board = Board("dcgan")
    up = {"kernel_size": (4,), "stride": (2,), "padding": (1,), "bias": False}
    network(
        board, "generator",
        ("layer.conv_transpose2d", {**up, "filters": 8}), "norm.batch2d", "activation.relu",
        ("layer.conv_transpose2d", {**up, "filters": 1}), TANH,
    )  # fmt: skip
    down = {"kernel_size": (3,), "stride": (2,), "padding": "same", "bias": False}
    network(
        board, "discriminator",
        ("layer.conv2d", {**down, "filters": 4}), LEAKY,
        ("layer.conv2d", {**down, "filters": 8}), "norm.batch2d", LEAKY, FLAT, linear(1),
    )  # fmt: skip
    play(board, "generator", "discriminator", "logistic", (4, 2, 2))
    generator = nn.Sequential(
        nn.ConvTranspose2d(4, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 1, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip
    critic = nn.Sequential(
        nn.Conv2d(1, 4, 3, 2, 1, bias=False), nn.LeakyReLU(0.2),
        nn.Conv2d(4, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(32, 1),
    )  # fmt: skip
    compare(board.document, Adversaries(generator, critic, "logistic", (4, 2, 2)))


class WassersteinTraining(Plain):
    """The critic learns twice as often as the generator."""

    def __init__(self, generator: nn.Module, critic: nn.Module) -> None:
        self.generator, self.critic = generator, critic
        self.networks = {"generator": generator, "critic": critic}
        self.adam_c, self.adam_g = adam(critic), adam(generator)
        self.number = 0

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (image,) = batch
        fake = self.generator(torch.randn(len(image), 6))
        score = self.critic(image)
        share = torch.rand(len(image), 1, 1, 1)
        between = (share * image + (1 - share) * fake.detach()).requires_grad_()
        said = self.critic(between)
        (slope,) = torch.autograd.grad(said.sum(), between, create_graph=True)
        penalty = 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        lost = self.critic(fake.detach()).mean() - score.mean() + penalty
        learn(self.adam_c, lost)
        losses = {"c_loss": lost}
        if self.number % 2 == 0:
            with still(self.critic):
                losses["g_loss"] = -self.critic(fake).mean()
                learn(self.adam_g, losses["g_loss"])
        self.number += 1
        return losses


def test_wgan_gp() -> None:
    """Gulrajani et al. 2017: a critic whose slope is held at 1."""
    board = Board("wgan")
    shaped: Piece = ("shape.unflatten", {"dim": 1, "sizes": (1, 8, 8)})
    network(board, "generator", linear(16), "activation.elu", linear(64), TANH, shaped)
    network(board, "critic", FLAT, linear(16), "activation.softplus", linear(1))
    data, noise = board.add("data.digits"), board.add("random.noise", sizes=(6,))
    fake = board.instance("generator", noise, name="generator")
    real = board.instance("critic", data, name="critic")
    mix = board.put("random.mix", data, fake)
    penalty = board.put("loss.gradient_penalty", again(board, real, mix), mix)
    of_fake = again(board, real, fake)
    far = board.put("loss.discriminator", real, of_fake, objective="Wasserstein")
    lost = board.put("merge.add", far, penalty, name="c_loss")
    won = board.put("loss.generator", of_fake, objective="Wasserstein", name="g_loss")
    board.put("optimizer.adam", lost, trains=(real.id,), order=1, **RATE)
    board.put("optimizer.adam", won, trains=(fake.id,), order=2, every=2, **RATE)
    generator = nn.Sequential(
        nn.Linear(6, 16), nn.ELU(), nn.Linear(16, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8))
    )
    critic = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.Softplus(), nn.Linear(16, 1))
    compare(board.document, WassersteinTraining(generator, critic), steps=4)


class Pix2PixTraining(Plain):
    """The discriminator sees what was asked for beside what was made of it."""

    def __init__(self, painter: nn.Module, judge: nn.Module) -> None:
        self.painter, self.judge = painter, judge
        self.networks = {"painter": painter, "judge": judge}
        self.adam_j, self.adam_p = adam(judge), adam(painter)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (image,) = batch
        asked = image.flip(3)
        made = self.painter(asked)
        told, fooled = RULES["logistic"]
        of_made = self.judge(torch.cat((asked, made.detach()), 1))
        lost = told(self.judge(torch.cat((asked, image), 1)), of_made)
        learn(self.adam_j, lost)
        with still(self.judge):
            won = fooled(self.judge(torch.cat((asked, made), 1))) + 100 * F.l1_loss(made, image)
            learn(self.adam_p, won)
        return {"judge_loss": lost, "painter_loss": won}


def test_pix2pix() -> None:
    """Isola et al. 2016: pictures from pictures; here each digit from its mirror image."""
    board = Board("pix2pix")
    same = {"kernel_size": (3,), "padding": "same"}
    network(
        board, "painter",
        ("layer.conv2d", {**same, "filters": 6}), "activation.relu",
        ("layer.conv2d", {**same, "filters": 1}), "activation.sigmoid",
    )  # fmt: skip
    network(
        board, "judge",
        ("layer.conv2d", {**same, "filters": 4, "stride": (2,)}), LEAKY,
        ("layer.conv2d", {**same, "filters": 1}),
    )  # fmt: skip
    data = board.add("data.digits")
    asked = board.put("shape.flip", data, dims=(3,))
    made = board.instance("painter", asked, name="painter")
    real = board.instance("judge", board.put("merge.concatenate", asked, data), name="judge")
    of_made = again(board, real, board.put("merge.concatenate", asked, made))
    lost = board.put("loss.discriminator", real, of_made, name="judge_loss")
    near = board.put("merge.scale", board.put("loss.l1", made, data), factor=100.0)
    won = board.put("merge.add", board.put("loss.generator", of_made), near, name="painter_loss")
    board.put("optimizer.adam", lost, trains=(real.id,), order=1, **RATE)
    board.put("optimizer.adam", won, trains=(made.id,), order=2, **RATE)
    painter = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 1, 3, padding=1), nn.Sigmoid()
    )
    judge = nn.Sequential(
        nn.Conv2d(2, 4, 3, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 3, padding=1)
    )
    compare(board.document, Pix2PixTraining(painter, judge))


class CycleGANTraining(Plain):
    """Both ways and back; the judges learn first, of the same pictures."""

    def __init__(self, painters: Sequence[nn.Module], judges: Sequence[nn.Module]) -> None:
        self.there, self.back = painters
        self.judge_a, self.judge_b = judges
        names = ("there", "back", "judge_a", "judge_b")
        self.networks = dict(zip(names, (*painters, *judges), strict=True))
        every = [*self.there.parameters(), *self.back.parameters()]
        self.adam_p = torch.optim.Adam(every, **RATE)
        every = [*self.judge_a.parameters(), *self.judge_b.parameters()]
        self.adam_j = torch.optim.Adam(every, **RATE)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        a, b = batch
        made_b, made_a = self.there(a), self.back(b)
        told, fooled = RULES["least squares"]
        of_b, of_a = self.judge_b(made_b.detach()), self.judge_a(a)
        lost = told(of_a, self.judge_a(made_a.detach())) + told(self.judge_b(b), of_b)
        learn(self.adam_j, lost)
        with still(self.judge_a, self.judge_b):
            again_a = self.back(made_b)
            won = fooled(self.judge_b(made_b))
            again_b = self.there(made_a)
            won = won + fooled(self.judge_a(made_a))
            won = won + 10 * (F.l1_loss(again_a, a) + F.l1_loss(again_b, b))
            learn(self.adam_p, won)
        return {"painters_loss": won, "judges_loss": lost}


def test_cyclegan() -> None:
    """Zhu et al. 2017: two sets of pictures that nobody paired, and the way there and back."""
    board = Board("cyclegan")
    same = {"kernel_size": (3,), "padding": "same"}
    for name in ("there", "back"):
        network(
            board, name,
            ("layer.conv2d", {**same, "filters": 4, "bias": False}),
            "norm.instance2d", "activation.relu",
            ("layer.conv2d", {**same, "filters": 1}), "activation.sigmoid",
        )  # fmt: skip
    for name in ("judge_a", "judge_b"):
        network(
            board, name,
            ("layer.conv2d", {**same, "filters": 4, "stride": (2,)}), LEAKY,
            ("layer.conv2d", {**same, "filters": 1}),
        )  # fmt: skip
    a = board.add("data.digits", name="a")
    b = board.add("data.digits", name="b", drawn="independently")
    there = board.instance("there", a, name="there")
    back = board.instance("back", b, name="back")
    again_a, again_b = again(board, back, there), again(board, there, back)
    real_a = board.instance("judge_a", a, name="judge_a")
    real_b = board.instance("judge_b", b, name="judge_b")
    made_a, made_b = again(board, real_a, back), again(board, real_b, there)
    rules = {"objective": "least squares"}
    cycles = board.put(
        "merge.add", board.put("loss.l1", again_a, a), board.put("loss.l1", again_b, b)
    )
    fooled = [board.put("loss.generator", made, **rules) for made in (made_b, made_a)]
    far = board.put("merge.scale", cycles, factor=10.0)
    won = board.put("merge.add", *fooled, far, name="painters_loss")
    told = [
        board.put("loss.discriminator", *pair, **rules)
        for pair in ((real_a, made_a), (real_b, made_b))
    ]
    lost = board.put("merge.add", *told, name="judges_loss")
    board.put("optimizer.adam", won, trains=(there.id, back.id), order=2, **RATE)
    board.put("optimizer.adam", lost, trains=(real_a.id, real_b.id), order=1, **RATE)

    def painter() -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.InstanceNorm2d(4), nn.ReLU(),
            nn.Conv2d(4, 1, 3, padding=1), nn.Sigmoid(),
        )  # fmt: skip

    def judge() -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(1, 4, 3, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 3, padding=1)
        )

    compare(board.document, CycleGANTraining([painter(), painter()], [judge(), judge()]))
