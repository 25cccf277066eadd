"""How training is set up: rules, clipping, smoothing, rarer steps, running means; plain torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import lr_scheduler

from graph.model.sheet import End
from tests.runtime_tests.publications.harness import Board, Plain, compare
from tests.runtime_tests.publications.test_convolutional import FLAT, linear
from tests.runtime_tests.publications.test_generative import chain

BATCH = 128
PER_EPOCH = 12
"""Steps of an epoch: 1,438 digits in batches of 128, the last one of 30."""
Make = Callable[[Any], Any]
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD with momentum": ("sgd", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    "AdamW": ("adamw", {"lr": 0.01, "weight_decay": 0.1}),
    "RMSprop": ("rmsprop", {"lr": 0.01}),
    "NAdam": ("nadam", {"lr": 0.01}),
    "Adagrad": ("adagrad", {"lr": 0.01}),
}
SCHEDULES: dict[str, tuple[str, dict[str, Any], Make]] = {
    "cosine": (
        "schedule.cosine",
        {"eta_min": 0.001},
        lambda rule: lr_scheduler.CosineAnnealingLR(rule, PER_EPOCH, 0.001),
    ),
    "one cycle": (
        "schedule.one_cycle",
        {},
        lambda rule: lr_scheduler.OneCycleLR(rule, 0.05, PER_EPOCH, cycle_momentum=False),
    ),
    "cyclic": (
        "schedule.cyclic",
        {"base_lr": 0.01, "step_size_up": 2, "mode": "triangular2"},
        lambda rule: lr_scheduler.CyclicLR(
            rule, 0.01, 0.05, 2, mode="triangular2", cycle_momentum=False
        ),
    ),
    "polynomial": (
        "schedule.polynomial",
        {"power": 2.0},
        lambda rule: lr_scheduler.PolynomialLR(rule, PER_EPOCH, 2.0),
    ),
    "warm restarts": (
        "schedule.warm_restarts",
        {"T_0": 1, "eta_min": 0.001},
        lambda rule: lr_scheduler.CosineAnnealingWarmRestarts(rule, PER_EPOCH, eta_min=0.001),
    ),
    "warm-up": (
        "schedule.warm_up",
        {"total_iters": 4, "start_factor": 0.1},
        lambda rule: lr_scheduler.LinearLR(rule, 0.1, total_iters=4),
    ),
}


class Classifier(Plain):
    """Two layers with a rule and maybe a schedule."""

    def __init__(self, rule: Make, schedule: Make | None = None, clip: float = 0.0) -> None:
        self.network = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 10))
        self.networks = {"net": self.network}
        self.rule = rule(self.network.parameters())
        self.schedule = schedule(self.rule) if schedule else None
        self.clip = clip

    def loss(self, image: Tensor, label: Tensor) -> Tensor:
        return F.cross_entropy(self.network(image), label)

    def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
        loss = self.loss(*batch)
        self.rule.zero_grad()
        loss.backward()
        if self.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.clip)
        self.rule.step()
        if self.schedule:
            self.schedule.step()
        return {"loss": loss}


def drawn(rule: str, schedule: str = "", given: Mapping[str, Any] = {}, **params: Any) -> Board:
    """The same, drawn."""
    board = Board("setup")
    chain(board, "classifier", FLAT, linear(16), "activation.tanh", linear(10))
    data = board.add("data.digits")
    scores = board.instance("classifier", data, name="net")
    smoothing = params.pop("label_smoothing", 0.0)
    loss = board.put(
        "loss.cross_entropy", scores, (data, "label"), name="loss", label_smoothing=smoothing
    )
    step = board.put(f"optimizer.{rule}", loss, name="rule", **params)
    if schedule:
        board.document.link(board.end(board.add(schedule, **given)), End(step.id, "schedule"))
    return board


@pytest.mark.parametrize("name", RULES)
def test_rules(name: str) -> None:
    kind, params = RULES[name]
    rule = next(one for n, one in vars(torch.optim).items() if n.lower() == kind and callable(one))
    plain = Classifier(lambda weights: rule(weights, **params))
    compare(drawn(kind, **params).document, plain, batch_size=BATCH)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name: str) -> None:
    kind, params, schedule = SCHEDULES[name]
    plain = Classifier(lambda weights: torch.optim.SGD(weights, lr=0.05), schedule)
    board = drawn("sgd", kind, params, lr=0.05)
    compare(board.document, plain, batch_size=BATCH, steps=8)


def test_clipped_gradients() -> None:
    plain = Classifier(lambda weights: torch.optim.SGD(weights, lr=0.5), clip=0.25)
    compare(drawn("sgd", lr=0.5, clip=0.25).document, plain)


def test_smoothed_labels() -> None:
    """Szegedy et al. 2015."""

    class Smoothed(Classifier):
        def loss(self, image: Tensor, label: Tensor) -> Tensor:
            return F.cross_entropy(self.network(image), label, label_smoothing=0.1)

    plain = Smoothed(lambda weights: torch.optim.SGD(weights, lr=0.05))
    compare(drawn("sgd", lr=0.05, label_smoothing=0.1).document, plain)


def test_running_mean_of_the_weights() -> None:
    """Polyak averaging: the mean starts at the weights after the first step."""

    class Averaged(Classifier):
        def __init__(self) -> None:
            super().__init__(lambda weights: torch.optim.SGD(weights, lr=0.05))
            self.mean = copy.deepcopy(self.network).requires_grad_(False)
            self.count = torch.tensor(0)
            self.networks["net_ema"] = kept = nn.Sequential(self.mean)
            kept.register_buffer("n_averaged", self.count)

        def step(self, *batch: Tensor) -> Mapping[str, Tensor]:
            losses = super().step(*batch)
            keep = 0.9 if self.count else 0.0
            for one, other in zip(self.mean.parameters(), self.network.parameters(), strict=True):
                one.data = keep * one.data + (1 - keep) * other.data
            self.count += 1  # in place: it is the buffer
            return losses

    compare(drawn("sgd", lr=0.05, ema=0.9).document, Averaged())
