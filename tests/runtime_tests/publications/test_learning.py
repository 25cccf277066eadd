"""Ways to learn: from a teacher, from triplets, from what stands beside it; and plain torch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.runtime_tests.publications.harness import Board, Piece, Plain, Supervised, compare
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


class Siamese(Plain):
    """Two digits by one encoder: near if they are the same, apart by a margin if not."""

    def __init__(self) -> None:
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 6))
        self.networks = {"encoder": self.encoder}
        self.optimizer = torch.optim.SGD(self.encoder.parameters(), lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image, label = batch
        far = F.pairwise_distance(self.encoder(image), self.encoder(image.roll(1, 0)))
        alike = label == label.roll(1, 0)
        loss = torch.where(alike, far**2, F.relu(2.0 - far) ** 2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def test_siamese() -> None:
    """Hadsell et al. 2006: each digit beside another of its batch, maybe of the same class."""
    board = Board("siamese")
    chain(board, "encoder", FLAT, linear(16), RELU, linear(6))
    data = board.add("data.digits")
    label = (data, "label")
    turn: Piece = ("shape.roll", {"dims": (0,)})
    one = board.instance("encoder", data, name="encoder")
    other = linked(board, one, board.row(data, turn))
    far = board.put("merge.distance", one, other)
    alike = board.put("merge.compare", label, board.row(label, turn), relation="==")
    near = board.put("merge.expression", far, formula="far ** 2")
    apart = board.put("merge.expression", far, formula="relu(2 - far) ** 2")
    chosen = board.put("merge.where", alike, near, apart)
    loss = board.put("merge.mean", chosen, name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Siamese(), batch_size=32)


class Coupling(nn.Module):
    """Half of the numbers are scaled and moved by what the other half says."""

    def __init__(self) -> None:
        super().__init__()
        self.says = nn.Sequential(nn.Linear(32, 12), nn.Tanh(), nn.Linear(12, 64))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = x.chunk(2, 1)
        scale, shift = self.says(first).chunk(2, 1)
        scale = torch.tanh(scale)
        return torch.cat([second * torch.exp(scale) + shift, first], 1), scale.sum(1)


class Flow(Plain):
    def __init__(self) -> None:
        self.one, self.two = Coupling(), Coupling()
        self.networks = {"one": self.one, "two": self.two}
        weights = [*self.one.parameters(), *self.two.parameters()]
        self.optimizer = torch.optim.SGD(weights, lr=0.001)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        z, first = self.one(batch[0].flatten(1))
        z, second = self.two(z)
        loss = (0.5 * (z**2).sum(1) - first - second).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}


def test_normalising_flow() -> None:
    """Dinh et al. 2016 (RealNVP): two couplings, the likelihood of what comes out."""
    board, inside = Board("flow"), "coupling"
    (x,) = board.sheet(inside, "x")
    halves = board.put("shape.split", x, sheet=inside)
    said = board.row((halves, "y1"), linear(12), "activation.tanh", linear(64), sheet=inside)
    parts = board.put("shape.split", said, sheet=inside)
    scale = board.row((parts, "y1"), "activation.tanh", sheet=inside)
    moved = board.put(
        "merge.expression",
        (halves, "y2"),
        scale,
        (parts, "y2"),
        sheet=inside,
        formula="half * exp(scale) + shift",
    )
    joined = board.put("merge.concatenate", moved, (halves, "y1"), sheet=inside)
    grown = board.row(scale, ("merge.sum", {"dim": (1,)}), sheet=inside)
    board.give(inside, z=joined, grown=grown)
    data = board.add("data.digits")
    one = board.instance(inside, board.put("shape.flatten", data), name="one")
    two = board.instance(inside, (one, "z"), name="two")
    squares = board.row(
        board.put("merge.expression", (two, "z"), formula="0.5 * z ** 2"),
        ("merge.sum", {"dim": (1,)}),
    )
    rest = board.put("merge.subtract", squares, (one, "grown"))
    loss = board.row(
        board.put("merge.subtract", rest, (two, "grown")), ("merge.mean", {"name": "loss"})
    )
    board.put("optimizer.sgd", loss, lr=0.001)
    compare(board.document, Flow())


class Experts(nn.Module):
    """Four layers of which the two that a gate likes most answer, weighed by it."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.experts = nn.Linear(64, 4), nn.Linear(64, 40)

    def forward(self, x: Tensor) -> Tensor:
        liked, which = self.gate(x).topk(2, dim=1)
        answers = self.experts(x).unflatten(1, (4, 10))
        chosen = answers.gather(1, which[:, :, None].repeat(1, 1, 10))
        scores: Tensor = (F.softmax(liked, 1)[:, :, None] * chosen).sum(1)
        return scores


def test_mixture_of_experts() -> None:
    """Shazeer et al. 2017: top 2 of 4."""
    board, inside = Board("experts"), "experts"
    (x,) = board.sheet(inside, "x")
    best = board.put("merge.topk", board.row(x, linear(4), sheet=inside), sheet=inside, k=2)
    answers = board.row(
        x, linear(40), ("shape.unflatten", {"dim": 1, "sizes": (4, 10)}), sheet=inside
    )
    wide: list[Piece] = [
        ("shape.unsqueeze", {"dim": 2}),
        ("shape.repeat", {"times": 10, "dim": 2}),
    ]
    which = board.row((best, "indices"), *wide, sheet=inside)
    chosen = board.put("merge.gather", answers, which, sheet=inside)
    likes: list[Piece] = ["activation.softmax", ("shape.unsqueeze", {"dim": 2})]
    weights = board.row((best, "values"), *likes, sheet=inside)
    both = board.put("merge.multiply", weights, chosen, sheet=inside)
    board.give(inside, scores=board.row(both, ("merge.sum", {"dim": (1,)}), sheet=inside))
    data = board.add("data.digits")
    scores = board.instance(inside, board.put("shape.flatten", data), name=inside)
    loss = board.put("loss.cross_entropy", scores, (data, "label"), name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)

    class Training(Supervised):
        def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
            return super().step(batch[0].flatten(1), batch[1])

    compare(board.document, Training(Experts(), F.cross_entropy, name=inside))
