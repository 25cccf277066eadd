"""Networks that are the moving average of another: BYOL; and plain torch."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from tests.runtime_tests.compile_tests.written import imported, write
from tests.runtime_tests.publications.harness import Board, Plain, compare
from tests.runtime_tests.publications.test_convolutional import FLAT, RELU, linear
from tests.runtime_tests.publications.test_generative import chain


class BYOL(Plain):
    """The online network predicts what its average says of another look at the picture."""

    def __init__(self) -> None:
        first = (nn.Flatten(), nn.Linear(64, 12), nn.BatchNorm1d(12))
        self.online = nn.Sequential(*first, nn.ReLU(), nn.Linear(12, 6))
        self.predictor = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 6))
        self.target = copy.deepcopy(self.online).requires_grad_(False).eval()
        self.networks = {
            "online": self.online,
            "predictor": self.predictor,
            "target": self.target,
        }
        weights = [*self.online.parameters(), *self.predictor.parameters()]
        self.optimizer = torch.optim.SGD(weights, lr=0.05)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        image = batch[0]
        with torch.no_grad():
            wanted = self.target(image.flip(3))
        loss = 2 - 2 * F.cosine_similarity(self.predictor(self.online(image)), wanted, dim=1).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            for mine, its in zip(self.target.parameters(), self.online.parameters(), strict=True):
                mine.mul_(0.9).add_(its, alpha=0.1)
            for kept, new in zip(self.target.buffers(), self.online.buffers(), strict=True):
                kept.copy_(new)
        return {"loss": loss}


def byol() -> Board:
    """A small one, on digits and their mirror images."""
    board = Board("byol")
    chain(board, "encoder", FLAT, linear(12), "norm.batch1d", RELU, linear(6))
    chain(board, "head", linear(8), RELU, linear(6))
    data = board.add("data.digits")
    online = board.instance("encoder", data, name="online")
    said = board.instance("head", online, name="predictor")
    mirrored = board.put("shape.flip", data, dims=(3,))
    target = board.instance("encoder", mirrored, name="target", momentum=0.9)
    alike = board.put("merge.cosine_similarity", said, target)
    loss = board.put("merge.expression", alike, name="loss", formula="2 - 2 * mean(a)")
    board.put("optimizer.sgd", loss, lr=0.05)
    return board


def test_byol() -> None:
    """Grill et al. 2020, arxiv.org/abs/2006.07733."""
    compare(byol().document, BYOL(), steps=4)


def test_a_run_with_an_average_goes_on_exactly(tmp_path: Path) -> None:
    with imported(write(compile_document(byol().document), tmp_path / "project")) as modules:
        made, checkpoint = modules["train"].Training, modules["checkpoint"]
        training = made(batch_size=64, device="cpu")
        before = training.target.state_dict()
        list(islice(training, 3))
        moved = training.online.state_dict()["linear.weight"]
        assert not torch.equal(before["linear.weight"], moved)
        checkpoint.save(training, tmp_path / "three.safetensors")
        rest = list(islice(training, 3))
        again = made(batch_size=64, device="cpu")
        checkpoint.load(again, tmp_path / "three.safetensors")
        assert list(islice(again, 3)) == rest
        for one, other in zip(training.target.parameters(), again.target.parameters(), strict=True):
            assert torch.equal(one, other)
            assert not one.requires_grad


def test_an_average_of_nothing_or_of_what_differs_is_told() -> None:
    board = byol()
    target = next(one for one in board.document.board.nodes.values() if one.name == "target")
    online = next(one for one in board.document.board.nodes.values() if one.name == "online")
    assert not [one for one in Diagnosis(board.document).problems if one.node == target.id]
    board.document.set_params(online.id, repeat=2)
    (problem,) = (one for one in Diagnosis(board.document).problems if one.name == "target")
    assert "can't be the moving average of online: repeat differs" in problem.text
    board.document.set_params(online.id, repeat=1, momentum=0.5)
    told = [one.text for one in Diagnosis(board.document).problems if one.name == "target"]
    assert any("expected one other placement of encoder" in one for one in told)
