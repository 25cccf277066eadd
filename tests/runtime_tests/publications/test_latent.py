"""Codes that are learned: denoising and variational autoencoders, and the same in plain torch."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.runtime_tests.publications.harness import Board, Piece, Plain, compare

FLAT, RELU = "shape.flatten", "activation.relu"


def linear(units: int) -> Piece:
    return "layer.linear", {"units": units}


class Denoising(Plain):
    """What is encoded was spoilt, what is decoded is not."""

    def __init__(self) -> None:
        self.model = nn.Sequential(nn.Linear(64, 12), nn.ReLU(), nn.Linear(12, 64), nn.Sigmoid())
        self.networks = {"autoencoder": self.model}
        self.optimizer = torch.optim.RMSprop(self.model.parameters(), lr=0.01)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        rows = batch[0].flatten(1)
        loss = F.binary_cross_entropy(self.model(rows + 0.3 * torch.randn(len(rows), 64)), rows)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def test_denoising_autoencoder() -> None:
    """Vincent et al. 2008: from a spoilt picture to the one that it was."""
    board = Board("denoising")
    (row,) = board.sheet("autoencoder", "row")
    sheet = "autoencoder"
    made = board.row(row, linear(12), RELU, linear(64), "activation.sigmoid", sheet=sheet)
    board.give(sheet, made=made)
    rows = board.row(board.add("data.digits"), FLAT)
    noise = board.put("merge.scale", board.add("random.noise", sizes=(64,)), factor=0.3)
    made = board.instance(sheet, board.put("merge.add", rows, noise), name=sheet)
    board.put("optimizer.rmsprop", board.put("loss.bce", made, rows, name="loss"), lr=0.01)
    compare(board.document, Denoising())


class Half(nn.Module):
    """An encoder or a decoder; where there are classes it is told which one."""

    def __init__(self, size: int, classes: int, *heads: int) -> None:
        super().__init__()
        self.known = nn.Embedding(classes, 3) if classes else None
        self.hidden = nn.Linear(size + (3 if classes else 0), 16)
        self.heads = nn.ModuleList(nn.Linear(16, units) for units in heads)

    def forward(self, x: Tensor, label: Tensor) -> tuple[Tensor, ...] | Tensor:
        x = torch.cat([x, self.known(label)], 1) if self.known else x
        x = F.relu(self.hidden(x))
        found = tuple(head(x) for head in self.heads)
        return found if len(found) > 1 else found[0]


class VAE(Plain):
    """Both halves and the bound they maximise."""

    def __init__(self, *, classes: int = 0) -> None:
        self.encoder, self.decoder = Half(64, classes, 4, 4), Half(4, classes, 64)
        self.networks = {"encoder": self.encoder, "decoder": self.decoder}
        every = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.optimizer = torch.optim.AdamW(every, lr=0.01)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        rows, label = batch[0].flatten(1), batch[-1]
        mean, log_variance = self.encoder(rows, label)
        code = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        logits = self.decoder(code, label)
        pixels = F.binary_cross_entropy_with_logits(logits, rows, reduction="sum") / len(rows)
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1).mean()
        loss = pixels + kl
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss, "loss/pixels": pixels, "loss/kl": kl}


def half(board: Board, name: str, *, classes: int, **heads: int) -> str:
    """Draw what `Half` is."""
    x, *label = board.sheet(name, "x", *(["label"] if classes else []))
    if label:
        known: Piece = ("layer.embedding", {"units": 3})
        x = board.put("merge.concatenate", x, board.row(label[0], known, sheet=name), sheet=name)
    hidden = board.row(x, linear(16), RELU, sheet=name)
    board.give(name, **{one: board.row(hidden, linear(n), sheet=name) for one, n in heads.items()})
    return name


def draw_vae(*, classes: int = 0) -> Board:
    board = Board("vae")
    data = board.add("data.digits")
    rows, label = board.row(data, FLAT), [(data, "label")] if classes else []
    encoder = half(board, "encoder", classes=classes, mean=4, log_variance=4)
    decoder = half(board, "decoder", classes=classes, logits=64)
    coded = board.instance(encoder, rows, *label, name=encoder)
    both = (coded, "mean"), (coded, "log_variance")
    made = board.instance(decoder, board.put("random.reparameterize", *both), *label, name=decoder)
    binary = "loss.binary_cross_entropy"
    pixels = board.put(binary, made, rows, reduction="batchmean", name="pixels")
    kl = board.put("loss.kl_normal", *both, name="kl")
    board.put("optimizer.adamw", board.put("merge.add", pixels, kl, name="loss"), lr=0.01)
    return board


@pytest.mark.parametrize("classes", [0, 10], ids=["vae", "conditional"])
def test_vae(classes: int) -> None:
    """Kingma and Welling 2013; conditional as Sohn et al. 2015."""
    compare(draw_vae(classes=classes).document, VAE(classes=classes))
