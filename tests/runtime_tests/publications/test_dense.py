"""Networks that say something of every place, and of sequences, and the same in plain torch."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.edit.document import Document
from graph.model.sheet import Node
from tests.runtime_tests.publications.harness import Board, Piece, Place, Supervised, compare
from tests.runtime_tests.publications.test_convolutional import RELU, linear, same

SHEET = "net"
UP: Piece = ("layer.conv_transpose2d", {"filters": 6, "kernel_size": (2,), "padding": (0,)})


def begun() -> tuple[Board, Node]:
    """A board with a network and its Input."""
    board = Board("publication")
    (x,) = board.sheet(SHEET, "x")
    return board, x


def masked(board: Board, logits: Place) -> Document:
    """Every pixel's logit told which are bright."""
    board.give(SHEET, logits=logits)
    data = board.add("data.digits")
    found = board.instance(SHEET, data, name=SHEET)
    bright = board.row(data, ("merge.compare", {"value": 0.5}), "shape.to_float")
    loss = board.put("loss.binary_cross_entropy", found, bright, name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)
    return board.document


def bright(logits: Tensor, image: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, (image > 0.5).float())


def twice(before: int, filters: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, filters, 3, padding=1), nn.ReLU(),
        nn.Conv2d(filters, filters, 3, padding=1), nn.ReLU(),
    )  # fmt: skip


def test_unet() -> None:
    """Ronneberger et al. 2015: down and up again, with ways across at each size."""

    def double(source: Place, filters: int) -> Node:
        return board.row(source, same(filters), RELU, same(filters), RELU, sheet=SHEET)

    board, image = begun()
    top = double(image, 6)
    middle = double(board.row(top, "pool.max2d", sheet=SHEET), 8)
    low = double(board.row(middle, "pool.max2d", sheet=SHEET), 10)
    up = board.row(low, UP, sheet=SHEET)
    middle = double(board.put("merge.concatenate", up, middle, sheet=SHEET), 8)
    up = board.row(middle, UP, sheet=SHEET)
    top = double(board.put("merge.concatenate", up, top, sheet=SHEET), 6)
    logits = board.row(top, same(1, 1), sheet=SHEET)

    class UNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down1, self.down2, self.low = twice(1, 6), twice(6, 8), twice(8, 10)
            self.up2, self.join2 = nn.ConvTranspose2d(10, 6, 2, 2), twice(14, 8)
            self.up1, self.join1 = nn.ConvTranspose2d(8, 6, 2, 2), twice(12, 6)
            self.logits = nn.Conv2d(6, 1, 1)

        def forward(self, image: Tensor) -> Tensor:
            first = self.down1(image)
            second = self.down2(F.max_pool2d(first, 2))
            x = self.low(F.max_pool2d(second, 2))
            x = self.join2(torch.cat([self.up2(x), second], 1))
            x = self.join1(torch.cat([self.up1(x), first], 1))
            logits: Tensor = self.logits(x)
            return logits

    compare(masked(board, logits), Supervised(UNet(), bright, name=SHEET))


