"""What the application shows while this project trains."""

from torch import Tensor

from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def decision_boundary(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    point, label = batch
    with training.autocast:
        logits = training.model(point)  # [N, 2]
    return {"point": point, "logits": logits, "label": label}
