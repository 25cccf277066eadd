"""Every optimizer and schedule against torch: source runs, steps lower a loss, names agree."""

from __future__ import annotations

import contextlib
import copy
import importlib
import inspect
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import lr_scheduler

from graph.core.errors import Mismatch
from graph.core.tensor import SCALAR_LOSS, SCHEDULE, features
from graph.declare import Declaration
from graph.nodes.optimizers.schedule import Rate, Wired
from graph.nodes.shared.update_rules import OURS
from runtime.exported import checkpoint
from tests.runtime_tests.contract import Choices, parameters
from tests.runtime_tests.contract_sides import hold
from tests.runtime_tests.evaluate import evaluate, find, of_role
from tests.runtime_tests.omissions import OPTIMIZER_ARGUMENTS, OPTIMIZERS, SCHEDULES

STEPS = 20
PER_EPOCH = 5
OUR_SCHEDULING = {"warmup", "step_size", "counts", "milestones", "T_0", "base_lr"}
"""Parameters of schedules that torch has not, or for which it has no default."""
PARAMS: Choices = {
    "lr": [1e-3, 1e-2],
    "etas": [(0.5, 1.2), (0.25, 2.0)],
    "step_sizes": [(1e-6, 50.0), (1e-5, 10.0)],
    "betas": [(0.9, 0.999), (0.5, 0.5), (0.0, 0.9)],
    "t0": [1e6, 2.0],
    "ns_steps": range(1, 7),
    "total_iters": range(1, 11),
    "weight_decay": [0.0, 0.01],
    "initial_accumulator_value": [0.0, 0.25],
    "pct_start": [0.1, 0.3, 0.45],
    "eps": [1e-8, 1e-6],
    "milestones": [(one,) for one in range(1, 6)],
    "step_size_up": range(1, 9),
    "step_size_down": [None, *range(1, 9)],
    "T_0": range(1, 4),
    "base_lr": [0.0, 0.01],
}

each_optimizer = pytest.mark.parametrize(
    "declaration", of_role("optimizer"), ids=lambda one: one.type
)
each_schedule = pytest.mark.parametrize(
    "declaration", of_role("schedule"), ids=lambda one: one.type
)


def drawn(
    declaration: Declaration, rng: Random, fixed: Mapping[str, Any]
) -> tuple[dict[str, Any], None]:
    params = parameters(declaration, rng, PARAMS, fixed)
    if params.get("nesterov") and declaration.type == "optimizer.sgd":
        params |= {"momentum": 0.9, "dampening": 0.0}
    for name in OURS[1:]:
        params.pop(name, None)
    return params, None


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 1))


