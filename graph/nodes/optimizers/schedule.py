"""Schedules: how the learning rate changes over a run.

The hook `schedule(optimizer, steps, per_epoch, lr)` gives the source of a scheduler from the source
of the optimizer, of how often the scheduler moves in all and in an epoch, and the optimizer's
learning rate. The hook `per()` says what its `.step()` follows: each "step", each "epoch", or each
"validation", whose loss it then takes. A schedule made of others gets these, `Wired`, behind the
learning rate; `joins()` says of a schedule whether others may be made of it.
"""

from dataclasses import dataclass
from typing import Any, Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import SCHEDULE, TensorType
from graph.core.wording import many
from graph.declare import Raw, call, changed, node, param, shared

GROUP = "Schedule"
Pace = Literal["step", "epoch", "validation"]


class Rate(float):
    """An optimizer's learning rate.

    Attributes:
        source: Source of the rates of its groups of weights, where they differ.
    """

    source: str = ""

    @classmethod
    def of_groups(cls, rate: float, source: str) -> "Rate":
        """A rate with the source of those of the groups."""
        found = cls(rate)
        found.source = source
        return found

    @property
    def argument(self) -> "Raw | float":
        """What stands for it in a call."""
        return Raw(self.source) if self.source else float(self)


@dataclass(frozen=True)
class Wired:
    """A schedule's node, with those that are wired into it."""

    bound: Any
    inner: "tuple[Wired, ...]" = ()

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        """Source of the scheduler."""
        return str(self.bound.schedule(optimizer, steps, per_epoch, lr, *self.inner))


def of_epochs(number: int, per_epoch: str) -> Raw:
    """Source of how often a schedule moves in so many epochs."""
    return Raw(str(number) if per_epoch == "1" else f"{number} * {per_epoch}")


@shared
class Schedule:
    """What all schedules share."""

    def shape(self) -> TensorType:
        return SCHEDULE

    def per(self) -> Pace:
        return "step"

    def joins(self) -> bool:
        """May a schedule be made of this one and others?"""
        return True


@node(
    "schedule.constant",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.ConstantLR",
    synonyms="learning rate, fixed",
)
class Constant(Schedule):
    """The learning rate as it is, or `factor` of it for the first epochs."""

    factor: float = param(
        1.0, low=1e-9, high=1.0, torch=1 / 3, doc="Share of the learning rate at the start."
    )
    total_iters: int = param(5, low=0, doc="Epochs after which the full rate holds.")

    def per(self) -> Pace:
        return "epoch"

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        rest = changed(self, "factor", "total_iters")
        if per_epoch != "1":
            rest["total_iters"] = of_epochs(self.total_iters, per_epoch)
        return call("torch.optim.lr_scheduler.ConstantLR", Raw(optimizer), **rest)

    def summary(self) -> str:
        if self.factor == 1:
            return "unchanged"
        return f"{self.factor:g} for {many(self.total_iters, 'epoch')}"


@node(
    "schedule.step",
    group=GROUP,
    title="Step decay",
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.StepLR",
    synonyms="learning rate, decay, stairs",
)
class StepDecay(Schedule):
    """Multiplies the learning rate by `gamma` every `step_size` epochs."""

    step_size: int = param(10, low=1, doc="Epochs from one drop to the next.")
    gamma: float = param(0.1, low=0.0, high=1.0, doc="Factor of each drop.")

    def per(self) -> Pace:
        return "epoch"

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        return call(
            "torch.optim.lr_scheduler.StepLR",
            Raw(optimizer),
            step_size=of_epochs(self.step_size, per_epoch),
            **changed(self, "gamma"),
        )

    def summary(self) -> str:
        return f"times {self.gamma:g} every {many(self.step_size, 'epoch')}"


@node(
    "schedule.exponential",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.ExponentialLR",
    synonyms="learning rate, decay",
)
class Exponential(Schedule):
    """Multiplies the learning rate by `gamma` after every epoch."""

    gamma: float = param(0.95, low=0.0, high=1.0, doc="Factor of each epoch.")

    def per(self) -> Pace:
        return "epoch"

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        gamma = Raw(f"{self.gamma!r} ** (1 / {per_epoch})") if per_epoch != "1" else self.gamma
        return call("torch.optim.lr_scheduler.ExponentialLR", Raw(optimizer), gamma=gamma)

    def summary(self) -> str:
        return f"times {self.gamma:g} an epoch"


@node(
    "schedule.cosine",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.CosineAnnealingLR",
    synonyms="learning rate, annealing, decay, warm-up",
)
class Cosine(Schedule):
    """Lowers the learning rate along half a cosine, from full at the start to `eta_min`."""

    eta_min: float = param(0.0, low=0.0, doc="Learning rate at the end.")
    warmup: int = param(0, low=0, doc="Steps at the start over which the rate rises from 0.")

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        if not self.warmup:
            rest = changed(self, "eta_min")
            function = "torch.optim.lr_scheduler.CosineAnnealingLR"
            return call(function, Raw(optimizer), T_max=Raw(steps), **rest)
        floor = {"floor": round(min(self.eta_min / lr, 1), 9)} if self.eta_min and lr else {}
        rule = Raw(call("warm_cosine", self.warmup, Raw(steps), **floor))
        return call("torch.optim.lr_scheduler.LambdaLR", Raw(optimizer), rule)

    def summary(self) -> str:
        return f"down to {self.eta_min:g}" + (f", {self.warmup} to warm up" if self.warmup else "")


