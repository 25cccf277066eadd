"""Schedules made of others: one after the other, or all at once."""

from itertools import pairwise
from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import SCHEDULE, TensorType
from graph.declare import Raw, call, node, param, shared
from graph.nodes.optimizers.schedule import GROUP, Pace, Rate, Wired, of_epochs


@shared
class Joined:
    """Made of the schedules that are wired in; it moves at each step, and so do they."""

    def per(self) -> Pace:
        return "step"

    def joins(self) -> bool:
        return False  # torch starts schedules one by one, not those that others are made of

    def some(self, schedules: tuple[TensorType, ...]) -> TensorType:
        """At least one schedule.

        Raises:
            Mismatch: If there is none.
        """
        if not schedules:
            raise Mismatch("one schedule or more", "none", "wire what it is made of")
        return SCHEDULE


@node(
    "schedule.sequential",
    group=GROUP,
    title="One after another",
    role="schedule",
    inputs="schedules*:schedule",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.SequentialLR",
    synonyms="learning rate, sequential, sequence, warm-up then, milestones, phases, chain",
)
class Sequential(Joined):
    """Follows one schedule after another: the next takes over at each milestone.

    A schedule that runs to the end of training, such as Cosine, runs to the end of its part.
    """

    milestones: tuple[int, ...] = param((5,), low=1, doc="When the next schedule takes over.")
    counts: Literal["epochs", "steps"] = param("epochs", doc="What the milestones count.")

    def shape(self, schedules: tuple[TensorType, ...]) -> TensorType:
        self.some(schedules)
        rising = tuple(sorted(set(self.milestones)))
        if rising != self.milestones:
            repairs = [set_param("milestones", rising)]
            raise Mismatch("milestones that rise", self.milestones, "sort them", repairs=repairs)
        needed = len(schedules) - 1
        if not needed:
            advice = "wire another, or wire this one to the optimizer itself"
            raise Mismatch("two schedules or more", "one", advice)
        if len(self.milestones) != needed:
            more = range(self.milestones[-1] + 1, self.milestones[-1] + 1 + needed)
            milestones = (*self.milestones, *more)[:needed]
            raise Mismatch(
                f"{needed} milestone{'s' * (needed > 1)} between {len(schedules)} schedules",
                self.milestones,
                "give a milestone for each change, or wire another schedule",
                repairs=[set_param("milestones", milestones)],
            )
        return SCHEDULE

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate, *inner: Wired) -> str:
        ends = [self.moves(one, per_epoch) for one in self.milestones]
        lengths = [*self.between(per_epoch), f"max({steps} - {ends[-1]}, 1)"]
        parts = [
            one.schedule(optimizer, length, per_epoch, lr)
            for one, length in zip(inner, lengths, strict=True)
        ]
        return call(
            "torch.optim.lr_scheduler.SequentialLR",
            Raw(optimizer),
            Raw(f"[{', '.join(parts)}]"),
            milestones=Raw(f"[{', '.join(ends)}]"),
        )

    def moves(self, number: int, per_epoch: str) -> str:
        """Source of how often it has moved at a milestone."""
        return of_epochs(number, per_epoch) if self.counts == "epochs" else str(number)

    def between(self, per_epoch: str) -> list[str]:
        """Source of how long each schedule but the last is followed."""
        lengths = [after - before for before, after in pairwise((0, *self.milestones))]
        return [self.moves(one, per_epoch) for one in lengths]

    def summary(self) -> str:
        return (
            f"changes after {self.counts.removesuffix('s')} {', '.join(map(str, self.milestones))}"
        )


@node(
    "schedule.chained",
    group=GROUP,
    title="All at once",
    role="schedule",
    inputs="schedules*:schedule",
    outputs="schedule:schedule",
    source="torch.optim.lr_scheduler.ChainedScheduler",
    synonyms="learning rate, chained, combine, product, multiply schedules",
)
class Chained(Joined):
    """Follows several schedules at once: the learning rate is the product of their factors."""

    def shape(self, schedules: tuple[TensorType, ...]) -> TensorType:
        return self.some(schedules)

    def multiplies(self) -> bool:
        """Is it the product of what it is made of, in whatever brackets?"""
        return True

    def schedule(self, optimizer: str, steps: str, per_epoch: str, lr: Rate, *inner: Wired) -> str:
        parts = [one.schedule(optimizer, steps, per_epoch, lr) for one in inner]
        function = "torch.optim.lr_scheduler.ChainedScheduler"
        return call(function, Raw(f"[{', '.join(parts)}]"), optimizer=Raw(optimizer))

    def summary(self) -> str:
        return "the product of all"