def train(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> list[float]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(32, 3, generator=generator)
    losses = []
    for _ in range(steps):
        loss = F.mse_loss(model(x).squeeze(1), x.sum(1))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    return losses


@each_optimizer
def test_source_makes_the_rule_of_torch(declaration: Declaration) -> None:
    rng = Random(declaration.type)
    rule = getattr(torch.optim, declaration.source.rpartition(".")[2])

    def check(params: Mapping[str, Any], wires: None) -> bool:
        bound = declaration.bind(params)
        assert bound.shape(SCALAR_LOSS, None) == ()
        model = network()
        made = evaluate(bound.optimizer("model.parameters()"), model=model)
        assert made.param_groups[0]["lr"] == params["lr"]
        train(model, made, 2)
        if declaration.type == "optimizer.muon":
            return True  # its rule is checked below
        twin = network()
        train(twin, rule(twin.parameters(), **params), 2)
        for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
            # Where torch itself takes the root of a number just below 0, both have NaN.
            assert torch.allclose(ours, theirs, atol=1e-6, equal_nan=True)
        return True

    hold(declaration, lambda fixed: drawn(declaration, rng, fixed), check, but=OURS)


@each_optimizer
def test_default_steps_lower_the_loss(declaration: Declaration) -> None:
    model = network()
    made = evaluate(declaration.bind({}).optimizer("model.parameters()"), model=model)
    first, *_, last = train(model, made, 60)
    assert last < first


@dataclass
class Run:
    """As much of a run as a checkpoint holds."""

    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    schedules: dict[str, lr_scheduler.LRScheduler]
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    epoch: int = 0
    batch: int = 0
    step: int = 0

    def go_on(self, steps: int, per: str) -> None:
        for _ in range(steps):
            (loss,) = train(self.networks["m"], self.optimizers["o"], 1)
            for one in self.schedules.values():
                step: Any = one.step
                step(*([loss] if per == "validation" else []))


def source(
    declaration: Declaration, params: dict[str, Any], name: str, steps: str, epoch: str, lr: float
) -> str:
    """The source of a schedule; one that is made of others gets a warm-up and stairs."""
    bound = declaration.bind(params)
    if bound.per() != "step":
        steps, epoch = f"{steps} // {epoch}", "1"
    inner = [Wired(find(one).bind({})) for one in ("schedule.warm_up", "schedule.step")]
    wired = Wired(bound, tuple(inner if declaration.ports.inputs else []))
    return wired.schedule(name, steps, epoch, Rate(lr))


def a_run(optimizer: Declaration, schedule: Declaration | None = None) -> Run:
    model = network()
    made = evaluate(optimizer.bind({}).optimizer("m.parameters()"), m=model)
    if schedule is None:
        return Run({"m": model}, {"o": made}, {})
    text = source(schedule, {"warmup": 3}, "o", str(STEPS), str(PER_EPOCH), 1e-3)
    return Run({"m": model}, {"o": made}, {"o": evaluate(text, o=made)})


def goes_on(first: Run, again: Run, per: str, folder: Path) -> None:
    first.go_on(3, per)
    checkpoint.save(first, folder / "run.safetensors")
    first.go_on(6, per)
    checkpoint.load(again, folder / "run.safetensors")
    again.go_on(6, per)
    both = zip(first.networks["m"].parameters(), again.networks["m"].parameters(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in both)
    ours, theirs = (one.optimizers["o"].param_groups[0]["lr"] for one in (first, again))
    assert ours == theirs


@each_optimizer
def test_checkpoint_goes_on_bit_for_bit(declaration: Declaration, tmp_path: Path) -> None:
    goes_on(a_run(declaration), a_run(declaration), "step", tmp_path)


@each_schedule
def test_checkpoint_goes_on_along_a_schedule(declaration: Declaration, tmp_path: Path) -> None:
    adam, per = find("optimizer.adam"), declaration.bind({}).per()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        goes_on(a_run(adam, declaration), a_run(adam, declaration), per, tmp_path)


def test_muon_for_matrices_and_adamw_for_the_rest() -> None:
    model, twin = network(), network()
    made = evaluate(find("optimizer.muon").bind({}).optimizer("m.parameters()"), m=model)
    matrices = [p for p in twin.parameters() if p.ndim == 2]
    others = [p for p in twin.parameters() if p.ndim != 2]
    muon = torch.optim.Muon(matrices, lr=5e-3, adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW(others, lr=5e-3, weight_decay=0.1)
    x = torch.randn(16, 3)
    for _ in range(3):
        for one in (model, twin):
            one.zero_grad()
            one(x).square().mean().backward()
        made.step()
        muon.step()
        adamw.step()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_fused_where_torch_has_it_everywhere() -> None:
    fused = {one.cls.__name__ for one in of_role("optimizer") if one.cls.fused}  # type: ignore[attr-defined]
    # Adagrad has it too, but not on MPS.
    assert fused == {"Adam", "AdamW", "SGD"}


@each_optimizer
def test_names_and_defaults_are_those_of_torch(declaration: Declaration) -> None:
    rule = getattr(torch.optim, declaration.source.rpartition(".")[2])
    arguments = dict(inspect.signature(rule).parameters)
    for param in declaration.params:
        if param.name in OURS[1:]:
            continue
        argument = arguments.pop(param.name)
        assert param.torch == argument.default, param.name
    assert not set(arguments) - set(OPTIMIZER_ARGUMENTS)


def test_every_optimizer_of_torch_has_a_node() -> None:
    public = {
        name
        for name, one in vars(torch.optim).items()
        if inspect.isclass(one) and issubclass(one, torch.optim.Optimizer) and name[0] != "_"
    }
    nodes = {one.source.rpartition(".")[2] for one in of_role("optimizer")}
    assert public - nodes == set(OPTIMIZERS)


def test_every_schedule_of_torch_has_a_node() -> None:
    public = {
        name
        for name, one in vars(lr_scheduler).items()
        if inspect.isclass(one) and issubclass(one, lr_scheduler.LRScheduler) and name[0] != "_"
    }
    nodes = {one.source.rpartition(".")[2] for one in of_role("schedule")}
    assert public - nodes == set(SCHEDULES)


def test_what_torch_would_refuse_is_told() -> None:
    for kind, params in (
        ("optimizer.sgd", {"nesterov": True}),
        ("optimizer.sgd", {"nesterov": True, "momentum": 0.9, "dampening": 0.5}),
        ("optimizer.rprop", {"etas": (1.5, 0.5)}),
        ("schedule.one_cycle", {"pct_start": 0.5, "three_phase": True}),
    ):
        wires = (SCALAR_LOSS, None) if kind.startswith("optimizer") else ()
        declaration = find(kind)
        with pytest.raises(Mismatch) as told:
            declaration.bind(params).shape(*wires)
        for repair in told.value.repairs:
            mended = declaration.bind({**params, repair.param: repair.value})
            mended.shape(*wires)
        assert told.value.repairs


def test_what_is_no_loss_is_told() -> None:
    with pytest.raises(Mismatch) as told:
        find("optimizer.adam").bind({}).shape(features("N", 3), None)
    assert told.value.repairs[0].insert == "loss.mean"


# -- schedules


def rates(declaration: Declaration, params: dict[str, Any], lr: float = 0.1) -> list[float]:
    """The learning rate at each step of a run, with one more at its end."""
    bound = declaration.bind(params)
    assert bound.shape(*([(SCHEDULE,) * 2] if declaration.ports.inputs else [])) == SCHEDULE
    optimizer = torch.optim.SGD(network().parameters(), lr=lr, momentum=0.9)
    text = source(declaration, params, "optimizer", "epochs * per_epoch", "per_epoch", lr)
    given_ = {"optimizer": optimizer, "epochs": STEPS // PER_EPOCH, "per_epoch": PER_EPOCH}
    schedule = evaluate(text, **given_)
    found = []
    for step in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if bound.per() == "step":
            schedule.step()
        elif (step + 1) % PER_EPOCH == 0:
            schedule.step(*([1.0] if bound.per() == "validation" else []))
    state = copy.deepcopy(schedule.state_dict())
    schedule.load_state_dict(state)
    return [*found, optimizer.param_groups[0]["lr"]]


@each_schedule
def test_source_makes_a_schedule(declaration: Declaration) -> None:
    rng = Random(declaration.type)

    def check(params: Mapping[str, Any], wires: None) -> bool:
        with contextlib.suppress(Mismatch), warnings.catch_warnings():
            warnings.simplefilter("error")
            found = rates(declaration, dict(params))
            # After its last step a linear cycle lies a hair below 0, where no step takes it.
            assert all(0 <= rate < 10 for rate in found[:-1])
            return True
        return False

    hold(declaration, lambda fixed: drawn(declaration, rng, fixed), check)


def test_schedules_do_what_they_say() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rates(find("schedule.constant"), {}) == [0.1] * (STEPS + 1)
        stairs = rates(find("schedule.step"), {"step_size": 2, "gamma": 0.5})
        assert stairs[9] == 0.1
        assert stairs[10] == pytest.approx(0.05)
        falling = rates(find("schedule.exponential"), {"gamma": 0.5})
        assert falling[5] == pytest.approx(0.05)
        cosine = rates(find("schedule.cosine"), {"eta_min": 0.01})
        assert cosine[0] == pytest.approx(0.1)
        assert cosine[10] == pytest.approx(0.055)
        assert cosine[20] == pytest.approx(0.01)
        warm = rates(find("schedule.cosine"), {"eta_min": 0.01, "warmup": 4})
        assert warm[0] == pytest.approx(0.025)
        assert warm[10] == pytest.approx(0.055)
        assert warm[20] == pytest.approx(0.01)
        cycle = rates(find("schedule.one_cycle"), {})
        assert max(cycle) == pytest.approx(0.1, rel=0.01)
        assert cycle[-2] < cycle[0] < 0.005
        rise = rates(find("schedule.warm_up"), {"start_factor": 0.1, "total_iters": 10})
        assert rise[0] == pytest.approx(0.01)
        assert rise[10:] == pytest.approx([0.1] * 11)
        drops = rates(find("schedule.multi_step"), {"milestones": (1, 3), "gamma": 0.5})
        assert drops[4:6] == [0.1, pytest.approx(0.05)]
        assert drops[15] == pytest.approx(0.025)
        line = rates(find("schedule.polynomial"), {})
        assert line == pytest.approx([0.1 * (1 - step / STEPS) for step in range(STEPS + 1)])
        again = rates(find("schedule.warm_restarts"), {"T_0": 2, "eta_min": 0.01})
        assert again[5] == pytest.approx(0.055)
        assert again[10] == pytest.approx(0.1)
        waves = rates(find("schedule.cyclic"), {"base_lr": 0.02, "step_size_up": 4})
        assert [waves[step] for step in (0, 4, 8, 12)] == pytest.approx([0.02, 0.1] * 2)
        phases = {"milestones": (2,), "counts": "epochs"}
        both = rates(find("schedule.sequential"), phases)
        assert both[9] == pytest.approx(0.1 * (0.01 + 0.99 * 0.09))
        assert both[10] == 0.1
        assert rates(find("schedule.chained"), {})[:10] == pytest.approx(both[:10])
        plateau = rates(find("schedule.plateau"), {"patience": 1, "factor": 0.5})
        assert plateau[14] == 0.1
        assert plateau[15] == pytest.approx(0.05)


@each_schedule
def test_schedule_names_and_defaults_are_those_of_torch(declaration: Declaration) -> None:
    module, _, name = declaration.source.rpartition(".")
    arguments = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    assert module == lr_scheduler.__name__
    for param in declaration.params:
        if param.name in OUR_SCHEDULING:
            continue
        default = arguments[param.name].default
        assert default in {inspect.Parameter.empty, param.torch}, param.name
