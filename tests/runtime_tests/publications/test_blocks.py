"""The blocks that public networks for pictures are made of, drawn small, and in plain torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.model.sheet import Node
from tests.runtime_tests.publications.harness import Board, Piece, Place, Supervised, compare
from tests.runtime_tests.publications.test_convolutional import RELU, conv, linear, same

SHEET = "net"
NORM = "norm.batch2d"


class Features(nn.Module):
    """Features of a picture, averaged over its places, and scores of ten classes."""

    def __init__(self, features: nn.Module, channels: int) -> None:
        super().__init__()
        self.features, self.scores = features, nn.Linear(channels, 10)

    def forward(self, image: Tensor) -> Tensor:
        scores: Tensor = self.scores(self.features(image).mean((2, 3)))
        return scores


def check(build: Callable[[Board, Node], Place], features: nn.Module, channels: int) -> None:
    """Hold a drawn network for the digits to features in plain torch."""
    board = Board("publication")
    (image,) = board.sheet(SHEET, "image")
    found = build(board, image)
    board.give(SHEET, scores=row(board, found, "pool.global_average", linear(10)))
    data = board.add("data.digits")
    scores = board.instance(SHEET, data, name=SHEET)
    loss = board.put("loss.cross_entropy", scores, (data, "label"), name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Supervised(Features(features, channels), F.cross_entropy, name=SHEET))


def row(board: Board, source: Place, *pieces: Piece) -> Node:
    return board.row(source, *pieces, sheet=SHEET)


def put(board: Board, type: str, *sources: Place) -> Node:
    return board.put(type, *sources, sheet=SHEET)


class Residual(nn.Module):
    """What goes in is added to what comes out; a way round changes sizes where these differ."""

    def __init__(self, way: nn.Module, round: nn.Module | None = None, bend: bool = True) -> None:
        super().__init__()
        self.way, self.round, self.bend = way, round, bend

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.way(x) + (x if self.round is None else self.round(x))
        return F.relu(y) if self.bend else y


class Concat(nn.Module):
    """Ways side by side."""

    def __init__(self, *ways: nn.Module) -> None:
        super().__init__()
        self.ways = nn.ModuleList(ways)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([way(x) for way in self.ways], 1)


def bare(before: int, filters: int, size: int = 3, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    return nn.Conv2d(before, filters, size, stride, size // 2, groups=groups, bias=False)


def test_network_in_network() -> None:
    """Lin et al. 2013: every filter is a small network of its own."""
    first = [same(12, 5), RELU, same(8, 1), RELU, same(8, 1), RELU, "pool.max2d"]
    drop: Piece = ("dropout.dropout", {"p": 0.5})
    pieces = [*first, drop, same(8), RELU, same(6, 1), RELU]
    plain = nn.Sequential(
        nn.Conv2d(1, 12, 5, padding=2), nn.ReLU(), nn.Conv2d(12, 8, 1), nn.ReLU(),
        nn.Conv2d(8, 8, 1), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(),
        nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 6, 1), nn.ReLU(),
    )  # fmt: skip
    check(lambda board, x: row(board, x, *pieces), plain, 6)


def test_googlenet_inception() -> None:
    """Szegedy et al. 2014: four ways side by side."""

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(8), RELU)
        pool: Piece = ("pool.max2d", {"kernel_size": (3,), "stride": (1,), "padding": (1,)})
        ways = [
            row(board, x, same(4, 1), RELU),
            row(board, x, same(3, 1), RELU, same(6), RELU),
            row(board, x, same(2, 1), RELU, same(4, 5), RELU),
            row(board, x, pool, same(3, 1), RELU),
        ]
        return put(board, "merge.concatenate", *ways)

    inception = Concat(
        nn.Sequential(nn.Conv2d(8, 4, 1), nn.ReLU()),
        nn.Sequential(nn.Conv2d(8, 3, 1), nn.ReLU(), nn.Conv2d(3, 6, 3, padding=1), nn.ReLU()),
        nn.Sequential(nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 5, padding=2), nn.ReLU()),
        nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(8, 3, 1), nn.ReLU()),
    )
    check(build, nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), inception), 17)


def test_resnet_of_basic_blocks() -> None:
    """He et al. 2015: two blocks, the second at half the sides with a projection on the way round.

    The last norm of each block starts at zero, as in later recipes (Goyal et al. 2017).
    """
    none: dict[str, Any] = {"bias": False, "init": "kaiming_normal", "init_fan": "fan_out"}

    def block(board: Board, x: Node, filters: int, stride: int) -> Node:
        last: Piece = (NORM, {"init": "zeros"})
        first = same(filters, stride=(stride,), **none)
        way = row(board, x, first, NORM, RELU, same(filters, **none), last)
        round = row(board, x, same(filters, 1, stride=(stride,), **none), NORM) if stride > 1 else x
        return row(board, put(board, "merge.add", way, round), RELU)

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(8, **none), NORM, RELU)
        return block(board, block(board, x, 8, 1), 16, 2)

    def way(before: int, filters: int, stride: int) -> nn.Sequential:
        return nn.Sequential(
            bare(before, filters, 3, stride), nn.BatchNorm2d(filters), nn.ReLU(),
            bare(filters, filters), nn.BatchNorm2d(filters),
        )  # fmt: skip

    plain = nn.Sequential(
        bare(1, 8), nn.BatchNorm2d(8), nn.ReLU(),
        Residual(way(8, 8, 1)),
        Residual(way(8, 16, 2), nn.Sequential(bare(8, 16, 1, 2), nn.BatchNorm2d(16))),
    )  # fmt: skip
    check(build, plain, 16)


def test_resnet_of_bottlenecks() -> None:
    """He et al. 2015: narrow in the middle, four times as wide at the end."""
    none: dict[str, Any] = {"bias": False}

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(8, **none), NORM, RELU)
        way = row(board, x, same(4, 1, **none), NORM, RELU, same(4, stride=(2,), **none), NORM,
                  RELU, same(16, 1, **none), NORM)  # fmt: skip
        round = row(board, x, same(16, 1, stride=(2,), **none), NORM)
        return row(board, put(board, "merge.add", way, round), RELU)

    way = nn.Sequential(
        bare(8, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), bare(4, 4, 3, 2), nn.BatchNorm2d(4), nn.ReLU(),
        bare(4, 16, 1), nn.BatchNorm2d(16),
    )  # fmt: skip
    round = nn.Sequential(bare(8, 16, 1, 2), nn.BatchNorm2d(16))
    plain = nn.Sequential(bare(1, 8), nn.BatchNorm2d(8), nn.ReLU(), Residual(way, round))
    check(build, plain, 16)


def test_densenet() -> None:
    """Huang et al. 2016: every layer sees all before it; a transition narrows them."""

    def build(board: Board, image: Node) -> Place:
        several: list[Place] = [row(board, image, same(6))]
        for _ in range(3):
            x = put(board, "merge.concatenate", *several) if len(several) > 1 else several[0]
            several.append(row(board, x, NORM, RELU, same(4, bias=False)))
        x = put(board, "merge.concatenate", *several)
        return row(board, x, NORM, RELU, same(9, 1, bias=False), ("pool.avg2d", {}))

    class Dense(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList(
                nn.Sequential(nn.BatchNorm2d(size), nn.ReLU(), bare(size, 4))
                for size in (6, 10, 14)
            )

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = torch.cat([x, layer(x)], 1)
            return x

    plain = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), Dense(), nn.BatchNorm2d(18), nn.ReLU(), bare(18, 9, 1),
        nn.AvgPool2d(2),
    )  # fmt: skip
    check(build, plain, 9)


def test_squeezenet_fire() -> None:
    """Iandola et al. 2016: squeezed by single points, expanded two ways."""

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(8), RELU, same(3, 1), RELU)
        return put(
            board,
            "merge.concatenate",
            row(board, x, same(4, 1), RELU),
            row(board, x, same(5), RELU),
        )

    expand = Concat(
        nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU()),
        nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU()),
    )
    stem = (nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 3, 1), nn.ReLU())
    check(build, nn.Sequential(*stem, expand), 9)


def test_mobilenet_v2() -> None:
    """Sandler et al. 2018: wide and depthwise inside, narrow outside, no bend at the end."""
    none: dict[str, Any] = {"bias": False}
    relu6 = "activation.relu6"

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(4, **none), NORM, relu6)
        way = row(board, x, same(12, 1, **none), NORM, relu6,
                  same(12, form="depthwise", **none), NORM, relu6,
                  same(4, 1, **none), NORM)  # fmt: skip
        return put(board, "merge.add", x, way)

    way = nn.Sequential(
        bare(4, 12, 1), nn.BatchNorm2d(12), nn.ReLU6(),
        bare(12, 12, groups=12), nn.BatchNorm2d(12), nn.ReLU6(), bare(12, 4, 1), nn.BatchNorm2d(4),
    )  # fmt: skip
    stem = (bare(1, 4), nn.BatchNorm2d(4), nn.ReLU6())
    check(build, nn.Sequential(*stem, Residual(way, bend=False)), 4)


def test_shufflenet_unit() -> None:
    """Zhang et al. 2017: grouped points, the groups' channels shuffled between."""

    class Shuffle(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            n, c, h, w = x.shape
            return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(8), RELU)
        way = row(board, x, same(4, 1, groups=2, bias=False), NORM, RELU,
                  ("shape.unflatten", {"dim": 1, "sizes": (2, 2)}),
                  ("shape.transpose", {"dim0": 1, "dim1": 2}),
                  ("shape.flatten", {"start_dim": 1, "end_dim": 2}),
                  same(4, form="depthwise", bias=False), NORM,
                  same(8, 1, groups=2, bias=False), NORM)  # fmt: skip
        return row(board, put(board, "merge.add", way, x), RELU)

    way = nn.Sequential(
        bare(8, 4, 1, groups=2), nn.BatchNorm2d(4), nn.ReLU(), Shuffle(), bare(4, 4, groups=4),
        nn.BatchNorm2d(4), bare(4, 8, 1, groups=2), nn.BatchNorm2d(8),
    )  # fmt: skip
    plain = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), Residual(way))
    check(build, plain, 8)


