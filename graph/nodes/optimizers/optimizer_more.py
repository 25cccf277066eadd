"""Optimizers: the rarer rules of torch.optim."""

from typing import Literal

from graph.core.errors import Mismatch, set_param
from graph.core.tensor import TensorType
from graph.declare import Raw, call, changed, node, param
from graph.nodes.optimizers.optimizer import GROUP
from graph.nodes.shared.update_rules import (
    APART,
    BELOW_ONE,
    DECAY,
    INPUTS,
    AdaptiveRule,
    UpdateRule,
)


@node(
    "optimizer.nadam",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.NAdam",
    synonyms="gradient descent, train, nesterov, adaptive",
)
class NAdam(AdaptiveRule):
    """Adam that looks ahead along its momentum, as Nesterov does."""

    lr: float = param(2e-3, low=0.0, usual=(0.5, 2e-3), doc="Learning rate: the size of a step.")
    momentum_decay: float = param(4e-3, low=0.0, doc="How the momentum grows.", advanced=True)
    decoupled_weight_decay: bool = param(
        False, doc="Decay the weights beside the gradient, as AdamW does.", advanced=True
    )


@node(
    "optimizer.radam",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.RAdam",
    synonyms="gradient descent, train, rectified, adaptive, warm-up",
)
class RAdam(AdaptiveRule):
    """Adam that starts carefully by itself, without a warm-up."""

    decoupled_weight_decay: bool = param(
        False, doc="Decay the weights beside the gradient, as AdamW does.", advanced=True
    )


@node(
    "optimizer.adamax",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Adamax",
    synonyms="gradient descent, train, adaptive, infinity norm",
)
class Adamax(AdaptiveRule):
    """Adam that divides by the largest gradient lately instead of their mean square."""

    lr: float = param(2e-3, low=0.0, usual=(0.5, 2e-3), doc="Learning rate: the size of a step.")


@node(
    "optimizer.adagrad",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Adagrad",
    synonyms="gradient descent, train, adaptive, sparse",
)
class Adagrad(UpdateRule):
    """Divides each weight's step by all its gradients so far; rare features learn longer."""

    lr: float = param(0.01, low=0.0, usual=(5.0, 0.01), doc="Learning rate: the size of a step.")
    lr_decay: float = param(0.0, low=0.0, doc="How the rate falls with each step.", advanced=True)
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )
    initial_accumulator_value: float = param(
        0.0, low=0.0, doc="Sum of squares it starts from.", advanced=True
    )
    eps: float = param(1e-10, low=0.0, doc="Keeps the division from zero.", advanced=True)


@node(
    "optimizer.adadelta",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Adadelta",
    synonyms="gradient descent, train, adaptive",
)
class Adadelta(UpdateRule):
    """Sizes each step by how large the last ones were, so that no rate need be found."""

    lr: float = param(1.0, low=0.0, usual=(100.0, 1.0), doc="Learning rate: the size of a step.")
    rho: float = param(0.9, low=0.0, high=1.0, doc="How long the means remember.", advanced=True)
    eps: float = param(1e-6, low=0.0, doc="Keeps the division from zero.", advanced=True)
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )


@node(
    "optimizer.adafactor",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Adafactor",
    synonyms="gradient descent, train, adaptive, memory, transformer",
)
class Adafactor(UpdateRule):
    """Like Adam with far less memory: mean squares are kept by row and column."""

    lr: float = param(0.01, low=0.0, usual=(1.0, 0.01), doc="Learning rate: the size of a step.")
    beta2_decay: float = param(
        -0.8, high=0.0, doc="How the memory of mean squares grows with the steps.", advanced=True
    )
    d: float = param(1.0, low=1.0, doc="Largest root mean square of a step.", advanced=True)
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )


@node(
    "optimizer.asgd",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.ASGD",
    synonyms="gradient descent, train, averaged",
)
class ASGD(UpdateRule):
    """Gradient descent that keeps the average of all weights it went through."""

    lr: float = param(0.01, low=0.0, usual=(10.0, 0.01), doc="Learning rate: the size of a step.")
    lambd: float = param(1e-4, low=0.0, doc="How the step shrinks.", advanced=True)
    alpha: float = param(0.75, low=0.0, doc="Power by which it shrinks.", advanced=True)
    t0: float = param(1e6, low=0.0, doc="Step from which weights are averaged.", advanced=True)
    weight_decay: float = param(
        0.0, low=0.0, usual=DECAY, doc="Pull of every weight towards 0.", advanced=True
    )


@node(
    "optimizer.rprop",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Rprop",
    synonyms="gradient descent, train, sign, full batch",
)
class Rprop(UpdateRule):
    """Looks at the gradients' signs only; for batches that are the whole data."""

    lr: float = param(0.01, low=0.0, usual=(50.0, 0.01), doc="Learning rate: the size of a step.")
    etas: tuple[float, ...] = param(
        (0.5, 1.2), low=0.0, sizes=2, doc="Factors of a step: sign changed, sign kept."
    )
    step_sizes: tuple[float, ...] = param(
        (1e-6, 50.0), low=0.0, sizes=2, doc="Smallest and largest step.", advanced=True
    )

    def shape(self, loss: TensorType, schedule: TensorType | None) -> tuple[TensorType, ...]:
        if not 0 < self.etas[0] < 1 < self.etas[1]:
            raise Mismatch(
                "a first factor between 0 and 1, and a second above 1",
                self.etas,
                "change etas",
                repairs=[set_param("etas", (0.5, 1.2))],
            )
        return super().shape(loss, schedule)


@node(
    "optimizer.muon",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Muon",
    synonyms="gradient descent, train, orthogonal, momentum, transformer",
)
class Muon(UpdateRule):
    """Gives every direction of a weight matrix an equal step; all other weights go by AdamW.

    Momentum is made orthogonal first (kellerjordan.github.io/posts/muon).
    """

    lr: float = param(
        5e-3, torch=1e-3, low=0.0, usual=(1.0, 5e-3), doc="Learning rate: the size of a step."
    )
    weight_decay: float = param(0.1, low=0.0, usual=APART, doc="Pull of every weight towards 0.")
    momentum: float = param(
        0.95, low=0.0, high=BELOW_ONE, doc="Share of the last step that goes on."
    )
    nesterov: bool = param(True, doc="Look ahead along the momentum.", advanced=True)
    ns_steps: int = param(
        5, low=1, high=99, doc="Rounds of making the step orthogonal.", advanced=True
    )
    adjust_lr_fn: Literal["original", "match_rms_adamw"] = param(
        "match_rms_adamw", torch=None, doc="How a matrix's sides change its rate.", advanced=True
    )

    def optimizer(self, parameters: str) -> str:
        rest = changed(self, "weight_decay", "momentum", "nesterov", "ns_steps")
        rate = {} if self.adjust_lr_fn == "match_rms_adamw" else {"adjust_lr_fn": "original"}
        return call("MuonWithAdamW", Raw(parameters), lr=self.lr, **rest, **rate)
