from pathlib import Path

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from torch.optim import lr_scheduler as schedules

from runtime.exported.checkpoint import load, pack, restore, save, snapshot, unpack
from tests.runtime_tests.exported_tests.training import (
    DigitsTraining,
    OptimizerMaker,
    ScheduleMaker,
    losses,
)

OPTIMIZERS: dict[str, OptimizerMaker] = {
    "adam fused": lambda model: Adam(model.parameters(), lr=1e-2, fused=True),
    "adamw amsgrad": lambda model: AdamW(model.parameters(), lr=1e-2, amsgrad=True),
    "momentum": lambda model: SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda model: RMSprop(model.parameters(), lr=1e-3, centered=True),
    "groups": lambda model: Adam([{"params": [p], "lr": 1e-2} for p in model.parameters()]),
    "radam": lambda model: torch.optim.RAdam(model.parameters()),
    "adadelta": lambda model: torch.optim.Adadelta(model.parameters()),
    "rprop": lambda model: torch.optim.Rprop(model.parameters()),
    "asgd": lambda model: torch.optim.ASGD(model.parameters()),
}


def warm_then_cosine(optimizer: Optimizer) -> schedules.SequentialLR:
    warm = schedules.LinearLR(optimizer, 0.1, total_iters=3)
    return schedules.SequentialLR(
        optimizer, [warm, schedules.CosineAnnealingLR(optimizer, 15)], milestones=[3]
    )


SCHEDULES: dict[str, ScheduleMaker] = {
    "none": lambda optimizer: schedules.ConstantLR(optimizer, 1.0),
    "cosine": lambda optimizer: schedules.CosineAnnealingLR(optimizer, 18),
    "steps": lambda optimizer: schedules.MultiStepLR(optimizer, [2, 9, 9]),
    "one cycle": lambda optimizer: schedules.OneCycleLR(optimizer, 0.1, total_steps=40),
    "warm up": warm_then_cosine,
    "exponential": lambda optimizer: schedules.ExponentialLR(optimizer, 0.9),
    "lambda": lambda optimizer: schedules.LambdaLR(optimizer, lambda step: 0.9**step),
    "cyclic": lambda optimizer: schedules.CyclicLR(
        optimizer, 1e-3, 1e-1, step_size_up=4, cycle_momentum=False
    ),
}


@pytest.mark.parametrize("stop", [1, 4, 6, 7, 8, 13])
def test_a_resumed_run_gives_the_same_losses_bit_for_bit(tmp_path: Path, stop: int) -> None:
    whole = losses(DigitsTraining())
    first = DigitsTraining()
    assert losses(first, stop) == whole[:stop]
    save(first, tmp_path / "last.safetensors")
    second = DigitsTraining(seed=0)
    losses(second, 3)  # a state of its own, to be put aside
    load(second, tmp_path / "last.safetensors")
    assert losses(second) == whole[stop:]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_resumes(tmp_path: Path, name: str) -> None:
    first = DigitsTraining(epochs=2, optimizer=OPTIMIZERS[name])
    losses(first, 4)
    save(first, tmp_path / "last.safetensors")
    expected = losses(first)
    second = DigitsTraining(epochs=2, optimizer=OPTIMIZERS[name])
    load(second, tmp_path / "last.safetensors")
    assert losses(second) == expected


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_resumes(tmp_path: Path, name: str) -> None:
    first = DigitsTraining(schedule=SCHEDULES[name])
    losses(first, 7)
    save(first, tmp_path / "last.safetensors")
    expected = losses(first)
    second = DigitsTraining(schedule=SCHEDULES[name])
    load(second, tmp_path / "last.safetensors")
    assert losses(second) == expected
    rates = [t.optimizers["adam"].param_groups[0]["lr"] for t in (first, second)]
    assert rates[0] == rates[1]


def test_plateau_resumes(tmp_path: Path) -> None:
    rates = []
    for resumed in (False, True):
        training = DigitsTraining()
        plateau = schedules.ReduceLROnPlateau(training.optimizers["adam"], patience=1)
        training.schedules = {"plateau": plateau}
        path = tmp_path / "last.safetensors"
        for metric in (3.0, 3.0, 3.0) if not resumed else ():
            plateau.step(metric)
        if resumed:
            load(training, path)
        else:
            save(training, path)
        plateau.step(3.0)
        plateau.step(3.0)
        rates.append(training.optimizers["adam"].param_groups[0]["lr"])
    assert rates[0] == rates[1] < 1e-2


def test_a_rate_changed_by_hand_is_kept(tmp_path: Path) -> None:
    first = DigitsTraining()
    losses(first, 2)
    first.optimizers["adam"].param_groups[0]["lr"] = 0.123
    save(first, tmp_path / "last.safetensors")
    expected = losses(first)
    second = DigitsTraining()
    load(second, tmp_path / "last.safetensors")
    assert second.optimizers["adam"].param_groups[0]["lr"] == 0.123
    assert losses(second) == expected


def test_a_snapshot_can_be_used_twice() -> None:
    training = DigitsTraining()
    losses(training, 3)
    state = snapshot(training)
    futures = []
    for _ in range(3):
        futures.append(losses(training, 9))
        restore(training, state)
    assert futures[0] == futures[1] == futures[2]
    assert (training.epoch, training.batch, training.step) == (0, 3, 3)
    assert all(p.grad is None for p in training.model.parameters())


def test_more_epochs_can_be_asked_for(tmp_path: Path) -> None:
    first = DigitsTraining(epochs=1)
    done = losses(first)
    save(first, tmp_path / "last.safetensors")
    second = DigitsTraining(epochs=2)
    load(second, tmp_path / "last.safetensors")
    assert done + losses(second) == losses(DigitsTraining(epochs=2))


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    training = DigitsTraining()
    path = tmp_path / "last.safetensors"
    save(training, path)
    old = path.read_bytes()
    (tmp_path / "last.safetensors.new").mkdir()  # what stands in the way of the new one
    losses(training, 1)
    with pytest.raises(Exception, match=r"last\.safetensors\.new|directory"):
        save(training, path)
    assert path.read_bytes() == old


def test_another_network_is_refused(tmp_path: Path) -> None:
    training = DigitsTraining()
    save(training, tmp_path / "last.safetensors")
    training.networks["model"] = nn.Linear(3, 3)
    with pytest.raises(RuntimeError, match="state_dict for Linear"):
        load(training, tmp_path / "last.safetensors")


def test_pack_keeps_kinds() -> None:
    tensors: dict[str, torch.Tensor] = {}
    value = {"a": [1, 2.5, None, True], "b": (torch.ones(2), {3: "x"}), "c": float("inf")}
    back = unpack(pack(value, "", tensors), tensors)
    assert list(tensors) == ["b/0"]
    assert back["a"] == value["a"]
    assert isinstance(back["b"], tuple)
    assert back["b"][1] == {3: "x"}
    assert back["c"] == float("inf")


def test_pack_refuses_what_is_no_data() -> None:
    with pytest.raises(TypeError, match="a/f: expected tensors, numbers, text"):
        pack({"a": {"f": print}}, "", {})
