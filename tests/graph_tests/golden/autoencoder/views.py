"""What the application shows while this project trains."""

from torch import Tensor

from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def reconstruction(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    image, _ = batch
    with training.autocast:
        unflatten = training.model(image)  # [N, 1, 8, 8]
    return {"image": image, "reconstruction": unflatten}
