"""Schedules: milestones, a power, restarts and cycles."""

from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import SCHEDULE, TensorType
from graph.core.wording import many
from graph.declare import Raw, call, changed, node, param
from graph.nodes.optimizers.schedule import GROUP, Pace, Rate, Schedule, of_epochs


@node(
    "schedule.multi_step",
    group=GROUP,
    title="Multi-step decay",
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.MultiStepLR",
    synonyms="learning rate, decay, stairs, milestones, multistep, resnet",
)
class MultiStep(Schedule):
    """Multiplies the learning rate by `gamma` at each of some epochs."""

    milestones: tuple[int, ...] = param((30, 60, 90), low=1, doc="Epochs of the drops.")
    gamma: float = param(0.1, low=0.0, high=1.0, doc="Factor of each drop.")

    def shape(self) -> TensorType:
        rising = tuple(sorted(set(self.milestones)))
        if rising != self.milestones:
            repairs = [set_param("milestones", rising)]
            raise Mismatch("milestones that rise", self.milestones, "sort them", repairs=repairs)
        return SCHEDULE

    def per(self) -> Pace:
        return "epoch"

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        epochs = [of_epochs(one, per_epoch) for one in self.milestones]
        return call(
            "torch.optim.lr_scheduler.MultiStepLR",
            Raw(optimizer),
            milestones=Raw(f"[{', '.join(epochs)}]"),
            **changed(self, "gamma"),
        )

    def summary(self) -> str:
        return f"times {self.gamma:g} after epoch {', '.join(map(str, self.milestones))}"


@node(
    "schedule.polynomial",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.PolynomialLR",
    synonyms="learning rate, decay, linear, power, poly",
)
class Polynomial(Schedule):
    """Lowers the learning rate to 0 over the run: in a straight line, or along a power of it."""

    power: float = param(1.0, low=0.0, doc="1 is a straight line; larger falls faster at first.")

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        function = "torch.optim.lr_scheduler.PolynomialLR"
        return call(function, Raw(optimizer), total_iters=Raw(steps), **changed(self, "power"))

    def summary(self) -> str:
        return "in a straight line" if self.power == 1 else f"power {self.power:g}"


@node(
    "schedule.warm_restarts",
    group=GROUP,
    title="Warm restarts",
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
    synonyms="learning rate, cosine, annealing, sgdr, cycles, snapshot",
)
class WarmRestarts(Schedule):
    """Lowers the learning rate along half a cosine, then begins again, each time maybe longer.

    Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983
    """

    T_0: int = param(10, low=1, doc="Epochs until the first restart.")
    T_mult: int = param(1, low=1, doc="How many times longer each round is than the last.")
    eta_min: float = param(0.0, low=0.0, doc="Learning rate at the end of a round.")

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        return call(
            "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts",
            Raw(optimizer),
            T_0=of_epochs(self.T_0, per_epoch),
            **changed(self, "T_mult", "eta_min"),
        )

    def summary(self) -> str:
        longer = f", each {self.T_mult} times longer" if self.T_mult > 1 else ""
        return f"every {many(self.T_0, 'epoch')}{longer}"


@node(
    "schedule.cyclic",
    group=GROUP,
    role="schedule",
    inputs="",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.CyclicLR",
    synonyms="learning rate, triangular, clr, cycles, up and down",
)
class Cyclic(Schedule):
    """Lets the learning rate rise to the optimizer's `lr` and fall again, over and over.

    Smith 2015, https://arxiv.org/abs/1506.01186
    """

    base_lr: float = param(1e-4, low=0.0, doc="Learning rate at the foot of each cycle.")
    step_size_up: int = param(2000, low=1, doc="Steps that it rises.")
    step_size_down: int | None = param(
        None, low=1, doc="Steps that it falls; empty for as many as it rises."
    )
    mode: Literal["triangular", "triangular2", "exp_range"] = param(
        "triangular", doc="All cycles equally high, each half as high, or lower by gamma."
    )
    gamma: float = param(1.0, low=0.0, high=1.0, doc="Factor of each step, for exp_range.")
    cycle_momentum: bool = param(
        False,
        torch=True,
        doc="Move momentum the other way; for optimizers that have one.",
        advanced=True,
    )
    base_momentum: float = param(0.8, low=0.0, high=1.0, doc="Least momentum.", advanced=True)
    max_momentum: float = param(0.9, low=0.0, high=1.0, doc="Most momentum.", advanced=True)

    def joins(self) -> bool:
        return False  # it sets a start of its own, which the others would take for theirs

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate) -> str:
        rest = changed(
            self,
            "step_size_up",
            "step_size_down",
            "mode",
            "gamma",
            "cycle_momentum",
            "base_momentum",
            "max_momentum",
        )
        return call(
            "torch.optim.lr_scheduler.CyclicLR",
            Raw(optimizer),
            base_lr=self.base_lr,
            max_lr=lr.argument,
            **rest,
        )

    def summary(self) -> str:
        return f"from {self.base_lr:g} up for {many(self.step_size_up, 'step')}"
