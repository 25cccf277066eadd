"""What the application shows while this project trains."""

import torch
from torch import Tensor

from latents import latent_path
from train import Training


def examples(training: Training, count: int) -> tuple[Tensor, ...]:
    """Held-out examples, always the same ones."""
    return tuple(t[:count] for t in training.validation_set)


def samples(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        noise = torch.randn(count, 64, device=training.device)  # [N, 64]
        generator = training.generator_ema(noise)  # [N, 1, 28, 28]
    return {"image": generator}


def ways(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        interpolation = latent_path(count, 64, 10, device=training.device)  # [N, 64]
        generator_2 = training.generator_ema(interpolation)  # [N, 1, 28, 28]
    return {"image": generator_2}
