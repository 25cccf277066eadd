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
        noise = torch.randn(count, 32, device=training.device)  # [N, 32]
        generator = training.generator(noise)  # [N, 1, 8, 8]
    return {"image": generator}


def ways(training: Training, count: int) -> dict[str, Tensor]:
    with training.autocast:
        interpolation = latent_path(count, 32, 10, device=training.device)  # [N, 32]
        generator_2 = training.generator(interpolation)  # [N, 1, 8, 8]
    return {"image": generator_2}
