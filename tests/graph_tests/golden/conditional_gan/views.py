"""What the application shows while this project trains."""

import torch
from torch import Tensor

from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def samples(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        other_noise = torch.randn(count, 64, device=training.device)  # [N, 64]
        asked = torch.arange(count, device=training.device) % 10  # [N]
        generator_2 = training.generator_ema(other_noise, asked)  # [N, 1, 28, 28]
    return {"image": generator_2, "label": asked}
