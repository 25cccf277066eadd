"""Optimizers: one training step each, by the rules of torch.optim."""

from typing import ClassVar

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import node, param
from graph.nodes.shared.update_rules import (
    APART,
    BELOW_ONE,
    DECAY,
    INPUTS,
    MOMENTUM,
    AdaptiveRule,
    UpdateRule,
)

GROUP = "Optimizer"


@node(
    "optimizer.adam",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Adam",
    synonyms="gradient descent, train, adaptive",
)
class Adam(AdaptiveRule):
    """Gradient descent that adapts each weight's step to how its gradients have been."""

    fused: ClassVar[bool] = True

    amsgrad: bool = param(False, doc="Divide by the largest mean square so far.", advanced=True)


@node(
    "optimizer.adamw",
    group=GROUP,
    title="AdamW",
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.AdamW",
    synonyms="gradient descent, train, adaptive, decoupled weight decay, transformer",
)
class AdamW(AdaptiveRule):
    """Adam whose weight decay is not scaled by the gradients; the usual choice for transformers."""

    fused: ClassVar[bool] = True

    weight_decay: float = param(0.01, low=0.0, usual=APART, doc="Pull of every weight towards 0.")
    amsgrad: bool = param(False, doc="Divide by the largest mean square so far.", advanced=True)


@node(
    "optimizer.sgd",
    group=GROUP,
    title="SGD",
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.SGD",
    synonyms="stochastic gradient descent, train, momentum, nesterov",
)
class SGD(UpdateRule):
    """Plain gradient descent, with momentum if you like."""

    fused: ClassVar[bool] = True

    lr: float = param(
        0.1, torch=1e-3, low=0.0, usual=(10.0, 0.1), doc="Learning rate: the size of a step."
    )
    momentum: float = param(
        0.0, low=0.0, usual=MOMENTUM, doc="Share of the last step that goes on."
    )
    dampening: float = param(
        0.0, low=0.0, doc="Share of the new gradient left out of the momentum.", advanced=True
    )
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )
    nesterov: bool = param(False, doc="Look ahead along the momentum.", advanced=True)

    def shape(self, loss: TensorType, schedule: TensorType | None) -> tuple[TensorType, ...]:
        if self.nesterov and (not self.momentum or self.dampening):
            raise Mismatch(
                "momentum without dampening for Nesterov's rule",
                f"momentum {self.momentum:g}, dampening {self.dampening:g}",
                "set a momentum such as 0.9, or switch Nesterov off",
                repairs=[
                    set_param("dampening", 0.0) if self.momentum else set_param("momentum", 0.9),
                    set_param("nesterov", False),
                ],
            )
        return super().shape(loss, schedule)


@node(
    "optimizer.rmsprop",
    group=GROUP,
    title="RMSprop",
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.RMSprop",
    synonyms="gradient descent, train, adaptive",
)
class RMSprop(UpdateRule):
    """Divides each weight's step by the recent size of its gradients."""

    lr: float = param(0.01, low=0.0, usual=(0.5, 0.01), doc="Learning rate: the size of a step.")
    alpha: float = param(
        0.99, low=0.0, high=BELOW_ONE, doc="How long the mean square remembers.", advanced=True
    )
    eps: float = param(1e-8, low=0.0, doc="Keeps the division from zero.", advanced=True)
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )
    momentum: float = param(
        0.0, low=0.0, usual=MOMENTUM, doc="Share of the last step that goes on.", advanced=True
    )
    centered: bool = param(
        False, doc="Divide by the deviation of the gradients instead.", advanced=True
    )
