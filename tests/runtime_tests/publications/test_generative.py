"""Public networks that make pictures, drawn small on the digits, and the same in plain torch."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.document import Document
from graph.sheet import End, Node
from tests.runtime_tests.publications.harness import (
    Board,
    Piece,
    Place,
    Plain,
    Supervised,
    compare,
)
from tests.runtime_tests.publications.test_convolutional import FLAT, RELU, linear

SIGMOID, TANH = "activation.sigmoid", "activation.tanh"
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


def rows(*sizes: int, bend: type[nn.Module] = nn.ReLU) -> list[nn.Module]:
    """Linear layers with a bend between each two."""
    found: list[nn.Module] = []
    for before, after in itertools.pairwise(sizes):
        found += [nn.Linear(before, after), bend()]
    return found[:-1]


# -- autoencoders


def reconstructed(board: Board, name: str, data: Node, source: Place) -> Document:
    """The mean squared error between what a network makes and the picture."""
    made = board.instance(name, source, name=name)
    loss = board.put("loss.mse", made, data, name="loss")
    board.put("optimizer.adam", loss, lr=0.01)
    return board.document


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
    rule = torch.optim.Adam
    compare(
        reconstructed(board, "autoencoder", data, data),
        Supervised(plain, F.mse_loss, rule, "autoencoder", lr=0.01),
    )


def test_denoising_autoencoder() -> None:
    """Vincent et al. 2008: some pixels are hidden, all are to be made."""
    board = Board("denoising")
    hidden: Piece = ("dropout.dropout", {"p": 0.3})
    chain(board, "denoiser", hidden, FLAT, linear(24), RELU, linear(64), SIGMOID, PICTURE)
    data = board.add("data.digits")
    plain = nn.Sequential(
        nn.Dropout(0.3), nn.Flatten(), *rows(64, 24, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8))
    )
    rule = torch.optim.Adam
    compare(
        reconstructed(board, "denoiser", data, data),
        Supervised(plain, F.mse_loss, rule, "denoiser", lr=0.01),
    )


class VAE(nn.Module):
    """A latent is drawn around what the encoder says; a class may be told to both sides."""

    def __init__(self, told: int = 0) -> None:
        super().__init__()
        self.told = told
        self.encoder = nn.Sequential(nn.Linear(64 + told, 24), nn.ReLU())
        self.mean, self.spread = nn.Linear(24, 3), nn.Linear(24, 3)
        self.decoder = nn.Sequential(*rows(3 + told, 24, 64), nn.Sigmoid())

    def forward(self, image: Tensor, label: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        rest = [] if label is None else [F.one_hot(label, 10).float()]
        code = self.encoder(torch.cat([image.flatten(1), *rest], 1))
        mean, spread = self.mean(code), self.spread(code)
        z = mean + torch.exp(0.5 * spread) * torch.randn_like(mean)
        made = self.decoder(torch.cat([z, *rest], 1)).view(-1, 1, 8, 8)
        return made, mean, spread


class VAETraining(Plain):
    def __init__(self, told: int = 0) -> None:
        self.vae = VAE(told)
        self.networks = {"vae": self.vae}
        self.optimizer = torch.optim.Adam(self.vae.parameters(), lr=0.01)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        made, mean, spread = self.vae(*batch)
        image = F.mse_loss(made, batch[0], reduction="sum") / len(made)
        kl = 0.5 * (mean**2 + spread.exp() - 1 - spread).sum(1).mean()
        self.optimizer.zero_grad()
        (image + kl).backward()
        self.optimizer.step()
        return {"elbo": image + kl, "elbo/image": image, "elbo/kl": kl}


@pytest.mark.parametrize("told", [0, 10], ids=["vae", "conditional vae"])
def test_variational_autoencoder(told: int) -> None:
    """Kingma and Welling 2013; Sohn et al. 2015, who tell both sides the class."""
    board, inside = Board("vae"), "vae"
    image, *rest = board.sheet(inside, "image", *(["label"] if told else []))
    hot = [board.row(one, "shape.one_hot", sheet=inside) for one in rest]

    def joined(source: Node) -> Node:
        return board.put("merge.concatenate", source, *hot, sheet=inside) if hot else source

    flat = board.row(image, FLAT, sheet=inside)
    code = board.row(joined(flat), linear(24), RELU, sheet=inside)
    mean, spread = (board.row(code, linear(3), sheet=inside) for _ in range(2))
    z = board.put("random.reparameterize", mean, spread, sheet=inside)
    decoder = [linear(24), RELU, linear(64), SIGMOID, PICTURE]
    board.give(inside, made=board.row(joined(z), *decoder, sheet=inside), mean=mean, spread=spread)
    data = board.add("data.digits")
    sources: list[Place] = [data, *([(data, "label")] if told else [])]
    vae = board.instance(inside, *sources, name="vae")
    far = board.put("loss.mse", (vae, "made"), data, name="image")
    board.document.set_params(far.id, reduction="batchmean")
    kl = board.put("loss.kl_normal", (vae, "mean"), (vae, "spread"), name="kl")
    elbo = board.put("merge.add", far, kl, name="elbo")
    board.put("optimizer.adam", elbo, lr=0.01)
    compare(board.document, VAETraining(told))


# -- generators and discriminators


GAMES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "logistic": (
        lambda real, fake: F.softplus(-real).mean() + F.softplus(fake).mean(),
        lambda fake: F.softplus(-fake).mean(),
    ),
    "least squares": (
        lambda real, fake: (real - 1).square().mean() + fake.square().mean(),
        lambda fake: (fake - 1).square().mean(),
    ),
    "hinge": (
        lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(),
        lambda fake: -fake.mean(),
    ),
}


class Game(Plain):
    """A generator g and a discriminator d, each with Adam."""

    def __init__(self, g: nn.Module, d: nn.Module, objective: str) -> None:
        self.g, self.d = g, d
        self.networks = {"g": g, "d": d}
        self.judge, self.fool = GAMES[objective]
        self.adam_d = torch.optim.Adam(d.parameters(), lr=0.002, betas=(0.5, 0.999))
        self.adam_g = torch.optim.Adam(g.parameters(), lr=0.001, betas=(0.5, 0.999))

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image = batch[0]
        fake = self.g(torch.randn(len(image), 6))
        loss_d = self.judge(self.d(image), self.d(fake.detach()))
        self.adam_d.zero_grad()
        loss_d.backward()
        self.adam_d.step()
        self.d.requires_grad_(False)
        loss_g = self.fool(self.d(fake))
        self.adam_g.zero_grad()
        loss_g.backward()
        self.adam_g.step()
        self.d.requires_grad_(True)
        return {"loss_d": loss_d, "loss_g": loss_g}


def game(generator: Sequence[Piece], discriminator: Sequence[Piece], objective: str) -> Document:
    """The board of a generator against a discriminator."""
    board = Board("gan")
    chain(board, "generator", *generator)
    chain(board, "discriminator", *discriminator)
    data, noise = board.add("data.digits"), board.add("random.noise", sizes=(6,))
    g = board.instance("generator", noise, name="g")
    real = board.instance("discriminator", data, name="d")
    fake = linked(board, real, g)
    rules = {"objective": objective}
    loss_d = board.put("loss.discriminator", real, fake, name="loss_d", **rules)
    loss_g = board.put("loss.generator", fake, name="loss_g", **rules)
    adam: dict[str, Any] = {"betas": (0.5, 0.999)}
    board.put("optimizer.adam", loss_d, lr=0.002, trains=(real.id,), **adam)
    board.put("optimizer.adam", loss_g, lr=0.001, trains=(g.id,), **adam)
    return board.document


@pytest.mark.parametrize("objective", list(GAMES))
def test_gan(objective: str) -> None:
    """Goodfellow et al. 2014; least squares Mao et al. 2016; hinge Lim and Ye 2017."""
    generator = [linear(24), RELU, linear(64), SIGMOID, PICTURE]
    discriminator = [FLAT, linear(24), LEAKY, linear(1)]
    g = nn.Sequential(*rows(6, 24, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
    d = nn.Sequential(nn.Flatten(), nn.Linear(64, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
    compare(game(generator, discriminator, objective), Game(g, d, objective))


def test_dcgan() -> None:
    """Radford et al. 2015: strides instead of pools, norms, weights that start at 0.02."""
    start: dict[str, Any] = {"init": "normal", "bias": False}
    up: Piece = ("layer.conv_transpose2d", {"filters": 4, **start})
    last: Piece = ("layer.conv_transpose2d", {"filters": 1, **start})
    down: Piece = ("layer.conv2d", {"filters": 4, "kernel_size": (4,), "stride": (2,),
                                    "padding": "custom", **start})  # fmt: skip
    norm: Piece = ("norm.batch2d", {"init": "normal"})
    first: Piece = ("layer.linear", {"units": 32, **start})
    generator = [first, ("shape.unflatten", {"sizes": (8, 2, 2)}), norm, RELU, up, norm, RELU, last,
                 TANH]  # fmt: skip
    discriminator = [down, LEAKY, FLAT, ("layer.linear", {"units": 1, **start})]
    g = nn.Sequential(
        nn.Linear(6, 32, bias=False), nn.Unflatten(1, (8, 2, 2)), nn.BatchNorm2d(8), nn.ReLU(),
        nn.ConvTranspose2d(8, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
        nn.ConvTranspose2d(4, 1, 4, 2, 1, bias=False), nn.Tanh(),
    )  # fmt: skip
    d = nn.Sequential(
        nn.Conv2d(1, 4, 4, 2, 1, bias=False), nn.LeakyReLU(0.2), nn.Flatten(),
        nn.Linear(64, 1, bias=False),
    )  # fmt: skip
    compare(game(generator, discriminator, "logistic"), Game(g, d, "logistic"))


class WassersteinTraining(Plain):
    """A critic whose slope is held at 1, and a generator every second step."""

    def __init__(self) -> None:
        self.g = nn.Sequential(*rows(6, 24, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
        self.d = nn.Sequential(nn.Flatten(), *rows(64, 24, 1, bend=nn.Tanh))
        self.networks = {"g": self.g, "d": self.d}
        self.adam_d = torch.optim.Adam(self.d.parameters(), lr=0.002, betas=(0.0, 0.9))
        self.adam_g = torch.optim.Adam(self.g.parameters(), lr=0.001, betas=(0.0, 0.9))
        self.count = 0

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image = batch[0]
        fake = self.g(torch.randn(len(image), 6))
        share = torch.rand(len(image), 1, 1, 1)
        at = (share * image + (1 - share) * fake.detach()).requires_grad_()
        score = self.d(at)
        (slope,) = torch.autograd.grad(score.sum(), at, create_graph=True)
        penalty = 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()
        wasserstein = self.d(fake.detach()).mean() - self.d(image).mean()
        losses = {"loss_d": wasserstein + penalty, "loss_d/penalty": penalty}
        self.adam_d.zero_grad()
        losses["loss_d"].backward()
        self.adam_d.step()
        if self.count % 2 == 0:
            self.d.requires_grad_(False)
            losses["loss_g"] = -self.d(fake).mean()
            self.adam_g.zero_grad()
            losses["loss_g"].backward()
            self.adam_g.step()
            self.d.requires_grad_(True)
        self.count += 1
        return losses


def test_wgan_gp() -> None:
    """Gulrajani et al. 2017."""
    board = Board("wgan")
    chain(board, "generator", linear(24), RELU, linear(64), SIGMOID, PICTURE)
    chain(board, "critic", FLAT, linear(24), TANH, linear(1))
    data, noise = board.add("data.digits"), board.add("random.noise", sizes=(6,))
    g = board.instance("generator", noise, name="g")
    real = board.instance("critic", data, name="d")
    fake = linked(board, real, g)
    mixed = board.put("random.mix", data, g)
    between = linked(board, real, mixed)
    rules = {"objective": "Wasserstein"}
    critic = board.put("loss.discriminator", real, fake, **rules)
    penalty = board.put("loss.gradient_penalty", between, mixed, name="penalty")
    loss_d = board.put("loss.weighted_sum", critic, penalty, name="loss_d")
    loss_g = board.put("loss.generator", fake, name="loss_g", **rules)
    adam: dict[str, Any] = {"betas": (0.0, 0.9)}
    board.put("optimizer.adam", loss_d, lr=0.002, trains=(real.id,), **adam)
    board.put("optimizer.adam", loss_g, lr=0.001, trains=(g.id,), every=2, **adam)
    compare(board.document, WassersteinTraining())


class PixTraining(Plain):
    """Pictures from outlines: a discriminator of pairs, and the distance to the right one."""

    def __init__(self) -> None:
        self.g = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 1, 3, padding=1), nn.Sigmoid()
        )
        self.d = nn.Sequential(
            nn.Conv2d(2, 6, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(6, 1, 3, padding=1)
        )
        self.networks = {"g": self.g, "d": self.d}
        self.adam_d = torch.optim.Adam(self.d.parameters(), lr=0.002)
        self.adam_g = torch.optim.Adam(self.g.parameters(), lr=0.001)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image = batch[0]
        outline = (image > 0.5).float()
        fake = self.g(outline)
        real_score = self.d(torch.cat([outline, image], 1))
        fake_score = self.d(torch.cat([outline, fake.detach()], 1))
        loss_d = F.softplus(-real_score).mean() + F.softplus(fake_score).mean()
        self.adam_d.zero_grad()
        loss_d.backward()
        self.adam_d.step()
        self.d.requires_grad_(False)
        fool = F.softplus(-self.d(torch.cat([outline, fake], 1))).mean()
        near = F.l1_loss(fake, image)
        loss_g = fool + 100 * near
        self.adam_g.zero_grad()
        loss_g.backward()
        self.adam_g.step()
        self.d.requires_grad_(True)
        return {"loss_d": loss_d, "loss_g": loss_g, "loss_g/near": near}


def test_pix2pix() -> None:
    """Isola et al. 2016; the outlines are the pixels above one half."""
    board = Board("pix2pix")
    points: list[Piece] = [("layer.conv2d", {"filters": n}) for n in (6, 1)]
    chain(board, "generator", points[0], RELU, points[1], SIGMOID)
    chain(board, "discriminator", points[0], LEAKY, points[1])
    data = board.add("data.digits")
    outline = board.row(data, ("merge.compare", {"value": 0.5}), "shape.to_float")
    g = board.instance("generator", outline, name="g")
    real = board.instance("discriminator", board.put("merge.concatenate", outline, data), name="d")
    fake = linked(board, real, board.put("merge.concatenate", outline, g))
    loss_d = board.put("loss.discriminator", real, fake, name="loss_d")
    near = board.put("loss.l1", g, data, name="near")
    far = board.put("merge.scale", near, factor=100.0)
    loss_g = board.put("merge.add", board.put("loss.generator", fake), far, name="loss_g")
    board.put("optimizer.adam", loss_d, lr=0.002, trains=(real.id,))
    board.put("optimizer.adam", loss_g, lr=0.001, trains=(g.id,))
    compare(board.document, PixTraining())


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
