"""What the application shows while this project trains."""

from torch import Tensor

from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def predictions(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    image, label = batch
    with training.autocast:
        logits = training.model(image)  # [N, 10]
    return {"image": image, "logits": logits, "label": label}


def confusion_matrix(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    image, label = batch
    with training.autocast:
        logits = training.model(image)  # [N, 10]
    return {"logits": logits, "label": label}
