"""What the views show, computed on fixed validation examples."""

from torch import Tensor
from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    return tuple(t[:count] for t in training.validation_set)


def predictions(training: Training, batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
    image, label = batch
    return {"image": image, "prediction": training.model(image), "label": label}
