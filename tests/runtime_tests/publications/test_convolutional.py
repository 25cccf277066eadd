"""Public convolutional networks, drawn small on the digits, and the same in plain torch."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import nn

from graph.model.sheet import Node
from tests.runtime_tests.publications.harness import Board, Piece, Place, Supervised, compare

RELU, FLAT = "activation.relu", "shape.flatten"


def conv(filters: int, size: int = 3, **more: Any) -> Piece:
    """A convolution without padding unless `padding` says so."""
    return "layer.conv2d", {"filters": filters, "kernel_size": (size,), "padding": "valid", **more}


def same(filters: int, size: int = 3, **more: Any) -> Piece:
    """A convolution that keeps the sides, but for its stride."""
    return conv(filters, size, padding="same", **more)


def linear(units: int) -> Piece:
    return "layer.linear", {"units": units}


def digits() -> tuple[Board, Node]:
    """A board with the digits on it."""
    board = Board("publication")
    return board, board.add("data.digits")


def classified(board: Board, data: Node, scores: Place, **optimizer: Any) -> Board:
    """The cross entropy of some scores, and plain gradient descent."""
    loss = board.put("loss.cross_entropy", scores, (data, "label"), name="loss")
    board.put("optimizer.sgd", loss, lr=0.05, **optimizer)
    return board


def test_lenet5() -> None:
    """LeCun et al. 1998: convolutions, average pooling, tanh."""
    board, data = digits()
    pool: Piece = ("pool.avg2d", {"kernel_size": (2,)})
    large: Piece = ("shape.interpolate", {"scale_factor": 4.0})
    tanh = "activation.tanh"
    scores = board.row(
        data, large, conv(6, 5), tanh, pool, conv(16, 5), tanh, pool, conv(120, 5), tanh, FLAT,
        linear(84), tanh, linear(10),
    )  # fmt: skip
    plain = nn.Sequential(
        nn.Upsample(scale_factor=4),
        nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
        nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip
    compare(classified(board, data, scores).document, Supervised(plain, F.cross_entropy))


def test_alexnet() -> None:
    """Krizhevsky et al. 2012: local response norm, overlapping pools, dropout, momentum, decay."""
    board, data = digits()
    pool: Piece = ("pool.max2d", {"kernel_size": (3,), "stride": (2,)})
    lrn: Piece = ("norm.local_response", {"size": 5, "alpha": 1e-4, "k": 2.0})
    drop: Piece = ("dropout.dropout", {"p": 0.5})
    scores = board.row(
        data, ("shape.interpolate", {"scale_factor": 4.0}),
        same(8, 5), RELU, lrn, pool, same(12, 5), RELU, lrn, pool,
        same(16), RELU, same(12), RELU, pool, FLAT,
        drop, linear(32), RELU, drop, linear(32), RELU, linear(10),
    )  # fmt: skip
    plain = nn.Sequential(
        nn.Upsample(scale_factor=4),
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(8, 12, 5, padding=2), nn.ReLU(), nn.LocalResponseNorm(5, 1e-4, 0.75, 2.0),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(12, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 12, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Dropout(), nn.Linear(108, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 32), nn.ReLU(),
        nn.Linear(32, 10),
    )  # fmt: skip
    board = classified(board, data, scores, momentum=0.9, weight_decay=5e-4)
    compare(board.document, Supervised(plain, F.cross_entropy, momentum=0.9, weight_decay=5e-4))


def test_vgg() -> None:
    """Simonyan and Zisserman 2014: blocks of small filters, each block wider than the last."""
    board, data = digits()
    (x,) = board.sheet("block", "x")
    first = board.put("layer.conv2d", x, sheet="block")
    second = board.row(first, RELU, "layer.conv2d", sheet="block")
    board.give("block", y=board.row(second, RELU, "pool.max2d", sheet="block"))
    for node in (first, second):
        board.document.expose(node.id, "filters", f"width_{node.name}")
    (x,) = board.sheet("vgg", "image")
    for width in (8, 16):
        widths = tuple((f"width_{node.name}", width) for node in (first, second))
        x = board.instance("block", x, sheet="vgg", overrides=widths)
    scores = board.row(x, FLAT, linear(24), RELU, linear(10), sheet="vgg")
    board.give("vgg", scores=scores)

    def block(before: int, width: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(before, width, 3, padding=1), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        )  # fmt: skip

    head = (nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
    plain = nn.Sequential(block(1, 8), block(8, 16), *head)
    board = classified(board, data, board.instance("vgg", data, name="vgg"))
    compare(board.document, Supervised(plain, F.cross_entropy, name="vgg"))