def test_squeeze_and_excitation() -> None:
    """Hu et al. 2017: channels weighed by what the whole picture shows."""

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, same(8), RELU)
        weights = row(board, x, "pool.global_average", linear(2), RELU, linear(8),
                      "activation.sigmoid", ("shape.reshape", {"sizes": (8, 1, 1)}))  # fmt: skip
        return put(board, "merge.multiply", x, weights)

    class Excite(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weigh = nn.Sequential(
                nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2), nn.ReLU(), nn.Linear(2, 8),
                nn.Sigmoid(),
            )  # fmt: skip

        def forward(self, x: Tensor) -> Tensor:
            weights: Tensor = self.weigh(x)
            return x * weights[:, :, None, None]

    check(build, nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), Excite()), 8)


def test_mlp_mixer() -> None:
    """Tolstikhin et al. 2021: layers across places, then across channels."""
    turn: Piece = ("shape.transpose", {"dim0": 1, "dim1": 2})

    def build(board: Board, image: Node) -> Place:
        x = row(board, image, conv(6, 2, stride=(2,)), ("shape.flatten", {"start_dim": 2}), turn)
        gelu = "activation.gelu"
        across = row(board, x, "norm.layer", turn, linear(8), gelu, linear(16), turn)
        x = put(board, "merge.add", x, across)
        along = row(board, x, "norm.layer", linear(12), gelu, linear(6))
        x = put(board, "merge.add", x, along)
        return row(board, x, "norm.layer", turn, ("shape.unflatten", {"dim": 2, "sizes": (4, 4)}))

    class Mixer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches = nn.Conv2d(1, 6, 2, 2)
            self.first = nn.LayerNorm(6)
            self.across = nn.Sequential(nn.Linear(16, 8), nn.GELU(), nn.Linear(8, 16))
            self.second = nn.LayerNorm(6)
            self.along = nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Linear(12, 6))
            self.last = nn.LayerNorm(6)

        def forward(self, image: Tensor) -> Tensor:
            x = self.patches(image).flatten(2).transpose(1, 2)
            x = x + self.across(self.first(x).transpose(1, 2)).transpose(1, 2)
            x = x + self.along(self.second(x))
            normed: Tensor = self.last(x)
            return normed.transpose(1, 2).reshape(-1, 6, 4, 4)

    check(build, Mixer(), 6)