def test_fully_convolutional() -> None:
    """Long et al. 2014: scores at two sizes, the coarse ones drawn larger and added."""
    board, image = begun()
    fine = board.row(image, same(6), RELU, "pool.max2d", sheet=SHEET)
    coarse = board.row(fine, same(8), RELU, "pool.max2d", same(1, 1), sheet=SHEET)
    larger: Piece = ("shape.interpolate", {"scale_factor": 2.0, "mode": "linear"})
    coarse = board.row(coarse, larger, sheet=SHEET)
    scores = board.row(fine, same(1, 1), sheet=SHEET)
    logits = board.row(board.put("merge.add", coarse, scores, sheet=SHEET), larger, sheet=SHEET)

    class FCN(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fine = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
            self.coarse = nn.Sequential(
                nn.Conv2d(6, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 1, 1)
            )
            self.scores = nn.Conv2d(6, 1, 1)

        def forward(self, image: Tensor) -> Tensor:
            fine = self.fine(image)
            coarse = F.interpolate(self.coarse(fine), scale_factor=2, mode="bilinear")
            return F.interpolate(coarse + self.scores(fine), scale_factor=2, mode="bilinear")

    compare(masked(board, logits), Supervised(FCN(), bright, name=SHEET))


def told_apart(board: Board, scores: Place, *before: Piece) -> Document:
    """The cross entropy of scores of a picture's class."""
    board.give(SHEET, scores=scores)
    data = board.add("data.digits")
    found = board.instance(SHEET, board.row(data, *before) if before else data, name=SHEET)
    loss = board.put("loss.cross_entropy", found, (data, "label"), name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)
    return board.document


class Causal(nn.Module):
    """A convolution that sees only what came before."""

    def __init__(self, before: int, filters: int, dilation: int) -> None:
        super().__init__()
        self.conv, self.reach = nn.Conv1d(before, filters, 2, dilation=dilation), dilation

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.conv(F.pad(x, (self.reach, 0)))
        return found


def causal(filters: int, dilation: int) -> list[Piece]:
    """The same, drawn."""
    options = {"filters": filters, "kernel_size": (2,), "padding": "valid"}
    pad: Piece = ("shape.pad", {"pad": (dilation, 0)})
    return [pad, ("layer.conv1d", {**options, "dilation": (dilation,)})]


SIGNAL: list[Piece] = ["shape.flatten", ("shape.unsqueeze", {"dim": 1})]
LAST: Piece = ("shape.select", {"dim": 2, "index": -1})
POINT: Piece = ("layer.conv1d", {"filters": 6, "kernel_size": (1,)})


def test_wavenet() -> None:
    """Van den Oord et al. 2016: gates, residuals, and what every layer says added up."""
    board, signal = begun()
    x, said = board.row(signal, *causal(6, 1), sheet=SHEET), []
    for dilation in (2, 4, 8):
        both = board.row(x, *causal(12, dilation), ("shape.split", {"dim": 1}), sheet=SHEET)
        wave = board.row((both, "y1"), "activation.tanh", sheet=SHEET)
        gate = board.row((both, "y2"), "activation.sigmoid", sheet=SHEET)
        y = board.put("merge.multiply", wave, gate, sheet=SHEET)
        said.append(board.row(y, POINT, sheet=SHEET))
        x = board.put("merge.add", x, said[-1], sheet=SHEET)
    total = board.put("merge.add", *said, sheet=SHEET)
    scores = board.row(total, RELU, LAST, linear(10), sheet=SHEET)

    class WaveNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = Causal(1, 6, 1)
            self.layers = nn.ModuleList(
                nn.ModuleList([Causal(6, 12, dilation), nn.Conv1d(6, 6, 1)])
                for dilation in (2, 4, 8)
            )
            self.scores = nn.Linear(6, 10)

        def forward(self, signal: Tensor) -> Tensor:
            x = self.first(signal)
            total = torch.zeros_like(x)
            for layer in self.layers:
                assert isinstance(layer, nn.ModuleList)
                wave, gate = layer[0](x).chunk(2, 1)
                said = layer[1](torch.tanh(wave) * torch.sigmoid(gate))
                x, total = x + said, total + said
            scores: Tensor = self.scores(F.relu(total)[:, :, -1])
            return scores

    class Training(Supervised):
        def step(self, *batch: Tensor) -> dict[str, Tensor]:
            return dict(super().step(batch[0].flatten(1).unsqueeze(1), batch[1]))

    plain = Training(WaveNet(), F.cross_entropy, name=SHEET)
    compare(told_apart(board, scores, *SIGNAL), plain)


def test_vision_transformer_with_a_class_token() -> None:
    """Dosovitskiy et al. 2020, one head: a learned token goes first and gathers what it sees."""
    board, image = begun()
    patches: Piece = (
        "layer.conv2d",
        {"filters": 8, "kernel_size": (2,), "stride": (2,), "padding": "valid"},
    )
    turn: Piece = ("shape.transpose", {"dim0": 1, "dim1": 2})
    places = board.row(image, patches, ("shape.flatten", {"start_dim": 2}), turn, sheet=SHEET)
    token = board.put("layer.parameter", places, sheet=SHEET, sizes=(1, 8))
    x = board.put("merge.concatenate", token, places, sheet=SHEET)
    where = board.put("layer.parameter", sheet=SHEET, sizes=(17, 8), init="normal")
    x = board.put("merge.add", x, where, sheet=SHEET)
    normed = board.row(x, "norm.layer", sheet=SHEET)
    query, key, value = (board.row(normed, linear(8), sheet=SHEET) for _ in range(3))
    scores = board.put("merge.matmul", query, board.row(key, turn, sheet=SHEET), sheet=SHEET)
    scale: Piece = ("merge.scale", {"factor": 0.25})
    weights = board.row(scores, scale, ("activation.softmax", {"dim": 2}), sheet=SHEET)
    seen = board.put("merge.matmul", weights, value, sheet=SHEET)
    x = board.put("merge.add", x, board.row(seen, linear(8), sheet=SHEET), sheet=SHEET)
    first: Piece = ("shape.select", {"dim": 1, "index": 0})
    said = board.row(x, "norm.layer", first, linear(10), sheet=SHEET)

    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(1, 8, 2, 2)
            self.token = nn.Embedding(1, 8)
            self.where = nn.Embedding(17, 8)
            self.norm = nn.LayerNorm(8)
            self.query, self.key, self.value = (nn.Linear(8, 8) for _ in range(3))
            self.out, self.last, self.scores = nn.Linear(8, 8), nn.LayerNorm(8), nn.Linear(8, 10)

        def forward(self, image: Tensor) -> Tensor:
            places = self.patches(image).flatten(2).transpose(1, 2)
            token = self.token.weight.expand(len(image), 1, 8)
            x = torch.cat([token, places], 1) + self.where.weight
            normed = self.norm(x)
            query, key = self.query(normed), self.key(normed)
            weights = F.softmax(query @ key.transpose(1, 2) * 0.25, 2)
            x = x + self.out(weights @ self.value(normed))
            scores: Tensor = self.scores(self.last(x)[:, 0])
            return scores

    compare(told_apart(board, said), Supervised(Transformer(), F.cross_entropy, name=SHEET))
