"""Optimizers: one training step each."""

from graph.declare import NodeRefs, Raw, call, changed, node, param, shared
from graph.errors import Mismatch
from graph.tensor import TensorType

GROUP = "Optimizer"
INPUTS = "loss:loss schedule?:schedule"


def check_loss(loss: TensorType) -> None:
    """A loss is one number.

    Raises:
        Mismatch: If it is not.
    """
    if loss.dims:
        raise Mismatch("one number", loss, "wire a loss here, or a Mean node before")


@shared
class Step:
    """What every optimizer node has, whatever its rule."""

    lr: float = param(1e-3, low=0.0, doc="Learning rate: the size of a step.")
    trains: NodeRefs = param((), doc="Nodes it updates; all upstream of the loss if empty.")
    every: int = param(1, low=1, doc="Step only every so many batches.", advanced=True)
    order: int = param(0, doc="Optimizers step in this order.", advanced=True)
    clip: float = param(0.0, low=0.0, doc="Largest norm of the gradient; 0 for no limit.")

    def shape(self, loss: TensorType, schedule: TensorType | None) -> tuple[TensorType, ...]:
        check_loss(loss)
        return ()

    def summary(self) -> str:
        return f"learning rate {self.lr:g}"


@node(
    "optimizer.adam",
    group=GROUP,
    role="optimizer",
    inputs=INPUTS,
    outputs="",
    source="torch.optim.Adam",
    synonyms="gradient descent, train",
)
class Adam(Step):
    """Gradient descent that adapts each weight's step to how its gradients have been."""

    betas: tuple[float, ...] = param(
        (0.9, 0.999), low=0.0, high=1.0, sizes=2, doc="Memory of mean and square.", advanced=True
    )
    weight_decay: float = param(0.0, low=0.0, doc="Pull of every weight towards 0.", advanced=True)

    def optimizer(self, parameters: str) -> str:
        """Source of the constructor, from the source of the parameters."""
        rest = changed(self, "betas", "weight_decay")
        return call("torch.optim.Adam", Raw(parameters), lr=self.lr, **rest, fused=True)
