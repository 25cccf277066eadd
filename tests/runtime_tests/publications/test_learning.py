"""Ways to learn: from a teacher, from triplets, from what stands beside it; and plain torch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.runtime_tests.publications.harness import Board, Piece, Plain, compare
from tests.runtime_tests.publications.test_convolutional import FLAT, RELU, linear
from tests.runtime_tests.publications.test_generative import chain, linked


class Distillation(Plain):
    """A small network learns from what a large one says, softened, and from the labels."""

    def __init__(self) -> None:
        self.teacher = nn.Sequential(nn.Flatten(), nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10))
        self.student = nn.Sequential(nn.Flatten(), nn.Linear(64, 6), nn.ReLU(), nn.Linear(6, 10))
        self.networks = {"teacher": self.teacher.requires_grad_(False), "student": self.student}
        self.optimizer = torch.optim.SGD(self.student.parameters(), lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image, label = batch
        said, wanted = self.student(image), self.teacher(image)
        soft = F.kl_div(F.log_softmax(said / 4, 1), F.softmax(wanted / 4, 1), reduction="batchmean")
        loss = F.cross_entropy(said, label) + 16 * soft
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss, "loss/soft": soft}


def test_distillation() -> None:
    """Hinton et al. 2015, at temperature 4."""
    board = Board("distillation")
    chain(board, "large", FLAT, linear(24), RELU, linear(10))
    chain(board, "small", FLAT, linear(6), RELU, linear(10))
    data = board.add("data.digits")
    teacher = board.instance("large", data, name="teacher")
    student = board.instance("small", data, name="student")
    softer: Piece = ("merge.scale", {"factor": 0.25})
    soft = board.put(
        "loss.kl_div",
        board.row(student, softer, "activation.log_softmax"),
        board.row(teacher, softer, "activation.softmax"),
        name="soft",
    )
    hard = board.put("loss.cross_entropy", student, (data, "label"))
    loss = board.put("loss.weighted_sum", hard, soft, name="loss", factors=(1.0, 16.0))
    board.put("optimizer.sgd", loss, lr=0.05, trains=(student.id,))
    compare(board.document, Distillation())


class Triplets(Plain):
    """An anchor nearer to another look at itself than to another digit."""

    def __init__(self) -> None:
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 6))
        self.networks = {"encoder": self.encoder}
        self.optimizer = torch.optim.SGD(self.encoder.parameters(), lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (image,) = batch
        looks = (image, image.roll(1, 3), image.roll(1, 0))
        anchor, positive, negative = (F.normalize(self.encoder(one)) for one in looks)
        loss = F.triplet_margin_loss(anchor, positive, negative, margin=0.5)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def test_triplets() -> None:
    """Schroff et al. 2015: codes of length 1, one encoder for all three."""
    board = Board("triplets")
    chain(board, "encoder", FLAT, linear(16), RELU, linear(6))
    data = board.add("data.digits")
    anchor = board.instance("encoder", data, name="encoder")
    positive = linked(board, anchor, board.put("shape.roll", data, dims=(3,)))
    negative = linked(board, anchor, board.put("shape.roll", data, dims=(0,)))
    codes = [board.put("norm.unit", one) for one in (anchor, positive, negative)]
    loss = board.put("loss.triplet_margin", *codes, name="loss", margin=0.5)
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Triplets())


class Contrast(Plain):
    """Two looks at each picture find each other among all others."""

    def __init__(self) -> None:
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 6))
        self.networks = {"encoder": self.encoder}
        self.optimizer = torch.optim.SGD(self.encoder.parameters(), lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (image,) = batch
        one, other = (F.normalize(self.encoder(x)) for x in (image, image.roll(1, 3)))
        loss = -F.log_softmax(one @ other.T / 0.5, 1).diagonal().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


class SkipGram(Plain):
    """Of a word, the word beside it."""

    def __init__(self) -> None:
        self.words = nn.Sequential(nn.Embedding(10, 6), nn.Linear(6, 10, bias=False))
        self.networks = {"words": self.words}
        self.optimizer = torch.optim.SGD(self.words.parameters(), lr=0.5)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        word = batch[-1]
        loss = F.cross_entropy(self.words(word), word.roll(1, 0))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def test_skip_gram() -> None:
    """Mikolov et al. 2013, with labels as words: each is told the one before it in the batch."""
    board = Board("words")
    embedding: Piece = ("layer.embedding", {"units": 6, "vocabulary": 10})
    chain(board, "words", embedding, ("layer.linear", {"units": 10, "bias": False}))
    data = board.add("data.digits")
    label = (data, "label")
    words = board.instance("words", label, name="words")
    beside = board.put("shape.roll", label, dims=(0,))
    loss = board.put("loss.cross_entropy", words, beside, name="loss")
    board.put("optimizer.sgd", loss, lr=0.5)
    compare(board.document, SkipGram())


class Factors(nn.Module):
    """How well a user and an item go together, with an offset for each."""

    def __init__(self) -> None:
        super().__init__()
        self.users, self.user_bias = nn.Embedding(10, 4), nn.Embedding(10, 1)
        self.items, self.item_bias = nn.Embedding(8, 4), nn.Embedding(8, 1)

    def forward(self, user: Tensor, item: Tensor) -> Tensor:
        both = (self.users(user) * self.items(item)).sum(1, keepdim=True)
        rating: Tensor = both + self.user_bias(user) + self.item_bias(item)
        return rating


class Ratings(Plain):
    def __init__(self) -> None:
        self.factors = Factors()
        self.networks = {"factors": self.factors}
        self.optimizer = torch.optim.SGD(self.factors.parameters(), lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image, user = batch
        item = image[:, 0, 3].argmax(1)
        loss = F.mse_loss(self.factors(user, item), image.mean((1, 2, 3))[:, None])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def test_matrix_factorisation() -> None:
    """Koren et al. 2009; users are labels, items the brightest column of the fourth row."""
    board, inside = Board("ratings"), "factors"
    user, item = board.sheet(inside, "user", "item")

    def table(rows: int, units: int) -> Piece:
        return "layer.embedding", {"units": units, "vocabulary": rows}

    found = [
        board.row(source, table(rows, units), sheet=inside)
        for units in (4, 1)
        for source, rows in ((user, 10), (item, 8))
    ]
    product = board.put("merge.multiply", *found[:2], sheet=inside)
    total: Piece = ("merge.sum", {"dim": (1,), "keepdim": True})
    both = board.row(product, total, sheet=inside)
    board.give(inside, rating=board.put("merge.add", both, *found[2:], sheet=inside))
    data = board.add("data.digits")
    select: list[Piece] = [("shape.select", {"index": 0}), ("shape.select", {"index": 3})]
    column = board.row(data, *select, "merge.argmax")
    mean = board.row(data, ("merge.mean", {"dim": (1, 2, 3)}), ("shape.unsqueeze", {"dim": 1}))
    rating = board.instance(inside, (data, "label"), column, name=inside)
    loss = board.put("loss.mse", rating, mean, name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Ratings())


def test_contrastive_pairs() -> None:
    """Chen et al. 2020 (SimCLR), one side: the right partner lies on the diagonal."""
    board = Board("contrast")
    chain(board, "encoder", FLAT, linear(16), RELU, linear(6))
    data = board.add("data.digits")
    one = board.instance("encoder", data, name="encoder")
    other = linked(board, one, board.put("shape.roll", data, dims=(3,)))
    codes = [board.put("norm.unit", each) for each in (one, other)]
    turned = board.put("shape.transpose", codes[1], dim0=0, dim1=1)
    alike = board.row(
        board.put("merge.matmul", codes[0], turned),
        ("merge.scale", {"factor": 2.0}),
        "activation.log_softmax",
    )
    right = board.put("merge.einsum", alike, equation="nn->n")
    loss = board.row(right, "merge.mean", ("merge.scale", {"factor": -1.0, "name": "loss"}))
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Contrast())
