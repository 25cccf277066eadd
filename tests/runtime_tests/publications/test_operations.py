"""What needs detach, learned tensors, look-up, grids and shared branches, against plain torch."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.model.sheet import End
from tests.runtime_tests.publications.harness import Board, Piece, Plain, Supervised, compare


class VQVAE(nn.Module):
    """Codes by the nearest row of a codebook, the gradient straight through."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(64, 4)
        self.codebook = nn.Embedding(16, 4)
        self.decoder = nn.Linear(4, 64)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        z = self.encoder(image.flatten(1))
        code = self.codebook(torch.cdist(z, self.codebook.weight).argmin(1))
        through = z + (code - z).detach()
        return torch.sigmoid(self.decoder(through)), code, z


class VQVAETraining(Plain):
    def __init__(self) -> None:
        self.vqvae = VQVAE()
        self.networks = {"vqvae": self.vqvae}
        self.optimizer = torch.optim.Adam(self.vqvae.parameters(), lr=0.01)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (picture,) = batch
        made, code, z = self.vqvae(picture)
        image = F.mse_loss(made, picture.flatten(1))
        codebook, commitment = F.mse_loss(code, z.detach()), F.mse_loss(z, code.detach())
        loss = image + codebook + 0.25 * commitment
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss, "loss/image": image, "loss/codebook": codebook}


def test_vqvae() -> None:
    """Van den Oord et al. 2017, https://arxiv.org/abs/1711.00937."""
    board, inside = Board("vqvae"), "vqvae"
    (image,) = board.sheet(inside, "image")
    z = board.row(image, "shape.flatten", ("layer.linear", {"units": 4}), sheet=inside)
    table = board.put("layer.parameter", sheet=inside, sizes=(16, 4))
    far = board.put("merge.distances", z, table, sheet=inside)
    code = board.put(
        "merge.lookup", table, board.row(far, "merge.argmin", sheet=inside), sheet=inside
    )
    away = board.put("merge.subtract", code, z, sheet=inside)
    through = board.put("merge.add", z, board.row(away, "layer.detach", sheet=inside), sheet=inside)
    decoder: list[Piece] = [("layer.linear", {"units": 64}), "activation.sigmoid"]
    made = board.row(through, *decoder, sheet=inside)
    board.give(inside, made=made, code=code, z=z)

    data = board.add("data.digits")
    vqvae = board.instance(inside, data, name="vqvae")
    images, codes, points = ((vqvae, name) for name in ("made", "code", "z"))
    image_loss = board.put("loss.mse", images, board.put("shape.flatten", data), name="image")
    codebook = board.put("loss.mse", codes, board.put("layer.detach", points), name="codebook")
    commitment = board.put("loss.mse", points, board.put("layer.detach", codes))
    quarter = board.put("merge.scale", commitment, factor=0.25)
    loss = board.put("merge.add", image_loss, codebook, quarter, name="loss")
    board.put("optimizer.adam", loss, lr=0.01)
    compare(board.document, VQVAETraining())


def test_tied_autoencoder() -> None:
    """A decoder that is the encoder's matrix turned round; it may start orthogonal."""
    board, inside = Board("tied"), "autoencoder"
    (row,) = board.sheet(inside, "row")
    matrix = board.put("layer.parameter", sheet=inside, sizes=(64, 16), init="orthogonal")
    code = board.row(
        board.put("merge.matmul", row, matrix, sheet=inside), "activation.tanh", sheet=inside
    )
    back = board.put("shape.transpose", matrix, sheet=inside, dim0=0, dim1=1)
    made = board.row(
        board.put("merge.matmul", code, back, sheet=inside), "activation.sigmoid", sheet=inside
    )
    board.give(inside, made=made)
    data = board.add("data.digits")
    flat = board.put("shape.flatten", data)
    loss = board.put("loss.mse", board.instance(inside, flat, name=inside), flat, name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)

    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(nn.init.orthogonal_(torch.empty(64, 16)))

        def forward(self, row: Tensor) -> Tensor:
            return torch.sigmoid(torch.tanh(row @ self.weight) @ self.weight.T)

    class Training(Supervised):
        def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
            return super().step(batch[0].flatten(1))

    compare(board.document, Training(Tied(), F.mse_loss, name="autoencoder"))


def test_spatial_transformer() -> None:
    """Jaderberg et al. 2015: a small network turns the picture for the one that reads it."""
    board = Board("stn")
    data = board.add("data.digits")
    found = board.row(
        data,
        "shape.flatten",
        ("layer.linear", {"units": 16}),
        "activation.tanh",
        ("layer.linear", {"units": 6, "init": "zeros", "init_bias": 0.0}),
    )
    still = board.put("layer.constant", values=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), sizes=(6,))
    theta = board.row(
        board.put("merge.add", found, still), ("shape.unflatten", {"dim": 1, "sizes": (2, 3)})
    )
    grid = board.put("shape.affine_grid", theta, data)
    turned = board.put("shape.grid_sample", data, grid)
    scores = board.row(turned, "shape.flatten", ("layer.linear", {"units": 10}))
    loss = board.put("loss.cross_entropy", scores, (data, "label"), name="loss")
    board.put("optimizer.sgd", loss, lr=0.05)

    class Transformer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.find = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 6))
            self.read = nn.Linear(64, 10)

        def forward(self, image: Tensor) -> Tensor:
            still = torch.tensor([1.0, 0, 0, 0, 1, 0])
            theta = (self.find(image) + still).view(-1, 2, 3)
            grid = F.affine_grid(theta, list(image.shape), align_corners=False)
            turned: Tensor = F.grid_sample(image, grid, align_corners=False)
            scores: Tensor = self.read(turned.flatten(1))
            return scores

    compare(board.document, Supervised(Transformer(), F.cross_entropy))


def test_siamese() -> None:
    """One encoder for two pictures: two looks at a digit are drawn together (SimSiam, 2020).

    The second branch is a linked copy; the gradient stops at what the first is compared with.
    """
    board, inside = Board("siamese"), "encoder"
    (image,) = board.sheet(inside, "image")
    layers: list[Piece] = ["shape.flatten", ("layer.linear", {"units": 16}), "activation.relu"]
    board.give(inside, code=board.row(image, *layers, ("layer.linear", {"units": 8}), sheet=inside))
    data = board.add("data.digits")
    one = board.instance(inside, data, name="encoder")
    (other,) = board.document.duplicate([one.id], twins=True)
    moved = board.put("shape.roll", data, dims=(3,))
    board.document.link(board.end(moved), End(other.id, "image"))
    (code,) = board.sheet("predictor", "code")
    board.give("predictor", guess=board.put("layer.linear", code, sheet="predictor", units=8))
    head = board.instance("predictor", one, name="predictor")
    near = board.put("merge.cosine_similarity", head, board.put("layer.detach", other))
    loss = board.row(near, "merge.mean", ("merge.scale", {"factor": -1.0, "name": "loss"}))
    board.put("optimizer.sgd", loss, lr=0.05)
    compare(board.document, Siamese())


class Siamese(Plain):
    def __init__(self) -> None:
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 8))
        self.predictor = nn.Linear(8, 8)
        self.networks = {"encoder": self.encoder, "predictor": self.predictor}
        weights = [*self.encoder.parameters(), *self.predictor.parameters()]
        self.optimizer = torch.optim.SGD(weights, lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        (image,) = batch
        ours, theirs = self.encoder(image), self.encoder(image.roll(1, 3))
        loss = -F.cosine_similarity(self.predictor(ours), theirs.detach()).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}