@node(
    "schedule.one_cycle",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.OneCycleLR",
    synonyms="learning rate, super-convergence, warm-up",
)
class OneCycle(Schedule):
    """Raises the learning rate to the optimizer's `lr`, then lowers it to almost nothing."""

    pct_start: float = param(0.3, low=0.01, high=0.99, doc="Share of the run that rises.")
    anneal_strategy: Literal["cos", "linear"] = param("cos", doc="Shape of rise and fall.")
    cycle_momentum: bool = param(
        False,
        torch=True,
        doc="Move momentum the other way; for optimizers that have one.",
        advanced=True,
    )
    base_momentum: float = param(0.85, low=0.0, high=1.0, doc="Least momentum.", advanced=True)
    max_momentum: float = param(0.95, low=0.0, high=1.0, doc="Most momentum.", advanced=True)
    div_factor: float = param(25.0, low=1.0, doc="Starts at `lr` by this.", advanced=True)
    final_div_factor: float = param(
        1e4, low=1.0, doc="Ends at the start's rate by this.", advanced=True
    )
    three_phase: bool = param(False, doc="Fall as long as it rose, then vanish.", advanced=True)

    def shape(self) -> TensorType:
        if self.three_phase and self.pct_start >= 0.5:
            raise Mismatch(
                "a rise of less than half the run, for it falls as long",
                f"{self.pct_start:g}",
                "lower pct start, or switch three phase off",
                repairs=[set_param("pct_start", 0.3), set_param("three_phase", False)],
            )
        return SCHEDULE

    def joins(self) -> bool:
        return False  # it sets a start of its own, which the others would take for theirs

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        rest = changed(
            self,
            "pct_start",
            "anneal_strategy",
            "cycle_momentum",
            "base_momentum",
            "max_momentum",
            "div_factor",
            "final_div_factor",
            "three_phase",
        )
        function = "torch.optim.lr_scheduler.OneCycleLR"
        return call(function, Raw(optimizer), max_lr=lr.argument, total_steps=Raw(steps), **rest)

    def summary(self) -> str:
        return f"rises for {self.pct_start:.0%}"


@node(
    "schedule.warm_up",
    group=GROUP,
    title="Warm-up",
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.LinearLR",
    synonyms="learning rate, linear, ramp, warmup",
)
class WarmUp(Schedule):
    """Raises the learning rate in a straight line over the first steps, then holds it."""

    start_factor: float = param(
        0.01, low=1e-9, high=1.0, torch=1 / 3, doc="Share of the learning rate at the start."
    )
    total_iters: int = param(100, low=1, torch=5, doc="Steps, or epochs, until the full rate.")
    counts: Literal["steps", "epochs"] = param("steps", doc="What total iters counts.")

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        rest = changed(self, "start_factor", "total_iters")
        if self.counts == "epochs":
            rest["total_iters"] = of_epochs(self.total_iters, per_epoch)
        return call("torch.optim.lr_scheduler.LinearLR", Raw(optimizer), **rest)

    def summary(self) -> str:
        return f"over {many(self.total_iters, self.counts.removesuffix('s'))}"


@node(
    "schedule.plateau",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.ReduceLROnPlateau",
    synonyms="learning rate, reduce, adaptive",
)
class Plateau(Schedule):
    """Lowers the learning rate when the validation loss has not fallen for some epochs."""

    factor: float = param(0.1, low=0.0, high=1 - 1e-9, doc="Factor of each drop.")
    patience: int = param(10, low=0, doc="Epochs without progress it waits for.")
    threshold: float = param(1e-4, low=0.0, doc="What counts as progress.", advanced=True)
    threshold_mode: Literal["rel", "abs"] = param(
        "rel", doc="Is the threshold a share of the best loss, or a number?", advanced=True
    )
    cooldown: int = param(0, low=0, doc="Epochs of rest after a drop.", advanced=True)
    min_lr: float = param(0.0, low=0.0, doc="Never go below this rate.", advanced=True)

    def per(self) -> Pace:
        return "validation"

    def joins(self) -> bool:
        return False  # it follows the loss of validation, others count

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        rest = changed(
            self, "factor", "patience", "threshold", "threshold_mode", "cooldown", "min_lr"
        )
        return call("torch.optim.lr_scheduler.ReduceLROnPlateau", Raw(optimizer), **rest)

    def summary(self) -> str:
        return f"times {self.factor:g} after {many(self.patience, 'epoch')}"
