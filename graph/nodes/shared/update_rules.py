"""What every optimizer node has, whatever its rule."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import TensorType
from graph.declare import NodeRefs, Raw, call, changed, param, shared
from graph.declare.unlikely import Unlikely

INPUTS = "loss:loss schedule?:schedule"
OURS = ("lr", "trains", "every", "order", "clip", "ema", "decay_biases", "slower", "slower_by")
"""Parameters of the step itself; all others go to the constructor as they are."""

BELOW_ONE = 1 - 1e-9
DECAY = (1.0, 1e-4)
"""What a decay that is added to the gradient hardly exceeds, and one that is usual."""
APART = (5.0, 0.01)
"""The same of one beside the gradient, which is multiplied by the learning rate."""
MOMENTUM = (BELOW_ONE, 0.9)
"""From 1 on the last step never ends."""


def check_loss(loss: TensorType) -> None:
    """A loss is one number.

    Raises:
        Mismatch: If it is not.
    """
    if loss.dims:
        raise Mismatch(
            "one number",
            loss,
            "wire a loss here, or a Mean node before",
            repairs=[insert_before("loss", "loss.mean", "Insert Mean loss")],
        )


@shared
class UpdateRule:
    """One training step: backward from a loss, then an update of what the node trains."""

    fused: ClassVar[bool] = False
    """Does torch update all weights in one kernel, on every device there is?"""

    lr: float = param(1e-3, low=0.0, usual=(0.5, 1e-3), doc="Learning rate: the size of a step.")
    trains: NodeRefs = param(
        (), empty_is_all=True, doc="Nodes it updates; all upstream of the loss if empty."
    )
    every: int = param(1, low=1, doc="Step only every so many batches.", advanced=True)
    order: int = param(0, doc="Optimizers step in this order.", advanced=True)
    clip: float = param(
        0.0, low=0.0, doc="Largest norm of the gradient; 0 for no limit.", advanced=True
    )
    ema: float = param(
        0.0,
        low=0.0,
        high=BELOW_ONE,
        doc="Share of a running mean of the weights that stays at each step, such as 0.999; views "
        "show the network with that mean. 0 for no mean.",
        advanced=True,
    )
    decay_biases: bool = param(
        True,
        doc="Weight decay pulls biases and the weights of norms too; off leaves them alone, as "
        "is usual for transformers.",
        advanced=True,
    )
    slower: NodeRefs = param(
        (), doc="Nodes that learn at another rate, such as those trained before.", advanced=True
    )
    slower_by: float = param(
        0.1,
        low=0.0,
        usual=(10.0, 0.1),
        doc="Share of the learning rate that those nodes learn at.",
        advanced=True,
    )

    def shape(self, loss: TensorType, schedule: TensorType | None) -> tuple[TensorType, ...]:
        check_loss(loss)
        return ()

    def unlikely(self) -> Iterator[Unlikely]:
        """A rate of 0, at which nothing is learned."""
        if self.lr == 0:
            (usual,) = (one.default for one in dataclasses.fields(self) if one.name == "lr")
            yield Unlikely(
                "lr",
                "its learning rate is 0: its steps change no weight",
                "more than 0",
                usual,
                f"take {usual:g}, and change it from there; to keep weights as they are, mute it",
            )

    def spares(self) -> bool:
        """Is there a weight decay that leaves biases and norms alone?"""
        return not self.decay_biases and bool(getattr(self, "weight_decay", 0.0))

    def optimizer(self, parameters: str) -> str:
        """Source of the constructor, from the source of the parameters, or of groups of them."""
        names = [field.name for field in dataclasses.fields(self) if field.name not in OURS]
        fused = {"fused": True} if self.fused else {}
        function = f"torch.optim.{type(self).__name__}"
        return call(function, Raw(parameters), lr=self.lr, **changed(self, *names), **fused)

    def summary(self) -> str:
        return f"lr {self.lr:g}"


@shared
class AdaptiveRule(UpdateRule):
    """A rule that keeps running means of the gradient and of its square."""

    betas: tuple[float, ...] = param(
        (0.9, 0.999),
        low=0.0,
        high=BELOW_ONE,
        sizes=2,
        doc="How long the means of the gradient and of its square remember.",
        advanced=True,
    )
    eps: float = param(1e-8, low=0.0, doc="Keeps the division from zero.", advanced=True)
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )

    def unlikely(self) -> Iterator[Unlikely]:
        """Betas in the wrong order, too."""
        yield from super().unlikely()
        first, second = self.betas
        if first > second:
            yield Unlikely(
                "betas",
                f"its betas are {first:g} and {second:g}, in the order of the other: the mean of "
                "the gradient comes first, and remembers less long than that of its square",
                "the smaller first",
                (second, first),
                f"take {second:g} and {first:g}",
            )
