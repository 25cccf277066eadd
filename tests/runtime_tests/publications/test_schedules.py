"""Rates and decay by groups of weights, and schedules made of others, against plain torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import End, Node
from tests.runtime_tests.publications.harness import Board, Piece, Plain, compare


def normed(board: Board, sheet: str, units: int) -> None:
    """A network of a linear layer and a norm."""
    (x,) = board.sheet(sheet, "x")
    pieces: list[Piece] = [("layer.linear", {"units": units}), "norm.layer", "activation.relu"]
    board.give(sheet, y=board.row(x, "shape.flatten", *pieces, sheet=sheet))


def fine_tuning(board: Board, **optimizer: Any) -> tuple[Node, Node]:
    """A backbone that learns slower than the head; its instance and the optimizer."""
    normed(board, "backbone", 16)
    (x,) = board.sheet("head", "x")
    board.give("head", scores=board.put("layer.linear", x, sheet="head", units=10))
    data = board.add("data.digits")
    body = board.instance("backbone", data, name="backbone")
    scores = board.instance("head", body, name="head")
    loss = board.put("loss.cross_entropy", scores, (data, "label"), name="loss")
    adamw = board.put("optimizer.adamw", loss, name="adamw", slower=(body.id,), **optimizer)
    return body, adamw


class FineTuning(Plain):
    """The same, the groups written out."""

    def __init__(self, first: float) -> None:
        body = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.LayerNorm(16), nn.ReLU())
        head = nn.Linear(16, 10)
        self.networks = {"backbone": body, "head": head}
        linear, norm = body[1], body[2]
        free = [linear.bias, norm.weight, norm.bias]
        groups: list[dict[str, Any]] = [
            {"params": [head.weight]},
            {"params": [head.bias], "weight_decay": 0.0},
            {"params": [linear.weight], "lr": 0.001},
            {"params": free, "lr": 0.001, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=0.01, weight_decay=0.1)
        schedules = torch.optim.lr_scheduler
        warm = schedules.LinearLR(self.optimizer, first, total_iters=2)
        fall = schedules.CosineAnnealingLR(self.optimizer, T_max=10)
        self.schedule = schedules.SequentialLR(self.optimizer, [warm, fall], milestones=[2])

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        x, label = batch
        loss = F.cross_entropy(self.networks["head"](self.networks["backbone"](x)), label)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        return {"loss": loss}


def test_fine_tuning_by_groups_along_schedules_one_after_another() -> None:
    board = Board("groups")
    _, adamw = fine_tuning(board, lr=0.01, weight_decay=0.1, decay_biases=False)
    parts = [
        board.add("schedule.warm_up", total_iters=2, start_factor=0.25),
        board.add("schedule.cosine"),
    ]
    both = board.put("schedule.sequential", *parts, milestones=(2,), counts="steps")
    board.document.link(board.end(both), End(adamw.id, "schedule"))
    train = compile_document(board.document).files["train.py"].text
    assert "slower=[self.backbone]" in train
    assert "decay_biases=False" in train
    compare(board.document, FineTuning(0.25), steps=5, batch_size=128)


def test_what_should_learn_slower_must_be_trained() -> None:
    board = Board("groups")
    body, adamw = fine_tuning(board)
    inner = board.document.networks["head"]
    assert inner is not None
    other = board.put("layer.linear", board.add("random.noise"), units=2)
    board.document.set_params(adamw.id, slower=(body.id, other.id))
    inference = Diagnosis(board.document)
    (told,) = (p for p in inference.problems_of(adamw.id) if "slower" in p.text)
    assert other.name in told.text
    told.fixes[0].apply(board.document)
    assert board.document.node(adamw.id).params["slower"] == (body.id,)


def test_a_schedule_that_follows_the_loss_is_no_part_of_another() -> None:
    board = Board("groups")
    _, adamw = fine_tuning(board)
    parts = [board.add("schedule.warm_up"), board.add("schedule.plateau", name="plateau")]
    both = board.put("schedule.sequential", *parts)
    board.document.link(board.end(both), End(adamw.id, "schedule"))
    inference = Diagnosis(board.document)
    (told,) = inference.problems_of(both.id)
    assert told.text.startswith("plateau can't be part")
    told.fixes[0].apply(board.document)
    assert not Diagnosis(board.document).problems
