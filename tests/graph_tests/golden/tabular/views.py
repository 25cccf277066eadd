"""What the application shows while this project trains."""

from torch import Tensor

from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def table(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    features, target = batch
    with training.autocast:
        logits = training.model(features)  # [N, 2]
    return {"prediction": logits, "target": target}


def confusion_matrix(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    features, target = batch
    with training.autocast:
        logits = training.model(features)  # [N, 2]
    return {"logits": logits, "label": target}
